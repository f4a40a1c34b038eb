internal import Glibc
internal import MLTBase
internal import SystemPackage

/// An open folder, in which names are looked up one by one: paths of any length, and no link swapped in on the way.
final class FolderHandle: Sendable {
  let descriptor: FileDescriptor

  private init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
  }

  private static func open(
    _ name: UnsafePointer<CChar>, in folder: CInt, _ flags: CInt
  ) throws(Errno) -> FolderHandle {
    while true {
      let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags)
      if descriptor >= 0 { return FolderHandle(FileDescriptor(rawValue: descriptor)) }
      let code = Errno(rawValue: errno)
      if code != .interrupted { throw code }
    }
  }

  /// Opens the folder at a path; a symbolic link at its end is followed.
  static func open(at path: FilePath) throws(SystemCallError) -> FolderHandle {
    do throws(Errno) {
      return try path.withPlatformString { name in
        Result { () throws(Errno) in try open(name, in: AT_FDCWD, 0) }
      }.get()
    } catch {
      throw SystemCallError("list", path, error)
    }
  }

  /// Opens a folder in this one; a symbolic link isn't followed.
  func open(_ name: UnsafePointer<CChar>) throws(Errno) -> FolderHandle {
    try Self.open(name, in: descriptor.rawValue, O_NOFOLLOW)
  }

  /// Opens the folder above this one, if it is still the one of that identity.
  func parent(_ identity: Identity) throws(Errno) -> FolderHandle {
    let handle = try Self.open("..", in: descriptor.rawValue, 0)
    guard try handle.identity() == identity else { throw .noSuchFileOrDirectory }
    return handle
  }

  /// What tells a folder from all others.
  struct Identity: Equatable {
    var device: UInt64
    var inode: UInt64
  }

  /// The folder's identity.
  func identity() throws(Errno) -> Identity {
    do throws(SystemCallError) {
      let status = try FileStatus(of: descriptor, path: nil)
      return Identity(device: status.device, inode: status.inode)
    } catch {
      throw error.errno
    }
  }

  /// Opens a file in the folder for reading; a symbolic link isn't followed, a pipe isn't waited for.
  func openFile(_ name: UnsafePointer<CChar>) throws(Errno) -> FileDescriptor {
    while true {
      let file = openat(descriptor.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      if file >= 0 { return FileDescriptor(rawValue: file) }
      let code = Errno(rawValue: errno)
      if code != .interrupted { throw code }
    }
  }

  /// Reads the target of a symbolic link in the folder.
  func linkTarget(_ name: UnsafePointer<CChar>) throws(Errno) -> [UInt8] {
    let block = MemoryBlock(count: LinkTarget.limit)
    let count =
      block.bytes.baseAddress.map {
        readlinkat(descriptor.rawValue, name, $0.assumingMemoryBound(to: CChar.self), LinkTarget.limit)
      } ?? -1
    guard count >= 0 else { throw Errno(rawValue: errno) }
    return Array(block.prefix(count))
  }

  deinit {
    try? descriptor.close()  // nothing was written
  }
}
