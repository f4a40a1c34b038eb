internal import CZlib
internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Writes the gzip form of a file (RFC 1952, one member).
final class GzipWriter {
  // On the heap, for zlib keeps a pointer to the structure it was initialised with.
  private let stream: UnsafeMutablePointer<z_stream>
  private var output = [UInt8](repeating: 0, count: 128 * 1024)

  /// Makes ready to compress at `level` of zlib.
  init(level: Int32) throws(JournalError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, plus 16 for a gzip wrapper; 8 is zlib's default memory level (zlib.h).
    let code = deflateInit2_(
      stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw .compression(code) }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses what `path` holds into `target`, which is made anew and synced.
  ///
  /// - Returns: the number of newlines.
  func compress(_ path: FilePath, to target: FilePath) throws(JournalError) -> Int64 {
    let source = try journaling { () throws(SystemCallError) in try FileSource(path) }
    let descriptor = try journaling { () throws(SystemCallError) in
      try attempting("open", target) {
        try FileDescriptor.open(
          target, .writeOnly, options: [.create, .truncate, .closeOnExec],
          permissions: FilePermissions(rawValue: 0o644))
      }
    }
    defer { try? descriptor.close() }  // the bytes are synced before, so closing has nothing to report
    var input = [UInt8](repeating: 0, count: 256 * 1024)
    var lines: Int64 = 0
    while true {
      let count = try read(source, into: &input)
      lines += input[..<count].reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
      try deflate(&input, count, to: descriptor, target)
      if count == 0 { break }
    }
    try journaling { () throws(SystemCallError) in try FileOperations.synchronize(descriptor, target) }
    return lines
  }

  private func read(_ source: FileSource, into input: inout [UInt8]) throws(JournalError) -> Int {
    do throws(ByteSourceError) {
      return try input.withUnsafeMutableBufferPointer { bytes throws(ByteSourceError) in
        try source.read(into: UnsafeMutableRawBufferPointer(bytes))
      }
    } catch {
      switch error {
      case .system(let error): throw .system(error)
      case .damaged: preconditionFailure("plain bytes can't be damaged")
      }
    }
  }

  // Compresses `count` bytes and writes what comes out; no bytes end the stream.
  private func deflate(
    _ input: inout [UInt8], _ count: Int, to descriptor: FileDescriptor, _ target: FilePath
  ) throws(JournalError) {
    let flush = count == 0 ? Z_FINISH : Z_NO_FLUSH
    try input.withUnsafeMutableBufferPointer { bytes throws(JournalError) in
      stream.pointee.next_in = bytes.baseAddress
      stream.pointee.avail_in = UInt32(count)
      var code = Z_OK
      repeat {
        let capacity = output.count
        let produced = output.withUnsafeMutableBufferPointer { room in
          stream.pointee.next_out = room.baseAddress
          stream.pointee.avail_out = UInt32(capacity)
          code = CZlib.deflate(stream, flush)
          return capacity - Int(stream.pointee.avail_out)
        }
        guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw .compression(code) }
        try journaling { () throws(SystemCallError) in
          _ = try attempting("write", target) { try descriptor.writeAll(output[..<produced]) }
        }
      } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0 || (flush == Z_FINISH && code == Z_OK)
    }
  }
}
