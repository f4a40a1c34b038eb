/// What a stage's parameters from one file are.
public struct ParameterValues: Hashable, Sendable {
  /// The file.
  public var location: Location
  /// Whether the file is there.
  public var hasFile: Bool
  /// The dotted keys with their values, in the order in which they are asked for; of a whole file all at its top.
  public var values: PipelineMap
  /// The keys that the file hasn't got.
  public var missing: [String]
}

/// Reads the parameters of stages, each file once.
public struct ParameterReader {
  private let files: ValueFiles

  /// Takes where texts come from.
  public init(_ project: any ProjectFiles) {
    files = ValueFiles(project)
  }

  /// Reads what a stage takes.
  ///
  /// - Throws: ``PipelineProblem`` for a file that can't be read or understood. One that isn't there, and keys that
  ///   aren't, are no problem but a fact.
  public func values(of stage: Stage) throws(PipelineProblem) -> [ParameterValues] {
    var all: [ParameterValues] = []
    for selection in stage.parameters {
      var found = ParameterValues(
        location: selection.location, hasFile: false, values: PipelineMap(), missing: selection.keys ?? [])
      if case .uri(let text) = selection.location {
        throw PipelineProblem(
          file: stage.id.file, at: selection.position, stage: stage.id.name, .badPath(text))
      }
      if let value = try files.value(selection.location.text) {
        found.hasFile = true
        found.missing = []
        if let keys = selection.keys {
          for key in keys {
            if let value = value[path: key] { found.values[key] = value } else { found.missing.append(key) }
          }
        } else if let map = value.map {
          found.values = map
        } else {
          throw PipelineProblem(
            file: stage.id.file, at: selection.position, stage: stage.id.name,
            .notMapping(file: selection.location.text))
        }
      }
      all.append(found)
    }
    return all
  }
}
