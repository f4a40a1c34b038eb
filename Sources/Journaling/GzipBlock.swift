internal import CZlib

/// The gzip form of bytes in memory (RFC 1952, one member).
enum GzipBlock {
  /// Compresses bytes.
  static func pack(_ bytes: [UInt8]) throws(JournalError) -> [UInt8] {
    var stream = z_stream()
    // As `GzipWriter` does; the structure doesn't move while this function runs.
    return try withUnsafeMutablePointer(to: &stream) { stream throws(JournalError) in
      let code = deflateInit2_(
        stream, SegmentCloser.level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
      guard code == Z_OK else { throw .compression(code) }
      defer { deflateEnd(stream) }
      guard let count = UInt32(exactly: bytes.count) else { throw .compression(Z_BUF_ERROR) }
      let bound = Int(deflateBound(stream, UInt(count)))
      var input = bytes
      var end = Z_OK
      let packed = [UInt8](unsafeUninitializedCapacity: bound) { output, filled in
        input.withUnsafeMutableBufferPointer { input in
          stream.pointee.next_in = input.baseAddress
          stream.pointee.avail_in = count
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(clamping: bound)
          end = deflate(stream, Z_FINISH)
        }
        filled = bound - Int(stream.pointee.avail_out)
      }
      guard end == Z_STREAM_END else { throw .compression(end) }
      return packed
    }
  }
}
