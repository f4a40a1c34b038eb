internal import Journaling
internal import MLTBase
internal import Pipelines
internal import SystemPackage

/// Reading files of parameters and metrics into the record of a run.
extension Workspace {
  private static let fileLimit = 64 << 20

  /// The parameters that a run starts with: those given, and those of the files that are there already.
  ///
  /// - Throws: ``LoggingError/invalidName(_:)``, ``LoggingError/unreadable(file:reason:)``; ``SystemCallError``.
  func parametersBefore(_ request: RunRequest) throws -> [String: String] {
    var parameters = try checked(request.parameters)
    for file in request.parameterFiles {
      guard let bytes = try valueBytes(file, request) else { continue }
      parameters.merge(try self.parameters(bytes, file)) { given, _ in given }
    }
    return parameters
  }

  /// Given parameters as they can be recorded: what is too long is cut, and told.
  ///
  /// - Throws: ``LoggingError/invalidName(_:)``.
  func checked(_ parameters: [String: String]) throws(LoggingError) -> [String: String] {
    for name in parameters.keys.sorted() where !LoggedName.isValid(name) { throw LoggingError.invalidName(name) }
    return fitting(parameters)
  }

  private func fitting(_ parameters: [String: String]) -> [String: String] {
    var fitting = parameters
    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) where value.utf8.count > LoggedName.valueLimit {
      fitting[name] = LoggedName.fitting(value)
      notices.append(.cutParameter(name, size: value.utf8.count, limit: LoggedName.valueLimit))
    }
    return fitting
  }

  /// Logs what files of parameters and metrics hold after the command; what can't be read or recorded is told, and loses nothing
  /// else: the run's end least of all.
  func logFiles(of request: RunRequest, to run: RunID, known: [String: String]) {
    var parameters: [String: String] = [:]
    for file in request.parameterFiles {
      // What the command made of its parameters is another matter: they are what they were when it started, or said itself.
      read(file, request) { bytes in
        parameters.merge(try self.parameters(bytes, file).filter { known[$0.key] == nil }) { first, _ in first }
      }
    }
    var found: [(file: String, metrics: [RunLogged.Metric])] = []
    let now = context.clock.now()
    for file in request.metricFiles {
      read(file, request) { bytes in
        let reading = try MetricFile(bytes, name: file, at: now)
        if let remark = reading.remark { notices.append(.partlyReadValues(file: file, reason: remark)) }
        found.append((file, reading.metrics))
      }
    }
    let logger = logger(of: run)
    if !parameters.isEmpty {
      telling(request.parameterFiles) { try logger.logUnset(parameters) }
    }
    let metrics = told(found, request)
    for start in stride(from: 0, to: metrics.count, by: RunLogged.batch) {
      var values = LoggedValues()
      values.metrics = Array(metrics[start..<min(start + RunLogged.batch, metrics.count)])
      if !telling(request.metricFiles, { try logger.log(values) }) { return }
    }
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
    telling([file]) {
      guard let bytes = try valueBytes(file, request) else {
        throw LoggingError.unreadable(file: file, reason: "no such file")
      }
      try body(bytes)
    }
  }

  /// Does something with files; if it fails, that is told of them.
  @discardableResult
  private func telling(_ files: [String], _ body: () throws -> Void) -> Bool {
    do {
      try body()
      return true
    } catch {
      let reason =
        switch error {
        case LoggingError.unreadable(_, let reason): reason
        case LoggingError.invalidName(let name): "'\(name.prefix(80))' can't be the name of a parameter or metric"
        case LoggingError.ended: "the run has ended meanwhile"
        case LoggingError.deleted: "the run was deleted meanwhile"
        case let error as SystemCallError: "\(error.errno)"
        default: "\(error)"
        }
      notices.append(.unreadValues(file: files.joined(separator: "', '"), reason: reason))
      return false
    }
  }

  private func valuePath(_ file: String, _ request: RunRequest) -> FilePath {
    (request.directory ?? context.directory).pushing(FilePath(file))
  }

  private func valueBytes(_ file: String, _ request: RunRequest) throws -> [UInt8]? {
    try FileOperations.contents(of: valuePath(file, request), limit: Self.fileLimit)
  }

  private func parameters(_ bytes: [UInt8], _ file: String) throws(LoggingError) -> [String: String] {
    let values: [String: String]
    do throws(ValueText.Problem) {
      values = try ValueText.values(in: bytes, name: file)
    } catch {
      throw LoggingError.unreadable(file: file, reason: "\(error)")
    }
    return try checked(values)
  }
}
