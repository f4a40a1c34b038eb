public import Journaling
public import LineageIndexing
public import MLTBase
internal import SystemPackage

/// A log, as listings show it.
public struct PredictionLog: Sendable {
  /// What it is called: the file's path (``PathText``), or a name.
  public var name: String
  /// When it was logged last.
  public var at: Timestamp
  /// What was recorded then; of predictions by themselves all together, without models and records.
  public var fact: PredictionsLogged
  /// The run that predicted; nil if nobody knows.
  public var run: RunRecord?
  /// How many bytes its key index has; nil if there is none here.
  public var indexSize: Int64?
  /// The models that its rows are of, with what they turned out to be.
  public var models: [(named: PredictionsLogged.Model, found: PredictionModel?)] = []
}

extension Workspace {
  /// All logs, by name, then the latest first.
  ///
  /// - Parameter patterns: only those whose name one of these matches, or is; empty for all.
  /// - Throws: ``PredictionError/noLog(_:similar:)`` if patterns match none.
  public func predictionLogs(_ patterns: [String] = []) throws -> [PredictionLog] {
    let finder = PredictionModelFinder(self)
    var logs: [PredictionLog] = []
    for entry in try index.predictionLogs() where Self.matches(entry.name, patterns) {
      guard let recorded = try index.predictions(entry) else { continue }
      logs.append(
        PredictionLog(
          name: entry.name, at: recorded.at, fact: recorded.fact,
          run: try finder.run(of: recorded.fact).flatMap { try index.run($0) },
          indexSize: try FileStatus(at: keyIndexPath(of: entry.content))?.size))
    }
    logs += try singleLogs(patterns)
    if logs.isEmpty, let pattern = patterns.first {
      throw PredictionError.noLog(pattern, similar: try similarLogs(to: pattern))
    }
    return logs.sorted { left, right in
      left.name == right.name ? left.at > right.at : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }

  // Predictions by themselves, those of one name together.
  private func singleLogs(_ patterns: [String]) throws -> [PredictionLog] {
    var logs: [String: PredictionLog] = [:]
    for single in try index.singlePredictions() where Self.matches(single.fact.name, patterns) {
      let fact = single.fact
      guard var log = logs[fact.name] else {
        var whole = fact
        (whole.records, whole.models) = ([], [])
        logs[fact.name] = PredictionLog(
          name: fact.name, at: single.at, fact: whole, run: try fact.run.flatMap { try index.run($0) })
        continue
      }
      log.fact.rows += fact.rows
      log.fact.first = [log.fact.first, fact.first].compactMap { $0 }.min()
      log.fact.last = [log.fact.last, fact.last].compactMap { $0 }.max()
      if log.fact.run != fact.run { (log.run, log.fact.run) = (nil, nil) }
      logs[fact.name] = log
    }
    return Array(logs.values)
  }

  /// One log, with its models.
  ///
  /// - Parameter pointer: a path or name, or a content's id; of several logs of one name the latest is meant.
  /// - Throws: ``PredictionError/noLog(_:similar:)``, ``PredictionError/ambiguousLog(_:_:)``.
  public func predictionLog(_ pointer: String) throws -> PredictionLog {
    var named = try logs(called: pointer)
    if named.isEmpty { named = try logs(called: path(of: pointer).text) }
    guard var log = try named.max(by: { $0.at < $1.at }) ?? log(ofContent: pointer) else {
      throw PredictionError.noLog(pointer, similar: try similarLogs(to: pointer))
    }
    let finder = PredictionModelFinder(self)
    log.models = try log.fact.models.map { model in
      (model, try finder.model(model.name, of: log.fact, at: log.fact.last))
    }
    if log.models.isEmpty, log.fact.artifact != nil, let model = try finder.model(nil, of: log.fact, at: log.fact.last)
    {
      log.models = [(PredictionsLogged.Model(name: nil, rows: log.fact.rows), model)]
    }
    return log
  }

  private func logs(called name: String) throws -> [PredictionLog] {
    do {
      return try predictionLogs([name]).filter { $0.name == name }
    } catch PredictionError.noLog {
      return []
    }
  }

  private func log(ofContent prefix: String) throws -> PredictionLog? {
    guard prefix.utf8.count >= Self.shortestPrefix else { return nil }
    let found = try index.predictionLogs().filter { $0.content.hex.hasPrefix(prefix) }
    if Set(found.map(\.content)).count > 1 { throw PredictionError.ambiguousLog(prefix, found.map(\.name).sorted()) }
    guard let entry = found.first else { return nil }
    return try predictionLogs([entry.name]).first { $0.fact.artifact?.content == entry.content }
  }

  func similarLogs(to name: String) throws -> [String] {
    let names = try index.predictionLogs().map(\.name) + index.singlePredictions().map(\.fact.name)
    return Similarity.nearest(to: name, among: Set(names), limit: 3)
  }
}
