internal import Glibc
public import SystemPackage

/// What a file system says of one file: kind, size, and what shows that it changed.
public struct FileStatus: Hashable, Sendable {
  /// The kinds of file that are told apart.
  public enum Kind: Hashable, Sendable {
    /// An ordinary file.
    case regular
    /// A folder.
    case directory
    /// A symbolic link.
    case symbolicLink
    /// A device, socket or named pipe.
    case special
  }

  /// The file's kind.
  public var kind: Kind
  /// The size in bytes.
  public var size: Int64
  /// The file system's device number.
  public var device: UInt64
  /// The file's number within its file system.
  public var inode: UInt64
  /// The time of the last change of content, in nanoseconds since 1970.
  public var modified: Int64
  /// The time of the last change of content or status, in nanoseconds since 1970.
  public var changed: Int64
  /// The permission bits, as `0o755`.
  public var permissions: UInt16

  /// Whether the owner may execute the file.
  public var isExecutable: Bool { permissions & 0o100 != 0 }

  /// Asks for the status at `path`; a symbolic link at its end is followed only if asked.
  ///
  /// - Returns: nil if there is nothing at the path.
  /// - Throws: ``SystemCallError`` for every other reason the path can't be looked at.
  public init?(at path: FilePath, followingLinks: Bool = false) throws(SystemCallError) {
    var status = stat()
    let result = path.withPlatformString { followingLinks ? stat($0, &status) : lstat($0, &status) }
    guard result == 0 else {
      let code = Errno(rawValue: errno)
      if code == .noSuchFileOrDirectory || code == .notDirectory { return nil }
      throw SystemCallError("look at", path, code)
    }
    self.init(status)
  }

  /// Asks for the status of what is named so in an open folder; a symbolic link isn't followed.
  ///
  /// - Returns: nil if there is nothing of that name.
  package init?(of name: UnsafePointer<CChar>, in folder: FileDescriptor) throws(Errno) {
    var status = stat()
    guard fstatat(folder.rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      let code = Errno(rawValue: errno)
      if code == .noSuchFileOrDirectory || code == .notDirectory { return nil }
      throw code
    }
    self.init(status)
  }

  /// Asks for the status of an open file.
  public init(of descriptor: FileDescriptor, path: FilePath?) throws(SystemCallError) {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
      throw SystemCallError("look at", path, Errno(rawValue: errno))
    }
    self.init(status)
  }

  private init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .special
      }
    size = Int64(status.st_size)
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
    permissions = UInt16(truncatingIfNeeded: status.st_mode & 0o7777)
  }

  // File systems keep years that 64 bits of nanoseconds don't reach; they all count as the last moment.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    let (seconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return time.tv_sec < 0 ? .min : .max }
    let (total, overflowed) = seconds.addingReportingOverflow(Int64(time.tv_nsec))
    return overflowed ? .max : total
  }
}
