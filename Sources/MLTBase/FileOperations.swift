internal import Glibc
public import SystemPackage

/// Reading, listing and durable writing of whole files.
public enum FileOperations {
  /// Reads a whole file.
  ///
  /// - Parameter limit: the most bytes to take; a larger file fails with `EFBIG`.
  /// - Returns: nil if there is no such file.
  public static func contents(of path: FilePath, limit: Int = .max) throws(SystemCallError) -> [UInt8]? {
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    } catch let errno as Errno where errno == .noSuchFileOrDirectory || errno == .notDirectory {
      return nil
    } catch {
      throw SystemCallError("open", path, error as? Errno ?? .ioError)
    }
    defer { try? descriptor.close() }  // nothing was written, so closing has nothing to report
    let expected = try Int(FileStatus(of: descriptor, path: path).size)
    var bytes: [UInt8] = []
    // A size is a claim; what is really there shows in reading.
    bytes.reserveCapacity(min(max(0, expected), limit, 1 << 26))
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = try attempting("read", path) { try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) } }
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else { throw SystemCallError("read", path, .fileTooLarge) }
      bytes += buffer[..<count]
    }
  }

  /// Puts `bytes` at `path` so that a crash leaves either the old file or the new one, whole.
  ///
  /// Writes a temporary file beside it, syncs it, renames it over the path and syncs the folder.
  public static func replace(
    _ path: FilePath, with bytes: [UInt8], permissions: FilePermissions = FilePermissions(rawValue: 0o644),
    sync: Bool = true
  ) throws(SystemCallError) {
    let folder = path.removingLastComponent()
    var temporary = path
    temporary.removeLastComponent()
    // A name of its own: the file's, made longer, might be too long.
    temporary.append(FilePath.Component(temporaryPrefix + Hex.encode(randomBytes(8))) ?? "mlt.tmp")
    try attempting("write", path) {
      let descriptor = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: permissions)
      // By the clock of the file system itself.
      if let made = try? FileStatus(of: descriptor, path: temporary).modified {
        removeStaleTemporaries(in: folder.isEmpty ? "." : folder, asOf: made)
      }
      do {
        try descriptor.closeAfter {
          _ = try descriptor.writeAll(bytes)
          if sync { try synchronize(descriptor, temporary) }
        }
        try rename(temporary, to: path)
      } catch {
        try? remove(temporary)  // the failure that matters is already being reported
        throw error
      }
    }
    if sync { try synchronizeFolder(folder.isEmpty ? "." : folder) }
  }

  /// What the names of temporary files begin with that stand beside other people's files.
  public static let temporaryPrefix = ".mlt-tmp-"

  /// How long nobody has written to a temporary file that is held to be left behind by a killed process, in nanoseconds.
  private static let staleAge: Int64 = 24 * 3600 * 1_000_000_000

  /// Removes temporary files and links that killed processes have left in a folder: those that weren't changed for a day.
  ///
  /// What can't be removed stays, for somebody else to.
  ///
  /// - Parameter now: the time, in nanoseconds since 1970.
  public static func removeStaleTemporaries(in folder: FilePath, asOf now: Int64) {
    let prefix = Array(temporaryPrefix.utf8)
    var found: [[UInt8]] = []
    try? forEachName(in: folder) { if $0.starts(with: prefix) { found.append(Array($0)) } }
    for name in found {
      guard let name = FilePath(bytes: name)?.lastComponent else { continue }
      let path = folder.appending(name)
      guard let status = try? FileStatus(at: path), status.kind == .regular || status.kind == .symbolicLink
      else { continue }
      let (age, overflow) = now.subtractingReportingOverflow(status.changed)
      if !overflow, age > staleAge { try? remove(path) }
    }
  }

  /// Renames a file, replacing what the new path named.
  public static func rename(_ old: FilePath, to new: FilePath) throws(SystemCallError) {
    let result = old.withPlatformString { oldName in new.withPlatformString { Glibc.rename(oldName, $0) } }
    guard result == 0 else { throw SystemCallError("rename", old, Errno(rawValue: errno)) }
  }

  /// Makes `descriptor`, an empty file, share the bytes of `source`, where the file system can do so (`FICLONE`).
  ///
  /// Neither file shows a later change of the other; the bytes are on the disk once.
  ///
  /// - Returns: whether it could; if not, the file is still empty.
  public static func clone(_ source: FileDescriptor, into descriptor: FileDescriptor) -> Bool {
    // ioctl_ficlone(2): _IOW(0x94, 9, int), which the C header's macro doesn't bring into Swift.
    ioctl(descriptor.rawValue, 0x4004_9409, source.rawValue) == 0
  }

  /// Removes an empty folder.
  ///
  /// - Returns: whether it is gone; false if something is in it.
  @discardableResult
  public static func removeEmptyFolder(_ path: FilePath) throws(SystemCallError) -> Bool {
    if path.withPlatformString({ rmdir($0) }) == 0 { return true }
    let code = Errno(rawValue: errno)
    switch code {
    case .noSuchFileOrDirectory: return true
    case .directoryNotEmpty, .fileExists: return false
    default: throw SystemCallError("remove", path, code)
    }
  }

  /// Gives or takes the permission to execute: who may read the file may then execute it.
  public static func setExecutable(_ isExecutable: Bool, _ path: FilePath) throws(SystemCallError) {
    guard let status = try FileStatus(at: path) else {
      throw SystemCallError("change permissions of", path, .noSuchFileOrDirectory)
    }
    let bits = isExecutable ? status.permissions | (status.permissions & 0o444) >> 2 : status.permissions & ~0o111
    guard path.withPlatformString({ chmod($0, mode_t(bits)) }) == 0 else {
      throw SystemCallError("change permissions of", path, Errno(rawValue: errno))
    }
  }

  /// Removes a file or symbolic link.
  public static func remove(_ path: FilePath) throws(SystemCallError) {
    guard path.withPlatformString({ unlink($0) }) == 0 else {
      throw SystemCallError("remove", path, Errno(rawValue: errno))
    }
  }

  /// Removes a file, or a folder with all in it; symbolic links are removed, not followed.
  ///
  /// What somebody else removes meanwhile is as good as removed here.
  ///
  /// - Parameter isSpared: whether what has that name stays, with all in it and the folders above it.
  public static func removeTree(
    _ path: FilePath, sparing isSpared: ([UInt8]) -> Bool = { _ in false }
  ) throws(SystemCallError) {
    guard let status = try FileStatus(at: path) else { return }
    guard status.kind == .directory else {
      try unlessGone { () throws(SystemCallError) in try remove(path) }
      return
    }
    // Post-order with a stack of its own: a folder may be nested deeper than the call stack is.
    var pending: [(folder: FilePath, isEmptied: Bool)] = [(path, false)]
    var kept: Set<[UInt8]> = []
    while let (folder, isEmptied) = pending.popLast() {
      if isEmptied {
        if kept.contains(folder.bytes) {
          if folder != path { kept.insert(folder.removingLastComponent().bytes) }
          continue
        }
        guard folder.withPlatformString({ rmdir($0) }) == 0 || errno == ENOENT else {
          throw SystemCallError("remove", folder, Errno(rawValue: errno))
        }
        continue
      }
      pending.append((folder, true))
      let names = try unlessGone { () throws(SystemCallError) in try nameBytes(in: folder, followingLinks: false) }
      for name in names ?? [] {
        guard let child = FilePath(bytes: folder.bytes + [UInt8(ascii: "/")] + name) else { continue }
        if isSpared(name) {
          kept.insert(folder.bytes)
        } else if try FileStatus(at: child)?.kind == .directory {
          pending.append((child, false))
        } else {
          try unlessGone { () throws(SystemCallError) in try remove(child) }
        }
      }
    }
  }

  @discardableResult
  private static func unlessGone<Result>(_ body: () throws(SystemCallError) -> Result) throws(SystemCallError)
    -> Result?
  {
    do {
      return try body()
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  /// Makes a folder and those above it that are missing.
  public static func createFolder(_ path: FilePath, permissions: UInt16 = 0o777) throws(SystemCallError) {
    if path.withPlatformString({ mkdir($0, mode_t(permissions)) }) == 0 { return }
    let code = Errno(rawValue: errno)
    switch code {
    case .fileExists:
      guard try FileStatus(at: path, followingLinks: true)?.kind == .directory else {
        throw SystemCallError("create folder", path, code)
      }
    case .noSuchFileOrDirectory where !path.removingLastComponent().isEmpty:
      try createFolder(path.removingLastComponent(), permissions: permissions)
      guard path.withPlatformString({ mkdir($0, mode_t(permissions)) }) == 0 || errno == EEXIST else {
        throw SystemCallError("create folder", path, Errno(rawValue: errno))
      }
    default: throw SystemCallError("create folder", path, code)
    }
  }

  /// Returns the bytes of the names in a folder, without `.` and `..`, sorted.
  ///
  /// For walks over many files, where making a path component of each name costs more than looking at the file.
  ///
  /// - Parameter followingLinks: whether a symbolic link at the path's end is followed; fails with `ENOTDIR` if not.
  public static func nameBytes(
    in folder: FilePath, followingLinks: Bool = true
  ) throws(SystemCallError) -> [[UInt8]] {
    var names: [[UInt8]] = []
    try forEachName(in: folder, followingLinks: followingLinks) { names.append(Array($0)) }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Gives each name in a folder, without `.` and `..`, to `body`: in no order, and without copying it.
  public static func forEachName(
    in folder: FilePath, followingLinks: Bool = true, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(SystemCallError) {
    try forEachEntry(in: folder, followingLinks: followingLinks) { name, _ in body(name) }
  }

  /// Gives each name in a folder, with whether it is a folder, to `body`, as ``forEachName(in:followingLinks:_:)``.
  ///
  /// A symbolic link is no folder; nil where the file system doesn't say what there is.
  public static func forEachEntry(
    in folder: FilePath, followingLinks: Bool = true, _ body: (UnsafeRawBufferPointer, _ isFolder: Bool?) -> Void
  ) throws(SystemCallError) {
    let descriptor = folder.withPlatformString {
      open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW))
    }
    guard descriptor >= 0, let stream = fdopendir(descriptor) else {
      let code = Errno(rawValue: errno)
      if descriptor >= 0 { close(descriptor) }
      throw SystemCallError("list", folder, code)
    }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw SystemCallError("list", folder, Errno(rawValue: errno)) }
        return
      }
      let isFolder = entry.pointee.d_type == DT_UNKNOWN ? nil : entry.pointee.d_type == DT_DIR
      withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        let name = UnsafeRawBufferPointer(rebasing: bytes.prefix { $0 != 0 })
        if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { body(name, isFolder) }
      }
    }
  }

  /// Returns the names in a folder, without `.` and `..`, sorted by their bytes.
  public static func names(in folder: FilePath) throws(SystemCallError) -> [FilePath.Component] {
    try nameBytes(in: folder).compactMap { FilePath(bytes: $0)?.lastComponent }
  }

  /// Returns the path that a symbolic link holds; where its exact text matters, see ``linkTargetBytes(_:)``.
  public static func linkTarget(_ path: FilePath) throws(SystemCallError) -> FilePath {
    guard let target = FilePath(bytes: try linkTargetBytes(path)) else {
      throw SystemCallError("read link", path, .invalidArgument)
    }
    return target
  }

  /// Returns the text that a symbolic link holds, byte for byte: a path would lose slashes at its end.
  ///
  /// - Throws: ``SystemCallError``; with `ENAMETOOLONG` for a text that doesn't fit a path, which Linux doesn't make.
  public static func linkTargetBytes(_ path: FilePath) throws(SystemCallError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4097)
    let count = path.withPlatformString { name in
      buffer.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { readlink(name, $0, bytes.count) } ?? -1 }
    }
    guard count >= 0 else { throw SystemCallError("read link", path, Errno(rawValue: errno)) }
    guard count < buffer.count else { throw SystemCallError("read link", path, .fileNameTooLong) }
    return Array(buffer[..<count])
  }

  /// Returns the path with every symbolic link resolved; nil if something on the way doesn't exist.
  public static func resolved(_ path: FilePath) -> FilePath? {
    guard let pointer = path.withPlatformString({ realpath($0, nil) }) else { return nil }
    defer { free(pointer) }
    return FilePath(platformString: pointer)
  }

  /// Waits until a file's bytes have reached the disk.
  public static func synchronize(_ descriptor: FileDescriptor, _ path: FilePath?) throws(SystemCallError) {
    guard fsync(descriptor.rawValue) == 0 else { throw SystemCallError("sync", path, Errno(rawValue: errno)) }
  }

  /// Waits until a folder's entries have reached the disk.
  public static func synchronizeFolder(_ path: FilePath) throws(SystemCallError) {
    try attempting("sync", path) {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
      try descriptor.closeAfter { try synchronize(descriptor, path) }
    }
  }

  /// Returns bytes from the system's random source.
  public static func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}
