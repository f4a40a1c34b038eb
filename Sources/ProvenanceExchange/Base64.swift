/// Bytes as text (RFC 4648).
enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Returns the text with padding.
  static func encode(_ bytes: [UInt8]) -> String {
    String(decoding: encode(bytes, digits, isPadded: true), as: UTF8.self)
  }

  /// Returns the text that may stand in URLs, without padding.
  static func encodeForURL(_ bytes: [UInt8]) -> String {
    String(decoding: encode(bytes, urlDigits, isPadded: false), as: UTF8.self)
  }

  private static func encode(_ bytes: [UInt8], _ digits: [UInt8], isPadded: Bool) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var next = 0
    while next < bytes.count {
      let group = bytes[next..<min(next + 3, bytes.count)]
      var bits: UInt32 = 0
      for place in 0..<3 {
        bits = bits << 8 | UInt32(place < group.count ? group[next + place] : 0)
      }
      for place in 0..<4 {
        if place <= group.count {
          text.append(digits[Int(bits >> (18 - 6 * UInt32(place)) & 0x3F)])
        } else if isPadded {
          text.append(UInt8(ascii: "="))
        }
      }
      next += 3
    }
    return text
  }
}
