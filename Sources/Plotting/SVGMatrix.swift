/// A matrix as SVG: its sets of numbers beside each other, as many in a row as there is room for.
enum SVGMatrix {
  private static let width = 760.0
  private static let top = 70.0
  private static let gap = 28.0
  private static let panelsInRow = 3

  static func draw(_ matrix: MatrixChart) -> String {
    let across = min(Self.panelsInRow, max(1, matrix.panels.count))
    let longest = Double(matrix.rows.map(\.count).max() ?? 0)
    let left = min(160, 34 + longest * 7)
    let room = (width - left - 12 - gap * Double(across - 1)) / Double(across)
    let cell = min(64, max(6, room / Double(max(1, matrix.columns.count))))
    let panelWidth = cell * Double(matrix.columns.count)
    let below = 34 + min(90, Double(matrix.columns.map(\.count).max() ?? 0) * 6)
    let panelHeight = cell * Double(matrix.rows.count) + below + 24
    let lines = (matrix.panels.count + across - 1) / across
    let height = top + panelHeight * Double(max(1, lines))
    var out = SVGPlot.begin(matrix.title, width: max(width, left + panelWidth * Double(across)), height: height)
    if matrix.rows.isEmpty || matrix.columns.isEmpty { out += SVGPlot.nothing(width: width, height: height) }
    let most = matrix.most
    for (number, panel) in matrix.panels.enumerated() {
      let x = left + Double(number % across) * (panelWidth + gap)
      let y = top + Double(number / across) * panelHeight
      if !panel.name.isEmpty {
        out += text(panel.name, x + panelWidth / 2, y - 10, "middle", size: 13)
      }
      for (row, name) in matrix.rows.enumerated() {
        let line = y + (Double(row) + 0.5) * cell + 4
        if number % across == 0 { out += text(cut(name, 20), x - 8, line, "end") }
        for column in matrix.columns.indices {
          let value = matrix.value(panel, row, column)
          out += square(
            matrix, value, most, x + Double(column) * cell, y + Double(row) * cell, cell,
            title: "\(matrix.columns[column]), \(name): \(matrix.text(value))")
        }
      }
      let base = y + cell * Double(matrix.rows.count)
      for (column, name) in matrix.columns.enumerated() {
        let place = x + (Double(column) + 0.5) * cell
        let (at, under) = (NumberText.coordinate(place), NumberText.coordinate(base + 14))
        out +=
          "<text x=\"\(at)\" y=\"\(under)\" text-anchor=\"end\" transform=\"rotate(-40 \(at) \(under))\">"
          + MarkupText.escaped(cut(name, 20)) + "</text>\n"
      }
      out += text(matrix.xLabel, x + panelWidth / 2, base + below, "middle")
      if number % across == 0 {
        let middle = NumberText.coordinate(y + cell * Double(matrix.rows.count) / 2)
        out +=
          "<text x=\"14\" y=\"\(middle)\" text-anchor=\"middle\" transform=\"rotate(-90 14 \(middle))\">"
          + MarkupText.escaped(matrix.yLabel) + "</text>\n"
      }
    }
    return out + "</svg>\n"
  }

  private static func square(
    _ matrix: MatrixChart, _ value: Double, _ most: Double, _ x: Double, _ y: Double, _ cell: Double, title: String
  ) -> String {
    let fullness = matrix.fullness(value, of: most)
    let (left, top, side) = (NumberText.coordinate(x), NumberText.coordinate(y), NumberText.coordinate(cell))
    var out =
      "<rect x=\"\(left)\" y=\"\(top)\" width=\"\(side)\" height=\"\(side)\" fill=\"\(SVGPlot.colour(0))\" "
      + "fill-opacity=\"\(NumberText.coordinate(fullness))\" stroke=\"#ddd\"><title>\(MarkupText.escaped(title))</title></rect>"
    let number = matrix.text(value)
    if cell >= 9 + Double(number.count) * 6.5 {
      out += text(number, x + cell / 2, y + cell / 2 + 4, "middle", fill: fullness > 0.55 ? "#fff" : "#333")
    }
    return out + "\n"
  }

  private static func text(
    _ words: String, _ x: Double, _ y: Double, _ anchor: String, size: Int = 12, fill: String = "#333"
  ) -> String {
    "<text x=\"\(NumberText.coordinate(x))\" y=\"\(NumberText.coordinate(y))\" text-anchor=\"\(anchor)\" "
      + "font-size=\"\(size)\" fill=\"\(fill)\">\(MarkupText.escaped(words))</text>\n"
  }

  private static func cut(_ name: String, _ length: Int) -> String {
    name.count > length ? name.prefix(length - 1) + "…" : name
  }
}
