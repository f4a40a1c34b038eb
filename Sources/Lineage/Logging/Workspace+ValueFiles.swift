internal import Journaling
internal import MLTBase
internal import Pipelines
internal import SystemPackage

/// Reading files of parameters and metrics into the record of a run.
extension Workspace {
  private static let fileLimit = 64 << 20

  /// The parameters that a run starts with: those given, and those of the files that are there already.
  func parametersBefore(_ request: RunRequest) throws -> [String: String] {
    var parameters = request.parameters
    for file in request.parameterFiles {
      guard let bytes = try valueBytes(file, request) else { continue }
      parameters.merge(try Self.parameters(bytes, file)) { given, _ in given }
    }
    return parameters
  }

  /// Logs what files of parameters and metrics hold after the command; what can't be read is told, and loses nothing else.
  func logFiles(of request: RunRequest, to run: RunID, known: [String: String]) throws {
    var values = LoggedValues()
    for file in request.parameterFiles {
      read(file, request) { bytes in
        values.parameters.merge(try Self.parameters(bytes, file)) { first, _ in first }
      }
    }
    // What the command made of its parameters is another matter: they are what they were when it started.
    values.parameters = values.parameters.filter { known[$0.key] == nil }
    var found: [(file: String, metrics: [RunLogged.Metric])] = []
    let now = context.clock.now()
    for file in request.metricFiles {
      read(file, request) { bytes in found.append((file, try MetricFile.metrics(in: bytes, name: file, at: now))) }
    }
    values.metrics = told(found, request)
    if !values.isEmpty { try logger(of: run).log(values) }
  }

  /// All metrics; where two files have one name, with the file before it.
  private func told(
    _ found: [(file: String, metrics: [RunLogged.Metric])], _ request: RunRequest
  ) -> [RunLogged.Metric] {
    var files: [String: Int] = [:]
    for (_, metrics) in found { for key in Set(metrics.map(\.key)) { files[key, default: 0] += 1 } }
    return found.flatMap { file, metrics in
      metrics.map { metric in
        var metric = metric
        let path = inside(valuePath(file, request)).text
        if files[metric.key] ?? 0 > 1, LoggedName.isValid(path + ":" + metric.key) {
          metric.key = path + ":" + metric.key
        }
        return metric
      }
    }
  }

  private func read(_ file: String, _ request: RunRequest, _ body: ([UInt8]) throws -> Void) {
    do {
      guard let bytes = try valueBytes(file, request) else {
        notices.append(.unreadValues(file: file, reason: "no such file"))
        return
      }
      try body(bytes)
    } catch LoggingError.unreadable(_, let reason) {
      notices.append(.unreadValues(file: file, reason: reason))
    } catch {
      notices.append(.unreadValues(file: file, reason: "\(error)"))
    }
  }

  private func valuePath(_ file: String, _ request: RunRequest) -> FilePath {
    (request.directory ?? context.directory).pushing(FilePath(file))
  }

  private func valueBytes(_ file: String, _ request: RunRequest) throws -> [UInt8]? {
    try FileOperations.contents(of: valuePath(file, request), limit: Self.fileLimit)
  }

  private static func parameters(_ bytes: [UInt8], _ file: String) throws(LoggingError) -> [String: String] {
    guard let values = ValueText.flattened(bytes, name: file) else {
      throw LoggingError.unreadable(file: file, reason: "it is no mapping in YAML, JSON, TOML or Python")
    }
    for name in values.keys.sorted() where !LoggedName.isValid(name) { throw LoggingError.invalidName(name) }
    return values.mapValues { String(decoding: $0.utf8.prefix(LoggedName.valueLimit), as: UTF8.self) }
  }
}
