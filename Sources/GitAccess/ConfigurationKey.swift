/// A configuration key in the form that git compares keys in.
///
/// `section.name` or `section.subsection.name`: section and name are letters, digits and `-`, the name begins with a
/// letter, and both are compared without regard to case; a subsection is any text without line ends.
struct ConfigurationKey: Hashable {
  /// The key, section and name in lower case.
  let text: String

  /// Reads a key.
  ///
  /// - Throws: ``GitError/invalidKey(_:)`` if the text is none.
  init(_ key: String) throws(GitError) {
    let bytes = Array(key.utf8)
    guard let first = bytes.firstIndex(of: UInt8(ascii: ".")), let last = bytes.lastIndex(of: UInt8(ascii: ".")) else {
      throw .invalidKey(key)
    }
    let (section, name) = (bytes[..<first], bytes[(last + 1)...])
    let subsection = bytes[first...last]  // with its dots, or the one dot between section and name
    guard !section.isEmpty, section.allSatisfy({ Self.isWordByte($0) }), let initial = name.first,
      Self.isLetter(initial), name.allSatisfy({ Self.isWordByte($0) }),
      !subsection.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\n") }), subsection.count != 2
    else { throw .invalidKey(key) }
    text = String(
      decoding: section.map { $0.foldedCase } + subsection + name.map { $0.foldedCase }, as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
  }
}
