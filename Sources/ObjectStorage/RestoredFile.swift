internal import Glibc
internal import MLTBase
internal import SystemPackage

/// A file that is written beside its place, and put there when it is whole; at its place where nobody looks yet.
final class RestoredFile {
  private let descriptor: FileDescriptor
  private let path: FilePath
  private var length: Int64 = 0
  // Whether the file may end in a hole, which writing doesn't make.
  private var mayEndInHole = false

  private init(_ path: FilePath, isExecutable: Bool) throws(SystemCallError) {
    self.path = path
    // The process's mask takes away what its owner doesn't want others to have.
    descriptor = try attempting("create", path) {
      try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: isExecutable ? 0o777 : 0o666))
    }
  }

  /// Adds bytes at the end; zeros as a hole.
  func append(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
    mayEndInHole = try !write(bytes, at: length)
    length += Int64(bytes.count)
  }

  /// Writes bytes at their place, unless they are to be a hole; any thread may.
  ///
  /// - Returns: whether they were written.
  @discardableResult
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemCallError) -> Bool {
    if bytes.count >= 4096, Chunker.isZero(bytes) { return false }
    _ = try attempting("write", path) {
      try descriptor.writeAll(toAbsoluteOffset: offset, bytes)
    }
    return true
  }

  /// Takes the length of a file whose bytes were written at their places.
  func end(at length: Int64) {
    self.length = length
    mayEndInHole = true
  }

  private func close() throws(SystemCallError) -> FileStatus {
    try attempting("write", path) {
      let status: FileStatus
      do {
        if mayEndInHole { try descriptor.resize(to: length) }
        status = try FileStatus(of: descriptor, path: path)
      } catch {
        try? descriptor.close()  // the failure that matters is already being reported
        throw error
      }
      try descriptor.close()
      return status
    }
  }

  /// Writes a file with `body` at `path`, in a folder that nobody else knows of; its status when it was whole.
  static func writeUnseen(
    _ path: FilePath, isExecutable: Bool, _ body: (RestoredFile) throws(StorageError) -> Void
  ) throws(StorageError) -> FileStatus {
    let file: RestoredFile
    do throws(SystemCallError) {
      file = try RestoredFile(path, isExecutable: isExecutable)
    } catch {
      // The file system takes two of the names for the same.
      guard error.errno == .fileExists else { throw .system(error) }
      return try write(path, isExecutable: isExecutable, removingFolder: false, body)
    }
    do throws(StorageError) {
      return try file.fill(body)
    } catch {
      try? FileOperations.remove(path)  // the failure that matters is already being reported
      throw error
    }
  }

  private func fill(_ body: (RestoredFile) throws(StorageError) -> Void) throws(StorageError) -> FileStatus {
    do throws(StorageError) {
      try body(self)
    } catch {
      try? descriptor.close()  // the failure that matters is already being reported
      throw error
    }
    return try stored { () throws(SystemCallError) in try close() }
  }

  /// Writes a file with `body` and puts it at `path`; its status before that.
  ///
  /// - Parameters:
  ///   - removingFolder: whether a folder there is removed, if it isn't empty.
  ///   - replaceable: what may be there.
  static func write(
    _ path: FilePath, isExecutable: Bool, removingFolder: Bool, replacing replaceable: Replaceable = .anything,
    _ body: (RestoredFile) throws(StorageError) -> Void
  ) throws(StorageError) -> FileStatus {
    let temporary = temporaryPath(beside: path)
    let file = try stored { () throws(SystemCallError) in try RestoredFile(temporary, isExecutable: isExecutable) }
    do throws(StorageError) {
      let status = try file.fill(body)
      try replaceable.check(path)
      try put(temporary, at: path, removingFolder: removingFolder)
      return status
    } catch {
      try? FileOperations.remove(temporary)  // the failure that matters is already being reported
      throw error
    }
  }

  /// Makes a symbolic link and puts it at `path`; as ``write(_:isExecutable:removingFolder:replacing:_:)``.
  static func link(
    _ path: FilePath, to target: [UInt8], removingFolder: Bool, replacing replaceable: Replaceable = .anything
  ) throws(StorageError) {
    let temporary = temporaryPath(beside: path)
    try stored { () throws(SystemCallError) in try LinkTarget.create(temporary, target) }
    do throws(StorageError) {
      try replaceable.check(path)
      try put(temporary, at: path, removingFolder: removingFolder)
    } catch {
      try? FileOperations.remove(temporary)  // the failure that matters is already being reported
      throw error
    }
  }

  private static func put(
    _ temporary: FilePath, at path: FilePath, removingFolder: Bool
  ) throws(StorageError) {
    do throws(SystemCallError) {
      try FileOperations.rename(temporary, to: path)
    } catch {
      guard error.errno == .isDirectory else { throw .system(error) }
      try stored { () throws(SystemCallError) in
        // Nothing is removed of a folder that must stay for what is in it.
        if removingFolder, try !holdsReserved(path) { try FileOperations.removeTree(path) }
      }
      // An empty folder is nothing to keep.
      guard path.withPlatformString({ rmdir($0) }) == 0 || errno == ENOENT else { throw .folderInTheWay(path) }
      try stored { () throws(SystemCallError) in try FileOperations.rename(temporary, to: path) }
    }
  }

  // Whether a folder has somebody's `.git` or `.mlt` in it, however deep.
  private static func holdsReserved(_ folder: FilePath) throws(SystemCallError) -> Bool {
    var pending = [folder]
    while let next = pending.popLast() {
      for name in try FileOperations.nameBytes(in: next, followingLinks: false) {
        if TreeEntry.isReserved(name) { return true }
        guard let child = FilePath(bytes: next.bytes + [0x2F] + name) else { continue }
        if try FileStatus(at: child)?.kind == .directory { pending.append(child) }
      }
    }
    return false
  }

  /// A name that nothing has, for what is to be put at `path` when it is whole.
  static func temporaryPath(beside path: FilePath) -> FilePath {
    path.removingLastComponent().appending(
      FileOperations.temporaryPrefix + String(UInt64.random(in: .min ... .max), radix: 16))
  }
}
