/// Reads the texts of some cells, of rows that are known by their numbers.
struct CellTexts: RowSink {
  /// Which rows are wanted.
  let rows: Set<Int>
  private let last: Int
  private var row = 0
  private(set) var names: [String] = []
  /// The texts, by row and column.
  private(set) var found: [Int: [String: String]] = [:]

  init(_ rows: Set<Int>) {
    self.rows = rows
    last = rows.max() ?? -1
  }

  mutating func column(_ name: String) { names.append(name) }

  mutating func cell(_ column: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    guard rows.contains(row), column < names.count else { return }
    let shown: String
    switch value {
    case .missing where text.isEmpty: shown = ""
    case _ where !text.isEmpty: shown = String(decoding: text.prefix(80), as: UTF8.self)
    case .integer(let whole): shown = String(whole)
    case .real(let real): shown = String(real)
    case .boolean(let isTrue): shown = isTrue ? "true" : "false"
    case .date(let seconds): shown = DateText.text(Double(seconds), withTime: false)
    case .dateTime(let seconds): shown = DateText.text(seconds, withTime: true)
    case .time(let seconds): shown = String(DateText.text(seconds, withTime: true).dropFirst(11))
    case .missing, .text, .nested: shown = ""
    }
    found[row, default: [:]][names[column]] = shown
  }

  mutating func endRow() -> Bool {
    row += 1
    return row <= last
  }
}
