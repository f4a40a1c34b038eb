/// Whole numbers of any size, as the languages of parameter files have them.
enum WholeNumber {
  // Python refuses to convert more digits than this.
  private static let digitLimit = 4300

  /// The value of digits in a base from 2 to 16; nil if there are none, others than the base's, or too many.
  static func value(_ digits: some StringProtocol, base: UInt64, isNegative: Bool) -> PipelineValue? {
    guard !digits.isEmpty, digits.utf8.count <= (base == 10 ? digitLimit : digitLimit / 4) else { return nil }
    if base == 10 {
      guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      let significant = digits.drop { $0 == "0" }
      return whole(significant.isEmpty ? "0" : String(significant), isNegative: isNegative)
    }
    // Little end first, nine decimal digits in each.
    var groups: [UInt64] = [0]
    for character in digits.unicodeScalars {
      guard character.isASCII, let digit = Character(character).hexDigitValue, digit < base else { return nil }
      var carry = UInt64(digit)
      for index in groups.indices {
        carry += groups[index] * base
        groups[index] = carry % 1_000_000_000
        carry /= 1_000_000_000
      }
      if carry > 0 { groups.append(carry) }
    }
    var text = ""
    for (index, group) in groups.reversed().enumerated() {
      let piece = String(group)
      text += index == 0 ? piece : String(repeating: "0", count: 9 - piece.count) + piece
    }
    return whole(text, isNegative: isNegative)
  }

  private static func whole(_ digits: String, isNegative: Bool) -> PipelineValue {
    let text = isNegative && digits != "0" ? "-" + digits : digits
    return Int64(text).map { .int($0) } ?? .largeInt(text)
  }
}
