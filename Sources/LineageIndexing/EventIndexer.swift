internal import GRDB
internal import Journaling
internal import MLTBase

/// Turns events into rows, within one transaction.
///
/// Whatever order writers are read in, the same events make the same rows, but for the numbers that rows are joined by:
/// where two facts contradict each other, the later ``Stamp`` wins.
final class EventIndexer {
  let db: Database
  private(set) var sources: SourceTable
  var runs: [RunID: RunState] = [:]
  private var paths: [ExactText: Int64] = [:]
  private var environments: [ContentID: Int64] = [:]
  var nextRun: Int64
  private let insertFile: Statement
  private let findPath: Statement
  private let insertPath: Statement
  let findRun: Statement

  /// The most entries of a lookaside table; a full one is emptied, for recent entries are what is asked for again.
  static let cacheLimit = 50_000

  init(_ db: Database) throws {
    self.db = db
    sources = try SourceTable(db)
    nextRun = try db.first("SELECT ifnull(max(n), 0) + 1 FROM runs") { try $0.int(0) } ?? 1
    insertFile = try db.makeStatement(sql: "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    findPath = try db.makeStatement(sql: "SELECT n FROM paths WHERE path = ?")
    insertPath = try db.makeStatement(sql: "INSERT INTO paths (path) VALUES (?)")
    findRun = try db.makeStatement(
      sql: """
        SELECT n, started, started_source, ended, ended_source, note_at, note_source, deleted_at, deleted_source
        FROM runs WHERE id = ?
        """)
  }

  // MARK: Events

  /// Reads what a journal has beyond the positions in the index.
  ///
  /// - Throws: ``StaleIndex`` if the journal doesn't go on from where the index stands.
  func catchUp(_ journal: Journal, _ tails: [JournalTail]) throws {
    for tail in tails {
      let source = try sources.source(tail.writer, db)
      guard tail.hasEvents(after: source.position) else { continue }
      var position = source.position
      var isFirst = true
      try journal.read(writer: tail.writer, from: source.position) { element, next in
        switch element {
        case .success(let event):
          // After an event that couldn't be read there is nothing to compare with.
          if isFirst, let last = position.last, event.previous != last { throw StaleIndex() }
          try add(event, source.n, sequence: next.sequence)
        case .failure(let error):
          // What follows an event that was read is the next one or a gap: anything else is another journal, whose lines
          // lie elsewhere. If it is damage after all, making the index anew passes it once and for good.
          if isFirst, position.last != nil, !error.isGap { throw StaleIndex() }
          try addProblem(source.n, next.sequence, nil, nil, "\(error)")
        }
        isFirst = false
        position = next
      }
      if position != source.position { try sources.move(tail.writer, to: position, db) }
    }
  }

  /// Indexes the next event of its writer, from wherever it came.
  func add(_ event: Event, sequence: Int64) throws {
    try add(event, sources.source(event.writer, db).n, sequence: sequence)
  }

  private func add(_ event: Event, _ source: Int64, sequence: Int64) throws {
    let stamp = Stamp(at: event.at.microseconds, source: source)
    do {
      switch event.type {
      case RunStarted.type: try add(try event.fact(RunStarted.self), stamp, sequence: sequence)
      case RunLogged.type: try add(try event.fact(RunLogged.self), stamp, sequence: sequence)
      case RunEnded.type: try add(try event.fact(RunEnded.self), stamp)
      case RunSigned.type: try add(try event.fact(RunSigned.self), stamp)
      case RunReplicated.type: try add(try event.fact(RunReplicated.self), stamp)
      case RunAnnotated.type: try add(try event.fact(RunAnnotated.self), stamp)
      case RunDeleted.type: try setDeleted(true, try event.fact(RunDeleted.self).run, stamp)
      case RunRestored.type: try setDeleted(false, try event.fact(RunRestored.self).run, stamp)
      case ArtifactAnnotated.type: try add(try event.fact(ArtifactAnnotated.self), stamp)
      case ArtifactFlagged.type: try add(try event.fact(ArtifactFlagged.self), stamp)
      case ArtifactUnflagged.type: try add(try event.fact(ArtifactUnflagged.self), stamp)
      case ReviewClosed.type: try add(try event.fact(ReviewClosed.self), stamp)
      case ComponentDescribed.type: try add(try event.fact(ComponentDescribed.self), stamp)
      case ArtifactLabelled.type: try add(try event.fact(ArtifactLabelled.self), stamp)
      case LabelRetracted.type: try add(try event.fact(LabelRetracted.self), stamp)
      case LabelReinstated.type: try add(try event.fact(LabelReinstated.self), stamp)
      case ContentsPurged.type: try add(try event.fact(ContentsPurged.self))
      case RunChecked.type: try add(try event.fact(RunChecked.self), stamp)
      case ArtifactAdded.type: try add(try event.fact(ArtifactAdded.self), stamp)
      case PredictionsLogged.type: try add(try event.fact(PredictionsLogged.self), stamp)
      default:
        // What is no fact of a model either is a newer version's business.
        if let fact = try ModelFact(event) { try add(fact, event, stamp, sequence: sequence) }
      }
    } catch let error as FactError {
      try addProblem(source, sequence, event.id, event.type, "\(error)")
    }
  }

  private func addProblem(
    _ source: Int64, _ sequence: Int64, _ event: ContentID?, _ type: String?, _ reason: String
  ) throws {
    try db.run(
      "INSERT INTO problems (source, sequence, event, type, reason) VALUES (?, ?, ?, ?, ?)",
      [.int(source), .int(sequence), .id(event), .text(type), .text(reason)])
  }

  /// Whether `new` replaces what `old` said.
  func wins(_ new: Stamp, over old: Stamp?) -> Bool {
    guard let old else { return true }
    if new.at != old.at { return new.at > old.at }
    if new.source == old.source { return true }
    guard let left = sources.writers[new.source], let right = sources.writers[old.source] else { return true }
    return left > right
  }

  // MARK: Shared rows

  /// The number of a path.
  func path(_ path: String) throws -> Int64 {
    let exact = ExactText(path)
    if let n = paths[exact] { return n }
    findPath.setUncheckedArguments(StatementArguments([DatabaseValue.text(path)]))
    let n: Int64
    if let row = try Row.fetchOne(findPath) {
      n = try Columns(row: row).int(0)
    } else {
      try insertPath.run([.text(path)])
      n = db.lastInsertedRowID
    }
    if paths.count >= Self.cacheLimit { paths.removeAll(keepingCapacity: true) }
    paths[exact] = n
    return n
  }

  /// The number of fields that many runs have alike: environments, look-ups; nil for none.
  func shared(_ fields: JSONObject) throws -> Int64? {
    if fields.members.isEmpty { return nil }
    let text = JSON.object(fields).canonicalBytes
    let hash = ContentHasher.contentID(of: text)
    if let n = environments[hash] { return n }
    var n = try db.first("SELECT n FROM environments WHERE hash = ?", [.id(hash)]) { try $0.int(0) }
    if n == nil {
      try db.run(
        "INSERT INTO environments (hash, fields) VALUES (?, ?)",
        [.id(hash), .text(String(decoding: text, as: UTF8.self))])
      n = db.lastInsertedRowID
    }
    if environments.count >= Self.cacheLimit { environments.removeAll(keepingCapacity: true) }
    environments[hash] = n
    return n
  }

  /// Adds one input or output of a run.
  func addFile(_ file: Int64, _ role: FileRole, _ artifact: ArtifactRecord, ended: Int64) throws {
    try insertFile.run(
      [
        .int(file), .int(role.rawValue), .int(try path(artifact.path)), .int(ended),
        .int(artifact.content.map(ContentKey.key)), .id(artifact.content),
      ] + StoredArtifact.values(artifact))
  }
}

extension EventError {
  /// Whether events are missing, rather than unusable.
  fileprivate var isGap: Bool { if case .missing = self { true } else { false } }
}

/// The journal doesn't hold what the index had read of it.
struct StaleIndex: Error {}
