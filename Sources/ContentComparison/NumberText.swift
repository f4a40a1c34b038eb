/// Numbers as texts have them.
enum NumberText {
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// Returns the number that a text is, as a whole; nil if it is none.
  ///
  /// What begins with a zero before other digits isn't one: whoever wrote it so means the digits.
  ///
  /// Up to 19 digits and a power of ten that is exact take a short way, which can be off by the last bit: equal texts
  /// make equal numbers all the same.
  @inline(__always)
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> CellValue? {
    let count = text.count
    guard count > 0, let base = text.baseAddress else { return nil }
    var index = 0
    let isNegative = base[0] == UInt8(ascii: "-")
    if isNegative || base[0] == UInt8(ascii: "+") { index = 1 }
    // A zero in front of other digits is there on purpose: '007' is a key, and not the number 7.
    if index + 1 < count, base[index] == UInt8(ascii: "0"), base[index + 1] &- UInt8(ascii: "0") < 10 { return nil }
    var mantissa: UInt64 = 0
    let start = index
    while index < count {
      let digit = base[index] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      index += 1
    }
    var digits = index - start
    if index == count {
      guard digits > 0 else { return nil }
      guard digits <= 18 else { return slow(text) }
      return .integer(isNegative ? -Int64(mantissa) : Int64(mantissa))
    }
    var scale = 0
    if base[index] == UInt8(ascii: ".") {
      index += 1
      let point = index
      while index < count {
        let digit = base[index] &- UInt8(ascii: "0")
        guard digit < 10 else { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        index += 1
      }
      scale = point - index
      digits -= scale
    }
    guard digits > 0 else { return nil }
    if index < count {
      guard base[index] | 0x20 == UInt8(ascii: "e"), index + 1 < count else { return nil }
      index += 1
      let isSmall = base[index] == UInt8(ascii: "-")
      if isSmall || base[index] == UInt8(ascii: "+") { index += 1 }
      guard index < count, count - index <= 4 else { return nil }
      var exponent = 0
      while index < count {
        let digit = base[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        exponent = exponent * 10 + Int(digit)
        index += 1
      }
      scale += isSmall ? -exponent : exponent
    }
    guard digits <= 19, scale >= -22, scale <= 22 else { return slow(text) }
    let value = scale < 0 ? Double(mantissa) / powers[-scale] : Double(mantissa) * powers[scale]
    return .real(isNegative ? -value : value)
  }

  @inline(never)
  private static func slow(_ text: UnsafeBufferPointer<UInt8>) -> CellValue? {
    guard text.count <= 400 else { return nil }
    let string = String(decoding: text, as: UTF8.self)
    if let whole = Int64(string) { return .integer(whole) }
    return Double(string).map { .real($0) }
  }
}
