internal import MLTBase

/// Finds its way in JSON text without building values.
enum JSONSkim {
  enum End {
    case at(Int)
    case incomplete
    case malformed(Int)
  }

  private static let depthLimit = 1000

  /// The end of the object or array that begins at a place, by its brackets and strings alone.
  static func end(of bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> End {
    var depth = 0
    var index = start
    let count = bytes.count
    while index < count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        guard let end = stringEnd(bytes, index, count) else { return .incomplete }
        index = end
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > depthLimit { return .malformed(index) }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return .at(index + 1) }
      default: break
      }
      index += 1
    }
    return .incomplete
  }

  /// The place after the string that begins at a place.
  @inline(__always)
  static func stringEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var index = start + 1
    while index < end {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { return index + 1 }
      index += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  @inline(__always)
  static func skipBlanks(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ end: Int) {
    while index < end, bytes[index] <= 32 { index += 1 }
  }

  static func isDelimiter(_ byte: UInt8) -> Bool {
    byte <= 32 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
  }

  /// What a text in quotes holds: a date, or a text that says there is nothing.
  static func textValue(_ text: UnsafeBufferPointer<UInt8>) -> CellValue {
    guard let first = text.first else { return .missing }
    if first &- UInt8(ascii: "0") < 10 { return DateText.parse(text) ?? .text }
    if text.count <= 4, case .missing = CellValue.classify(text) { return .missing }
    return .text
  }

  /// What stands without quotes: a number or a word; nil if it isn't JSON, which Python writes with NaN and Infinity.
  static func scalar(_ text: UnsafeBufferPointer<UInt8>) -> CellValue? {
    switch text.first {
    case UInt8(ascii: "t"): text.elementsEqual("true".utf8) ? .boolean(true) : nil
    case UInt8(ascii: "f"): text.elementsEqual("false".utf8) ? .boolean(false) : nil
    case UInt8(ascii: "n"): text.elementsEqual("null".utf8) ? .missing : nil
    case UInt8(ascii: "N"): text.elementsEqual("NaN".utf8) ? .missing : nil
    case UInt8(ascii: "I"): text.elementsEqual("Infinity".utf8) ? .real(.infinity) : nil
    case UInt8(ascii: "-"):
      text.elementsEqual("-Infinity".utf8) ? .real(-.infinity) : NumberText.parse(text)
    case nil: nil
    default: NumberText.parse(text)
    }
  }

  /// A string's bytes without its escapes; as they are if these are broken.
  static func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    let quoted = [UInt8(ascii: "\"")] + Array(text) + [UInt8(ascii: "\"")]
    if case .string(let string) = try? JSON(parsing: quoted) { return Array(string.utf8) }
    return Array(text)
  }
}
