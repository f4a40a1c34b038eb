internal import Glibc
internal import Lineage
internal import MLTBase
internal import Plotting

/// How charts look in a terminal.
enum PlotRendering {
  private static let widest = 120
  private static let usual = 80
  private static let tallest = 24
  private static let styles: [Style] = [.cyan, .yellow, .green, .red, .blue, .bold]

  static func text(_ drawings: [Drawing], terminal: Terminal, context: ProcessContext) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let width = min(terminal.width ?? usual, widest)
    let height = max(8, min(tallest, (rows() ?? tallest + 4) - 4))
    for (number, drawing) in drawings.enumerated() {
      if number > 0 { out.line() }
      let series = seriesNames(drawing)
      let isTold = terminal.hasColour && series.count <= styles.count
      let alphabet: TextPlot.Alphabet =
        !isUnicode(context.environment)
        ? .ascii : hasFineLines(drawing) && (series.count == 1 || isTold) ? .braille : .marks
      let plot = TextPlot(drawing, width: width, height: height, alphabet: alphabet)
      out.line(out.styled(drawing.title, .bold))
      if plot.lines.isEmpty, !isOfPictures(drawing) { out.line("nothing to show") }
      for line in plot.lines {
        out.line(
          line.map { piece in
            piece.series.map { out.styled(piece.text, styles[$0 % styles.count]) } ?? piece.text
          }.joined())
      }
      for (series, name) in series.enumerated() where !name.isEmpty {
        let sign = out.styled(String(TextPlot.sign(of: series, alphabet)), styles[series % styles.count])
        out.line("  \(sign) \(Formatting.fit(name, width - 4))")
      }
      for line in footer(drawing) { out.line("  " + line) }
    }
    return out.text
  }

  private static func seriesNames(_ drawing: Drawing) -> [String] {
    switch drawing {
    case .chart(let chart): chart.series.map(\.name)
    case .bars(let bars): bars.series.map(\.name)
    case .matrix, .pictures: []
    }
  }

  // Points by themselves are easier to see as marks.
  private static func hasFineLines(_ drawing: Drawing) -> Bool {
    switch drawing {
    case .chart(let chart): chart.mark == .line
    case .bars: true
    case .matrix, .pictures: false
    }
  }

  private static func isOfPictures(_ drawing: Drawing) -> Bool { if case .pictures = drawing { true } else { false } }

  private static func footer(_ drawing: Drawing) -> [String] {
    switch drawing {
    case .chart(let chart): return [chart.xLabel + (chart.isLogarithmic ? ", logarithmic" : "")]
    case .bars(let bars): return [bars.xLabel]
    case .matrix(let matrix):
      return [
        "columns: \(matrix.xLabel), rows: \(matrix.yLabel)" + (matrix.isShare ? "; shares of each row" : "")
      ]
    case .pictures(let sheet):
      return sheet.pictures.map { "\($0.name)  \($0.mediaType), \(Formatting.size(Int64($0.bytes.count)))" }
        + ["pictures are shown by '--html FILE'"]
    }
  }

  private static func rows() -> Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else {
      return nil
    }
    return Int(size.ws_row)
  }

  // As the C library decides: the first of these that is set and isn't empty counts.
  private static func isUnicode(_ environment: [String: String]) -> Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }
}
