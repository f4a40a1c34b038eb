internal import Glibc
public import SystemPackage

/// An advisory lock between processes on one of the 2⁶³ bytes of a file: any number of locks in one file, none of which
/// leaves anything behind.
///
/// The kernel drops it when its holder ends, however that ends (`fcntl(2)`, open file description locks).
public struct RangeLock: ~Copyable {
  private let descriptor: FileDescriptor

  // Of <fcntl.h>, where Swift doesn't see them.
  private static let setLock: CInt = 37
  private static let setLockWaiting: CInt = 38

  /// Takes a lock; the file is made if missing and stays.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - name: what is locked; its hash chooses the byte, which is another one for nearly every other name.
  ///   - onWait: called if somebody else has it, before waiting.
  public init(_ path: FilePath, of name: [UInt8], onWait: () -> Void) throws(SystemCallError) {
    let descriptor = try attempting("lock", path) {
      try FileDescriptor.open(
        path, .readWrite, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o644))
    }
    let place = ContentHasher.contentID(of: name).withUnsafeBytes { bytes in
      bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    var request = flock()
    request.l_type = Int16(F_WRLCK)
    request.l_whence = Int16(SEEK_SET)
    request.l_start = off_t(place & UInt64(Int64.max))
    request.l_len = 1
    var operation = Self.setLock
    while fcntl(descriptor.rawValue, operation, &request) != 0 {
      let code = Errno(rawValue: errno)
      if code == .interrupted { continue }
      guard operation == Self.setLock, code == .resourceTemporarilyUnavailable || code == .permissionDenied else {
        try? descriptor.close()  // the failure that matters is the lock's
        throw SystemCallError("lock", path, code)
      }
      onWait()
      operation = Self.setLockWaiting
    }
    self.init(descriptor: descriptor)
  }

  private init(descriptor: FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Gives the lock back; a lock that goes out of use gives itself back, but nobody can say when.
  public consuming func release() {}

  deinit {
    try? descriptor.close()  // closing is what unlocks; there is nobody to tell
  }
}
