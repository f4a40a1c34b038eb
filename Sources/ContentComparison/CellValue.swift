/// What a cell of a table holds.
enum CellValue: Equatable {
  /// Nothing, or one of the usual spellings of nothing; also what is no number (NaN).
  case missing
  case integer(Int64)
  case real(Double)
  case boolean(Bool)
  /// A day, in seconds since 1970.
  case date(Int64)
  /// A moment, in seconds since 1970.
  case dateTime(Double)
  /// A time of day, in seconds.
  case time(Double)
  case text
  /// A list, or an object that is too deep to be taken apart.
  case nested

  /// The value as text, where it isn't one itself.
  var spelling: String {
    switch self {
    case .integer(let whole): String(whole)
    case .real(let real): String(real)
    case .boolean(let isTrue): isTrue ? "true" : "false"
    case .date(let seconds): DateText.text(Double(seconds), withTime: false)
    case .dateTime(let seconds): DateText.text(seconds, withTime: true)
    case .time(let seconds): String(DateText.text(seconds, withTime: true).dropFirst(11))
    case .missing, .text, .nested: ""
    }
  }

  /// Tells what a cell of a text holds.
  @inline(__always)
  static func classify(_ cell: UnsafeBufferPointer<UInt8>) -> CellValue {
    guard let first = cell.first else { return .missing }
    // Digits, signs and the point come before, letters after.
    if first <= UInt8(ascii: "9"), let number = NumberText.parse(cell) { return number }
    return classifyOther(cell, first)
  }

  @inline(never)
  private static func classifyOther(_ cell: UnsafeBufferPointer<UInt8>, _ first: UInt8) -> CellValue {
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return DateText.parse(cell) ?? .text
    case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
      if spells(cell, "true") { return .boolean(true) }
      return spells(cell, "false") ? .boolean(false) : .text
    default:
      guard cell.count <= 9 else { return .text }
      if missingSpellings.contains(where: { spells(cell, $0) }) { return .missing }
      let isNegative = first == UInt8(ascii: "-")
      let rest = UnsafeBufferPointer(rebasing: isNegative || first == UInt8(ascii: "+") ? cell.dropFirst() : cell[...])
      if spells(rest, "inf") || spells(rest, "infinity") { return .real(isNegative ? -.infinity : .infinity) }
      return .text
    }
  }

  // As pandas and R read and write them, in any case.
  private static let missingSpellings: [StaticString] = [
    "na", "nan", "n/a", "null", "none", "nil", "#n/a", "<na>", "-nan", "nat", "\\n",
  ]

  private static func spells(_ cell: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    guard cell.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<cell.count {
      let byte = cell[index]
      let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
      if lower != word.utf8Start[index] { return false }
    }
    return true
  }
}
