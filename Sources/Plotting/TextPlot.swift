/// A chart as lines of text.
public struct TextPlot: Sendable {
  /// What lines may be made of.
  public enum Alphabet: Hashable, Sendable {
    /// Eight dots a letter; series are told apart by colour alone.
    case braille
    /// One mark a letter, another for each series.
    case marks
    /// Likewise, and nothing but ASCII.
    case ascii
  }

  /// A piece of a line.
  public struct Piece: Hashable, Sendable {
    /// The text.
    public var text: String
    /// The series that it shows; nil for what is around.
    public var series: Int?
  }

  /// The lines, from top to bottom.
  public let lines: [[Piece]]

  private static let signs: [TextPlot.Alphabet: [Character]] = [
    .marks: ["●", "+", "×", "○", "■", "◆", "▲", "□"], .ascii: ["*", "+", "x", "o", "#", "@", "%", "&"],
  ]

  /// The letter that stands for a series in a list of what is shown.
  public static func sign(of series: Int, _ alphabet: Alphabet) -> Character {
    signs[alphabet].map { $0[series % $0.count] } ?? "⠶"
  }

  /// Takes lines that are drawn already.
  init(lines: [[Piece]]) {
    self.lines = lines
  }

  /// Draws anything; without anything that has a place there are no lines, nor for pictures.
  ///
  /// - Parameters:
  ///   - width: how many letters a line may have.
  ///   - height: how many lines a chart may have; a matrix and bars have as many as they need.
  public init(_ drawing: Drawing, width: Int, height: Int, alphabet: Alphabet) {
    switch drawing {
    case .chart(let chart): self.init(chart, width: width, height: height, alphabet: alphabet)
    case .matrix(let matrix): self.init(lines: TextMatrix.lines(matrix, width: width, isPlain: alphabet == .ascii))
    case .bars(let bars): self.init(lines: TextBars.lines(bars, width: width, alphabet))
    case .pictures: self.init(lines: [])
    }
  }

  /// Draws a chart; without a point that has a place there are no lines.
  ///
  /// - Parameters:
  ///   - width: how many letters a line may have.
  ///   - height: how many lines there may be, with the numbers below; at least 5.
  public init(_ chart: Chart, width: Int, height: Int, alphabet: Alphabet) {
    guard let (x, y) = chart.axes else {
      lines = []
      return
    }
    let rows = max(3, height - 2)
    let ticks = y.ticks(max(2, rows / 4))
    let margin = min(ticks.map(\.text.count).max() ?? 0, max(0, width / 3))
    let columns = max(8, width - margin - 2)
    var canvas = TextCanvas(columns: columns, rows: rows, isFine: alphabet == .braille)
    for (number, series) in chart.series.enumerated() {
      let points = series.points.filter { chart.isPlaced($0) }
      let seen = chart.mark == .line ? Thinning.byColumn(points, x, columns: canvas.width) : points
      var last: (Int, Int)?
      for point in seen {
        let place = (
          Int((x.place(point.x) * Double(canvas.width - 1)).rounded()),
          Int(((1 - y.place(point.y)) * Double(canvas.height - 1)).rounded())
        )
        if chart.mark == .line, let last {
          canvas.line(from: last, to: place, number)
        } else {
          canvas.dot(place.0, place.1, number)
        }
        last = place
      }
    }
    var labels: [Int: String] = [:]
    for tick in ticks {
      let row = Int(((1 - y.place(tick.value)) * Double(rows - 1)).rounded())
      if (0..<rows).contains(row) { labels[row] = tick.text }
    }
    let isPlain = alphabet == .ascii
    var lines: [[Piece]] = []
    for row in 0..<rows {
      let text = String((labels[row] ?? "").prefix(margin))
      let edge = isPlain ? (labels[row] == nil ? "|" : "+") : (labels[row] == nil ? "│" : "┤")
      let start = String(repeating: " ", count: margin - text.count) + text + " " + edge
      lines.append([Piece(text: start, series: nil)] + canvas.pieces(row, Self.signs[alphabet]))
    }
    let corner = String(repeating: " ", count: margin + 1) + (isPlain ? "+" : "└")
    lines.append([Piece(text: corner + String(repeating: isPlain ? "-" : "─", count: columns), series: nil)])
    lines.append([Piece(text: Self.below(x, columns, margin + 2), series: nil)])
    self.lines = lines
  }

  // Numbers below, each in the middle under its place, as far as they don't touch.
  private static func below(_ axis: Axis, _ columns: Int, _ margin: Int) -> String {
    var line = String(repeating: " ", count: margin)
    for tick in axis.ticks(max(2, columns / 12)) {
      let middle = margin + Int((axis.place(tick.value) * Double(columns - 1)).rounded())
      let start = min(middle - tick.text.count / 2, margin + columns - tick.text.count)
      guard start >= 0, start > line.count || line.allSatisfy({ $0 == " " }) else { continue }
      if start < line.count {
        line = String(line.prefix(start))
      } else {
        line += String(repeating: " ", count: start - line.count)
      }
      line += tick.text
    }
    return line
  }
}
