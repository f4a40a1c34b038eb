internal import CZlib
internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Where a segment's unpacked bytes come from, in order.
protocol ByteSource: AnyObject {
  /// Puts the next bytes into `buffer`; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceError) -> Int
}

/// Why bytes can't be had: the system's fault or the bytes'.
enum ByteSourceError: Error {
  case system(SystemCallError)
  case damaged
}

/// A file's bytes as they are.
final class FileSource: ByteSource {
  private let descriptor: FileDescriptor
  private let path: FilePath

  /// Opens a file.
  init(_ path: FilePath) throws(SystemCallError) {
    self.path = path
    descriptor = try attempting("open", path) { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) }
  }

  deinit { try? descriptor.close() }  // nothing was written, so closing has nothing to report

  /// Moves to a byte of the file.
  func seek(to offset: Int64) throws(SystemCallError) {
    _ = try attempting("seek in", path) { try descriptor.seek(offset: offset, from: .start) }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceError) -> Int {
    do throws(SystemCallError) {
      return try attempting("read", path) { try descriptor.read(into: buffer) }
    } catch {
      throw .system(error)
    }
  }
}

/// Bytes in memory.
final class MemorySource: ByteSource {
  private var rest: ArraySlice<UInt8>

  /// Takes the bytes.
  init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, rest.count)
    UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).copyBytes(from: rest.prefix(count))
    rest = rest.dropFirst(count)
    return count
  }
}

/// The unpacked bytes of a gzip file of one member.
final class GzipSource: ByteSource {
  /// The most bytes that a segment may unpack to.
  static let maximumSize: Int64 = 512 << 20

  private let file: any ByteSource
  private let limit: Int64
  private let input: UnsafeMutableRawBufferPointer
  // On the heap, for zlib keeps a pointer to the structure it was initialised with.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isAtEnd = false
  private var total: Int64 = 0

  /// Opens a gzip file.
  convenience init(_ path: FilePath) throws(ByteSourceError) {
    let file: FileSource
    do throws(SystemCallError) {
      file = try FileSource(path)
    } catch {
      throw .system(error)
    }
    try self.init(file, limit: Self.maximumSize)
  }

  /// Unpacks the bytes of a gzip file; more than `limit` of them unpacked count as damage.
  init(_ packed: any ByteSource, limit: Int64) throws(ByteSourceError) {
    file = packed
    self.limit = limit
    input = .allocate(byteCount: 64 * 1024, alignment: 16)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, plus 16 for a gzip wrapper and no other (zlib.h).
    let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw .system(SystemCallError("unpack", nil, .noMemory)) }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceError) -> Int {
    let capacity = min(buffer.count, 1 << 30)
    stream.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(capacity)
    while !isAtEnd, Int(stream.pointee.avail_out) == capacity {
      if stream.pointee.avail_in == 0 {
        let count = try file.read(into: input)
        guard count > 0 else { throw .damaged }
        stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_in = UInt32(count)
      }
      switch inflate(stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END:
        isAtEnd = true
        var probe: UInt8 = 0
        let rest = try withUnsafeMutableBytes(of: &probe) { bytes throws(ByteSourceError) in try file.read(into: bytes)
        }
        guard stream.pointee.avail_in == 0, rest == 0 else { throw .damaged }
      default: throw .damaged
      }
    }
    let count = capacity - Int(stream.pointee.avail_out)
    total += Int64(count)
    guard total <= limit else { throw .damaged }
    return count
  }
}
