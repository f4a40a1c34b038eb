/// A table in CSV or TSV that is in memory: its rows by the rules of logs (``RowSplitter``), with lines that may also end with
/// carriage returns alone.
public struct TableText: Sendable {
  private static let piece = 1 << 18
  private let bytes: [UInt8]
  private let delimiter: UInt8
  /// Whether the last line has no end: it may be one that is still being written.
  private let isOpen: Bool

  /// Takes the text.
  public init(_ bytes: [UInt8], delimiter: UInt8) {
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    self.delimiter = delimiter
    isOpen = bytes.last.map { $0 != lineFeed && $0 != carriageReturn } ?? false
    self.bytes =
      bytes.contains(carriageReturn) && !bytes.contains(lineFeed)
      ? bytes.map { $0 == carriageReturn ? lineFeed : $0 } : bytes
  }

  /// Gives each row that isn't blank to `body`, a header too, until it returns false.
  public func forEachRow(_ body: (TableRow) throws -> Bool) rethrows {
    var splitter = RowSplitter(.table(delimiter: delimiter))
    var row = TableRow()
    try bytes.withUnsafeBytes { bytes in
      var start = 0
      var goesOn = true
      repeat {
        let end = min(start + Self.piece, bytes.count)
        try splitter.take(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), isLast: end == bytes.count) { taken in
          guard goesOn, row.take(taken, delimiter) else { return }
          let mark = taken.offset == 0 && bytes.starts(with: RowSplitter.mark) ? RowSplitter.mark.count : 0
          row.isUnfinished = isOpen && Int(taken.offset) + mark + taken.bytes.count == bytes.count
          goesOn = try body(row)
        }
        start = end
      } while goesOn && start < bytes.count
    }
  }
}

/// One row of a ``TableText``; good until the body that it was given to returns.
public struct TableRow {
  private var fields = TableFields()
  private var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Whether the row can't be what its writer meant: it is too long, or a quote in it is never closed.
  public private(set) var isDamaged = false
  /// Whether the table ends within the row, which may be one that is still being written.
  public fileprivate(set) var isUnfinished = false

  /// How many cells there are.
  public var count: Int { fields.places.count }

  /// Whether a cell is UTF-8 text.
  public func isText(_ index: Int) -> Bool {
    fields.cell(index, of: bytes).withBytes { String(validating: $0, as: UTF8.self) != nil }
  }

  /// What a cell holds, without the quotes and the spaces around it.
  public func text(_ index: Int) -> String {
    fields.cell(index, of: bytes).withBytes { cell in
      let space = UInt8(ascii: " ")
      guard cell.first == space || cell.last == space else { return String(decoding: cell, as: UTF8.self) }
      let start = cell.firstIndex { $0 != space } ?? cell.endIndex
      let end = cell.lastIndex { $0 != space }.map { $0 + 1 } ?? start
      return String(decoding: cell[start..<end], as: UTF8.self)
    }
  }

  /// Takes the next row; false if it is blank.
  fileprivate mutating func take(_ row: RowSplitter.Row, _ delimiter: UInt8) -> Bool {
    bytes = row.bytes
    isDamaged = row.problem != nil
    fields.split(bytes, delimiter)
    return isDamaged || count > 1 || bytes.contains { $0 != UInt8(ascii: " ") }
  }
}
