/// A matrix as lines of text: its sets of numbers below each other.
enum TextMatrix {
  private static let shades: [Character] = [" ", "░", "▒", "▓", "█"]
  private static let plainShades: [Character] = [" ", ".", ":", "*", "#"]
  // A longer name of a column costs more room than it is worth.
  private static let longestName = 10

  static func lines(_ matrix: MatrixChart, width: Int, isPlain: Bool) -> [[TextPlot.Piece]] {
    guard !matrix.rows.isEmpty, !matrix.columns.isEmpty else { return [] }
    let most = matrix.most
    let margin = min(
      max(matrix.yLabel.count, matrix.rows.map(\.count).max() ?? 0), max(4, width / 4))
    let numbers = matrix.panels.flatMap { panel in
      matrix.rows.indices.flatMap { row in
        matrix.columns.indices.map { matrix.text(matrix.value(panel, row, $0)).count }
      }
    }
    let longest = min(longestName, matrix.columns.map(\.count).max() ?? 0)
    var cell = max((numbers.max() ?? 1) + 3, longest)
    // Without room for names first, then for numbers.
    if (cell + 1) * matrix.columns.count + margin > width { cell = (numbers.max() ?? 1) + 3 }
    let hasNumbers = (cell + 1) * matrix.columns.count + margin <= width
    if !hasNumbers { cell = 2 }
    let room = max(1, (width - margin) / (cell + 1))
    let shown = matrix.columns.prefix(room)
    var lines: [String] = []
    for panel in matrix.panels {
      if !lines.isEmpty { lines.append("") }
      if !panel.name.isEmpty { lines.append(panel.name) }
      let heading = shown.map { right(cut($0, cell, isPlain), cell) }
      lines.append(left(cut(matrix.yLabel, margin, isPlain), margin) + " " + heading.joined(separator: " "))
      for (row, name) in matrix.rows.enumerated() {
        let cells = shown.indices.map { column -> String in
          let value = matrix.value(panel, row, column)
          let shade = String(repeating: Self.shade(matrix.fullness(value, of: most), isPlain), count: 2)
          return hasNumbers ? shade + right(matrix.text(value), cell - 2) : shade
        }
        lines.append(left(cut(name, margin, isPlain), margin) + " " + cells.joined(separator: " "))
      }
    }
    if shown.count < matrix.columns.count {
      lines.append("and \(matrix.columns.count - shown.count) more columns, for which there is no room")
    }
    return lines.map { [TextPlot.Piece(text: $0, series: nil)] }
  }

  private static func shade(_ fullness: Double, _ isPlain: Bool) -> Character {
    let letters = isPlain ? plainShades : shades
    return letters[fullness > 0 ? 1 + min(3, Int(fullness * 4)) : 0]
  }

  private static func cut(_ name: String, _ length: Int, _ isPlain: Bool) -> String {
    name.count > length ? name.prefix(max(0, length - 1)) + (isPlain ? "~" : "…") : name
  }

  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
