internal import Glibc
internal import MLTBase
internal import SystemPackage

/// A file of the work tree that is read in places; held open, so that it is one file throughout.
final class OpenFile: RandomAccessBytes {
  private let path: FilePath
  private let descriptor: FileDescriptor
  /// The number of bytes when it was opened.
  let size: Int64

  init(_ path: FilePath) throws {
    self.path = path
    let descriptor = try attempting("open", path) {
      try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    }
    do {
      size = try FileStatus(of: descriptor, path: path).size
    } catch {
      try? descriptor.close()  // only read from
      throw error
    }
    self.descriptor = descriptor
  }

  deinit { try? descriptor.close() }  // only read from

  func read(at offset: Int64, count: Int) throws -> [UInt8] {
    guard offset >= 0, offset < size else { return [] }
    let length = Int(clamping: max(0, min(Int64(count), size - offset)))
    var bytes = [UInt8](repeating: 0, count: length)
    var filled = 0
    while filled < length {
      let got = try attempting("read", path) {
        try bytes.withUnsafeMutableBytes {
          try descriptor.read(
            fromAbsoluteOffset: offset + Int64(filled), into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
        }
      }
      if got == 0 { break }
      filled += got
    }
    bytes.removeLast(length - filled)
    return bytes
  }
}
