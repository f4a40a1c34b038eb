internal import GRDB
internal import Journaling
internal import MLTBase
internal import SystemPackage

/// Opens an index that is good, and makes one that isn't.
enum IndexBuilder {
  /// Opens the index and reads what is new in the journal.
  ///
  /// - Returns: no index, but the reason, if it must be made anew.
  static func openCurrent(
    _ path: FilePath, _ journal: Journal
  ) throws -> (index: LineageIndex?, reason: IndexNotice.Reason) {
    do {
      return try openOrThrow(path, journal)
    } catch is StaleIndex {
      return (nil, .journalChanged)
    } catch let error as DatabaseError where IndexError(error).meansDamage {
      return (nil, .damaged)
    }
  }

  private static func openOrThrow(
    _ path: FilePath, _ journal: Journal
  ) throws -> (index: LineageIndex?, reason: IndexNotice.Reason) {
    guard try FileStatus(at: path, followingLinks: true) != nil else { return (nil, .missing) }
    let queue = try DatabaseQueue(path: path.string, configuration: configuration())
    guard let isCurrent = try queue.unsafeRead({ try IndexSchema.isCurrent($0) }) else { return (nil, .damaged) }
    guard isCurrent else { return (nil, .otherVersion) }
    let index = LineageIndex(path, queue)
    try index.catchUpOrStale(journal)
    return (index, .damaged)
  }

  /// Makes the index anew and puts it in place; the caller holds the index's lock.
  static func build(_ path: FilePath, _ journal: Journal) throws -> LineageIndex {
    let name = path.lastComponent?.string ?? "index"
    let temporary = path.removingLastComponent().appending(name + ".new")
    try remove([temporary, sibling(temporary, "-journal")])
    do {
      try fill(temporary, journal)
    } catch {
      try? remove([temporary, sibling(temporary, "-journal")])  // the failure that matters is already being reported
      throw error
    }
    try remove([sibling(path, "-wal"), sibling(path, "-shm"), sibling(path, "-journal")])
    try FileOperations.rename(temporary, to: path)
    let index = LineageIndex(path, try DatabaseQueue(path: path.string, configuration: configuration()))
    // What others have appended meanwhile; and the first read, which the lock is held for.
    try index.catchUpOrStale(journal)
    return index
  }

  private static func fill(_ path: FilePath, _ journal: Journal) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      // A half-made index is thrown away, so nothing is spent on being able to take steps back.
      try db.execute(
        sql: """
          PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
          PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -98304; PRAGMA temp_store = FILE
          """)
    }
    let queue = try DatabaseQueue(path: path.string, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        try IndexSchema.createTables(db)
        try EventIndexer(db).catchUp(journal, journal.tails())
        try IndexSchema.createIndexes(db)
        return .commit
      }
      try IndexSchema.seal(db)
    }
    try queue.close()
    try attempting("open", path) {
      let descriptor = try FileDescriptor.open(path, .readWrite, options: [.closeOnExec])
      try descriptor.closeAfter { try FileOperations.synchronize(descriptor, path) }
    }
  }

  private static func sibling(_ path: FilePath, _ end: String) -> FilePath {
    path.removingLastComponent().appending((path.lastComponent?.string ?? "index") + end)
  }

  private static func remove(_ paths: [FilePath]) throws {
    for path in paths where try FileStatus(at: path) != nil { try FileOperations.remove(path) }
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    // Catching up after a large pull may take a while.
    configuration.busyMode = .timeout(120)
    configuration.prepareDatabase { db in
      // Set here and not through the configuration, which would write to the file each time. The mode stays with the
      // file, so that from the second time on this is only a look. Losing the last transactions to a crash costs reading
      // them again from the journal.
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384")
    }
    return configuration
  }
}
