internal import MLTBase

/// Text from anywhere as a terminal may be shown it: names, notes and messages of others can hold what moves its cursor.
enum VisibleText {
  /// Writes out the control characters of one line, its ends of lines too.
  ///
  /// - Parameter keepsStyles: whether what ``StyledText/styled(_:_:)`` put in stays.
  static func line(_ text: String, keepsStyles: Bool = false) -> String {
    written(text, keepsStyles: keepsStyles) { _ in false }
  }

  /// Writes out control characters, apart from ends of lines and tabs.
  static func lines(_ text: String, keepsStyles: Bool = false) -> String {
    written(text, keepsStyles: keepsStyles) { $0 == "\n" || $0 == "\t" }
  }

  private static func written(
    _ text: String, keepsStyles: Bool, except isKept: (Unicode.Scalar) -> Bool
  ) -> String {
    // Those beyond ASCII begin with one of two bytes.
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 }) else { return text }
    var result = ""
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if keepsStyles, scalar == "\u{1B}", let end = endOfStyle(rest) {
        result.unicodeScalars.append(scalar)
        result.unicodeScalars += rest[..<end]
        rest = rest[end...]
      } else if isControl(scalar), !isKept(scalar) {
        let byte = UInt8(exactly: scalar.value)
        result += byte.map { Formatting.escape($0) } ?? "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// What moves a cursor, hides text or turns its direction round.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// Where a style ends that has begun, if it is one of ours; nil for any other sequence.
  private static func endOfStyle(_ rest: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView.Index? {
    guard rest.first == "[", let end = rest.prefix(4).firstIndex(of: "m") else { return nil }
    let number = String(rest[rest.index(after: rest.startIndex)..<end])
    return number == Style.end || Style(rawValue: number) != nil ? rest.index(after: end) : nil
  }
}
