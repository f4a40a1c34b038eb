internal import CZlib

/// Unpacks DEFLATE (RFC 1951), as the members of zip archives have it.
enum Inflation {
  /// Returns the unpacked bytes; nil if they are damaged or not `size` of them.
  static func unpack(_ bytes: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    guard let packed = UInt32(exactly: bytes.count) else { return nil }
    var stream = z_stream()
    // Raw data: a zip archive has sizes and checksums of its own.
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var input = Array(bytes)
    var output: [UInt8] = []
    // A size that is only claimed costs nothing.
    var portion = [UInt8](repeating: 0, count: 1 << 20)
    let isWhole = input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = packed
      while true {
        let (code, count) = portion.withUnsafeMutableBufferPointer { portion in
          stream.next_out = portion.baseAddress
          stream.avail_out = UInt32(portion.count)
          let code = inflate(&stream, Z_NO_FLUSH)
          return (code, portion.count - Int(stream.avail_out))
        }
        guard code == Z_OK || code == Z_STREAM_END, count <= size - output.count else { return false }
        output += portion.prefix(count)
        if code == Z_STREAM_END { return true }
        // Nothing is left, and the end wasn't there.
        if count == 0, stream.avail_in == 0 { return false }
      }
    }
    return isWhole && output.count == size ? output : nil
  }
}
