internal import CZlib

/// What a gzip file (RFC 1952) holds, of one member or of several.
final class GunzipStream: ByteStream {
  static let magic: [UInt8] = [0x1F, 0x8B, 8]
  private static let portion = 1 << 20

  private let packed: any ByteStream
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8] = []
  private var position = 0
  private var isInMember = true
  private var isAtEnd = false

  var isCut: Bool { false }

  init(_ packed: any ByteStream) throws(ContentProblem) {
    self.packed = packed
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 16: with gzip's own header and checksum.
    guard inflateInit2_(stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      stream.deallocate()
      throw .damagedCompression
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func next() throws -> [UInt8]? {
    var output: [UInt8] = []
    while output.isEmpty, !isAtEnd {
      if position == input.count {
        guard let block = try packed.next() else {
          // A member that isn't ended was cut off; zeros after the last are padding.
          guard !isInMember else { throw ContentProblem.damagedCompression }
          isAtEnd = true
          return nil
        }
        input = block
        position = 0
      }
      if !isInMember {
        guard input[position] != 0 else {
          position += 1
          continue
        }
        guard inflateReset(stream) == Z_OK else { throw ContentProblem.damagedCompression }
        isInMember = true
      }
      output = try inflateSome()
    }
    return output.isEmpty ? nil : output
  }

  private func inflateSome() throws(ContentProblem) -> [UInt8] {
    var code = Z_OK
    let start = position
    let available = input.count - start
    let output = [UInt8](unsafeUninitializedCapacity: Self.portion) { target, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.pointee.next_in = input.baseAddress.map { $0 + start }
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(Self.portion)
        code = inflate(stream, Z_NO_FLUSH)
        count = Self.portion - Int(stream.pointee.avail_out)
      }
    }
    position = start + available - Int(stream.pointee.avail_in)
    switch code {
    case Z_OK: return output
    case Z_STREAM_END:
      isInMember = false
      return output
    // Nothing could be done with what is there: more is needed.
    case Z_BUF_ERROR where position == input.count: return output
    default: throw .damagedCompression
    }
  }
}
