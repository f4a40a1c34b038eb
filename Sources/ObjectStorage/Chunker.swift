internal import Glibc
internal import MLTBase

/// Where files are cut into chunks: FastCDC with normalized chunking (`docs/design/store-format.md`).
///
/// A cut depends on the bytes since the last one alone, so that an insertion moves the cuts near it and no others.
package enum Chunker {
  /// Files up to this size are one chunk, and no cut is made within this many bytes of the last.
  package static let minimum = 32 << 10
  /// Cuts become more likely past this size.
  package static let mean = 128 << 10
  /// No chunk is larger.
  package static let maximum = 512 << 10

  // 19 and 15 leading zero bits.
  private static let strictBound: UInt64 = 1 << 45
  private static let looseBound: UInt64 = 1 << 49

  /// The numbers that the rolling hash adds, one for each byte's value.
  package static let gearTable: [UInt64] = (0...UInt8.max).map { byte in
    let digest = ContentHasher.contentID(of: Array("mlt gear table".utf8) + [byte])
    return digest.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
  }

  // A copy that is never freed: the hot loop reads it without bounds checks or reference counting.
  // Written once, before anyone sees it.
  nonisolated(unsafe) private static let gear: UnsafePointer<UInt64> = {
    let table = UnsafeMutablePointer<UInt64>.allocate(capacity: 256)
    for (index, number) in gearTable.enumerated() { (table + index).initialize(to: number) }
    return UnsafePointer(table)
  }()

  /// Returns the length of the next chunk of `bytes`, which are all that remains or at least ``maximum``.
  package static func cut(_ bytes: UnsafeRawBufferPointer) -> Int {
    let count = bytes.count
    guard count > minimum, let base = bytes.baseAddress else { return count }
    let end = min(count, maximum)
    let strictEnd = min(end, mean)
    let gear = gear
    let pointer = base.assumingMemoryBound(to: UInt8.self)
    var hash: UInt64 = 0
    var index = minimum
    while index < strictEnd {
      hash = (hash &<< 1) &+ gear[Int(pointer[index])]
      index &+= 1
      if hash < strictBound { return index }
    }
    while index < end {
      hash = (hash &<< 1) &+ gear[Int(pointer[index])]
      index &+= 1
      if hash < looseBound { return index }
    }
    return end
  }

  /// The chunk that bytes of zero are cut into, known beforehand because sparse files consist of little else.
  static let zeros: (length: Int, id: ContentID) = {
    let bytes = [UInt8](repeating: 0, count: maximum)
    let length = bytes.withUnsafeBytes { cut($0) }
    return (length, ContentHasher.contentID(of: Array(bytes[..<length])))
  }()

  /// Whether all of `bytes` are zero.
  static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let first = bytes.first, let base = bytes.baseAddress else { return true }
    // If each byte equals the one before it, all equal the first.
    return first == 0 && memcmp(base, base + 1, bytes.count - 1) == 0
  }
}
