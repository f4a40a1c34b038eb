/// A table that is in memory, as texts.
public enum TableText {
  private static let piece = 1 << 20

  /// Gives each row's cells to `body`, those of the header too, by the rules of logs: quotes, as RFC 4180 has them, and a mark
  /// at the beginning are no part of a cell, nor are spaces around it.
  ///
  /// - Returns: how many rows were left out, since they are too long or a quote in them is never closed.
  public static func forEachRow(in bytes: [UInt8], delimiter: UInt8, _ body: ([String]) -> Void) -> Int {
    var splitter = RowSplitter(.table(delimiter: delimiter))
    var fields = TableFields()
    var leftOut = 0
    bytes.withUnsafeBytes { bytes in
      var start = 0
      repeat {
        let end = min(start + piece, bytes.count)
        splitter.take(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), isLast: end == bytes.count) { row in
          guard row.problem == nil else {
            leftOut += 1
            return
          }
          fields.split(row.bytes, delimiter)
          body(fields.places.indices.map { trimmed(fields.cell($0, of: row.bytes).text) })
        }
        start = end
      } while start < bytes.count
    }
    return leftOut
  }

  private static func trimmed(_ text: String) -> String {
    let space = UInt8(ascii: " ")
    guard text.utf8.first == space || text.utf8.last == space else { return text }
    let start = text.utf8.firstIndex { $0 != space } ?? text.endIndex
    let end = text.utf8.lastIndex { $0 != space }.map { text.utf8.index(after: $0) } ?? start
    return String(text[start..<end])
  }
}
