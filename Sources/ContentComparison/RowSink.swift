/// Takes the rows of a table as they are read, cell by cell.
protocol RowSink {
  /// Takes the next column's name; columns are numbered from 0 in this order.
  mutating func column(_ name: String)

  /// Takes a cell of the present row.
  ///
  /// - Parameters:
  ///   - column: the column's number.
  ///   - value: what the cell holds.
  ///   - text: its bytes, good until the call returns; empty where the format has none and the value says all.
  mutating func cell(_ column: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>)

  /// Takes the end of the present row; cells that didn't come aren't there.
  ///
  /// - Returns: whether more is wanted.
  mutating func endRow() -> Bool
}
