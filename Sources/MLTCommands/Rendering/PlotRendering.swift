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

  static func text(_ charts: [Chart], terminal: Terminal, context: ProcessContext) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let width = min(terminal.width ?? usual, widest)
    let height = max(8, min(tallest, (rows() ?? tallest + 4) - 4))
    for (number, chart) in charts.enumerated() {
      if number > 0 { out.line() }
      let isTold = terminal.hasColour && chart.series.count <= styles.count
      let alphabet: TextPlot.Alphabet =
        !isUnicode(context.environment)
        ? .ascii
        : chart.mark == .line && (chart.series.count == 1 || isTold) ? .braille : .marks
      let plot = TextPlot(chart, width: width, height: height, alphabet: alphabet)
      out.line(out.styled(chart.title, .bold))
      if plot.lines.isEmpty { out.line("nothing to show") }
      for line in plot.lines {
        out.line(
          line.map { piece in
            piece.series.map { out.styled(piece.text, styles[$0 % styles.count]) } ?? piece.text
          }.joined())
      }
      let named = chart.series.enumerated().filter { !$0.element.name.isEmpty }
      for (series, entry) in named {
        let sign = out.styled(String(TextPlot.sign(of: series, alphabet)), styles[series % styles.count])
        out.line("  \(sign) \(Formatting.fit(entry.name, width - 4))")
      }
      out.line("  \(chart.xLabel)" + (chart.isLogarithmic ? ", logarithmic" : ""))
    }
    return out.text
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
