internal import MLTBase

/// Keeps credentials out of what is recorded.
///
/// What looks like one is replaced by ``mask``: the value of an option, assignment or variable whose name says so,
/// anything that a variable of such a name holds, what gives access in URLs (``URLRedaction``), and tokens known by their form.
package struct Redaction {
  /// What stands in a credential's place.
  package static let mask = "[redacted]"

  private static let telltales = [
    "password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "access_key", "access-key",
    "private_key", "private-key", "credential", "auth_key", "auth-key", "account_key", "sas_key", "client_key",
  ].map { Array($0.utf8) }
  private static let passwords = ["pass", "pwd", "secret", "credential"].map { Array($0.utf8) }
  // What models are told of their tokens.
  private static let exceptions =
    (["tokenizer", "tokenize", "n_tokens", "token_id", "token-id", "tokens_per", "tokens-per"]
    + ["max", "min", "num", "new", "total", "per", "eos", "bos", "pad", "unk", "sep", "cls", "mask", "special"]
    .flatMap { ["\($0)_token", "\($0)-token"] }).map { Array($0.utf8) }
  private static let shortNames: Set<String> = [
    "pat", "pass", "pw", "pwd",
    // What stands in URLs that are signed for whoever has them.
    "sig", "x-amz-signature", "x-goog-signature", "x-oss-signature",
  ]
  /// Shells keep the working directory in variables whose names look like a password's.
  private static let places: Set<String> = ["PWD", "OLDPWD"]
  private static let tokenPrefixes = [
    "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "sk-", "xoxb-", "xoxp-", "xoxa-", "AKIA", "ASIA", "AIza",
    "hf_", "dckr_pat_", "npm_", "pypi-", "ya29.", "eyJhbGciOi",
  ]

  private let secrets: [String]

  /// Takes the environment whose variables may hold credentials.
  package init(environment: [String: String]) {
    secrets = environment.filter { Self.isTelling($0.key) && !Self.places.contains($0.key) && $0.value.count >= 6 }
      .map(\.value)
      .sorted { ($0.count, $0) > ($1.count, $1) }
  }

  /// Whether a name says that its value is a credential.
  package static func isTelling(_ name: String) -> Bool {
    let lowered = name.lowercased()
    let bytes = Array(lowered.utf8)
    if exceptions.contains(where: { bytes.holds($0) }) { return false }
    return telltales.contains { bytes.holds($0) } || shortNames.contains(lowered) || lowered.hasSuffix("_pat")
      || lowered.hasSuffix("_pwd") || lowered.hasSuffix("_pass")
  }

  /// Whether a value of that name is kept out.
  ///
  /// A short number or a yes or no is a setting, as `token_dim=64`; only a password may be one.
  private static func hides(_ value: some StringProtocol, of name: String) -> Bool {
    if value.isEmpty || !isTelling(name) { return false }
    let bytes = Array(name.lowercased().utf8)
    if passwords.contains(where: { bytes.holds($0) }) || shortNames.contains(name.lowercased()) { return true }
    let isNumber = value.utf8.count <= 7 && Double(value) != nil
    return !isNumber && !["true", "false", "none", "null", "yes", "no"].contains(value.lowercased())
  }

  /// Returns a command line without credentials.
  package func arguments(_ arguments: [String]) -> [String] {
    var redacted: [String] = []
    var optionBefore: String?
    for argument in arguments {
      if let name = optionBefore, Self.hides(argument, of: name), !argument.hasPrefix("-") {
        redacted.append(Self.mask)
        optionBefore = nil
        continue
      }
      optionBefore = nil
      let name = argument.drop { $0 == "-" }
      if let equals = name.firstIndex(of: "="), !name[..<equals].contains(where: \.isWhitespace),
        Self.hides(name[name.index(after: equals)...], of: String(name[..<equals]))
      {
        redacted.append(String(argument[...equals]) + Self.mask)
        continue
      }
      if argument.hasPrefix("-"), !argument.contains("=") { optionBefore = String(name) }
      redacted.append(text(argument))
    }
    return redacted
  }

  /// Returns named values without those that are credentials.
  package func values(_ values: [String: String]) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: values.map { key, value in
        (key, Self.hides(value, of: key) ? Self.mask : text(value))
      })
  }

  /// Returns free text without what is known or looks like a credential.
  package func text(_ text: String) -> String {
    var text = text
    for secret in secrets { text = Self.replacing(secret, in: text) }
    return Self.maskingAssignments(Self.maskingTokens(Self.maskingHeaders(URLRedaction.text(text))))
  }

  private static func replacing(_ secret: String, in text: String) -> String {
    var result = ""
    var rest = text[...]
    while let range = rest.firstRange(of: secret) {
      result += rest[..<range.lowerBound] + mask
      rest = rest[range.upperBound...]
    }
    return result + rest
  }

  /// Whether a file of this name keeps credentials, so that its bytes are better left where they are.
  package static func isKeyFile(_ name: [UInt8]) -> Bool {
    let text = String(decoding: name, as: UTF8.self).lowercased()
    return text == ".env" || text.hasPrefix(".env.") || keyFileNames.contains(text)
      || keyFileEndings.contains { text.hasSuffix($0) }
  }

  private static let keyFileNames: Set<String> = [
    ".netrc", ".pgpass", ".pypirc", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "credentials", "credentials.json",
    "service-account.json", "secrets.json", "secrets.yaml", "secrets.yml", "secrets.toml",
  ]
  private static let keyFileEndings = [".env", ".pem", ".p12", ".pfx", ".keystore", ".jks"]

  // `export API_TOKEN=…; next` inside a script that is one argument.
  private static func maskingAssignments(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "=")) else { return text }
    var result = ""
    var rest = text[...]
    while let equals = rest.firstIndex(of: "=") {
      let name = rest[..<equals].reversed().prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
      result += rest[...equals]
      rest = rest[rest.index(after: equals)...]
      let key = String(name.reversed().drop { $0 == "-" })
      guard isTelling(key) else { continue }
      let quote = rest.first.flatMap { "'\"".contains($0) ? $0 : nil }
      if let quote {
        result.append(quote)
        rest = rest.dropFirst()
      }
      let value = rest.prefix { quote == nil ? !$0.isWhitespace && !";&|)'\"".contains($0) : $0 != quote }
      // What was taken out of a URL may be followed by a fragment.
      if value.hasPrefix(mask), value.dropFirst(mask.count).first.map({ $0 == "#" }) ?? true {
        result += mask
        rest = rest[value.startIndex...].dropFirst(mask.count)
        continue
      }
      result += hides(value, of: key) ? mask[...] : value
      rest = rest[value.endIndex...]
    }
    return result + rest
  }

  private static let headerSchemes = ["bearer ", "authorization: basic ", "authorization: token "].map {
    Array($0.utf8)
  }

  // RFC 9110 section 11.4: what stands behind the scheme's name in an `Authorization` header; letters of either case.
  private static func maskingHeaders(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let lowered = bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    guard headerSchemes.contains(where: { lowered.holds($0) }) else { return text }
    var result: [UInt8] = []
    var next = 0
    while next < bytes.count {
      guard let scheme = headerSchemes.first(where: { lowered[next...].starts(with: $0) }) else {
        result.append(bytes[next])
        next += 1
        continue
      }
      let start = next + scheme.count
      let credential = bytes[start...].prefix { !" \"'\n,".utf8.contains($0) }
      result += bytes[next..<start]
      result += credential.count >= 8 ? Array(mask.utf8)[...] : credential
      next = credential.endIndex
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func maskingTokens(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard tokenPrefixes.contains(where: { bytes.holds(Array($0.utf8)) }) else { return text }
    func isTokenCharacter(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber || "_-.".contains(character))
    }
    var result = ""
    var rest = text[...]
    while !rest.isEmpty {
      let word = rest.prefix { isTokenCharacter($0) }
      result += word.count >= 20 && tokenPrefixes.contains { word.hasPrefix($0) } ? mask[...] : word
      rest = rest[word.endIndex...]
      if let separator = rest.popFirst() { result.append(separator) }
    }
    return result
  }
}
