internal import Glibc

/// Cuts a stream of bytes, which comes in pieces, into rows.
///
/// Rows end with a line feed, with or without a carriage return before it; in tables not within quotes. Empty lines are no rows. Memory doesn't
/// grow with the stream: a row has a limit, and what is longer is given as far as that.
struct RowSplitter {
  /// The most bytes of a row.
  static let limit = 4 << 20
  /// The mark that some programs begin a text with.
  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Why a row can't be what its writer meant.
  enum Problem: Hashable {
    case tooLong
    case openQuote
  }

  /// One row, without the line's end; the bytes are good until the body returns.
  struct Row {
    /// Where it begins in the stream.
    let offset: Int64
    let bytes: UnsafeRawBufferPointer
    let problem: Problem?
  }

  private let delimiter: UInt8?
  private var pending: [UInt8] = []
  /// Where the pending bytes begin in the stream.
  private var start: Int64
  private var isSkipping = false

  /// Begins at a row, at a place of the stream.
  init(_ format: LogFormat, at start: Int64 = 0) {
    self.start = start
    switch format {
    case .table(let delimiter): self.delimiter = delimiter
    case .jsonLines: delimiter = nil
    }
  }

  /// Takes the next bytes, and gives the rows that end in them to `body`.
  ///
  /// - Parameter isLast: whether nothing follows.
  mutating func take(
    _ piece: UnsafeRawBufferPointer, isLast: Bool, _ body: (Row) throws -> Void
  ) rethrows {
    pending.append(contentsOf: piece)
    var place = 0
    var isSkipping = isSkipping
    let (delimiter, start) = (delimiter, start)
    try pending.withUnsafeBytes { bytes in
      while place < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[place...])
        if isSkipping {
          guard let end = Self.place(of: UInt8(ascii: "\n"), in: rest) else {
            place = bytes.count
            break
          }
          place += end + 1
          isSkipping = false
          continue
        }
        guard let end = Self.end(of: rest, delimiter, isLast: isLast) else {
          guard rest.count > Self.limit else { break }
          let cut = UnsafeRawBufferPointer(rebasing: rest[..<Self.limit])
          try body(Row(offset: start + Int64(place), bytes: cut, problem: .tooLong))
          place += Self.limit
          isSkipping = true
          continue
        }
        var row = UnsafeRawBufferPointer(rebasing: rest[..<end.row])
        if row.last == UInt8(ascii: "\r") { row = UnsafeRawBufferPointer(rebasing: row.dropLast()) }
        if start + Int64(place) == 0, row.starts(with: Self.mark) {
          row = UnsafeRawBufferPointer(rebasing: row.dropFirst(Self.mark.count))
        }
        if !row.isEmpty { try body(Row(offset: start + Int64(place), bytes: row, problem: end.problem)) }
        place += end.next
        isSkipping = !end.isOver
      }
    }
    pending.removeFirst(place)
    self.start += Int64(place)
    self.isSkipping = isSkipping
  }

  private struct End {
    /// Where the row ends, without the line's end.
    var row: Int
    /// Where the next one begins; of a row that isn't over there, where to go on looking for its end.
    var next: Int
    var problem: Problem?
    var isOver = true
  }

  /// Where the row that `bytes` begin with ends; nil if that isn't among them.
  private static func end(of bytes: UnsafeRawBufferPointer, _ delimiter: UInt8?, isLast: Bool) -> End? {
    let newline = place(of: UInt8(ascii: "\n"), in: bytes)
    guard let line = newline ?? (isLast ? bytes.count : nil) else { return nil }
    let next = min(line + 1, bytes.count)
    let hasQuote = place(of: UInt8(ascii: "\""), in: UnsafeRawBufferPointer(rebasing: bytes[..<line])) != nil
    guard let delimiter, hasQuote, line <= limit else {
      return End(row: min(line, limit), next: next, problem: line > limit ? .tooLong : nil)
    }
    switch quotedEnd(of: bytes, delimiter) {
    case .at(let end): return End(row: end, next: min(end + 1, bytes.count))
    case .tooLong: return End(row: limit, next: limit, problem: .tooLong, isOver: false)
    case .beyond: return isLast ? End(row: bytes.count, next: bytes.count) : nil
    case .open:
      // The quote was never closed: the damage ends with the line.
      return isLast || bytes.count > limit ? End(row: line, next: next, problem: .openQuote) : nil
    }
  }

  private enum QuotedEnd {
    case at(Int)
    case beyond
    case open
    case tooLong
  }

  /// Where a row with quotes ends: at a line feed outside them.
  ///
  /// A quote counts only where a field begins.
  private static func quotedEnd(of whole: UnsafeRawBufferPointer, _ delimiter: UInt8) -> QuotedEnd {
    let bytes = UnsafeRawBufferPointer(rebasing: whole.prefix(limit + 1))
    var place = 0
    var isAtField = true
    while place < bytes.count {
      let byte = bytes[place]
      if isAtField, byte == UInt8(ascii: "\"") {
        guard let end = closingQuote(in: bytes, after: place) else { return .open }
        place = end + 1
        isAtField = false
        continue
      }
      if byte == UInt8(ascii: "\n") { return .at(place) }
      isAtField = byte == delimiter
      place += 1
    }
    return whole.count > bytes.count ? .tooLong : .beyond
  }

  /// Where the quote that opens at a place is closed; nil if it isn't.
  static func closingQuote(in bytes: UnsafeRawBufferPointer, after open: Int) -> Int? {
    var place = open + 1
    while place < bytes.count {
      guard let quote = self.place(of: UInt8(ascii: "\""), in: UnsafeRawBufferPointer(rebasing: bytes[place...])) else {
        return nil
      }
      place += quote
      // Two of them stand for one.
      guard place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "\"") else { return place }
      place += 2
    }
    return nil
  }

  static func place(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let base = bytes.baseAddress, let found = memchr(base, Int32(byte), bytes.count) else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
