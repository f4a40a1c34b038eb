internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The file under `tmp/` that a pack is written to, locked as long as its writer lives.
final class TemporaryPackFile {
  private static let prefix = "pack-"
  private static let suffix = ".tmp"

  let path: FilePath
  let descriptor: FileDescriptor
  private var isOpen = true
  // Whether writes go to the disk past the page cache, and whether they may.
  private var isDirect = false
  private var mayBeDirect = true

  /// Makes and locks a new file in `folder`.
  init(in folder: FilePath) throws(SystemCallError) {
    while true {
      let name = Self.prefix + Hex.encode(FileOperations.randomBytes(8)) + Self.suffix
      let path = folder.appending(name)
      let descriptor = try attempting("create", path) {
        try FileDescriptor.open(
          path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
          permissions: FilePermissions(rawValue: 0o444))
      }
      // Between creating and locking, another process may have taken it for abandoned and removed it.
      if try Self.lock(descriptor, path), try Self.isNamed(descriptor, path) {
        self.path = path
        self.descriptor = descriptor
        return
      }
      try? descriptor.close()  // an empty file that has no name any more
    }
  }

  /// What ``write(_:direct:)`` must get a multiple of to write directly, in length as in memory.
  static let directAlignment = 4096

  /// Appends `bytes`.
  ///
  /// - Parameter direct: whether they may go past the page cache: bytes that will be synced at once and, likely, not
  ///   be read soon; all that was written before was direct and aligned. Copying them into the cache costs as
  ///   much as hashing them does.
  func write(_ bytes: UnsafeRawBufferPointer, direct: Bool = false) throws(SystemCallError) {
    setDirect(direct && mayBeDirect)
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor.rawValue, rest.baseAddress, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        // What is left may not be aligned any more.
        if !rest.isEmpty { setDirect(false) }
        continue
      }
      let code = Errno(rawValue: errno)
      if code == .interrupted { continue }
      // Some file systems take the flag and refuse the write.
      guard code == .invalidArgument, isDirect else { throw SystemCallError("write", path, code) }
      mayBeDirect = false
      setDirect(false)
    }
  }

  private func setDirect(_ wanted: Bool) {
    guard wanted != isDirect else { return }
    let flags = fcntl(descriptor.rawValue, F_GETFL)
    if flags >= 0, fcntl(descriptor.rawValue, F_SETFL, wanted ? flags | __O_DIRECT : flags & ~__O_DIRECT) == 0 {
      isDirect = wanted
    } else {
      mayBeDirect = false
    }
  }

  /// Syncs the file, gives it its final path among the packs and unlocks it.
  func publish(as final: FilePath) throws(SystemCallError) {
    try put(at: final) { (path, final) throws(SystemCallError) in try StoreLock.publish(path, as: final) }
  }

  /// Syncs the file, gives it its final path and unlocks it.
  func put(
    at final: FilePath, _ rename: (FilePath, FilePath) throws(SystemCallError) -> Void = FileOperations.rename
  ) throws(SystemCallError) {
    try FileOperations.synchronize(descriptor, path)
    try rename(path, final)
    close()
    try FileOperations.synchronizeFolder(final.removingLastComponent())
  }

  /// Removes the file.
  func discard() {
    guard isOpen else { return }
    // What can't be removed is found by the next `removeAbandoned`; the caller has nothing better to do about it.
    try? FileOperations.remove(path)
    close()
  }

  private func close() {
    isOpen = false
    try? descriptor.close()  // the bytes were synced or are not wanted
  }

  deinit {
    discard()
  }

  /// Removes the files in `folder` that no process holds, and returns how many they were.
  static func removeAbandoned(in folder: FilePath) throws(SystemCallError) -> Int {
    var count = 0
    for name in try FileOperations.names(in: folder) where isName(name.string) {
      let path = folder.appending(name)
      guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else {
        continue  // published or removed since it was listed
      }
      defer { try? descriptor.close() }  // nothing was written
      if try lock(descriptor, path), try isNamed(descriptor, path) {
        try FileOperations.remove(path)
        count += 1
      }
    }
    return count
  }

  private static func isName(_ name: String) -> Bool {
    name.hasPrefix(prefix) && name.hasSuffix(suffix)
  }

  // Whether the lock could be had at once.
  static func lock(_ descriptor: FileDescriptor, _ path: FilePath) throws(SystemCallError) -> Bool {
    while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
      let code = Errno(rawValue: errno)
      if code == .interrupted { continue }
      if code == .wouldBlock { return false }
      throw SystemCallError("lock", path, code)
    }
    return true
  }

  static func isNamed(_ descriptor: FileDescriptor, _ path: FilePath) throws(SystemCallError) -> Bool {
    guard let there = try FileStatus(at: path) else { return false }
    let open = try FileStatus(of: descriptor, path: path)
    return there.device == open.device && there.inode == open.inode
  }
}
