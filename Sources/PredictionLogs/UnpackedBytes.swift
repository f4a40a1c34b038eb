internal import CZlib
internal import MLTBase

/// The unpacked bytes of a compressed log.
struct UnpackedBytes: RandomAccessBytes {
  let packed: any RandomAccessBytes
  let index: KeyIndex?

  private static let pieceLength = 64 << 10

  /// How many there are, as far as that is known.
  var size: Int64 { index?.size ?? .max }

  func read(at offset: Int64, count: Int) throws -> [UInt8] {
    let point = try index?.accessPoint(before: offset)
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer {
      inflateEnd(stream)
      stream.deallocate()
    }
    _ = inflateInit2_(
      stream, point == nil ? 15 + 16 : -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    var place = point?.packed ?? 0
    if let point {
      if point.bits > 0 {
        guard place > 0, let byte = try packed.read(at: place - 1, count: 1).first else { throw LogError.damagedIndex }
        inflatePrime(stream, Int32(point.bits), Int32(byte >> (8 - point.bits)))
      }
      inflateSetDictionary(stream, point.window, UInt32(point.window.count))
    }
    var skipped = offset - (point?.offset ?? 0)
    var isRaw = point != nil
    var found: [UInt8] = []
    var output = [UInt8](repeating: 0, count: 256 << 10)
    var input: [UInt8] = []
    var used = 0
    while found.count < count {
      if used == input.count {
        input = try packed.read(at: place, count: Self.pieceLength)
        used = 0
        if input.isEmpty { break }
        place += Int64(input.count)
      }
      let (code, taken, made) = Self.step(stream, &input, from: used, into: &output)
      used += taken
      let skip = min(Int64(made), skipped)
      skipped -= skip
      found += output[Int(skip)..<made]
      switch code {
      case Z_OK: break
      case Z_BUF_ERROR where taken > 0 || made > 0 || used == input.count: break
      case Z_STREAM_END:
        if isRaw {
          // Checksum and length follow the data.
          place += Int64(8 - (input.count - used))
          (input, used, isRaw) = ([], 0, false)
        }
        inflateReset2(stream, 15 + 16)
      // What follows the last member isn't another one.
      case Z_DATA_ERROR where !isRaw && made == 0: return Array(found.prefix(count))
      default: throw LogError.damagedGzip
      }
    }
    return Array(found.prefix(count))
  }

  private static func step(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: inout [UInt8], from used: Int, into output: inout [UInt8]
  ) -> (code: Int32, taken: Int, made: Int) {
    let available = input.count - used
    let room = output.count
    return input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.pointee.next_in = input.baseAddress.map { $0 + used }
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(room)
        let code = inflate(stream, Z_NO_FLUSH)
        return (code, available - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
      }
    }
  }
}
