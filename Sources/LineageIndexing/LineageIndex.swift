internal import GRDB
internal import Glibc
public import Journaling
internal import MLTBase
public import SystemPackage

/// Answers questions about runs, files and contents from a view of the journal in SQLite (`docs/design/index.md`).
///
/// The view may be deleted at any time: opening it makes it again, and it answers the same. Several processes may use it
/// at once. What one object answers is the journal as of its last catching up.
public final class LineageIndex: Sendable {
  /// The index's file.
  public let path: FilePath
  private let queue: DatabaseQueue
  /// Whether the file can only be read: what would be noted in it is dropped, and it stays as it was when opened.
  let isReadOnly: Bool

  init(_ path: FilePath, _ queue: DatabaseQueue, isReadOnly: Bool = false) {
    self.path = path
    self.queue = queue
    self.isReadOnly = isReadOnly
  }

  /// Opens the index, makes it anew if it is missing, damaged or of another version, and reads what the journal has since got.
  ///
  /// Where this process may not write, as on a read-only file system or in another user's folder, an index that holds all
  /// that the journal does is read as it is; in place of any other one is made that goes with the process.
  ///
  /// - Parameters:
  ///   - path: the index's file, in a folder that exists.
  ///   - journal: the journal that it is a view of.
  /// - Returns: the index, and what was done beside opening it.
  /// - Throws: ``IndexError`` if the journal can't be read or the file not written.
  public static func open(
    _ path: FilePath, journal: Journal
  ) throws(IndexError) -> (LineageIndex, [IndexNotice]) {
    try indexing {
      if try !isWritable(path) { return (try openUnwritable(path, journal), []) }
      if case .current(let index) = try openShared(path, journal) { return (index, []) }
      let lock = try FileLock(lockPath(path))
      // Another process may have made it while this one waited.
      let reason: IndexNotice.Reason
      switch try IndexBuilder.openCurrent(path, journal) {
      case .current(let index): return (index, [])
      case .unusable(let found): reason = found
      }
      let index = try IndexBuilder.build(path, journal)
      _ = consume lock
      let isFirst = try reason == .missing && index.isEmpty()
      return (index, isFirst ? [] : [.rebuilt(reason)])
    }
  }

  private static func openShared(_ path: FilePath, _ journal: Journal) throws -> IndexBuilder.Opening {
    // Held until the first read is over: from then on SQLite has all its files open and doesn't mix those of an old
    // index with those of one that takes its place.
    let lock = try FileLock(lockPath(path), shared: true)
    let opening = try IndexBuilder.openCurrent(path, journal)
    _ = consume lock
    return opening
  }

  private static func isWritable(_ path: FilePath) throws -> Bool {
    let folder = path.removingLastComponent()
    for place in [folder.isEmpty ? "." : folder, path, lockPath(path)]
    where try FileStatus(at: place, followingLinks: true) != nil {
      let result = place.withPlatformString { faccessat(AT_FDCWD, $0, W_OK, AT_EACCESS) }
      if result != 0, errno == EACCES || errno == EROFS || errno == EPERM { return false }
    }
    return true
  }

  private static func openUnwritable(_ path: FilePath, _ journal: Journal) throws -> LineageIndex {
    var index: LineageIndex?
    if try FileStatus(at: lockPath(path), followingLinks: true) != nil {
      let lock = try FileLock(lockPath(path), shared: true)
      index = try IndexBuilder.openUnwritable(path, journal)
      _ = consume lock
    } else {
      index = try IndexBuilder.openUnwritable(path, journal)
    }
    return try index ?? IndexBuilder.buildPrivate(path, journal)
  }

  /// Makes the index anew from the journal, whatever its state.
  ///
  /// Cached file states and memos are lost; objects that have the old file open go on with what it held.
  public static func rebuild(_ path: FilePath, journal: Journal) throws(IndexError) -> LineageIndex {
    try indexing {
      let lock = try FileLock(lockPath(path))
      let index = try IndexBuilder.build(path, journal)
      _ = consume lock
      return index
    }
  }

  private static func lockPath(_ path: FilePath) -> FilePath {
    path.removingLastComponent().appending((path.lastComponent?.string ?? "index") + ".lock")
  }

  /// Reads what the journal has got since the index last did.
  ///
  /// - Throws: ``IndexError``; ``IndexError/stale`` if the journal doesn't go on from where the index stands, which
  ///   opening the index again mends.
  public func catchUp(_ journal: Journal) throws(IndexError) {
    try indexing { try catchUpOrStale(journal) }
  }

  /// Whether the journal holds what the index does, and nothing else.
  func isUpToDate(with journal: Journal) throws -> Bool {
    let sources = try queue.unsafeRead { try SourceTable($0) }
    let tails = try journal.tails()
    return !sources.isAhead(of: tails) && !sources.isBehind(tails)
  }

  func catchUpOrStale(_ journal: Journal) throws {
    if isReadOnly { return }
    // Positions before tails: another process may append and catch up in between, and must not seem to be ahead of the
    // journal.
    let sources = try queue.unsafeRead { try SourceTable($0) }
    var tails = try journal.tails()
    if sources.isAhead(of: tails) {
      // A folder isn't listed in one step, so that a segment which is just being closed can be missed.
      tails = try journal.tails()
      if sources.isAhead(of: tails) { throw StaleIndex() }
    }
    if !sources.isBehind(tails) { return }
    try queue.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        try EventIndexer(db).catchUp(journal, tails)
        return .commit
      }
    }
  }

  /// Whether no event has been read.
  private func isEmpty() throws -> Bool {
    try queue.unsafeRead { try $0.first("SELECT 1 FROM writers WHERE sequence > 0") { _ in true } == nil }
  }

  // MARK: Access for the rest of the module

  /// Runs single lookups.
  func read<Value>(_ body: (Database) throws -> Value) throws(IndexError) -> Value {
    try indexing { try queue.unsafeRead(body) }
  }

  /// Runs lookups on the connection itself.
  func withDatabase<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try queue.unsafeRead(body)
  }

  /// Runs several lookups that must agree with each other.
  func readTogether<Value>(_ body: (Database) throws -> Value) throws(IndexError) -> Value {
    // A transaction of its own: GRDB's `read` brackets it with `PRAGMA query_only`, upon which SQLite compiles every
    // statement anew.
    try indexing {
      try queue.unsafeRead { db in
        try db.run("BEGIN DEFERRED TRANSACTION")
        do {
          let value = try body(db)
          try db.run("COMMIT TRANSACTION")
          return value
        } catch {
          try? db.run("ROLLBACK TRANSACTION")  // the failure that matters is already being reported
          throw error
        }
      }
    }
  }

  /// Runs changes, all or none of them.
  func write<Value>(_ body: (Database) throws -> Value) throws(IndexError) -> Value {
    try indexing { try queue.write(body) }
  }

  /// Runs changes, all or none of them; what `body` throws passes unchanged.
  func change(_ body: (Database) throws -> Void) throws {
    try queue.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        try body(db)
        return .commit
      }
    }
  }

  /// Events that the index doesn't show because something is wrong with them, by writer and number.
  public func problems() throws(IndexError) -> [IndexProblem] {
    try read { db in
      try db.all(
        """
        SELECT writers.id, problems.sequence, event, type, reason
        FROM problems JOIN writers ON writers.n = problems.source
        ORDER BY writers.id, problems.sequence, problems.n
        """
      ) { row in
        IndexProblem(
          writer: try row.known(WriterID(bytes: try row.bytes(0) ?? [])), sequence: try row.int(1),
          event: try row.optionalContent(2), type: try row.optionalText(3), reason: try row.text(4))
      }
    }
  }
}
