/// Bars as lines of text.
enum TextBars {
  // Eighths of a letter, filled from the left.
  private static let eighths: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  static func lines(_ bars: BarChart, width: Int, _ alphabet: TextPlot.Alphabet) -> [[TextPlot.Piece]] {
    guard let axis = bars.axis else { return [] }
    let margin = min(bars.labels.map(\.count).max() ?? 0, max(4, width / 3))
    let numbers = bars.series.flatMap { series in
      bars.labels.indices.compactMap { bars.value(series, $0).map { NumberText.short($0).count } }
    }
    let columns = max(4, width - margin - 3 - (numbers.max() ?? 0))
    var lines: [[TextPlot.Piece]] = []
    for (row, label) in bars.labels.enumerated() {
      for (number, series) in bars.series.enumerated() {
        let ending = alphabet == .ascii ? "~" : "…"
        let name = label.count > margin ? label.prefix(margin - 1) + ending : label
        // Bars of one name stand together, below it.
        let start = number == 0 ? name : ""
        let edge = alphabet == .ascii ? "|" : "│"
        let head = start + String(repeating: " ", count: margin - start.count) + " " + edge
        guard let value = bars.value(series, row) else {
          lines.append([TextPlot.Piece(text: head, series: nil)])
          continue
        }
        let sign: Character? =
          alphabet == .braille ? nil : bars.series.count > 1 ? TextPlot.sign(of: number, alphabet) : nil
        let bar = bar(value, axis, columns, sign ?? (alphabet == .ascii ? "#" : nil))
        lines.append([
          TextPlot.Piece(text: head, series: nil), TextPlot.Piece(text: bar, series: number),
          TextPlot.Piece(text: " " + NumberText.short(value), series: nil),
        ])
      }
    }
    return lines
  }

  private static func bar(_ value: Double, _ axis: Axis, _ columns: Int, _ sign: Character?) -> String {
    let zero = axis.place(0) * Double(columns)
    let end = axis.place(value) * Double(columns)
    let start = Int(min(zero, end).rounded())
    let blanks = String(repeating: " ", count: start)
    // Only a bar to the right can end within a letter.
    guard sign == nil, value > 0 else {
      let length = max(value == 0 ? 0 : 1, Int(max(zero, end).rounded()) - start)
      return blanks + String(repeating: sign ?? "█", count: min(length, columns - start))
    }
    let eighth = min(Int(((end - Double(start)) * 8).rounded()), (columns - start) * 8)
    let last = eighths[max(eighth, 1) % 8]
    return blanks + String(repeating: "█", count: max(0, eighth / 8)) + (last == " " ? "" : String(last))
  }
}
