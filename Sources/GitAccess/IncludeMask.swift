/// Keeps libgit2 from opening what a configuration file includes, by giving the sections that say so another name.
///
/// libgit2 has no switch for it. A section may begin anywhere in a line, so wherever a bracket is followed by the name:
/// a value that holds `[include` is misread by one letter, which is better than a section that is missed.
enum IncludeMask {
  private static let name = Array("include".utf8)
  private static let mask = UInt8(ascii: "x")

  /// The bytes of a file with the sections `include` and `includeIf` under other names.
  static func hide(_ bytes: [UInt8]) -> [UInt8] {
    var masked = bytes
    for bracket in bytes.indices where bytes[bracket] == UInt8(ascii: "[") {
      let rest = bytes[(bracket + 1)...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      // Letters differ from their capitals in one bit.
      guard rest.prefix(name.count).map({ $0 | 0x20 }) == name else { continue }
      masked[rest.startIndex] = mask
    }
    return masked
  }

  /// The key as the file has it.
  static func shown(_ key: String) -> String {
    key.hasPrefix("xnclude") ? "i" + key.dropFirst() : key
  }
}
