internal import CLibgit2
internal import MLTBase
internal import SystemPackage

/// The index as it was read, and what of a file's status it vouches for.
struct IndexSnapshot: ~Copyable {
  private let handle: OwnedPointer
  /// When the index was written, in nanoseconds since 1970; nil if there is no index file yet.
  private let written: Int64?

  /// Reads an index that isn't the repository's own; one that isn't there is empty.
  init(at path: FilePath) throws(GitError) {
    let status = try systemCall { () throws(SystemCallError) in try FileStatus(at: path, followingLinks: true) }
    handle = try OwnedPointer.making("read index", path, free: git_index_free) { index in
      GitLibrary.withCString(path.bytes) { git_index_open(&index, $0) }
    }
    written = status?.modified
  }

  /// Reads a repository's index.
  init(of repository: borrowing OwnedPointer, in gitFolder: FilePath) throws(GitError) {
    // Looked at before it is read: if it is replaced in between, the older time only makes more files be compared.
    let path = gitFolder.appending("index")
    let status = try systemCall { () throws(SystemCallError) in try FileStatus(at: path, followingLinks: true) }
    let pointer = repository.pointer
    let index = try OwnedPointer.making("read index", path, free: git_index_free) { git_repository_index(&$0, pointer) }
    try GitLibrary.check(git_index_read(index.pointer, 0), "read index", path)
    handle = index
    written = status?.modified
  }

  /// libgit2's handle; valid as long as the snapshot.
  var pointer: OpaquePointer { handle.pointer }

  /// The number of entries.
  var count: Int { git_index_entrycount(handle.pointer) }

  /// The entry at a position; valid as long as the snapshot.
  func entry(at position: Int) -> git_index_entry? {
    git_index_get_byindex(handle.pointer, position)?.pointee
  }

  /// The entry of a path that isn't in conflict; valid as long as the snapshot.
  func entry(for path: UnsafePointer<CChar>) -> git_index_entry? {
    git_index_get_bypath(handle.pointer, path, 0)?.pointee
  }

  /// The position of a path's first entry, in conflict or not; nil if it has none.
  func position(of path: UnsafePointer<CChar>) throws(GitError) -> Int? {
    var position = 0
    return try Self.found(git_index_find(&position, handle.pointer, path)) ? position : nil
  }

  /// The position of the first entry that begins with a prefix; nil if there is none.
  func position(ofPrefix prefix: UnsafePointer<CChar>) throws(GitError) -> Int? {
    var position = 0
    return try Self.found(git_index_find_prefix(&position, handle.pointer, prefix)) ? position : nil
  }

  /// Whether entries are sorted without regard to case, so that those with one prefix needn't be neighbours.
  var ignoresCase: Bool { git_index_caps(handle.pointer) & GIT_INDEX_CAPABILITY_IGNORE_CASE.rawValue != 0 }

  private static func found(_ code: CInt) throws(GitError) -> Bool {
    if code == GitLibrary.notFound { return false }
    try GitLibrary.check(code, "search index")
    return true
  }

  /// Whether a file still is as it was when its entry was written, going by its status alone.
  ///
  /// A file that changed within the same tick of the clock in which the index was written may look unchanged ("racy
  /// git" in git's technical documentation), so the index vouches only for files older than itself. A time without
  /// nanoseconds was noted by a program that doesn't know them and counts by seconds.
  func vouches(for entry: git_index_entry, _ status: FileStatus, _ settings: ComparisonSettings) -> Bool {
    guard let written, UInt64(entry.file_size) == UInt64(truncatingIfNeeded: status.size) & 0xFFFF_FFFF else {
      return false
    }
    guard Self.same(entry.mtime, status.modified, settings) else { return false }
    if !settings.checksMinimally {
      if settings.trustsChangeTime, !Self.same(entry.ctime, status.changed, settings) { return false }
      if entry.ino != 0, entry.ino != UInt32(truncatingIfNeeded: status.inode) { return false }
    }
    let countsSeconds = entry.mtime.nanoseconds == 0 || settings.checksMinimally
    return countsSeconds ? Self.seconds(status.modified) < Self.seconds(written) : status.modified < written
  }

  private static func same(_ noted: git_index_time, _ time: Int64, _ settings: ComparisonSettings) -> Bool {
    let (seconds, nanoseconds) = Self.parts(time)
    // The index has 32 bits for seconds.
    guard UInt32(truncatingIfNeeded: noted.seconds) == UInt32(truncatingIfNeeded: seconds) else { return false }
    return noted.nanoseconds == 0 || settings.checksMinimally || Int64(noted.nanoseconds) == nanoseconds
  }

  /// The whole seconds of a time, rounded down also before 1970.
  private static func seconds(_ time: Int64) -> Int64 { parts(time).seconds }

  // The nanoseconds of the earliest representable times can't be had by multiplying the seconds out again.
  private static func parts(_ time: Int64) -> (seconds: Int64, nanoseconds: Int64) {
    let (quotient, remainder) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    return remainder < 0 ? (quotient - 1, remainder + 1_000_000_000) : (quotient, remainder)
  }
}
