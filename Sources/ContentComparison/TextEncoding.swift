/// How a text's letters are written as bytes.
public enum TextEncoding: String, Hashable, Sendable, CaseIterable {
  /// UTF-8.
  case utf8 = "utf-8"
  /// UTF-8 with a byte order mark before it.
  case utf8WithMark = "utf-8-sig"
  /// UTF-16, the lower byte first.
  case utf16LittleEndian = "utf-16-le"
  /// UTF-16, the higher byte first.
  case utf16BigEndian = "utf-16-be"
  /// One byte a letter: Windows' code page 1252, which ISO 8859-1 is a part of.
  case latin1 = "latin-1"

  /// Tells the encoding by a content's first bytes; nil if they are no text.
  static func detect(_ head: [UInt8]) -> TextEncoding? {
    if head.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8WithMark }
    if head.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
    if head.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
    if head.contains(0) {
      var zeros = [0, 0]
      for (index, byte) in head.enumerated() where byte == 0 { zeros[index & 1] += 1 }
      // Most letters of most texts are below U+0100; binary files have zeros at both places, or control characters.
      let many = head.count / 2 * 7 / 10
      let others = head.count { $0 != 0 && ($0 < 9 || ($0 > 13 && $0 < 32)) }
      guard others * 50 <= head.count else { return nil }
      if zeros[1] > many, zeros[0] * 20 < head.count { return .utf16LittleEndian }
      if zeros[0] > many, zeros[1] * 20 < head.count { return .utf16BigEndian }
      return nil
    }
    let controls = head.count { $0 < 9 || ($0 > 13 && $0 < 32 && $0 != 27) || $0 == 127 }
    guard controls * 50 <= head.count else { return nil }
    // A letter may be cut in two at the end.
    let whole = (0...min(3, head.count)).contains { String(validating: head.dropLast($0), as: UTF8.self) != nil }
    return whole ? .utf8 : .latin1
  }
}

/// A text of any encoding as UTF-8, without a byte order mark.
final class DecodingStream: ByteStream {
  private let stream: any ByteStream
  private let encoding: TextEncoding
  private var isAtStart: Bool
  private var rest: [UInt8] = []
  private var pendingSurrogate: UInt16?

  var isCut: Bool { stream.isCut }

  init(_ stream: any ByteStream, _ encoding: TextEncoding, isAtStart: Bool) {
    self.stream = stream
    self.encoding = encoding
    self.isAtStart = isAtStart
  }

  func next() throws -> [UInt8]? {
    while let block = try stream.next() {
      let decoded = decode(block)
      if !decoded.isEmpty { return decoded }
    }
    // Half a letter at the end.
    guard !rest.isEmpty || pendingSurrogate != nil else { return nil }
    rest = []
    pendingSurrogate = nil
    return Array("\u{FFFD}".utf8)
  }

  private func decode(_ block: [UInt8]) -> [UInt8] {
    switch encoding {
    case .utf8: return block
    case .utf8WithMark:
      guard isAtStart else { return block }
      isAtStart = false
      return block.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(block.dropFirst(3)) : block
    case .latin1:
      var text: [UInt8] = []
      text.reserveCapacity(block.count + block.count / 8)
      for byte in block {
        if byte < 0x80 { text.append(byte) } else { Self.append(Self.scalar(byte), to: &text) }
      }
      return text
    case .utf16LittleEndian, .utf16BigEndian: return decodeUnits(rest + block)
    }
  }

  private func decodeUnits(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 2)
    let isBig = encoding == .utf16BigEndian
    var index = 0
    while index + 1 < bytes.count {
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      let unit = isBig ? first << 8 | second : second << 8 | first
      index += 2
      defer { isAtStart = false }
      if isAtStart, unit == 0xFEFF { continue }
      if let high = pendingSurrogate {
        pendingSurrogate = nil
        if (0xDC00..<0xE000).contains(unit) {
          Self.append(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00), to: &text)
          continue
        }
        Self.append(0xFFFD, to: &text)
      }
      switch unit {
      case 0..<0x80: text.append(UInt8(unit))
      case 0xD800..<0xDC00: pendingSurrogate = unit
      case 0xDC00..<0xE000: Self.append(0xFFFD, to: &text)
      default: Self.append(UInt32(unit), to: &text)
      }
    }
    rest = Array(bytes[index...])
    return text
  }

  private static func append(_ scalar: UInt32, to text: inout [UInt8]) {
    switch scalar {
    case 0..<0x80: text.append(UInt8(scalar))
    case 0x80..<0x800: text += [0xC0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 0x3F)]
    case 0x800..<0x10000:
      text += [0xE0 | UInt8(scalar >> 12), 0x80 | UInt8(scalar >> 6 & 0x3F), 0x80 | UInt8(scalar & 0x3F)]
    default:
      text += [0xF0 | UInt8(scalar >> 18 & 7), 0x80 | UInt8(scalar >> 12 & 0x3F)]
      text += [0x80 | UInt8(scalar >> 6 & 0x3F), 0x80 | UInt8(scalar & 0x3F)]
    }
  }

  // What stands at 0x80 to 0x9F in code page 1252.
  private static let specials: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
    0x017E, 0x0178,
  ]

  private static func scalar(_ byte: UInt8) -> UInt32 {
    (0x80..<0xA0).contains(byte) ? specials[Int(byte) - 0x80] : UInt32(byte)
  }
}
