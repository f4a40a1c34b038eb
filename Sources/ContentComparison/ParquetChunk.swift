/// Reads the pages of one column in one group of rows.
struct ParquetChunk {
  /// How many bytes of a list are kept as its text.
  private static let listLimit = 4096

  let column: ParquetColumn
  let index: Int
  /// How many values were read, missing ones too.
  private(set) var values: Int64 = 0
  /// The row that comes next.
  private(set) var row: Int
  private var dictionary: ParquetValues?
  private var dictionarySize = 0
  // The list that is being put together, of a column with lists.
  private var list: [UInt8] = []
  private var isInList = false
  private var isListMissing = false

  init(column: ParquetColumn, index: Int, firstRow: Int) {
    self.column = column
    self.index = index
    row = firstRow
  }

  /// Reads a page.
  ///
  /// - Parameter limit: how many values it may have.
  mutating func page(
    _ header: ThriftValue, _ bytes: [UInt8], codec: Int64, size: Int, limit: Int, _ sink: inout some ColumnSink
  ) throws(ContentProblem) {
    switch header[1]?.int {
    case 0:
      guard let data = header[5], let count = data[1]?.int, count >= 0, count <= Int64(limit),
        let encoding = data[2]?.int
      else { throw .damaged("a page is broken") }
      var decoding = try unpacked(bytes, codec, size)
      let repetitions = try levels(&decoding, column.maximumRepetition, Int(count), data[4]?.int)
      let definitions = try levels(&decoding, column.maximumDefinition, Int(count), data[3]?.int)
      try values(decoding, Int(count), encoding, repetitions, definitions, &sink)
    case 2:
      guard let data = header[7], let count = data[1]?.int, count >= 0, count <= 1 << 24 else {
        throw .damaged("a dictionary is broken")
      }
      dictionary = try ParquetValues(try unpacked(bytes, codec, size), column, count: Int(count), encoding: 0)
      dictionarySize = Int(count)
    case 3:
      guard let data = header[8], let count = data[1]?.int, count >= 0, count <= Int64(limit),
        let encoding = data[4]?.int, let first = data[6]?.int, let second = data[5]?.int, first >= 0, second >= 0,
        first <= Int64(bytes.count), second <= Int64(bytes.count) - first
      else { throw .damaged("a page is broken") }
      let (middle, start) = (Int(first), Int(first + second))
      var mine = ParquetDecoding(bytes, 0..<middle)
      var yours = ParquetDecoding(bytes, middle..<start)
      let repetitions =
        column.maximumRepetition > 0
        ? try mine.hybrid(ParquetDecoding.width(column.maximumRepetition), Int(count)) : nil
      let definitions =
        column.maximumDefinition > 0
        ? try yours.hybrid(ParquetDecoding.width(column.maximumDefinition), Int(count)) : nil
      let isPacked = data[7]?.bool ?? true
      let body = Array(bytes[start...])
      let decoding = try unpacked(body, isPacked && !body.isEmpty ? codec : 0, size - start)
      try values(decoding, Int(count), encoding, repetitions, definitions, &sink)
    default: break
    }
  }

  private func unpacked(_ bytes: [UInt8], _ codec: Int64, _ size: Int) throws(ContentProblem) -> ParquetDecoding {
    let bytes = try BlockCompression.unpack(bytes, codec: codec, size: size)
    return ParquetDecoding(bytes, 0..<bytes.count)
  }

  private func levels(
    _ decoding: inout ParquetDecoding, _ maximum: Int, _ count: Int, _ encoding: Int64?
  ) throws(ContentProblem) -> [Int32]? {
    guard maximum > 0 else { return nil }
    guard encoding == 3 else { throw .unsupported("packed levels") }
    let length = Int(try decoding.little(4))
    guard length <= decoding.rest else { throw ParquetDecoding.cut }
    var part = ParquetDecoding(decoding.bytes, decoding.position..<(decoding.position + length))
    decoding.position += length
    return try part.hybrid(ParquetDecoding.width(maximum), count)
  }

  private mutating func values(
    _ decoding: ParquetDecoding, _ count: Int, _ encoding: Int64, _ repetitions: [Int32]?, _ definitions: [Int32]?,
    _ sink: inout some ColumnSink
  ) throws(ContentProblem) {
    let maximum = Int32(clamping: column.maximumDefinition)
    let present = definitions.map { $0.count { $0 == maximum } } ?? count
    var page: ParquetValues?
    var indices: [Int32] = []
    if present > 0 {
      if encoding == 2 || encoding == 8 {
        var decoding = decoding
        let width = Int(try decoding.little(1))
        indices = try decoding.hybrid(width, present)
        guard indices.allSatisfy({ $0 >= 0 && Int($0) < dictionarySize }) else {
          throw .damaged("a page names values that its dictionary hasn't")
        }
        page = dictionary
      } else {
        page = try ParquetValues(decoding, column, count: present, encoding: encoding)
      }
    }
    let isIndexed = !indices.isEmpty
    var next = 0
    for place in 0..<count {
      let isPresent = definitions.map { $0[place] == maximum } ?? true
      if let repetitions {
        let isEmpty = Int(definitions?[place] ?? maximum) < column.listDefinition
        if repetitions[place] == 0 { begin(isMissing: isEmpty, definitions?[place], &sink) }
        if !isEmpty { element(isPresent ? page : nil, isIndexed && isPresent ? Int(indices[next]) : next) }
      } else if isPresent, let page {
        let (row, index) = (row, self.index)
        page.value(isIndexed ? Int(indices[next]) : next, column) { sink.cell(index, row: row, $0, $1) }
        self.row += 1
      } else {
        sink.cell(index, row: row, .missing, UnsafeBufferPointer(start: nil, count: 0))
        row += 1
      }
      if isPresent { next += 1 }
    }
    values += Int64(count)
    // A page of no values would be read for ever.
    if count == 0 { values += 1 }
  }

  // MARK: Lists

  private mutating func begin(isMissing: Bool, _ definition: Int32?, _ sink: inout some ColumnSink) {
    end(&sink)
    isInList = true
    // One level below its first element a list is empty; farther below there is none.
    isListMissing = isMissing && Int(definition ?? 0) < column.listDefinition - 1
    list = [UInt8(ascii: "[")]
  }

  private mutating func element(_ values: ParquetValues?, _ place: Int) {
    guard list.count < Self.listLimit else { return }
    if list.count > 1 { list += [UInt8(ascii: ","), 32] }
    guard let values else {
      list += Array("null".utf8)
      return
    }
    var text: [UInt8] = []
    values.value(place, column) { value, bytes in
      text = bytes.isEmpty ? Array(value.spelling.utf8) : Array(bytes.prefix(256))
    }
    list += text
  }

  private mutating func end(_ sink: inout some ColumnSink) {
    guard isInList else { return }
    isInList = false
    if isListMissing {
      sink.cell(index, row: row, .missing, UnsafeBufferPointer(start: nil, count: 0))
    } else {
      list.append(UInt8(ascii: "]"))
      list.withUnsafeBufferPointer { sink.cell(index, row: row, .nested, $0) }
    }
    row += 1
  }

  /// Passes the last row's list on.
  mutating func finish(_ sink: inout some ColumnSink) { end(&sink) }
}
