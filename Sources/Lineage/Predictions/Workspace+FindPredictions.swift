internal import GitAccess
public import Journaling
public import LineageIndexing
public import MLTBase
internal import ObjectStorage
public import PredictionLogs
internal import SystemPackage

/// Which predictions are looked for.
public struct PredictionQuery {
  /// The key.
  public var key: [UInt8]
  /// Only in logs whose name one of these patterns matches, or is; empty for all.
  public var patterns: [String] = []
  /// Only what was predicted up to then.
  public var until: Timestamp?
  /// The most predictions that are wanted, the latest of them; nil for all.
  public var limit: Int?
  /// Told of the bytes that were read and that are to be, where a log has no index yet; may throw to stop.
  public var progress: (Int64, Int64) throws -> Void = { _, _ in }

  /// Looks for a key in all logs.
  public init(key: [UInt8]) {
    self.key = key
  }

  /// Reads a key as people type it: what begins with a double quote is the quoted form of odd bytes (``PathText``).
  public init(typed key: String) {
    self.init(key: key.utf8.count > 1 ? PathText.decode(key) ?? Array(key.utf8) : Array(key.utf8))
  }
}

/// One prediction that was found, with what stands behind it.
public struct FoundPrediction: Sendable {
  /// The log that it stands in.
  public var log: String
  /// The log's content; nil for a prediction that was logged by itself.
  public var content: ContentID?
  /// When it was logged.
  public var logged: Timestamp
  /// What its row says.
  public var row: PredictionRow
  /// The run that predicted; nil if nobody knows.
  public var run: RunRecord?
  /// What that run read.
  public var inputs: [ArtifactRecord]
  /// The model; nil if nobody knows.
  public var model: PredictionModel?
  /// The run that made the model.
  public var modelRun: RunRecord?
}

/// What looking for a key came to.
public struct PredictionFindings: Sendable {
  /// The predictions, the latest first; those without a time last.
  public var predictions: [FoundPrediction] = []
  /// How many there are, also those beyond the limit.
  public var count = 0
  /// Whether there are more with this key than were looked at.
  public var isCut = false
  /// How many logs were looked into.
  public var searched = 0
  /// Those that couldn't be.
  public var unsearched: [UnsearchedLog] = []
  /// The lineage of the first prediction's model; nil if that isn't known.
  public var trace: Trace?
}

extension Workspace {
  /// How many rows of one key are looked at in a log.
  static let samePredictionLimit = 100_000

  /// Finds the predictions with a key, and what made them.
  ///
  /// - Throws: ``PredictionError/unknownKey(_:logs:unsearched:)``, ``PredictionError/noneUntil(_:_:first:)``,
  ///   ``PredictionError/noLog(_:similar:)``; failures of index and store.
  public func findPredictions(_ query: PredictionQuery) throws -> PredictionFindings {
    var findings = PredictionFindings()
    var found: [(row: PredictionRow, fact: PredictionsLogged, at: Timestamp)] = []
    // Files with the same bytes that are read alike are looked into once.
    var seen: Set<[ContentID]> = []
    let entries = try index.predictionLogs().filter {
      Self.matches($0.name, query.patterns) && seen.insert([$0.content, $0.columns]).inserted
    }
    try fetchUnindexed(entries)
    for entry in entries {
      do {
        let rows = try rows(with: query.key, in: entry, progress: query.progress)
        findings.searched += 1
        if rows.isEmpty { continue }
        findings.isCut = findings.isCut || rows.count >= Self.samePredictionLimit
        guard let recorded = try index.predictions(entry) else { continue }
        found += rows.map { ($0, recorded.fact, recorded.at) }
      } catch StorageError.cancelled {
        throw StorageError.cancelled
      } catch {
        guard let reason = Self.reason(error) else { throw error }
        findings.unsearched.append(UnsearchedLog(name: entry.name, content: entry.content, reason: reason))
      }
    }
    let singles = try index.singlePredictions(key: ContentHasher.contentID(of: query.key))
    for single in singles where Self.matches(single.fact.name, query.patterns) {
      for record in single.fact.records where PathText.decode(record.key) ?? [] == query.key {
        found.append((Self.row(record, query.key), single.fact, single.at))
      }
    }
    try check(query, entries.count, found.isEmpty, findings)
    let shown = try inTime(found, query)
    var known = Known(self)
    findings.count = shown.count
    findings.predictions = try shown.prefix(query.limit ?? .max).map { try known.prediction($0.row, $0.fact, $0.at) }
    findings.trace = try findings.predictions.first.flatMap { try trace(behind: $0) }
    return findings
  }

  // What is later than asked for is left out; what has no time comes last.
  private func inTime(
    _ found: [(row: PredictionRow, fact: PredictionsLogged, at: Timestamp)], _ query: PredictionQuery
  ) throws -> [(row: PredictionRow, fact: PredictionsLogged, at: Timestamp)] {
    var found = found
    if let until = query.until {
      let first = found.compactMap(\.row.time).min()
      found = found.filter { $0.row.time.map { $0 <= until } ?? false }
      if found.isEmpty { throw PredictionError.noneUntil(PathText.encode(query.key), until, first: first) }
    }
    // Logs come the latest first, and rows in their order: of equal times the last row of the latest log counts.
    return found.enumerated().sorted { left, right in
      let (mine, yours) = (left.element.row.time, right.element.row.time)
      if mine != yours { return (mine?.microseconds ?? .min) > (yours?.microseconds ?? .min) }
      if left.element.at != right.element.at { return left.element.at > right.element.at }
      return left.offset > right.offset
    }.map(\.element)
  }

  private func check(
    _ query: PredictionQuery, _ count: Int, _ isEmpty: Bool, _ findings: PredictionFindings
  ) throws {
    guard isEmpty else { return }
    if count == 0, !query.patterns.isEmpty {
      let singles = try index.singlePredictions().contains { Self.matches($0.fact.name, query.patterns) }
      let pattern = query.patterns[0]
      if !singles { throw PredictionError.noLog(pattern, similar: try similarLogs(to: pattern)) }
    }
    throw PredictionError.unknownKey(
      PathText.encode(query.key), logs: findings.searched, unsearched: findings.unsearched)
  }

  /// Whether a log's name is one of some patterns, or matches one.
  static func matches(_ name: String, _ patterns: [String]) -> Bool {
    if patterns.isEmpty { return true }
    let bytes = PathText.decode(name) ?? Array(name.utf8)
    return patterns.contains { pattern in
      let typed = PathText.decode(pattern) ?? Array(pattern.utf8)
      // A folder stands for all in it.
      let folder = typed.last == UInt8(ascii: "/") ? typed : typed + [UInt8(ascii: "/")]
      return bytes == typed || bytes.starts(with: folder) || Glob(typed)?.matches(bytes[...]) ?? false
    }
  }

  // What keeps one log from being looked into mustn't keep the others.
  private static func reason(_ error: any Error) -> String? {
    switch error {
    case WorkspaceError.absentContent, StorageError.missing: "its bytes are neither here nor on the default remote"
    case WorkspaceError.purgedContent(_, _, let label): "its bytes were purged with the label '\(label)'"
    case PredictionError.damaged(_, let error): "\(error)"
    case let error as LogError: "\(error)"
    case StorageError.corrupt: "its bytes are damaged"
    case let error as SystemCallError: "\(error)"
    default: nil
    }
  }

  private func rows(
    with key: [UInt8], in entry: PredictionLogEntry, progress: (Int64, Int64) throws -> Void
  ) throws -> [PredictionRow] {
    do {
      return try rows(with: key, in: entry, try searchable(entry, progress: progress), progress)
    } catch LogError.damagedIndex {
      return try rows(with: key, in: entry, try remakeKeyIndex(entry, progress: progress), progress)
    }
  }

  private func rows(
    with key: [UInt8], in entry: PredictionLogEntry, _ log: SearchableLog, _ progress: (Int64, Int64) throws -> Void
  ) throws -> [PredictionRow] {
    let keyIndex: KeyIndex? = if case .indexed(let index) = log { index } else { nil }
    var places = try keyIndex?.places(of: key, limit: Self.samePredictionLimit) ?? []
    if places.isEmpty, keyIndex != nil { return [] }
    guard let fact = try index.predictions(entry)?.fact, let artifact = fact.artifact, let columns = fact.columns,
      let layout = LogLayout(columns)
    else { throw LogError.unknownLayout }
    let contents = try logContents(artifact)
    if keyIndex == nil {
      let search = LogScan(layout, finding: key, limit: Self.samePredictionLimit)
      _ = try scan(search, contents, named: entry.name, progress: progress)
      places = search.places
    }
    let rows = LogRows(layout, contents, index: keyIndex)
    return try places.compactMap { try rows.row(at: $0, key: key) }
  }

  private static func row(_ record: PredictionsLogged.Record, _ key: [UInt8]) -> PredictionRow {
    func values(_ map: [String: String]) -> [PredictionRow.Value] {
      map.sorted { $0.key < $1.key }.map { PredictionRow.Value(name: $0.key, text: $0.value) }
    }
    return PredictionRow(
      number: 1, key: key, time: record.time, timeText: record.time?.description, model: record.model,
      outputs: values(record.outputs), inputs: values(record.inputs), problem: nil)
  }

  /// What stands behind predictions; looked up once for all that are of one log and model.
  private struct Known {
    private struct Naming: Hashable {
      var content: ContentID?
      var log: String
      var model: String?
      var run: RunID?
      /// A path means what stood there then.
      var time: Timestamp?
    }

    private let workspace: Workspace
    private let finder: PredictionModelFinder
    private var makers: [ContentID: RunID?] = [:]
    private var runs: [RunID: RunRecord] = [:]
    private var inputs: [RunID: [ArtifactRecord]] = [:]
    private var models: [Naming: PredictionModel?] = [:]

    init(_ workspace: Workspace) {
      self.workspace = workspace
      finder = PredictionModelFinder(workspace)
    }

    mutating func prediction(
      _ row: PredictionRow, _ fact: PredictionsLogged, _ at: Timestamp
    ) throws -> FoundPrediction {
      let maker = try maker(of: fact)
      let isPath = row.model?.contains { $0 == "/" || $0 == "." } ?? false
      let naming = Naming(
        content: fact.artifact?.content, log: fact.name, model: row.model, run: fact.run, time: isPath ? row.time : nil)
      let model: PredictionModel?
      if let known = models[naming] {
        model = known
      } else {
        model = try finder.model(row.model, of: fact, at: row.time)
        models[naming] = .some(model)
      }
      return FoundPrediction(
        log: fact.name, content: fact.artifact?.content, logged: at, row: row, run: try maker.flatMap { try run($0) },
        inputs: try maker.map { try inputs(of: $0) } ?? [], model: model,
        modelRun: try model?.run.flatMap { try run($0) })
    }

    private mutating func maker(of fact: PredictionsLogged) throws -> RunID? {
      guard let content = fact.artifact?.content, fact.run == nil else { return fact.run }
      if let known = makers[content] { return known }
      let maker = try finder.run(of: fact)
      makers[content] = .some(maker)
      return maker
    }

    private mutating func run(_ id: RunID) throws -> RunRecord? {
      if let run = runs[id] { return run }
      runs[id] = try workspace.index.run(id)
      return runs[id]
    }

    private mutating func inputs(of run: RunID) throws -> [ArtifactRecord] {
      if let known = inputs[run] { return known }
      let found = try workspace.index.files(of: run, role: .input)
      inputs[run] = found
      return found
    }
  }

  /// The lineage of a prediction's model, else of the log that it stands in.
  private func trace(behind prediction: FoundPrediction) throws -> Trace? {
    if let model = prediction.model {
      guard let run = model.run else {
        return try model.artifact.content.map { try trace(TraceRequest(pointer: $0.hex)) }
      }
      return try trace(TraceRequest(pointer: pointer(to: model.artifact.path, of: run)))
    }
    guard let run = prediction.run, prediction.content != nil else { return nil }
    return try trace(TraceRequest(pointer: run.id.hex))
  }

  private func pointer(to path: String, of run: RunID) -> String {
    let typed = path.contains("://") ? path : WorkPath(text: path).map { self.typed($0) } ?? path
    let bytes = PathText.decode(typed) ?? Array(typed.utf8)
    return PathText.encode(bytes + Array("@\(run.hex)".utf8))
  }
}
