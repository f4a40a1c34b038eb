internal import CZlib

/// A place in compressed data from which they can be unpacked without what comes before.
public struct AccessPoint: Sendable {
  /// How many bytes of window a point has.
  static let windowLength = 32768

  /// The place in the unpacked bytes.
  var offset: Int64
  /// The place in the packed bytes: of the first whole byte.
  var packed: Int64
  /// How many bits of the byte before belong to what follows.
  var bits: UInt8
  /// The unpacked bytes before it.
  var window: [UInt8]
}

/// Unpacks gzip data (RFC 1952, one or several members) that come in pieces, and finds places to begin from later.
///
/// What follows the last member without being one is passed over, as gzip does.
final class GzipReader {
  /// How far access points are apart, in unpacked bytes.
  static let span: Int64 = 4 << 20

  // What was unpacked last stands at the front, as the next access point may need it.
  private static let windowLength = AccessPoint.windowLength
  private static let capacity = windowLength + (256 << 10)

  private let stream: UnsafeMutablePointer<z_stream>
  private var output = [UInt8](repeating: 0, count: capacity)
  /// Where the unpacked bytes end in `output`, and from where on they weren't handed over.
  private var filled = windowLength
  private var given = windowLength
  private var consumed: Int64 = 0
  private var unpacked: Int64 = 0
  private var lastPoint: Int64 = 0
  private var isBetween = false
  private var isDone = false
  private var memberStart: Int64 = 0

  init() {
    stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // It fails for want of memory only, after which unpacking fails as well.
    _ = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Takes the next packed bytes.
  ///
  /// - Parameters:
  ///   - point: called with places to begin from.
  ///   - body: called with unpacked bytes, good until it returns.
  func take(
    _ piece: UnsafeRawBufferPointer, point: (AccessPoint) throws -> Void, body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var place = 0
    while place < piece.count, !isDone {
      if isBetween {
        inflateReset(stream)
        isBetween = false
        memberStart = consumed
      }
      let part = UnsafeRawBufferPointer(rebasing: piece[place..<min(piece.count, place + (1 << 30))])
      let (code, used) = step(part)
      place += used
      switch code {
      case Z_OK, Z_BUF_ERROR:
        if used == 0, filled < Self.capacity, code == Z_BUF_ERROR { throw LogError.damagedGzip }
      case Z_STREAM_END: isBetween = true
      case Z_DATA_ERROR where memberStart > 0 && consumed - memberStart <= 10:
        // Padding, or something else that isn't a further member.
        isDone = true
        isBetween = true
      default: throw LogError.damagedGzip
      }
      if let found = accessPoint() { try point(found) }
      if filled == Self.capacity { try handOver(body) }
    }
    // What is still in the stream comes out with room alone.
    while !isDone, !isBetween {
      let before = filled
      let (code, _) = step(UnsafeRawBufferPointer(start: nil, count: 0))
      if code == Z_STREAM_END { isBetween = true }
      if filled == before { break }
      if filled == Self.capacity { try handOver(body) }
    }
    try handOver(body)
  }

  /// Checks that the data had their end.
  func finish() throws(LogError) {
    if !isBetween, consumed > 0 { throw .truncatedGzip }
  }

  private func step(_ piece: UnsafeRawBufferPointer) -> (code: Int32, used: Int) {
    let room = Self.capacity - filled
    return output.withUnsafeMutableBufferPointer { output in
      // zlib reads from it alone.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.assumingMemoryBound(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = UInt32(piece.count)
      stream.pointee.next_out = output.baseAddress.map { $0 + filled }
      stream.pointee.avail_out = UInt32(room)
      let code = inflate(stream, Z_BLOCK)
      let used = piece.count - Int(stream.pointee.avail_in)
      let made = room - Int(stream.pointee.avail_out)
      filled += made
      consumed += Int64(used)
      unpacked += Int64(made)
      return (code, used)
    }
  }

  private func accessPoint() -> AccessPoint? {
    let state = stream.pointee.data_type
    guard !isBetween, state & 128 != 0, state & 64 == 0, unpacked - lastPoint >= Self.span else { return nil }
    lastPoint = unpacked
    return AccessPoint(
      offset: unpacked, packed: consumed, bits: UInt8(state & 7),
      window: Array(output[(filled - Self.windowLength)..<filled]))
  }

  private func handOver(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let range = given..<filled
    if !range.isEmpty { try output.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) } }
    let start = filled - Self.windowLength
    output.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress, start > 0 else { return }
      base.copyMemory(from: base + start, byteCount: Self.windowLength)
    }
    filled = Self.windowLength
    given = Self.windowLength
  }
}
