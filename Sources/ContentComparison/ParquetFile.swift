internal import MLTBase

/// A table in Apache Parquet's format, read column by column and page by page.
struct ParquetFile {
  private static let magic = Array("PAR1".utf8)
  private static let footerLimit = 32 << 20
  /// The most values of a page: a few bytes can say that there are very many of the same.
  private static let pageLimit: Int64 = 1 << 24
  private static let headerSizes = [4 << 10, 256 << 10, 16 << 20]

  /// One column's part of a group of rows.
  private struct Chunk {
    var column: Int
    var codec: Int64
    var count: Int64
    var range: Range<Int64>
  }

  private struct Group {
    var rows: Int64
    var chunks: [Chunk]
    var size: Int64 { chunks.reduce(0) { $0 + Int64($1.range.count) } }
  }

  let columns: [ParquetColumn]
  /// How many rows there are.
  let rows: Int64
  private let source: any RandomAccessBytes
  private let groups: [Group]

  init(_ source: any RandomAccessBytes) throws {
    self.source = source
    let size = source.size
    guard size >= 12 else { throw ContentProblem.damaged("the file is cut short") }
    let tail = try source.read(at: size - 8, count: 8)
    guard tail.count == 8, Array(tail[4...]) == Self.magic else {
      throw ContentProblem.damaged("the file doesn't end as Parquet does")
    }
    let length = Int64(tail[0]) | Int64(tail[1]) << 8 | Int64(tail[2]) << 16 | Int64(tail[3]) << 24
    guard length <= size - 12, length <= Self.footerLimit else { throw ContentProblem.damaged("the footer is broken") }
    var reader = ThriftReader(try source.read(at: size - 8 - length, count: Int(length)))
    guard let footer = reader.structure(), let elements = footer[2]?.list, let rows = footer[3]?.int, rows >= 0 else {
      throw ContentProblem.damaged("the footer is broken")
    }
    columns = try ParquetSchema(elements).columns
    self.rows = rows
    groups = try Self.groups(footer[4]?.list ?? [], columns, size)
    // Few bytes can claim many rows; more than this would be no table of this size.
    let most = 1_000_000 + min(size, .max >> 12) << 10
    let sum = groups.reduce(Int64(0)) { $0.addingReportingOverflow($1.rows).overflow ? .max : $0 + $1.rows }
    let values = groups.lazy.flatMap(\.chunks).map(\.count).max() ?? 0
    guard sum <= most, rows == sum, values <= most else {
      throw ContentProblem.damaged("the footer claims rows that can't be there")
    }
  }

  private static func groups(
    _ values: [ThriftValue], _ columns: [ParquetColumn], _ size: Int64
  ) throws(ContentProblem) -> [Group] {
    let places = Dictionary(
      columns.enumerated().map { ($0.element.path, $0.offset) }, uniquingKeysWith: { first, _ in first })
    var groups: [Group] = []
    for value in values {
      guard let rows = value[3]?.int, rows >= 0, let list = value[1]?.list else {
        throw .damaged("a group of rows is broken")
      }
      var chunks: [Chunk] = []
      for chunk in list {
        guard let data = chunk[3], let path = data[3]?.list?.compactMap(\.text), let column = places[path],
          let codec = data[4]?.int, let count = data[5]?.int, count >= 0, let length = data[7]?.int, length >= 0,
          let start = data[9]?.int
        else { throw .damaged("a column is broken") }
        guard chunk[1] == nil else { throw .unsupported("a column in another file") }
        let first = data[11]?.int.map { $0 > 0 ? min($0, start) : start } ?? start
        guard first >= 0, first <= size, length <= size - first else {
          throw .damaged("a column is outside of the file")
        }
        chunks.append(Chunk(column: column, codec: codec, count: count, range: first..<(first + length)))
      }
      groups.append(Group(rows: rows, chunks: chunks))
    }
    return groups
  }

  // MARK: Reading

  /// The groups of rows to read so that no more bytes are read than a limit, evenly spread; at least one.
  func sample(_ limit: Int64) -> (groups: [Int], bytes: Int64, rows: Int64) {
    let total = groups.reduce(0) { $0 + $1.size }
    let wanted = total <= limit ? groups.count : max(1, Int(Double(groups.count) * Double(limit) / Double(total)))
    let chosen = (0..<wanted).map { groups.count * $0 / wanted }
    return (chosen, chosen.reduce(0) { $0 + groups[$1].size }, chosen.reduce(0) { $0 + groups[$1].rows })
  }

  /// Passes the cells of some groups of rows on, column by column.
  func read(_ chosen: [Int]?, into sink: inout some ColumnSink) throws {
    for column in columns { sink.column(column.name) }
    var start = 0
    for index in chosen ?? Array(groups.indices) {
      let group = groups[index]
      for chunk in group.chunks {
        var reader = ParquetChunk(column: columns[chunk.column], index: chunk.column, firstRow: start)
        try read(chunk, &reader, &sink)
        guard reader.row == start + Int(group.rows) else { throw ContentProblem.damaged("a column has too few rows") }
      }
      start += Int(group.rows)
    }
    sink.endColumns(rows: start)
  }

  private func read(_ chunk: Chunk, _ reader: inout ParquetChunk, _ sink: inout some ColumnSink) throws {
    var position = chunk.range.lowerBound
    while reader.values < chunk.count {
      let (header, length) = try self.header(at: position, chunk.range.upperBound)
      guard let unpacked = header[2]?.int, let packed = header[3]?.int, packed >= 0,
        packed <= chunk.range.upperBound - position - Int64(length)
      else { throw ContentProblem.damaged("a page is broken") }
      position += Int64(length)
      if packed > BlockCompression.limit { throw ContentProblem.damaged("a page is too large") }
      let bytes = try source.read(at: position, count: Int(packed))
      guard bytes.count == Int(packed) else { throw ParquetDecoding.cut }
      position += packed
      let left = min(chunk.count - reader.values, Self.pageLimit)
      try reader.page(header, bytes, codec: chunk.codec, size: Int(clamping: unpacked), limit: Int(left), &sink)
    }
    reader.finish(&sink)
  }

  private func header(at position: Int64, _ end: Int64) throws -> (ThriftValue, Int) {
    for size in Self.headerSizes {
      let available = Int(min(Int64(size), end - position))
      guard available > 0 else { break }
      var reader = ThriftReader(try source.read(at: position, count: available))
      if let header = reader.structure() { return (header, reader.position) }
      if available < size { break }
    }
    throw ContentProblem.damaged("a page is broken")
  }
}

/// Takes the cells of a table column by column, the rows of each in order.
protocol ColumnSink {
  /// Takes the next column's name; columns are numbered from 0 in this order.
  mutating func column(_ name: String)

  /// Takes a cell; `text` is as for ``RowSink/cell(_:_:_:)``.
  mutating func cell(_ column: Int, row: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>)

  /// Takes the end of the table, with the number of its rows.
  mutating func endColumns(rows: Int)
}
