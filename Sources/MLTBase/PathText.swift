/// The textual form of a path's bytes, as journals, lock files and listings hold it.
///
/// A path is a string of bytes, text is Unicode. A path is written as it is when its bytes are valid UTF-8 without
/// control characters and don't begin with a double quote; otherwise in double quotes with C's escapes (`\n`, `\"`,
/// `\\`, and three octal digits for other control characters and for bytes that aren't UTF-8), as git quotes paths.
/// The form is one line and reverses exactly.
public enum PathText {
  /// Returns the text for a path's bytes.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    let plain = String(validating: bytes, as: UTF8.self)
    if let plain, plain.utf8.first != UInt8(ascii: "\""), !plain.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      return plain
    }
    var quoted = "\""
    var rest = Array(bytes)[...]
    while let byte = rest.first {
      if byte < 0x80 {
        quoted += escape(byte)
        rest = rest.dropFirst()
        continue
      }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      if rest.count >= length, let character = String(validating: rest.prefix(length), as: UTF8.self) {
        quoted += character
        rest = rest.dropFirst(length)
      } else {
        quoted += octal(byte)
        rest = rest.dropFirst()
      }
    }
    return quoted + "\""
  }

  /// Returns the path's bytes for a text that ``encode(_:)`` wrote; nil if its quoting is broken.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.first == UInt8(ascii: "\"") else { return characters }
    guard characters.count >= 2, characters.last == UInt8(ascii: "\"") else { return nil }
    var bytes: [UInt8] = []
    var index = 1
    let end = characters.count - 1
    while index < end {
      let character = characters[index]
      index += 1
      guard character == UInt8(ascii: "\\") else {
        if character == UInt8(ascii: "\"") { return nil }
        bytes.append(character)
        continue
      }
      guard index < end else { return nil }
      let escaped = characters[index]
      index += 1
      if let byte = unescape(escaped) {
        bytes.append(byte)
        continue
      }
      guard (UInt8(ascii: "0")...UInt8(ascii: "3")).contains(escaped), index + 1 < end else { return nil }
      var value = escaped - UInt8(ascii: "0")
      for _ in 0..<2 {
        let digit = characters[index]
        guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
        value = value << 3 | (digit - UInt8(ascii: "0"))
        index += 1
      }
      bytes.append(value)
    }
    return bytes
  }

  private static func escape(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""): "\\\""
    case UInt8(ascii: "\\"): "\\\\"
    case UInt8(ascii: "\n"): "\\n"
    case UInt8(ascii: "\t"): "\\t"
    case UInt8(ascii: "\r"): "\\r"
    case 0..<0x20, 0x7F: octal(byte)
    default: String(UnicodeScalar(byte))
    }
  }

  private static func unescape(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "\""): UInt8(ascii: "\"")
    case UInt8(ascii: "\\"): UInt8(ascii: "\\")
    case UInt8(ascii: "n"): UInt8(ascii: "\n")
    case UInt8(ascii: "t"): UInt8(ascii: "\t")
    case UInt8(ascii: "r"): UInt8(ascii: "\r")
    default: nil
    }
  }

  private static func octal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 8)
    return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
