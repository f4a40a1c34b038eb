/// A package's version, in the order of versions: `1.9` before `1.10`, `2.0rc1` before `2.0`.
///
/// Numbers compare as numbers. A word is less than the end of a version, and that less than a number, save for `post` and
/// what begins with `+`, which come after the end: close to PEP 440 and to what other systems do.
package struct PackageVersion: Comparable {
  private enum Part: Hashable {
    case word(String)
    case number(String)

    /// What the part is less or greater than: 1 is the end.
    var rank: Int {
      switch self {
      case .word("post"), .word("rev"), .word("r"), .word("+"): 2
      case .word("dev"): -1
      case .word: 0
      case .number(let digits): digits == "0" ? 1 : 3
      }
    }
  }

  private let parts: [Part]

  /// Takes a version apart; any text is one.
  package init(_ text: String) {
    var parts: [Part] = []
    var rest = text.lowercased().utf8.drop { $0 == UInt8(ascii: "v") }[...]
    while let byte = rest.first {
      let isDigit = Self.isDigit(byte)
      if isDigit {
        let digits = rest.prefix(while: Self.isDigit)
        rest = rest.dropFirst(digits.count)
        let plain = digits.drop { $0 == UInt8(ascii: "0") }
        parts.append(.number(plain.isEmpty ? "0" : String(decoding: plain, as: UTF8.self)))
      } else if Self.isLetter(byte) {
        let word = rest.prefix(while: Self.isLetter)
        rest = rest.dropFirst(word.count)
        parts.append(.word(String(decoding: word, as: UTF8.self)))
      } else {
        if byte == UInt8(ascii: "+") { parts.append(.word("+")) }
        rest = rest.dropFirst()
      }
    }
    self.parts = parts
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

  /// Whether the version begins as another one does, number by number: `1.26.4` with `1.26`.
  func begins(with other: PackageVersion) -> Bool {
    parts.count >= other.parts.count && parts.prefix(other.parts.count).elementsEqual(other.parts)
  }

  /// The version without its last number, that one raised by one in the number before: the end of `~= 1.4.2` is `1.5`.
  var endOfSeries: PackageVersion? {
    var numbers = parts.prefix { if case .number = $0 { true } else { false } }
    guard numbers.count > 1 else { return nil }
    numbers.removeLast()
    guard case .number(let digits)? = numbers.popLast(), let value = Int(digits), value < .max else { return nil }
    return PackageVersion(parts: numbers + [.number(String(value + 1))])
  }

  private init(parts: some Sequence<Part>) { self.parts = Array(parts) }

  package static func == (left: PackageVersion, right: PackageVersion) -> Bool { !(left < right) && !(right < left) }

  package static func < (left: PackageVersion, right: PackageVersion) -> Bool {
    for index in 0..<max(left.parts.count, right.parts.count) {
      let mine = left.parts.indices.contains(index) ? left.parts[index] : nil
      let yours = right.parts.indices.contains(index) ? right.parts[index] : nil
      if mine == yours { continue }
      let (first, second) = (mine?.rank ?? 1, yours?.rank ?? 1)
      if first != second { return first < second }
      switch (mine, yours) {
      case (.number(let one), .number(let other)):
        // Without leading zeros the longer one is the greater.
        if one != other { return (one.utf8.count, one) < (other.utf8.count, other) }
      case (.word(let one), .word(let other)): if one != other { return one < other }
      default: continue  // a zero against the end: `1.0` is `1`
      }
    }
    return false
  }
}
