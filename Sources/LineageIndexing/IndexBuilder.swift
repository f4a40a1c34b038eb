internal import GRDB
internal import Journaling
internal import MLTBase
internal import SystemPackage

/// Opens an index that is good, and makes one that isn't.
enum IndexBuilder {
  /// What opening an index comes to.
  enum Opening {
    /// It is good, and holds all that the journal does.
    case current(LineageIndex)
    /// It must be made anew.
    case unusable(IndexNotice.Reason)
  }

  /// Opens the index and reads what is new in the journal.
  static func openCurrent(_ path: FilePath, _ journal: Journal) throws -> Opening {
    do {
      return try openOrThrow(path, journal)
    } catch is StaleIndex {
      return .unusable(.journalChanged)
    } catch let error as DatabaseError where IndexError(error).meansDamage {
      return .unusable(.damaged)
    }
  }

  private static func openOrThrow(_ path: FilePath, _ journal: Journal) throws -> Opening {
    guard try FileStatus(at: path, followingLinks: true) != nil else { return .unusable(.missing) }
    let queue = try DatabaseQueue(path: path.string, configuration: configuration())
    guard let isCurrent = try queue.unsafeRead({ try IndexSchema.isCurrent($0) }) else { return .unusable(.damaged) }
    guard isCurrent else { return .unusable(.otherVersion) }
    let index = LineageIndex(path, queue)
    try index.catchUpOrStale(journal)
    return .current(index)
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

  /// Opens an index whose folder nobody here may write to, as it stands; nil unless it holds all that the journal does.
  static func openUnwritable(_ path: FilePath, _ journal: Journal) throws -> LineageIndex? {
    guard try FileStatus(at: path, followingLinks: true) != nil else { return nil }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.foreignKeysEnabled = false
    do {
      // With a log beside it somebody has it open, and shares what is needed to read along. Without one nobody has, and
      // SQLite must be told so, since it can't make the files in which it would note that it reads.
      let log = try FileStatus(at: sibling(path, "-wal"))
      let name = log.map { $0.size > 0 } ?? false ? path.string : immutableName(path)
      let queue = try DatabaseQueue(path: name, configuration: configuration)
      guard try queue.unsafeRead({ try IndexSchema.isCurrent($0) }) == true else { return nil }
      let index = LineageIndex(path, queue, isReadOnly: true)
      return try index.isUpToDate(with: journal) ? index : nil
    } catch is DatabaseError {
      return nil
    }
  }

  // An SQLite URI (https://sqlite.org/uri.html), in which some characters have a meaning of their own.
  private static func immutableName(_ path: FilePath) -> String {
    var name = "file:"
    for byte in path.bytes {
      let isPlain =
        byte == 0x2F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      name += isPlain ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte])
    }
    return name + "?immutable=1"
  }

  /// Makes an index of the journal that only this process sees, and that goes with it.
  static func buildPrivate(_ path: FilePath, _ journal: Journal) throws -> LineageIndex {
    let queue = try privateQueue()
    try queue.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        try IndexSchema.createTables(db)
        try EventIndexer(db).catchUp(journal, journal.tails())
        try IndexSchema.createIndexes(db)
        return .commit
      }
    }
    return LineageIndex(path, queue)
  }

  /// Makes an index that only this process sees, without anything in it, nor secondary indexes.
  static func emptyPrivate() throws -> LineageIndex {
    let queue = try privateQueue()
    try queue.writeWithoutTransaction { try IndexSchema.createTables($0) }
    return LineageIndex("", queue)
  }

  private static func privateQueue() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    // A file without a name, which SQLite keeps in memory as long as it is small.
    return try DatabaseQueue(path: "", configuration: configuration)
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
