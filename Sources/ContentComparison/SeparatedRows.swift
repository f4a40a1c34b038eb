/// The rows of a table whose cells are separated by commas, semicolons, tabs or bars (RFC 4180 and its neighbours).
struct SeparatedRows {
  /// The most bytes of a row.
  private static let rowLimit = 16 << 20
  /// How long a last row may be that is taken as cut off, where a quote isn't closed.
  private static let cutOffLimit = 4096

  /// What stands between cells.
  let separator: UInt8
  /// The columns' names: of the first row, or made up.
  let names: [String]
  /// Whether the first row names the columns.
  let hasHeader: Bool

  /// How many rows were read, the header aside.
  private(set) var count: Int64 = 0
  /// How many of them have another number of cells than the header.
  private(set) var raggedCount: Int64 = 0
  /// The first of these, and how many cells it has.
  private(set) var firstRagged: (row: Int64, cells: Int)?
  /// Before which row the header comes again, as in files that were put together; nil if it doesn't.
  private(set) var secondHeader: Int64?
  /// Whether the last row ends early, without the end of a line: it isn't counted.
  private(set) var isCutOff = false
  /// How many bytes the rows take that were read.
  private(set) var byteCount: Int64 = 0

  private struct Cell {
    var start: Int
    var end: Int
    var isQuoted: Bool
    var hasQuotes: Bool
  }

  private enum End {
    case at(Int)
    case incomplete
    case endless
  }

  private var buffer: [UInt8] = []
  private var position = 0
  private var cells: [Cell] = []
  private var scratch: [UInt8] = []

  /// Takes a content's first bytes, as UTF-8, to find out what separates cells and what the columns are called.
  init(head: [UInt8], name: String) throws(ContentProblem) {
    let ending = name.split(separator: ".").last?.lowercased()
    separator = ending == "tsv" || ending == "tab" ? UInt8(ascii: "\t") : Self.separator(of: head)
    var probe = Self(separator: separator, names: [], hasHeader: false)
    probe.buffer = head
    var rows: [[String]] = []
    while rows.count < 20, case .at(let end) = probe.parse(isLast: rows.isEmpty) {
      probe.position = end
      if probe.isBlank { continue }
      rows.append(probe.cells.map { probe.text($0) })
    }
    guard let first = rows.first else { throw head.contains { $0 > 32 } ? .endlessCell(row: 1) : .noRows }
    let hasHeader = Self.isHeader(first, rows.dropFirst())
    self.hasHeader = hasHeader
    names = Self.distinct(
      first.enumerated().map { hasHeader && !$0.element.isEmpty ? $0.element : "column \($0.offset + 1)" })
  }

  private init(separator: UInt8, names: [String], hasHeader: Bool) {
    self.separator = separator
    self.names = names
    self.hasHeader = hasHeader
  }

  /// Passes the rows of a stream on; one in which the stream is cut off is passed over.
  ///
  /// - Parameter isInside: whether the stream begins anywhere in a file: what stands before the first whole row is
  ///   passed over.
  /// - Returns: whether the sink wants more.
  mutating func read(_ stream: any ByteStream, isInside: Bool, into sink: inout some RowSink) throws -> Bool {
    buffer = []
    position = 0
    var passed = isInside || !hasHeader
    var isSearching = isInside
    var isLast = false
    if isInside {
      guard let rest = try stream.restAfterLine() else { return true }
      buffer = rest
    }
    while true {
      switch parse(isLast: isLast && !stream.isCut) {
      case .endless:
        guard count > 0, buffer.count - position <= Self.cutOffLimit else {
          throw ContentProblem.endlessCell(row: count + 1)
        }
        isCutOff = true
        return true
      case .incomplete:
        guard !isLast else { return true }
        if buffer.count - position > Self.rowLimit {
          // A block in the middle may begin within a quoted cell.
          if isInside { return true }
          throw ContentProblem.endlessCell(row: count + 1)
        }
        buffer.removeFirst(position)
        position = 0
        // So that a long row isn't gone through once for each block.
        let wanted = max(1, buffer.count)
        var added = 0
        while added < wanted, !isLast {
          if let block = try stream.next() {
            if buffer.isEmpty { buffer = block } else { buffer += block }
            added += block.count
          } else {
            isLast = true
          }
        }
      case .at(let end):
        let start = position
        position = end
        if cells.isEmpty { return true }
        if isBlank { continue }
        if !passed {
          passed = true
          continue
        }
        if isSearching {
          guard cells.count == names.count else { continue }
          isSearching = false
        }
        if isLast, end == buffer.count, buffer.last != UInt8(ascii: "\n"), cells.count < names.count, count > 0 {
          isCutOff = true
          return true
        }
        if hasHeader, isHeaderAgain {
          if secondHeader == nil { secondHeader = count + 1 }
          continue
        }
        byteCount += Int64(end - start)
        if !emit(into: &sink) { return false }
      }
    }
  }

  /// Why the rows are no table, nil if they are one: a few rows of another length may occur.
  var problem: ContentProblem? {
    guard let firstRagged, raggedCount * 10 > count, raggedCount > 1 || count < 10 else { return nil }
    return .raggedRows(first: firstRagged.row, cells: firstRagged.cells, expected: names.count)
  }

  // An empty line is no row, unless rows have one cell.
  private var isBlank: Bool {
    cells.count == 1 && cells[0].start == cells[0].end && !cells[0].isQuoted && names.count != 1
  }

  private var isHeaderAgain: Bool {
    guard cells.count == names.count, cells.count > 1, cells[0].end - cells[0].start == names[0].utf8.count else {
      return false
    }
    return zip(cells, names).allSatisfy { text($0) == $1 }
  }

  /// What is worth knowing of how the rows were; nil if they were as they should be.
  var remark: String? {
    if isCutOff { return "the last row is cut off" }
    if let secondHeader { return "the header comes again before row \(grouped(secondHeader))" }
    guard let firstRagged else { return nil }
    return counted(raggedCount, "row") + " with another number of cells, first row \(grouped(firstRagged.row)) "
      + "with \(firstRagged.cells) for \(names.count)"
  }

  /// A number with a comma for a point, as it is written where semicolons separate cells.
  private func classify(_ text: UnsafeBufferPointer<UInt8>) -> CellValue {
    let value = CellValue.classify(text)
    guard separator == UInt8(ascii: ";"), value == .text, text.count <= 40, text.count(where: { $0 == 44 }) == 1 else {
      return value
    }
    return text.map { $0 == 44 ? 46 : $0 }.withUnsafeBufferPointer { NumberText.parse($0) } ?? value
  }

  private mutating func emit(into sink: inout some RowSink) -> Bool {
    count += 1
    if cells.count != names.count {
      raggedCount += 1
      if firstRagged == nil { firstRagged = (count, cells.count) }
    }
    let known = min(cells.count, names.count)
    buffer.withUnsafeBufferPointer { buffer in
      for column in 0..<known {
        let cell = cells[column]
        if cell.hasQuotes {
          Self.unquote(buffer[cell.start..<cell.end], into: &scratch)
          scratch.withUnsafeBufferPointer { sink.cell(column, CellValue.classify($0), $0) }
          continue
        }
        var (start, end) = (cell.start, cell.end)
        if !cell.isQuoted {
          while start < end, buffer[start] == 32 { start += 1 }
          while start < end, buffer[end - 1] == 32 { end -= 1 }
        }
        let text = UnsafeBufferPointer(rebasing: buffer[start..<end])
        sink.cell(column, classify(text), text)
      }
    }
    return sink.endRow()
  }

  // MARK: Cells

  /// Finds the cells of the row at the position.
  private mutating func parse(isLast: Bool) -> End {
    cells.removeAll(keepingCapacity: true)
    let (separator, start) = (self.separator, position)
    let total = buffer.count
    guard start < total else { return isLast ? .at(total) : .incomplete }
    return buffer.withUnsafeBufferPointer { bytes in
      var index = start
      while true {
        var cell = Cell(start: index, end: index, isQuoted: false, hasQuotes: false)
        if index < total, bytes[index] == UInt8(ascii: "\"") {
          cell.isQuoted = true
          index += 1
          cell.start = index
          while true {
            guard index < total else { return isLast ? .endless : .incomplete }
            if bytes[index] == UInt8(ascii: "\"") {
              // Whether it is doubled, or the end, shows the next byte.
              guard index + 1 < total else {
                guard isLast else { return .incomplete }
                break
              }
              guard bytes[index + 1] == UInt8(ascii: "\"") else { break }
              cell.hasQuotes = true
              index += 1
            }
            index += 1
          }
          cell.end = index
          index += 1
          // What follows the closing quote, against the rules, is passed over.
          while index < total, bytes[index] != separator, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        } else {
          while index < total {
            let byte = bytes[index]
            if byte == separator || byte == UInt8(ascii: "\n") { break }
            index += 1
          }
          cell.end = index
        }
        guard index < total else {
          guard isLast else { return .incomplete }
          cells.append(trimmed(cell, bytes))
          return .at(total)
        }
        if bytes[index] == separator {
          cells.append(cell)
          index += 1
        } else {
          cells.append(trimmed(cell, bytes))
          return .at(index + 1)
        }
      }
    }
  }

  // A line may end with a carriage return, too.
  private func trimmed(_ cell: Cell, _ bytes: UnsafeBufferPointer<UInt8>) -> Cell {
    var cell = cell
    if !cell.isQuoted, cell.end > cell.start, bytes[cell.end - 1] == UInt8(ascii: "\r") { cell.end -= 1 }
    return cell
  }

  private static func unquote(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, into text: inout [UInt8]) {
    text.removeAll(keepingCapacity: true)
    var isSecond = false
    for byte in bytes {
      if byte == UInt8(ascii: "\""), isSecond {
        isSecond = false
        continue
      }
      isSecond = byte == UInt8(ascii: "\"")
      text.append(byte)
    }
  }

  private func text(_ cell: Cell) -> String {
    var text = Array(buffer[cell.start..<cell.end])
    if cell.hasQuotes {
      let quoted = text
      quoted.withUnsafeBufferPointer { Self.unquote($0[...], into: &text) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  // MARK: What the first rows show

  /// The separator that occurs most often in the first lines, quoted cells aside.
  private static func separator(of head: [UInt8]) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
    var counts = [0, 0, 0, 0]
    var isQuoted = false
    var lines = 0
    for byte in head.prefix(1 << 16) {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == UInt8(ascii: "\n") {
        lines += 1
        // The first line decides, unless it has none of them.
        if counts.contains(where: { $0 > 0 }) || lines == 10 { break }
      }
      if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
    }
    let best = counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
    return counts[best] == 0 ? candidates[0] : candidates[best]
  }

  /// Whether a first row names columns: no number or date in it, each name once, and not merely one more row of texts
  /// that occur below.
  private static func isHeader(_ first: [String], _ others: ArraySlice<[String]>) -> Bool {
    var seen: Set<String> = []
    var named = 0
    for cell in first where !cell.isEmpty {
      switch kind(cell) {
      case .text: named += 1
      // A column may be called `na` or `true`.
      case .missing, .boolean: named += 1
      default:
        // Years and other numbers head columns, too, if most others are words.
        continue
      }
      if !seen.insert(cell).inserted { return false }
    }
    guard named * 2 > first.count else { return false }
    // A word above numbers is a heading, even where it comes again, as in files that were put together.
    let isAboveNumbers = first.indices.contains { (column: Int) in
      guard kind(first[column]) == .text else { return false }
      let below = others.filter { $0.count == first.count && $0 != first }.map { kind($0[column]) }
      return !below.isEmpty && below.allSatisfy { $0 != .text }
    }
    return isAboveNumbers || !others.contains { $0.count > 1 && $0 == first }
  }

  private static func kind(_ cell: String) -> CellValue {
    Array(cell.utf8).withUnsafeBufferPointer { CellValue.classify($0) }
  }

  /// Names that differ: `a`, `a.1`, `a.2`, as pandas calls them.
  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.map { name in
      var (candidate, number) = (name, 0)
      while !seen.insert(candidate).inserted {
        number += 1
        candidate = "\(name).\(number)"
      }
      return candidate
    }
  }
}
