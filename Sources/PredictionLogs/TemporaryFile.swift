internal import Glibc
internal import MLTBase
internal import SystemPackage

/// A file without a name, which goes with its last user.
final class TemporaryFile {
  private let descriptor: FileDescriptor
  private let folder: FilePath
  /// How many bytes were written.
  private(set) var count: Int64 = 0

  init(in folder: FilePath) throws(SystemCallError) {
    self.folder = folder
    let path = folder.appending(NamedTemporaryFile.freshName())
    descriptor = try attempting("write", path) {
      let descriptor = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
      // Not every file system can make one without a name.
      try FileOperations.remove(path)
      return descriptor
    }
  }

  deinit {
    try? descriptor.close()  // nobody reads it any more
  }

  func append(_ bytes: [UInt8]) throws(SystemCallError) {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(SystemCallError) in try append(bytes) }
    }
    try result.get()
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
    try attempting("write", folder) { _ = try descriptor.writeAll(toAbsoluteOffset: count, bytes) }
    count += Int64(bytes.count)
  }

  /// Returns the bytes at a place, fewer at the end.
  func read(at place: Int64, count: Int) throws(SystemCallError) -> [UInt8] {
    try attempting("read", folder) { try descriptor.bytes(at: place, count: count) }
  }
}

/// A file that is written under a passing name and gets its own at the end.
final class NamedTemporaryFile {
  private static let bufferLength = 1 << 20

  private let descriptor: FileDescriptor
  private let path: FilePath
  private var buffer: [UInt8] = []

  static func freshName() -> String { FileOperations.temporaryPrefix + Hex.encode(FileOperations.randomBytes(8)) }

  init(in folder: FilePath) throws(SystemCallError) {
    let path = folder.appending(Self.freshName())
    self.path = path
    buffer.reserveCapacity(Self.bufferLength)
    descriptor = try attempting("write", path) {
      try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }
  }

  deinit {
    try? descriptor.close()  // what failed to be written was reported by the writing
  }

  func append(_ bytes: [UInt8]) throws(SystemCallError) {
    if buffer.count + bytes.count > Self.bufferLength { try flush() }
    buffer += bytes
  }

  func flush() throws(SystemCallError) {
    try attempting("write", path) { _ = try descriptor.writeAll(buffer) }
    buffer.removeAll(keepingCapacity: true)
  }

  func write(_ bytes: [UInt8], at place: Int64) throws(SystemCallError) {
    try attempting("write", path) { _ = try descriptor.writeAll(toAbsoluteOffset: place, bytes) }
  }

  func rename(to target: FilePath) throws(SystemCallError) {
    try FileOperations.rename(path, to: target)
  }

  func remove() {
    try? FileOperations.remove(path)  // a failure is already being reported
  }
}

extension FileDescriptor {
  /// Returns the bytes at a place, fewer at the file's end.
  func bytes(at place: Int64, count: Int) throws -> [UInt8] {
    var filled = 0
    var failure: (any Error)?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while filled < count {
        do {
          let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
          let read = try read(fromAbsoluteOffset: place + Int64(filled), into: rest)
          if read == 0 { break }
          filled += read
        } catch {
          failure = error
          break
        }
      }
      initialized = filled
    }
    if let failure { throw failure }
    return bytes
  }
}
