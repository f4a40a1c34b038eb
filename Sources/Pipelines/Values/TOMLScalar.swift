/// What a word of TOML stands for.
enum TOMLScalar {
  /// The value of a number, a truth value, a date or a time; nil for anything else.
  static func value(_ word: String) -> PipelineValue? {
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "inf", "+inf": return .double(.infinity)
    case "-inf": return .double(-.infinity)
    case "nan", "+nan", "-nan": return .double(.nan)
    default: break
    }
    let bytes = Array(word.utf8)
    let leading = bytes.prefix { (0x30...0x39).contains($0) }.count
    if bytes.count > 4,
      (leading == 4 && bytes[4] == UInt8(ascii: "-")) || (leading == 2 && bytes[2] == UInt8(ascii: ":"))
    {
      return TimeText.toml(word).map { .time($0) }
    }
    for (prefix, base) in [("0x", UInt64(16)), ("0o", 8), ("0b", 2)] where word.hasPrefix(prefix) {
      return plain(bytes.dropFirst(2), isHexadecimal: base == 16).flatMap {
        WholeNumber.value($0, base: base, isNegative: false)
      }
    }
    let isSigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
    let number = bytes.dropFirst(isSigned ? 1 : 0)
    let whole = number.prefix { (0x30...0x39).contains($0) || $0 == 0x5F }
    guard let digits = plain(whole), digits.utf8.count == 1 || digits.utf8.first != 0x30 else { return nil }
    let isNegative = bytes.first == UInt8(ascii: "-")
    if whole.count == number.count { return WholeNumber.value(digits, base: 10, isNegative: isNegative) }
    var rest = number.dropFirst(whole.count)
    var text = (isNegative ? "-" : "") + digits
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix { (0x30...0x39).contains($0) || $0 == 0x5F }
      guard let digits = plain(fraction) else { return nil }
      text += "." + digits
      rest = rest.dropFirst(fraction.count + 1)
    }
    if let first = rest.first {
      guard first | 0x20 == UInt8(ascii: "e") else { return nil }
      rest = rest.dropFirst()
      text += "e"
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        text += sign == UInt8(ascii: "-") ? "-" : ""
        rest = rest.dropFirst()
      }
      guard let digits = plain(rest) else { return nil }
      text += digits
    }
    return Double(text).map { .double($0) }
  }

  // Digits without their underscores, each of which stands between two digits.
  private static func plain(_ digits: ArraySlice<UInt8>, isHexadecimal: Bool = false) -> String? {
    guard let first = digits.first, let last = digits.last, first != 0x5F, last != 0x5F else { return nil }
    var before: UInt8 = 0
    for byte in digits {
      guard byte == 0x5F ? before != 0x5F : (0x30...0x39).contains(byte) || isHexadecimal else { return nil }
      before = byte
    }
    return String(decoding: digits.filter { $0 != 0x5F }, as: UTF8.self)
  }
}
