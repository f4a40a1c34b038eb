/// Compares tables cell by cell.
enum TableComparison {
  /// Compares two tables; false if one isn't text.
  static func compare(
    _ before: [UInt8], _ after: [UInt8], name: String, _ difference: inout ContentDifference
  ) -> Bool {
    let isTabbed = !name.lowercased().hasSuffix(".csv")
    let separator = isTabbed ? UInt8(ascii: "\t") : separator(of: before)
    var (left, right) = (TableReader(before, separator), TableReader(after, separator))
    var header: [String] = []
    var row = 0
    var (lines, others) = (0, 0)
    while true {
      let (mine, yours) = (left.next(), right.next())
      lines += mine == nil ? 0 : 1
      others += yours == nil ? 0 : 1
      guard let mine, let yours else {
        if mine == nil, yours == nil { break }
        continue
      }
      if row == 0 { header = mine }
      if mine.count != yours.count {
        difference.note("\(place(row, nil, header)): \(mine.count) cells against \(yours.count)")
      }
      for (column, (cell, other)) in zip(mine, yours).enumerated() {
        compare(cell, other, place(row, column, header), &difference)
      }
      row += 1
    }
    if lines != others {
      difference.note("\(lines) rows against \(others)")
    } else {
      difference.isReordered = TextLines.areReordered(TextLines.of(before), TextLines.of(after))
    }
    return left.isText && right.isText
  }

  private static func compare(
    _ cell: String, _ other: String, _ place: @autoclosure () -> String, _ difference: inout ContentDifference
  ) {
    if let mine = number(cell), let yours = cell == other ? mine : number(other) {
      difference.compare(mine, yours, at: place())
    } else if cell != other {
      difference.note("\(place()): '\(cell.prefix(40))' against '\(other.prefix(40))'")
    }
  }

  private static func number(_ cell: String) -> Double? {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") }
    let trimmed = cell.utf8.drop(while: isBlank)
    // What is a key with zeros in front to NumberText is none here either.
    let digits =
      trimmed.first == UInt8(ascii: "-") || trimmed.first == UInt8(ascii: "+") ? trimmed.dropFirst() : trimmed
    if digits.first == UInt8(ascii: "0"), digits.dropFirst().first.map({ (48...57).contains($0) }) ?? false {
      return nil
    }
    if let value = Double(cell) { return value }
    let text = String(decoding: trimmed.reversed().drop(while: isBlank).reversed(), as: UTF8.self)
    return text.utf8.count == cell.utf8.count ? nil : Double(text)
  }

  /// The separator that occurs most often in the first line.
  private static func separator(of bytes: [UInt8]) -> UInt8 {
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let counts = candidates.map { candidate in line.count { $0 == candidate } }
    let best = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    return counts[best] == 0 ? candidates[0] : candidates[best]
  }

  // The first row has number 0: it names the columns, in most tables.
  private static func place(_ row: Int, _ column: Int?, _ header: [String]) -> String {
    let line = row == 0 ? "header" : "row \(row)"
    guard let column else { return line }
    if row > 0, column < header.count, !header[column].isEmpty, Double(header[column]) == nil {
      return "\(line), column '\(header[column])'"
    }
    return "\(line), column \(column + 1)"
  }
}

/// Reads the rows of a table (RFC 4180): cells may be quoted, and hold separators, newlines and doubled quotes then.
struct TableReader {
  private let bytes: [UInt8]
  private let separator: UInt8
  private var position = 0
  /// Whether all that was read is UTF-8 without zeros.
  private(set) var isText = true

  init(_ bytes: [UInt8], _ separator: UInt8) {
    self.bytes = bytes
    self.separator = separator
  }

  /// Returns the next row's cells; nil at the end.
  mutating func next() -> [String]? {
    guard position < bytes.count else { return nil }
    var cells: [String] = []
    while true {
      cells.append(cell())
      guard position < bytes.count else { return cells }
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\n") { return cells }
    }
  }

  private mutating func cell() -> String {
    var cell: [UInt8] = []
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      position += 1
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte != UInt8(ascii: "\"") {
          cell.append(byte)
        } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
          cell.append(byte)
          position += 1
        } else {
          break
        }
      }
    }
    let start = position
    while position < bytes.count, bytes[position] != separator, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    cell += bytes[start..<position]
    if cell.last == UInt8(ascii: "\r"), position >= bytes.count || bytes[position] == UInt8(ascii: "\n") {
      cell.removeLast()
    }
    guard !cell.contains(0), let text = String(validating: cell, as: UTF8.self) else {
      isText = false
      return ""
    }
    return text
  }
}
