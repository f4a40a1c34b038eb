import MLTBase
import SystemPackage

/// A gzip file of stored blocks (RFC 1951, section 3.2.4), made without a compressor.
enum GzipFixture {
  static func compress(_ path: FilePath) throws -> [UInt8] {
    let bytes = try contents(path)
    var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
      let end = min(start + 65535, bytes.count)
      let count = UInt16(end - start)
      file.append(end == bytes.count ? 1 : 0)
      withUnsafeBytes(of: count.littleEndian) { file += $0 }
      withUnsafeBytes(of: (~count).littleEndian) { file += $0 }
      file += bytes[start..<end]
      start = end
    } while start < bytes.count
    withUnsafeBytes(of: checksum(bytes).littleEndian) { file += $0 }
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: bytes.count).littleEndian) { file += $0 }
    return file
  }

  // CRC-32 as RFC 1952, section 8, gives it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let table = (0..<256 as Range<UInt32>).map { index in
      (0..<8).reduce(index) { value, _ in value & 1 != 0 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
    return ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
  }
}
