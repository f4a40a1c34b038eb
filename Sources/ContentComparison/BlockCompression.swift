internal import CZlib
internal import CZstd
internal import MLTBase

/// Unpacks the pages of a Parquet file.
enum BlockCompression {
  /// The most bytes of a page.
  static let limit = 128 << 20

  /// Returns a page's bytes.
  ///
  /// - Parameters:
  ///   - codec: the number that Parquet has for the compression.
  ///   - size: how many bytes it says there are.
  static func unpack(_ packed: [UInt8], codec: Int64, size: Int) throws(ContentProblem) -> [UInt8] {
    guard size >= 0, size <= limit else { throw .damaged("a page is too large") }
    let unpacked: [UInt8]?
    switch codec {
    case 0: return packed
    case 1: unpacked = snappy(packed, size)
    case 2: unpacked = gzip(packed, size)
    case 6: unpacked = zstd(packed, size)
    case 7: unpacked = lz4(packed, size)
    case 4: throw .unsupported("Brotli")
    default: throw .unsupported("compression \(codec)")
    }
    guard let unpacked, unpacked.count == size else { throw .damagedCompression }
    return unpacked
  }

  private static func gzip(_ packed: [UInt8], _ size: Int) -> [UInt8]? {
    guard
      let stream = try? GunzipStream(SourceStream(BytesInMemory(packed), 0..<Int64(packed.count)))
    else { return nil }
    var unpacked: [UInt8] = []
    do {
      while let block = try stream.next() {
        unpacked += block
        guard unpacked.count <= size else { return nil }
      }
    } catch {
      return nil
    }
    return unpacked
  }

  private static func zstd(_ packed: [UInt8], _ size: Int) -> [UInt8]? {
    var isWhole = false
    // What isn't written to costs no memory.
    let unpacked = [UInt8](unsafeUninitializedCapacity: max(size, 1)) { target, count in
      let written = packed.withUnsafeBytes { ZSTD_decompress(target.baseAddress, size, $0.baseAddress, $0.count) }
      isWhole = ZSTD_isError(written) == 0 && written <= size
      count = isWhole ? written : 0
    }
    return isWhole ? unpacked : nil
  }

  /// Snappy's format (`format_description.txt` of its sources).
  private static func snappy(_ packed: [UInt8], _ size: Int) -> [UInt8]? {
    var position = 0
    var claimed = 0
    var shift = 0
    while true {
      guard position < packed.count, shift < 35 else { return nil }
      let byte = packed[position]
      position += 1
      claimed |= Int(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 { break }
    }
    guard claimed == size else { return nil }
    var output: [UInt8] = []
    // At most 64 bytes come of three.
    output.reserveCapacity(min(size, packed.count * 22 + 64))
    while position < packed.count {
      let tag = packed[position]
      position += 1
      if tag & 3 == 0 {
        var length = Int(tag >> 2)
        if length >= 60 {
          let bytes = length - 59
          guard packed.count - position >= bytes else { return nil }
          length = 0
          for index in 0..<bytes { length |= Int(packed[position + index]) << (8 * index) }
          position += bytes
        }
        length += 1
        guard length <= packed.count - position, length <= size - output.count else { return nil }
        output += packed[position..<(position + length)]
        position += length
        continue
      }
      let bytes = tag & 3 == 1 ? 1 : tag & 3 == 2 ? 2 : 4
      guard packed.count - position >= bytes else { return nil }
      var offset = 0
      for index in 0..<bytes { offset |= Int(packed[position + index]) << (8 * index) }
      position += bytes
      var length = Int(tag >> 2) + 1
      if bytes == 1 {
        length = Int(tag >> 2 & 7) + 4
        offset |= Int(tag >> 5) << 8
      }
      guard copy(offset, length, size, &output) else { return nil }
    }
    return output
  }

  /// LZ4's block format (`lz4_Block_format.md` of its sources).
  private static func lz4(_ packed: [UInt8], _ size: Int) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(min(size, packed.count * 255 + 64))
    var position = 0
    let extended = { (start: Int, position: inout Int) -> Int? in
      var length = start
      guard start == 15 else { return length }
      while true {
        guard position < packed.count else { return nil }
        let byte = packed[position]
        position += 1
        length += Int(byte)
        if byte != 255 { return length }
      }
    }
    while position < packed.count {
      let token = packed[position]
      position += 1
      guard let literals = extended(Int(token >> 4), &position), literals <= packed.count - position,
        literals <= size - output.count
      else { return nil }
      output += packed[position..<(position + literals)]
      position += literals
      if position == packed.count { return output }
      guard packed.count - position >= 2 else { return nil }
      let offset = Int(packed[position]) | Int(packed[position + 1]) << 8
      position += 2
      guard let length = extended(Int(token & 15), &position), copy(offset, length + 4, size, &output) else {
        return nil
      }
    }
    return size == 0 ? output : nil
  }

  /// Repeats what came before; source and target may overlap.
  private static func copy(_ offset: Int, _ length: Int, _ size: Int, _ output: inout [UInt8]) -> Bool {
    guard offset > 0, offset <= output.count, length <= size - output.count else { return false }
    var source = output.count - offset
    for _ in 0..<length {
      output.append(output[source])
      source += 1
    }
    return true
  }
}
