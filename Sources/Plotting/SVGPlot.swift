/// A chart as SVG.
public enum SVGPlot {
  private static let width = 760.0
  private static let height = 420.0
  private static let left = 72.0
  private static let right = 24.0
  private static let top = 44.0
  private static let bottom = 56.0

  // Colours that also those tell apart who see red and green as one (Okabe and Ito).
  static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8a8d00"]

  /// The colour of a series.
  static func colour(_ series: Int) -> String { colours[series % colours.count] }

  /// Draws a chart.
  ///
  /// - Parameter chart: its texts may hold anything.
  /// - Returns: an `svg` element that stands by itself, as a file or in a page.
  public static func draw(_ chart: Chart) -> String {
    let names = chart.series.enumerated().filter { !$0.element.name.isEmpty }
    let legend = chart.series.count > 1 || names.count == 1 ? names : []
    var out = begin(chart.title, width: width, height: height + Double(legend.count) * 18)
    if let axes = chart.axes {
      out += frame(chart, axes)
      for (number, series) in chart.series.enumerated() { out += marks(series, number, chart, axes) }
    } else {
      out += nothing(width: width, height: height)
    }
    for (row, entry) in legend.enumerated() {
      out += Self.legend(entry.element.name, entry.offset, left: left, y: height + Double(row) * 18)
    }
    return out + "</svg>\n"
  }

  /// Draws anything but pictures, of which only their names are written.
  ///
  /// - Returns: an `svg` element that stands by itself, as a file or in a page.
  public static func draw(_ drawing: Drawing) -> String {
    switch drawing {
    case .chart(let chart): draw(chart)
    case .matrix(let matrix): SVGMatrix.draw(matrix)
    case .bars(let bars): SVGBars.draw(bars)
    case .pictures(let sheet):
      begin(sheet.title, width: width, height: 40 + Double(sheet.pictures.count) * 18)
        + sheet.pictures.enumerated().map { number, picture in
          "<text x=\"24\" y=\"\(48 + number * 18)\">\(MarkupText.escaped(picture.name))</text>\n"
        }.joined() + "</svg>\n"
    }
  }

  // MARK: Parts

  /// The beginning: what it is called, on white.
  static func begin(_ title: String, width: Double, height: Double) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" width="\(Int(width))" \
    height="\(Int(height))" font-family="sans-serif" font-size="12" role="img">
    <title>\(MarkupText.escaped(title))</title>
    <rect width="100%" height="100%" fill="#fff"/>
    <text x="\(Int(width / 2))" y="24" text-anchor="middle" font-size="15">\(MarkupText.escaped(title))</text>

    """
  }

  /// What stands where there is nothing.
  static func nothing(width: Double, height: Double) -> String {
    "<text x=\"\(Int(width / 2))\" y=\"\(Int(height / 2))\" text-anchor=\"middle\">nothing to show</text>\n"
  }

  /// A colour with the name of what has it.
  static func legend(_ name: String, _ series: Int, left: Double, y: Double) -> String {
    "<rect x=\"\(Int(left))\" y=\"\(Int(y - 10))\" width=\"14\" height=\"10\" fill=\"\(colour(series))\"/>"
      + "<text x=\"\(Int(left + 20))\" y=\"\(Int(y))\">\(MarkupText.escaped(name))</text>\n"
  }

  private static func across(_ value: Double, _ axis: Axis) -> Double {
    left + axis.place(value) * (width - left - right)
  }

  private static func down(_ value: Double, _ axis: Axis) -> Double {
    top + (1 - axis.place(value)) * (height - top - bottom)
  }

  private static func frame(_ chart: Chart, _ axes: (x: Axis, y: Axis)) -> String {
    let base = height - bottom
    var out = "<g stroke=\"#ddd\">"
    for tick in axes.y.ticks(6) {
      let y = NumberText.coordinate(down(tick.value, axes.y))
      out += "<line x1=\"\(Int(left))\" x2=\"\(Int(width - right))\" y1=\"\(y)\" y2=\"\(y)\"/>"
    }
    out += "</g>\n<g fill=\"#333\">"
    for tick in axes.y.ticks(6) {
      let y = NumberText.coordinate(down(tick.value, axes.y) + 4)
      out += "<text x=\"\(Int(left - 8))\" y=\"\(y)\" text-anchor=\"end\">\(MarkupText.escaped(tick.text))</text>"
    }
    for tick in axes.x.ticks(8) {
      let x = NumberText.coordinate(across(tick.value, axes.x))
      out += "<text x=\"\(x)\" y=\"\(Int(base + 18))\" text-anchor=\"middle\">\(MarkupText.escaped(tick.text))</text>"
    }
    out +=
      "</g>\n<path d=\"M\(Int(left)) \(Int(top))V\(Int(base))H\(Int(width - right))\" fill=\"none\" stroke=\"#333\"/>\n"
    out +=
      "<text x=\"\(Int((left + width - right) / 2))\" y=\"\(Int(base + 38))\" text-anchor=\"middle\">\(MarkupText.escaped(chart.xLabel))</text>\n"
    let middle = Int((top + base) / 2)
    out +=
      "<text x=\"16\" y=\"\(middle)\" text-anchor=\"middle\" transform=\"rotate(-90 16 \(middle))\">\(MarkupText.escaped(chart.yLabel))</text>\n"
    return out
  }

  private static func marks(
    _ series: Chart.Series, _ number: Int, _ chart: Chart, _ axes: (x: Axis, y: Axis)
  ) -> String {
    let points = series.points.filter { chart.isPlaced($0) }
    func place(_ point: Chart.Point) -> (x: Double, y: Double) { (across(point.x, axes.x), down(point.y, axes.y)) }
    if chart.mark == .line, points.count > 1 {
      return line(points, number, axes.x, columns: Int(width - left - right), place)
    }
    var out = "<g fill=\"\(colour(number))\" fill-opacity=\"0.75\">"
    // A mark covers more than a cell of this grid.
    for point in Thinning.byCell(points, axes, columns: Int(width / 3), rows: Int(height / 3)) {
      let (x, y) = place(point)
      out += "<circle cx=\"\(NumberText.coordinate(x))\" cy=\"\(NumberText.coordinate(y))\" r=\"3.5\"/>"
    }
    return out + "</g>\n"
  }

  /// Draws the lines of a chart alone, without axes and texts: to be seen at a glance.
  ///
  /// - Parameters:
  ///   - chart: its series are joined by lines.
  ///   - width: how wide the picture is, in pixels.
  ///   - height: how high.
  /// - Returns: an `svg` element that stands by itself.
  public static func lines(_ chart: Chart, width: Int = 320, height: Int = 90) -> String {
    var out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\">"
    if let axes = chart.axes {
      let (inner, margin) = ((width: Double(width - 8), height: Double(height - 8)), 4.0)
      for (number, series) in chart.series.enumerated() {
        let points = series.points.filter { chart.isPlaced($0) }
        out += line(points, number, axes.x, columns: width - 8) { point in
          (margin + axes.x.place(point.x) * inner.width, margin + (1 - axes.y.place(point.y)) * inner.height)
        }
      }
    }
    return out + "</svg>"
  }

  private static func line(
    _ points: [Chart.Point], _ number: Int, _ axis: Axis, columns: Int, _ place: (Chart.Point) -> (x: Double, y: Double)
  ) -> String {
    let places = Thinning.byColumn(points, axis, columns: columns).map { point in
      let (x, y) = place(point)
      return "\(NumberText.coordinate(x)),\(NumberText.coordinate(y))"
    }
    return "<polyline points=\"\(places.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour(number))\" "
      + "stroke-width=\"1.8\" stroke-linejoin=\"round\"/>\n"
  }
}
