internal import MLTBase

/// A small table of numbers as a pipeline's steps hand it on: a row is an event or a customer.
struct Table {
  /// What the first column is called.
  var idName: String
  /// The rows' names.
  var ids: [Int]
  /// Which customer each row is about.
  var customers: [Int]
  /// The names of the columns of numbers.
  var names: [String]
  /// The columns; a missing number is NaN, and text where a number belongs is infinite.
  var columns: [[Double]]

  var rowCount: Int { ids.count }

  /// The bytes of the CSV file.
  var csv: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rowCount * (columns.count * 9 + 12) + 100)
    bytes += Array(idName.utf8)
    let isEvent = idName == "event"
    if isEvent { bytes += Array(",customer".utf8) }
    for name in names { bytes += [UInt8(ascii: ",")] + Array(name.utf8) }
    bytes.append(UInt8(ascii: "\n"))
    for row in 0..<rowCount {
      Self.append(Int64(ids[row]), to: &bytes)
      if isEvent {
        bytes.append(UInt8(ascii: ","))
        Self.append(Int64(customers[row]), to: &bytes)
      }
      for column in columns {
        bytes.append(UInt8(ascii: ","))
        Self.append(column[row], to: &bytes)
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// Keeps the rows whose places `isKept` names.
  mutating func keep(_ isKept: (Int) -> Bool) {
    let places = (0..<rowCount).filter(isKept)
    ids = places.map { ids[$0] }
    customers = places.map { customers[$0] }
    columns = columns.map { column in places.map { column[$0] } }
  }

  /// Writes a number with three digits behind the point.
  static func append(_ value: Double, to bytes: inout [UInt8]) {
    if value.isNaN { return }
    guard value.isFinite, abs(value) < 1e12 else {
      bytes += Array("#VALUE!".utf8)
      return
    }
    var thousandths = Int64((value * 1000).rounded())
    if thousandths < 0 {
      bytes.append(UInt8(ascii: "-"))
      thousandths = -thousandths
    }
    append(thousandths / 1000, to: &bytes)
    let rest = thousandths % 1000
    bytes.append(UInt8(ascii: "."))
    for digit in [rest / 100, rest / 10 % 10, rest % 10] { bytes.append(UInt8(ascii: "0") + UInt8(digit)) }
  }

  private static func append(_ value: Int64, to bytes: inout [UInt8]) {
    if value >= 10 { append(value / 10, to: &bytes) }
    bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
  }
}

/// A column's usual figures, missing numbers left aside.
struct ColumnFigures {
  var mean = 0.0
  var deviation = 1.0
  var median = 0.0

  init(_ column: [Double]) {
    let values = column.filter(\.isFinite).sorted()
    guard !values.isEmpty else { return }
    mean = values.reduce(0, +) / Double(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    deviation = square > 1e-12 ? square.squareRoot() : 1
    median = values[values.count / 2]
  }
}
