/// Writes scalars so that readers of YAML take them for the text that they are.
enum YAMLText {
  /// A member of a block mapping.
  static func entry(_ key: String, _ text: String, indentation: Int) -> [String] {
    block(text, "\(key): ", indentation, body: indentation + 2)
  }

  /// An element of a block sequence.
  static func element(_ text: String, indentation: Int) -> [String] {
    block(text, "- ", indentation, body: indentation + 2)
  }

  // A text of several lines is best read as it is, if nothing in it could be taken for indentation or be lost.
  private static func block(_ text: String, _ start: String, _ indentation: Int, body: Int) -> [String] {
    let margin = String(repeating: " ", count: indentation)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let isPlain =
      lines.count > 1 && lines.first?.first != " " && lines.last?.isEmpty == false
      && text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value < 0x7F) }
    guard isPlain, lines.first?.isEmpty == false else { return [margin + start + scalar(text)] }
    let bodyMargin = String(repeating: " ", count: body)
    return [margin + start + "|-"] + lines.map { $0.isEmpty ? "" : bodyMargin + $0 }
  }

  /// A scalar on one line, quoted if need be.
  static func scalar(_ text: String) -> String {
    isPlain(text) ? text : quoted(text)
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, last != UInt8(ascii: " "), last != UInt8(ascii: ":")
    else { return false }
    switch first {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "$"):
      break
    default: return false
    }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), !text.contains(": "), !text.contains(" #") else {
      return false
    }
    // Neither a number nor a truth value, whose spelling would be lost.
    return YAMLScalar.value(text, isPlain: true, tag: "") == .string(text)
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
        let digits = String(scalar.value, radix: 16)
        quoted += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
