/// Numbers as configuration files hold them.
enum ConfigurationNumber {
  /// Reads a whole number with git's suffixes `k`, `m` and `g`; nil if it isn't one or too large.
  static func integer(_ text: String) -> Int? {
    scaled(text, suffixes: ["k": 10, "m": 20, "g": 30])
  }

  /// Reads a number of bytes, as `64MiB`, `64M` or `67108864`; nil if it isn't one, negative or too large.
  static func size(_ text: String) -> Int? {
    let shifts = ["k": 10, "m": 20, "g": 30, "t": 40]
    var suffixes = ["b": 0]
    for (letter, shift) in shifts {
      for ending in ["", "b", "ib"] { suffixes[letter + ending] = shift }
    }
    return scaled(text, suffixes: suffixes).flatMap { $0 < 0 ? nil : $0 }
  }

  private static func scaled(_ text: String, suffixes: [String: Int]) -> Int? {
    let trimmed = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    let suffix = String(trimmed.reversed().prefix { $0.isASCII && $0.isLetter }.reversed())
    var digits = String(trimmed.prefix(trimmed.count - suffix.count))
    while digits.last == " " { digits.removeLast() }
    guard let number = Int(digits) else { return nil }
    if suffix.isEmpty { return number }
    guard let shift = suffixes[suffix.lowercased()] else { return nil }
    let (product, overflows) = number.multipliedReportingOverflow(by: 1 << shift)
    return overflows ? nil : product
  }
}
