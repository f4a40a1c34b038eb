/// Bars as SVG.
enum SVGBars {
  private static let width = 760.0
  private static let right = 64.0
  private static let top = 44.0

  static func draw(_ bars: BarChart) -> String {
    let longest = Double(min(40, bars.labels.map(\.count).max() ?? 0))
    let left = min(300, 44 + longest * 7)
    let thickness = bars.series.count > 1 ? 12.0 : 16.0
    let step = thickness * Double(max(1, bars.series.count)) + 8
    let base = top + step * Double(bars.labels.count) + 4
    let names = bars.series.enumerated().filter { !$0.element.name.isEmpty }
    let height = base + 56 + Double(names.count) * 18
    var out = SVGPlot.begin(bars.title, width: width, height: height)
    guard let axis = bars.axis else {
      return out + SVGPlot.nothing(width: width, height: height) + "</svg>\n"
    }
    func across(_ value: Double) -> Double { left + axis.place(value) * (width - left - right) }
    for tick in axis.ticks(6) {
      let x = NumberText.coordinate(across(tick.value))
      out += "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"\(Int(top))\" y2=\"\(NumberText.coordinate(base))\" stroke=\"#ddd\"/>"
      out += "<text x=\"\(x)\" y=\"\(NumberText.coordinate(base + 18))\" text-anchor=\"middle\" fill=\"#333\">"
      out += MarkupText.escaped(tick.text) + "</text>\n"
    }
    for (row, label) in bars.labels.enumerated() {
      let y = top + step * Double(row) + 4
      let middle = y + (step - 8) / 2 + 4
      out += "<text x=\"\(NumberText.coordinate(left - 8))\" y=\"\(NumberText.coordinate(middle))\" "
      out += "text-anchor=\"end\" fill=\"#333\">"
      out += MarkupText.escaped(label.count > 40 ? label.prefix(39) + "…" : label) + "</text>\n"
      for (number, series) in bars.series.enumerated() {
        guard let value = bars.value(series, row) else { continue }
        let (from, to) = (across(min(value, 0)), across(max(value, 0)))
        let line = y + thickness * Double(number)
        out += "<rect x=\"\(NumberText.coordinate(from))\" y=\"\(NumberText.coordinate(line))\" "
        out += "width=\"\(NumberText.coordinate(to - from))\" height=\"\(NumberText.coordinate(thickness - 2))\" "
        out += "fill=\"\(SVGPlot.colour(number))\"/>"
        out += "<text x=\"\(NumberText.coordinate(to + 4))\" y=\"\(NumberText.coordinate(line + thickness - 4))\" "
        out += "font-size=\"10\" fill=\"#333\">\(MarkupText.escaped(NumberText.short(value)))</text>\n"
      }
    }
    let zero = NumberText.coordinate(across(0))
    out +=
      "<line x1=\"\(zero)\" x2=\"\(zero)\" y1=\"\(Int(top))\" y2=\"\(NumberText.coordinate(base))\" stroke=\"#333\"/>\n"
    out += "<text x=\"\(Int((left + width - right) / 2))\" y=\"\(NumberText.coordinate(base + 38))\" "
    out += "text-anchor=\"middle\">\(MarkupText.escaped(bars.xLabel))</text>\n"
    out += "<text x=\"14\" y=\"\(Int((top + base) / 2))\" text-anchor=\"middle\" "
    out += "transform=\"rotate(-90 14 \(Int((top + base) / 2)))\">\(MarkupText.escaped(bars.yLabel))</text>\n"
    for (row, entry) in names.enumerated() {
      let y = base + 60 + Double(row) * 18
      out += SVGPlot.legend(entry.element.name, entry.offset, left: left, y: y)
    }
    return out + "</svg>\n"
  }
}
