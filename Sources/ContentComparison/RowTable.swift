/// A table's cells in memory, column by column.
struct RowTable {
  private(set) var names: [String] = []
  private(set) var columns: [[Cell]] = []
  private(set) var count = 0
  private let cellLimit: Int
  private let columnLimit: Int
  /// Whether there were more cells than permitted: the rest isn't there.
  private(set) var isCut = false

  init(cellLimit: Int, columnLimit: Int) {
    self.cellLimit = cellLimit
    self.columnLimit = columnLimit
  }

  /// The number of a column; nil if there is none of the name.
  func index(of name: String) -> Int? { names.firstIndex(of: name) }
}

extension RowTable: RowSink {
  mutating func column(_ name: String) {
    guard names.count < columnLimit else { return }
    names.append(name)
    columns.append([Cell](repeating: .missing, count: count))
  }

  @inline(__always)
  mutating func cell(_ column: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    // A key that occurs twice in one object counts once.
    if column < columns.count, columns[column].count == count { columns[column].append(Cell(value, text)) }
  }

  mutating func endRow() -> Bool {
    count += 1
    for column in columns.indices where columns[column].count < count { columns[column].append(.missing) }
    isCut = count * max(1, columns.count) >= cellLimit
    return !isCut
  }
}

extension RowTable: ColumnSink {
  mutating func cell(_ column: Int, row: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    if column < columns.count, columns[column].count == row { columns[column].append(Cell(value, text)) }
  }

  mutating func endColumns(rows: Int) {
    count = rows
    for column in columns.indices where columns[column].count < rows {
      columns[column] += repeatElement(.missing, count: rows - columns[column].count)
    }
  }
}

/// Reads the rows of a whole content, whichever format of rows it has.
enum RowReading {
  /// Passes the rows on; what was sampled isn't read again.
  static func read(
    _ content: OpenContent, _ format: ContentFormat, _ limits: ContentLimits, into sink: inout some RowSink & ColumnSink
  ) throws {
    switch format {
    case .table:
      var rows = try SeparatedRows(head: content.textHead, name: content.name)
      for name in rows.names { sink.column(name) }
      _ = try rows.read(try content.text(), isInside: false, into: &sink)
    case .jsonLines, .json:
      let isArray = format == .json && content.textHead.first { $0 > 32 } == UInt8(ascii: "[")
      var rows = RecordRows(columnLimit: limits.columns)
      _ = try rows.read(try content.text(), isInside: false, isArray: isArray, into: &sink)
    case .parquet: try ParquetFile(content.place(limits)).read(nil, into: &sink)
    default: break
    }
  }
}
