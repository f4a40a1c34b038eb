/// What a scalar of YAML 1.2 stands for, by the rules of the library that DVC reads YAML with.
enum YAMLScalar {
  /// What the tags of YAML itself begin with.
  static let prefix = "tag:yaml.org,2002:"

  /// The value of a scalar; nil if its tag isn't known or doesn't fit.
  static func value(_ text: String, isPlain: Bool, tag: String) -> PipelineValue? {
    switch tag {
    case "": return isPlain ? plain(text) : .string(text)
    case "!": return isPlain ? plain(text) : .string(text)
    case prefix + "str": return .string(text)
    case prefix + "null": return .null
    case prefix + "bool": return bool(text)
    case prefix + "int": return int(text)
    case prefix + "float":
      return float(text) ?? int(text).flatMap { $0.pythonText }.flatMap(Double.init).map { .double($0) }
    case prefix + "timestamp": return TimeText.yaml(text).map { .time($0) }
    default: return nil
    }
  }

  /// The text of a plain scalar, unless it stands for nothing.
  static func literal(_ text: String) -> PipelineValue {
    ["", "~", "null", "Null", "NULL"].contains(text) ? .null : .string(text)
  }

  private static func plain(_ text: String) -> PipelineValue {
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
      return ["~", "null", "Null", "NULL"].contains(text) ? .null : .string(text)
    case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
      return bool(text) ?? .string(text)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return float(text) ?? int(text) ?? TimeText.yaml(text).map { .time($0) } ?? .string(text)
    default: return .string(text)
    }
  }

  private static func bool(_ text: String) -> PipelineValue? {
    switch text {
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: nil
    }
  }

  private static func unsigned(_ text: String) -> (isNegative: Bool, rest: Substring) {
    text.hasPrefix("-") ? (true, text.dropFirst()) : (false, text.hasPrefix("+") ? text.dropFirst() : text[...])
  }

  private static func int(_ text: String) -> PipelineValue? {
    let (isNegative, rest) = unsigned(text)
    func value(_ digits: Substring, _ base: UInt64) -> PipelineValue? {
      WholeNumber.value(digits.filter { $0 != "_" }, base: base, isNegative: isNegative)
    }
    if rest.hasPrefix("0b") { return value(rest.dropFirst(2), 2) }
    if rest.hasPrefix("0o") { return value(rest.dropFirst(2), 8) }
    if rest.hasPrefix("0x") { return value(rest.dropFirst(2), 16) }
    guard text.utf8.first != UInt8(ascii: "_") else { return nil }
    return value(rest, 10)
  }

  private static func float(_ text: String) -> PipelineValue? {
    let (isNegative, rest) = unsigned(text)
    if [".inf", ".Inf", ".INF"].contains(rest) { return .double(isNegative ? -Double.infinity : .infinity) }
    if [".nan", ".NaN", ".NAN"].contains(text) { return .double(.nan) }
    // Digits, then a point with or without digits, or an exponent, or both; or a point with digits. Underscores are nothing.
    let bytes = Array(rest.utf8)
    var index = 0
    func digits() -> Int {
      let start = index
      while index < bytes.count, (0x30...0x39).contains(bytes[index]) || (index > 0 && bytes[index] == 0x5F) {
        index += 1
      }
      return index - start
    }
    let whole = digits()
    var hasPoint = false
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      hasPoint = true
      index += 1
      guard digits() > 0 || whole > 0 else { return nil }
    }
    var hasExponent = false
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e"), whole > 0 || hasPoint {
      hasExponent = true
      index += 1
      let isSigned = index < bytes.count && (bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-"))
      if isSigned { index += 1 }
      // Of a number that begins with its point an exponent must be signed.
      let start = index
      while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
      guard isSigned || whole > 0, index > start else { return nil }
    }
    guard index == bytes.count, hasPoint || hasExponent else { return nil }
    let plain = String(decoding: bytes.filter { $0 != 0x5F }, as: UTF8.self)
    guard let value = number(plain) else { return nil }
    return .double(isNegative ? -value : value)
  }

  /// A number in plain decimal form, which may end in its point or begin with it; beyond all numbers it is infinite.
  static func number(_ text: String) -> Double? {
    guard text.utf8.prefix(while: { $0 | 0x20 != UInt8(ascii: "e") }).contains(where: { (0x30...0x39).contains($0) })
    else { return nil }
    var text = text
    if text.hasPrefix(".") { text = "0" + text }
    if let point = text.firstIndex(of: ".") {
      let next = text.index(after: point)
      if next == text.endIndex || !text[next].isNumber { text.insert("0", at: next) }
    }
    // Swift's gives infinity for what is too large, as Python's does.
    return Double(text)
  }
}
