/// Reads the texts of some cells, of rows that are known by their numbers.
struct CellTexts: RowSink {
  /// Which rows are wanted.
  let rows: Set<Int>
  private let last: Int
  private var row = 0
  private(set) var names: [String] = []
  /// The texts, by row and column.
  private(set) var found: [Int: [String: String]] = [:]

  init(_ rows: Set<Int>) {
    self.rows = rows
    last = rows.max() ?? -1
  }

  mutating func column(_ name: String) { names.append(name) }

  mutating func cell(_ column: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    guard rows.contains(row), column < names.count else { return }
    found[row, default: [:]][names[column]] =
      text.isEmpty ? value.spelling : String(decoding: text.prefix(80), as: UTF8.self)
  }

  mutating func endRow() -> Bool {
    row += 1
    return row <= last
  }
}

extension CellTexts: ColumnSink {
  mutating func cell(_ column: Int, row: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    self.row = row
    cell(column, value, text)
  }

  mutating func endColumns(rows: Int) {}
}
