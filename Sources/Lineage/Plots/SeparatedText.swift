/// The rows of a text in CSV or TSV (RFC 4180), cell by cell.
struct SeparatedText {
  /// Where a cell lies, without its quotes.
  struct Cell {
    var start: Int
    var end: Int
    var isQuoted = false
  }

  let bytes: [UInt8]
  let separator: UInt8
  private(set) var position: Int

  init(_ bytes: [UInt8], separator: UInt8) {
    self.bytes = bytes
    self.separator = separator
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// Whether the last row that was read ends with the text, and not with the end of a line.
  var isAtOpenEnd: Bool { position >= bytes.count && bytes.last != 0x0A && bytes.last != 0x0D }

  /// Reads the next row that isn't blank; false at the end.
  mutating func next(_ cells: inout [Cell]) -> Bool {
    while position < bytes.count {
      cells.removeAll(keepingCapacity: true)
      readRow(&cells)
      // A blank line is no row.
      if cells.count == 1, !cells[0].isQuoted, bytes[cells[0].start..<cells[0].end].allSatisfy({ $0 == 0x20 }) {
        continue
      }
      return true
    }
    return false
  }

  private mutating func readRow(_ cells: inout [Cell]) {
    let count = bytes.count
    var index = position
    while true {
      var cell = Cell(start: index, end: index)
      if index < count, bytes[index] == UInt8(ascii: "\"") {
        cell.isQuoted = true
        cell.start = index + 1
        index += 1
        while index < count {
          if bytes[index] == UInt8(ascii: "\"") {
            // A doubled quote is one of the cell's own.
            if index + 1 < count, bytes[index + 1] == UInt8(ascii: "\"") { index += 1 } else { break }
          }
          index += 1
        }
        cell.end = min(index, count)
        // What follows the closing quote, against the rules, is passed over.
        while index < count, bytes[index] != separator, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
      } else {
        while index < count {
          let byte = bytes[index]
          if byte == separator || byte == 0x0A || byte == 0x0D { break }
          index += 1
        }
        cell.end = index
      }
      cells.append(cell)
      guard index < count, bytes[index] == separator else { break }
      index += 1
    }
    // A line may end with a newline, a carriage return, or both.
    if index < count, bytes[index] == 0x0D { index += 1 }
    if index < count, bytes[index] == 0x0A { index += 1 }
    position = index
  }

  /// What a cell holds, without blanks around it.
  func text(_ cell: Cell) -> String {
    var (start, end) = (cell.start, cell.end)
    if cell.isQuoted {
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      guard text.utf8.contains(UInt8(ascii: "\"")) else { return text }
      var isSecond = false
      return String(
        text.unicodeScalars.filter { scalar in
          isSecond = scalar == "\"" && !isSecond
          return scalar != "\"" || isSecond
        }.reduce(into: String.UnicodeScalarView()) { $0.append($1) })
    }
    while start < end, bytes[start] == 0x20 { start += 1 }
    while start < end, bytes[end - 1] == 0x20 { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
