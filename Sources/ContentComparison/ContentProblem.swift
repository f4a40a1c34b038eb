/// Why bytes aren't of the format that they seem to be.
enum ContentProblem: Error, Hashable, CustomStringConvertible {
  /// Most rows have another number of cells than the first; the row is the first that has.
  case raggedRows(first: Int64, cells: Int, expected: Int)
  /// A quoted cell that begins in a row has no end, or one very far away.
  case endlessCell(row: Int64)
  /// There are no rows.
  case noRows
  /// A JSON text is broken in a record, counted from 1, at a byte of it.
  case malformedRecord(Int64, byte: Int)
  /// A record of JSON is longer than can be held.
  case endlessRecord(Int64)
  /// Compressed bytes can't be unpacked.
  case damagedCompression
  /// Bytes break a rule of their format.
  case damaged(String)
  /// The bytes use a part of their format that isn't read.
  case unsupported(String)

  var description: String {
    switch self {
    case .raggedRows(let first, let cells, let expected):
      "row \(grouped(first)) has \(counted(Int64(cells), "cell")) where the first has \(expected)"
    case .endlessCell(let row): "a quote that is opened in row \(grouped(row)) isn't closed"
    case .noRows: "there are no rows"
    case .malformedRecord(let record, let byte):
      record == 1 ? "not JSON at byte \(byte)" : "record \(grouped(record)) is not JSON at its byte \(byte)"
    case .endlessRecord(let record): "record \(grouped(record)) is too long"
    case .damagedCompression: "the compressed bytes are damaged"
    case .damaged(let what): what
    case .unsupported(let what): "\(what) isn't read"
    }
  }
}

/// A whole number with commas between groups of three digits.
func grouped(_ number: Int64) -> String {
  var digits = Array(String(number.magnitude))
  var place = digits.count - 3
  while place > 0 {
    digits.insert(",", at: place)
    place -= 3
  }
  return (number < 0 ? "-" : "") + String(digits)
}

/// A number of things, as `1 row` and `2 rows`.
func counted(_ number: Int64, _ thing: String) -> String {
  "\(grouped(number)) \(thing)\(number == 1 ? "" : "s")"
}
