/// A position in a text that is read byte by byte, with the place for messages.
struct TextCursor {
  let bytes: [UInt8]
  let file: String
  var index = 0
  // Where the current line begins, and its number.
  private var lineStart = 0
  private var line = 1
  // Up to where lines are counted.
  private var counted = 0

  init(_ text: String, file: String) {
    bytes = Array(text.utf8)
    self.file = file
  }

  var current: UInt8? { index < bytes.count ? bytes[index] : nil }
  var isAtEnd: Bool { index >= bytes.count }

  func peek(_ distance: Int) -> UInt8? {
    index + distance < bytes.count ? bytes[index + distance] : nil
  }

  /// Whether the text goes on with `literal`.
  func isAt(_ literal: StaticString) -> Bool {
    guard bytes.count - index >= literal.utf8CodeUnitCount else { return false }
    for offset in 0..<literal.utf8CodeUnitCount where bytes[index + offset] != literal.utf8Start[offset] {
      return false
    }
    return true
  }

  /// Skips `literal` if it comes next.
  mutating func take(_ literal: StaticString) -> Bool {
    guard isAt(literal) else { return false }
    index += literal.utf8CodeUnitCount
    return true
  }

  /// Skips bytes for as long as they fit.
  mutating func skip(while fits: (UInt8) -> Bool) {
    while let byte = current, fits(byte) { index += 1 }
  }

  /// The text from an earlier index to here.
  func text(from start: Int) -> String {
    String(decoding: bytes[start..<index], as: UTF8.self)
  }

  /// The place of the current byte.
  ///
  /// Going back between calls costs counting anew.
  mutating func position() -> SourcePosition {
    let index = min(self.index, bytes.count)
    if index < counted { (counted, line, lineStart) = (0, 1, 0) }
    while counted < index {
      if bytes[counted] == UInt8(ascii: "\n") {
        line += 1
        lineStart = counted + 1
      }
      counted += 1
    }
    // Columns are characters, as far as bytes tell: what continues one isn't counted.
    let column = bytes[lineStart..<index].count { $0 & 0xC0 != 0x80 }
    return SourcePosition(line: line, column: column + 1)
  }

  /// The problem of a text that isn't what it should be.
  mutating func failure(_ words: String) -> PipelineProblem {
    PipelineProblem(file: file, at: position(), .malformed(words))
  }

  /// Four or eight hexadecimal digits.
  mutating func hexadecimal(_ count: Int) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        return nil
      }
      guard value < 1 << 28 else { return nil }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}
