internal import CLibgit2
internal import Glibc
internal import MLTBase
package import SystemPackage

/// The start of libgit2 and its last error.
package enum GitLibrary {
  static let notFound = GIT_ENOTFOUND.rawValue
  static let notOwned = GIT_EOWNER.rawValue
  static let locked = GIT_ELOCKED.rawValue
  static let invalidName = GIT_EINVALIDSPEC.rawValue

  /// Trees up to this size stay in memory once read: looking paths up in a folder of many files reads its tree each time.
  private static let treeCacheLimit = 16 << 20

  /// Extensions that change nothing for a reader of HEAD, index and blobs, so that naming them is no reason to refuse.
  private static let harmlessExtensions: [StaticString] = [
    "partialclone", "preciousobjects", "relativeworktrees", "worktreeconfig",
  ]

  /// Starts libgit2 once per process; it is never shut down, since handles may live as long as the process.
  static func start() throws(GitError) {
    try started.get()
  }

  private static let started: Result<Void, GitError> = {
    let count = git_libgit2_init()
    guard count > 0 else { return .failure(.failed(failure("start libgit2", nil, count))) }
    let code = withUnsafeTemporaryAllocation(
      of: UnsafePointer<CChar>.self, capacity: harmlessExtensions.count
    ) { names in
      for (index, name) in harmlessExtensions.enumerated() {
        names.initializeElement(at: index, to: UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
      }
      return names.baseAddress.map { mlt_git_allow_extensions($0, names.count) } ?? 0
    }
    guard code >= 0 else { return .failure(.failed(failure("start libgit2", nil, code))) }
    let limited = mlt_git_set_tree_cache_limit(treeCacheLimit)
    guard limited >= 0 else { return .failure(.failed(failure("start libgit2", nil, limited))) }
    return .success(())
  }()

  /// Lets git's own configuration be looked for in one folder alone, neither in the user's home nor in the system's.
  ///
  /// For tests, before any repository is opened: libgit2 finds the home by itself when it starts, and its search
  /// path is the process's.
  package static func isolateConfiguration(in folder: FilePath) throws(GitError) {
    try start()
    let levels = [
      GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
    ]
    for level in levels {
      let code = withCString(folder.bytes) { mlt_git_set_search_path(CInt(level.rawValue), $0) }
      try check(code, "set search path", folder)
    }
  }

  /// The folders in which git looks for the user's `config` and `ignore` (`$XDG_CONFIG_HOME/git`).
  static func userFolders() -> [FilePath] {
    var buffer = git_buf()
    defer { git_buf_dispose(&buffer) }
    guard mlt_git_get_search_path(CInt(GIT_CONFIG_LEVEL_XDG.rawValue), &buffer) >= 0, let text = buffer.ptr else {
      return []
    }
    return bytes(text).split(separator: UInt8(ascii: ":")).compactMap { FilePath(bytes: $0) }
  }

  /// Takes what libgit2 last reported on this thread.
  static func failure(_ operation: String, _ path: FilePath?, _ code: CInt) -> GitFailure {
    let last = git_error_last()
    let message = last?.pointee.message.map { String(cString: $0) } ?? ""
    return GitFailure(
      operation: operation, path: path, code: Int(code), errorClass: Int(last?.pointee.klass ?? 0), message: message)
  }

  /// Throws what libgit2 reported if `code` is one of its failures.
  static func check(_ code: CInt, _ operation: String, _ path: FilePath? = nil) throws(GitError) {
    if code < 0 { throw .failed(failure(operation, path, code)) }
  }

  /// Calls `body` with the bytes as C's string; bytes from the first zero on are left out.
  static func withCString<Result, Failure: Error>(
    _ bytes: some Collection<UInt8>, _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var characters = bytes.map { CChar(bitPattern: $0) }
    characters.append(0)
    return try characters.withUnsafeBufferPointer { buffer throws(Failure) in
      guard let start = buffer.baseAddress else { preconditionFailure("a C string has at least its zero") }
      return try body(start)
    }
  }

  /// Returns the bytes of C's string, without its zero.
  static func bytes(_ string: UnsafePointer<CChar>) -> [UInt8] {
    UnsafeBufferPointer(start: string, count: strlen(string)).map { UInt8(bitPattern: $0) }
  }
}
