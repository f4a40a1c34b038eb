internal import Glibc
public import SystemPackage

/// An advisory lock between processes, held on a file of its own.
///
/// The kernel drops it when its holder ends, however that ends (`flock(2)`).
public struct FileLock: ~Copyable {
  private let descriptor: FileDescriptor

  /// Takes the lock at `path`, waiting for it; the file is made if missing and stays.
  ///
  /// To share it, a file that can only be read is enough.
  public init(_ path: FilePath, shared: Bool = false) throws(SystemCallError) {
    guard let lock = try FileLock.open(path, shared ? LOCK_SH : LOCK_EX) else {
      throw SystemCallError("lock", path, .wouldBlock)
    }
    self = lock
  }

  /// Takes the lock at `path` if it is free, else returns nil at once.
  public static func ifFree(_ path: FilePath) throws(SystemCallError) -> FileLock? {
    try open(path, LOCK_EX | LOCK_NB)
  }

  /// Takes the lock at `path` if there is such a file and it is free, else returns nil at once.
  ///
  /// The file may have been removed in the moment before it was locked; who cares looks again.
  public static func ifFree(existing path: FilePath) throws(SystemCallError) -> FileLock? {
    do {
      return try open(path, LOCK_EX | LOCK_NB, options: [.closeOnExec])
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  /// Runs `body` with the lock at `path` held from before its start until after its end.
  ///
  /// - Throws: ``SystemCallError`` if the lock can't be taken; what `body` throws.
  public static func holding<Result>(_ path: FilePath, _ body: () throws -> Result) throws -> Result {
    let lock = try FileLock(path)
    let outcome = Swift.Result { try body() }
    lock.release()
    return try outcome.get()
  }

  /// Gives the lock back; a lock that goes out of use gives itself back, but nobody can say when.
  public consuming func release() {}

  private init(descriptor: FileDescriptor) {
    self.descriptor = descriptor
  }

  private static func open(
    _ path: FilePath, _ operation: CInt, options: FileDescriptor.OpenOptions = [.create, .closeOnExec]
  ) throws(SystemCallError) -> FileLock? {
    let permissions = FilePermissions(rawValue: 0o644)
    let descriptor = try attempting("lock", path) {
      do {
        return try FileDescriptor.open(path, .readWrite, options: options, permissions: permissions)
      } catch let code as Errno
        where operation & LOCK_SH != 0 && (code == .readOnlyFileSystem || code == .permissionDenied)
      {
        return try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      }
    }
    while flock(descriptor.rawValue, operation) != 0 {
      let code = Errno(rawValue: errno)
      if code == .interrupted { continue }
      try? descriptor.close()  // the failure that matters is the lock's
      if code == .wouldBlock { return nil }
      throw SystemCallError("lock", path, code)
    }
    return FileLock(descriptor: descriptor)
  }

  deinit {
    try? descriptor.close()  // closing is what unlocks; there is nobody to tell
  }
}
