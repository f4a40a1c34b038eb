extension JSON {
  /// The canonical text: no white space, members sorted by the bytes of their keys, the shortest numbers.
  ///
  /// Strings escape only what JSON demands: `"`, `\` and control characters below U+0020 (`\b \t \n \f \r`, else
  /// `\u00xx` in lowercase). `docs/design/journal-format.md` has the rules in full.
  public var canonicalText: String {
    String(decoding: canonicalBytes, as: UTF8.self)
  }

  /// The bytes of ``canonicalText``.
  public var canonicalBytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, indent: nil, depth: 0)
    return bytes
  }

  /// The text for people: two blanks of indentation a level, members in the canonical order, no final newline.
  public var indentedText: String {
    var bytes: [UInt8] = []
    write(to: &bytes, indent: 2, depth: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func write(to bytes: inout [UInt8], indent: Int?, depth: Int) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .int(let value): bytes += String(value).utf8
    case .double(let value):
      precondition(value.isFinite, "JSON has no spelling for \(value); the caller writes it as a string")
      bytes += String(value).utf8
    case .string(let value): Self.write(value, to: &bytes)
    case .array(let values):
      Self.write(values, between: ("[", "]"), to: &bytes, indent: indent, depth: depth) { value, bytes in
        value.write(to: &bytes, indent: indent, depth: depth + 1)
      }
    case .object(let object):
      Self.write(object.members, between: ("{", "}"), to: &bytes, indent: indent, depth: depth) { member, bytes in
        Self.write(member.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        if indent != nil { bytes.append(UInt8(ascii: " ")) }
        member.value.write(to: &bytes, indent: indent, depth: depth + 1)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], between brackets: (Unicode.Scalar, Unicode.Scalar), to bytes: inout [UInt8], indent: Int?,
    depth: Int, element write: (Element, inout [UInt8]) -> Void
  ) {
    func newline(_ depth: Int) {
      guard let indent, !elements.isEmpty else { return }
      bytes.append(UInt8(ascii: "\n"))
      bytes += repeatElement(UInt8(ascii: " "), count: indent * depth)
    }
    bytes.append(UInt8(ascii: brackets.0))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      newline(depth + 1)
      write(element, &bytes)
    }
    newline(depth)
    bytes.append(UInt8(ascii: brackets.1))
  }

  private static func write(_ string: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += "\\\"".utf8
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case 0x08: bytes += "\\b".utf8
      case 0x09: bytes += "\\t".utf8
      case 0x0A: bytes += "\\n".utf8
      case 0x0C: bytes += "\\f".utf8
      case 0x0D: bytes += "\\r".utf8
      case 0..<0x20:
        bytes += "\\u00".utf8
        bytes += Hex.encode([byte]).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
