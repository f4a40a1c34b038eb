/// The fields of a table's row, by their places in it; one value is used for many rows.
struct TableFields {
  /// Where a field lies.
  struct Place {
    var start: Int32
    var end: Int32
    var isQuoted: Bool
  }

  private(set) var places: [Place] = []

  /// Finds the fields of a row, which has at most ``RowSplitter/limit`` bytes.
  mutating func split(_ row: UnsafeRawBufferPointer, _ delimiter: UInt8) {
    places.removeAll(keepingCapacity: true)
    var start = 0
    var place = 0
    while true {
      var isQuoted = false
      if place < row.count, row[place] == UInt8(ascii: "\"") {
        isQuoted = true
        // A quote that is never closed reaches to the row's end.
        place = RowSplitter.closingQuote(in: row, after: place).map { $0 + 1 } ?? row.count
      }
      while place < row.count, row[place] != delimiter { place += 1 }
      places.append(
        Place(start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: place), isQuoted: isQuoted))
      if place >= row.count { return }
      place += 1
      start = place
    }
  }

  /// What a field holds.
  func cell(_ index: Int, of row: UnsafeRawBufferPointer) -> Cell {
    let place = places[index]
    let slice = UnsafeRawBufferPointer(rebasing: row[Int(place.start)..<Int(place.end)])
    return place.isQuoted ? Cell(Self.unquoted(slice)) : Cell(slice)
  }

  private static func unquoted(_ field: UnsafeRawBufferPointer) -> [UInt8] {
    let end = RowSplitter.closingQuote(in: field, after: 0) ?? field.count
    var value: [UInt8] = []
    value.reserveCapacity(field.count)
    var place = 1
    while place < end {
      value.append(field[place])
      place += field[place] == UInt8(ascii: "\"") ? 2 : 1
    }
    // What follows the closing quote is taken as it is, as most programs do.
    if end + 1 < field.count { value += field[(end + 1)...] }
    return value
  }
}

/// The bytes that a row holds in one place: part of the row, or what stands for it without quotes and escapes.
struct Cell {
  private let slice: UnsafeRawBufferPointer
  private let decoded: [UInt8]?

  init(_ slice: UnsafeRawBufferPointer) {
    self.slice = slice
    decoded = nil
  }

  init(_ decoded: [UInt8]) {
    slice = UnsafeRawBufferPointer(start: nil, count: 0)
    self.decoded = decoded
  }

  var isEmpty: Bool { decoded?.isEmpty ?? slice.isEmpty }
  var bytes: [UInt8] { decoded ?? Array(slice) }
  var text: String { String(decoding: bytes, as: UTF8.self) }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    if let decoded { return try decoded.withUnsafeBytes(body) }
    return try body(slice)
  }
}

/// The first row of a table.
struct TableHeader {
  /// The columns' names.
  let names: [String]

  init(_ row: UnsafeRawBufferPointer, _ delimiter: UInt8) {
    var fields = TableFields()
    fields.split(row, delimiter)
    names = fields.places.indices.map { fields.cell($0, of: row).text }
  }

  /// The place of a column; of several with one name the first.
  func place(of name: String) -> Int? { names.firstIndex(of: name) }
}
