internal import MLTBase

/// The first eight bytes of a content id as a number that sorts like them, by which contents are looked up.
///
/// An index over numbers takes a quarter of the space of one over digests. Where the whole id is known it is compared
/// as well.
enum ContentKey {
  private static let signBit: UInt64 = 1 << 63

  /// The key of a content.
  static func key(_ id: ContentID) -> Int64 {
    id.withUnsafeBytes { signed(UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))) }
  }

  /// The least and greatest key of contents whose hexadecimal form begins with `prefix`; nil if none can.
  static func range(ofPrefix prefix: String) -> ClosedRange<Int64>? {
    let digits = Array(prefix.utf8.prefix(16))
    guard prefix.utf8.count <= ContentID.byteCount * 2,
      prefix.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    guard !digits.isEmpty else { return .min ... .max }
    guard let value = UInt64(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
    let free = UInt64(64 - 4 * digits.count)
    let low = value << free
    let high = low | (free == 0 ? 0 : UInt64.max >> (64 - free))
    return signed(low)...signed(high)
  }

  private static func signed(_ value: UInt64) -> Int64 { Int64(bitPattern: value ^ signBit) }
}
