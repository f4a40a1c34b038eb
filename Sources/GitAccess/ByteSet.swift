/// A set of bytes, as a pattern's brackets name it (`[a-z]`, `[!0-9]`, `[[:alpha:]_]`).
struct ByteSet: Hashable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// Reads what follows an opening bracket, up to and with the closing one; nil if the set is broken.
  init?(bracket rest: inout ArraySlice<UInt8>, ignoresCase: Bool) {
    let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
    if isNegated { rest = rest.dropFirst() }
    var previous: UInt8?  // what a range may begin with
    var isFirst = true
    while true {
      guard let byte = rest.popFirst() else { return nil }
      if byte == UInt8(ascii: "]"), !isFirst { break }
      isFirst = false
      if byte == UInt8(ascii: "\\") {
        guard let escaped = rest.popFirst() else { return nil }
        insert(escaped)
        previous = escaped
      } else if byte == UInt8(ascii: "-"), let low = previous, let next = rest.first, next != UInt8(ascii: "]") {
        rest = rest.dropFirst()
        var high = next
        if next == UInt8(ascii: "\\") {
          guard let escaped = rest.popFirst() else { return nil }
          high = escaped
        }
        if low <= high { (low...high).forEach { insert($0) } }
        previous = nil
      } else if byte == UInt8(ascii: "["), rest.first == UInt8(ascii: ":") {
        guard let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let name = rest[rest.index(after: rest.startIndex)..<end]
        guard name.last == UInt8(ascii: ":") else {  // no class, only a bracket
          insert(byte)
          previous = byte
          continue
        }
        guard let isMember = Self.classes[String(decoding: name.dropLast(), as: UTF8.self)] else { return nil }
        (0..<128).filter(isMember).forEach { insert($0) }
        rest = rest[rest.index(after: end)...]
        previous = nil
      } else {
        insert(byte)
        previous = byte
      }
    }
    if ignoresCase { foldCase() }
    if isNegated { words = (~words.0, ~words.1, ~words.2, ~words.3) }
  }

  /// Whether the set has the byte.
  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word & (1 << UInt64(byte & 63)) != 0
  }

  static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }

  private mutating func insert(_ byte: UInt8) {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  /// Adds the other case of each letter: texts are matched with their case folded.
  private mutating func foldCase() {
    for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") {
      if contains(byte) { insert(byte + 32) }
      if contains(byte + 32) { insert(byte) }
    }
  }

  /// The classes of ASCII's characters that a bracket may name (`isalpha(3)` in the C locale).
  private static let classes: [String: @Sendable (UInt8) -> Bool] = [
    "alnum": { isLetter($0) || isDigit($0) },
    "alpha": { isLetter($0) },
    "blank": { $0 == 0x20 || $0 == 0x09 },
    "cntrl": { $0 < 0x20 || $0 == 0x7F },
    "digit": { isDigit($0) },
    "graph": { (0x21...0x7E).contains($0) },
    "lower": { (0x61...0x7A).contains($0) },
    "print": { (0x20...0x7E).contains($0) },
    "punct": { (0x21...0x7E).contains($0) && !isLetter($0) && !isDigit($0) },
    "space": { $0 == 0x20 || (0x09...0x0D).contains($0) },
    "upper": { (0x41...0x5A).contains($0) },
    "xdigit": { isDigit($0) || (0x61...0x66).contains($0 | 0x20) },
  ]

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
