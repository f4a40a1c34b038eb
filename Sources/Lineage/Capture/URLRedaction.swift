/// Takes what gives access out of the URLs of a text: passwords and tokens before the host, and of queries and fragments
/// the values that look like credentials, by their name or by their form.
///
/// What tells one thing from another stays: pages, regions, versions, checksums. ``Redaction`` is what others ask.
enum URLRedaction {
  /// Returns a text whose URLs give no access any more.
  static func text(_ text: String) -> String { self.text(text, depth: 0) }

  private static func text(_ text: String, depth: Int) -> String {
    guard text.utf8.contains(UInt8(ascii: ":")) else { return text }
    var result = ""
    var rest = text[...]
    while let scheme = rest.firstRange(of: "://") {
      let url = rest[scheme.upperBound...].prefix { !endsURL($0) }
      result += rest[..<scheme.upperBound]
      let authority = url.prefix { !"/?#".contains($0) }
      result += withoutPassword(authority)
      let path = url[authority.endIndex...].prefix { !"?#".contains($0) }
      result += path
      var parts = url[path.endIndex...]
      if parts.first == "?" {
        let query = parts.dropFirst().prefix { $0 != "#" }
        result += "?" + pairs(query, depth)
        parts = parts[query.endIndex...]
      }
      if parts.first == "#" { result += "#" + pairs(parts.dropFirst(), depth) }
      rest = rest[url.endIndex...]
    }
    return result + rest
  }

  /// RFC 3986 lets none of these stand in a URL as they are.
  private static func endsURL(_ character: Character) -> Bool {
    character.isWhitespace || "\"'`<>|\\^".contains(character)
  }

  // RFC 3986 section 3.2.1: what stands before the last `@` of the authority.
  private static func withoutPassword(_ authority: Substring) -> String {
    guard let at = authority.lastIndex(of: "@") else { return String(authority) }
    if let colon = authority[..<at].firstIndex(of: ":") {
      return authority[...colon] + Redaction.mask + authority[at...]
    }
    return isRandom(authority[..<at]) ? Redaction.mask + authority[at...] : String(authority)
  }

  // MARK: Queries and fragments

  /// Returns the pairs of a query, or of a fragment that is made like one, without credentials.
  private static func pairs(_ text: Substring, _ depth: Int) -> String {
    let items = text.split(omittingEmptySubsequences: false) { "&;".contains($0) }
    let names = items.map { $0.prefix { $0 != "=" } }
    let isSigned = names.contains { $0.lowercased() == "sig" }
    var result = ""
    for (item, name) in zip(items, names) {
      // The separator is the character before each item but the first.
      if item.startIndex > text.startIndex { result.append(text[text.index(before: item.startIndex)]) }
      if item.endIndex == name.endIndex {
        result += isRandom(item) ? Redaction.mask[...] : item
        continue
      }
      let value = item[item.index(after: name.endIndex)...]
      let isTelling = isTelling(String(name), isSigned: isSigned)
      let hides = !value.isEmpty && (isTelling || (!isIdentity(name) && isRandom(value)) || holdsSecret(value, depth))
      result += name + "=" + (hides ? Redaction.mask[...] : value)
    }
    return result
  }

  private static let tellingNames: Set<String> = [
    "auth", "authorization", "code", "key", "passwd", "password", "sig", "signature", "secret", "token", "jwt", "hmac",
    "policy", "credential", "apikey", "subscription-key", "awsaccesskeyid", "googleaccessid", "key-pair-id",
  ]
  /// The rest of a signature by which Azure's storage lets everybody in; alone they may mean anything.
  private static let azureNames: Set<String> = ["se", "sp", "sv", "sr", "st", "spr", "skoid", "sktid", "ske", "sks"]

  private static func isTelling(_ name: String, isSigned: Bool) -> Bool {
    let name = (decoded(name[...]) ?? name).lowercased()
    if tellingNames.contains(name) || Redaction.isTelling(name) || isSigned && azureNames.contains(name) { return true }
    if ["x-amz-", "x-goog-", "x-oss-"].contains(where: { name.hasPrefix($0) }) { return true }
    let words = name.split { !$0.isLetter && !$0.isNumber }
    return words.contains { ["sig", "signature", "secret", "password", "auth", "hmac", "jwt"].contains($0) }
  }

  /// Whether a parameter of this name tells one version of a thing from another.
  private static func isIdentity(_ name: Substring) -> Bool {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
    return words.contains { word in
      word.hasSuffix("id") || word.hasSuffix("version") || word.hasSuffix("hash") || word.hasPrefix("sha")
        || ["v", "md5", "etag", "rev", "revision", "commit", "ref", "generation", "checksum", "digest"].contains(word)
    }
  }

  private static let depthLimit = 3

  /// Whether a value is a URL of its own, escaped, that holds a credential.
  private static func holdsSecret(_ value: Substring, _ depth: Int) -> Bool {
    guard depth < depthLimit, value.contains("%"), let inner = decoded(value), inner.contains("://") else {
      return false
    }
    return text(inner, depth: depth + 1) != inner
  }

  // MARK: Values

  /// Whether a value looks as if it was drawn: a token of JSON (RFC 7519), long hexadecimal digits, or long and mixed
  /// letters and digits.
  private static func isRandom(_ value: Substring) -> Bool {
    let text = Array((decoded(value) ?? String(value)).utf8)
    if text.starts(with: Array("eyJ".utf8)), text.count >= 20, text.contains(UInt8(ascii: ".")) { return true }
    guard text.count >= 24, text.allSatisfy({ isLetter($0) || isDigit($0) || "+/=_-.~".utf8.contains($0) }) else {
      return false
    }
    if isUUID(text) { return false }
    let hasBothCases = text.contains { (0x41...0x5A).contains($0) } && text.contains { (0x61...0x7A).contains($0) }
    // Names have digits at the ends of words; what is drawn has them everywhere.
    var changes = 0
    for (left, right) in zip(text, text.dropFirst())
    where isLetter(left) && isDigit(right) || isDigit(left) && isLetter(right) { changes += 1 }
    return hasBothCases ? changes > text.count / 8 : text.count >= 32 && changes > text.count / 6
  }

  private static func isUUID(_ text: [UInt8]) -> Bool {
    text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// A text with its escapes (RFC 3986 section 2.1) taken back; nil if that isn't text.
  private static func decoded(_ text: Substring) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
