/// Takes in the variables that a pipeline file or a stage names.
struct VariableLoader {
  /// The pipeline file.
  let file: String
  let files: ValueFiles
  let root: String?

  private static let defaultName = "params.yaml"

  /// The names that all stages of the file know.
  func scope(vars: LocatedValue?) throws(PipelineProblem) -> VariableScope {
    var scope = VariableScope()
    let folder = PipelineFile.folder(of: file)
    let path = (folder.isEmpty ? "" : folder + "/") + Self.defaultName
    if try files.value(path) != nil {
      try add(Self.defaultName, in: folder, at: SourcePosition(line: 1, column: 1), into: &scope)
    }
    if let vars { try load(vars, in: folder, name: nil, into: &scope) }
    return scope
  }

  /// Adds the entries of a `vars` list.
  ///
  /// - Parameter name: the stage's, if they are a stage's own.
  func load(
    _ vars: LocatedValue, in folder: String, name: String?, into scope: inout VariableScope
  ) throws(PipelineProblem) {
    for (index, entry) in (vars.elements ?? []).enumerated() {
      try refuseTemplates(entry)
      if let item = entry.string {
        try add(item, in: folder, at: entry.position, into: &scope)
      } else if case .map(let map) = entry.value {
        do throws(PipelineProblem.Reason) {
          try scope.add(map, source: (name.map { $0 + "." } ?? "") + "vars[\(index)]")
        } catch {
          throw PipelineProblem(file: file, at: entry.position, error)
        }
      }
    }
  }

  private func add(
    _ item: String, in folder: String, at position: SourcePosition, into scope: inout VariableScope
  ) throws(PipelineProblem) {
    // What follows a colon are the keys that are wanted.
    let parts = item.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let keys = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
    guard let path = Location(String(parts[0]), in: folder, root: root)?.text else {
      throw PipelineProblem(file: file, at: position, .badPath(item))
    }
    do throws(VariableScope.LoadFailure) {
      try scope.add(item: item, path: path, keys: keys.isEmpty ? nil : keys) { () throws(PipelineProblem) in
        guard let value = try files.value(path) else {
          throw PipelineProblem(file: file, at: position, .missingFile(path))
        }
        guard let map = value.map else { throw PipelineProblem(file: file, at: position, .notMapping(file: path)) }
        return map
      }
    } catch {
      switch error {
      case .reason(let reason): throw PipelineProblem(file: file, at: position, reason)
      case .file(let problem): throw problem
      }
    }
  }

  private func refuseTemplates(_ value: LocatedValue) throws(PipelineProblem) {
    switch value.content {
    case .scalar(.string(let text)):
      guard Template(text).matches.isEmpty else {
        throw PipelineProblem(file: file, at: value.position, .templateNotAllowed("vars"))
      }
    case .scalar: break
    case .list(let elements): for element in elements { try refuseTemplates(element) }
    case .map(let members):
      for member in members {
        try refuseTemplates(member.key)
        try refuseTemplates(member.value)
      }
    }
  }
}
