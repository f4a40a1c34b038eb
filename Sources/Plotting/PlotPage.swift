/// Charts as a page of HTML that needs nothing else: no scripts, no fonts, no network.
public enum PlotPage {
  /// Makes a page.
  ///
  /// - Parameters:
  ///   - title: what stands above all.
  ///   - charts: the charts, each with a table of what its series come to.
  public static func draw(_ title: String, _ charts: [Chart]) -> String {
    draw(title, charts.map { .chart($0) })
  }

  /// Makes a page of anything that can be drawn; pictures stand in the page itself.
  ///
  /// - Parameter title: what stands above all.
  public static func draw(_ title: String, _ drawings: [Drawing]) -> String {
    var out = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>\(MarkupText.escaped(title))</title>
      <style>
      body { font-family: sans-serif; margin: 2em auto; max-width: 800px; color: #222; background: #fff }
      svg { max-width: 100%; height: auto }
      table { border-collapse: collapse; margin-bottom: 2em }
      th, td { border-bottom: 1px solid #ddd; padding: 0.3em 0.8em; text-align: right }
      th:first-child, td:first-child { text-align: left }
      .pictures { display: flex; flex-wrap: wrap; gap: 1em; margin-bottom: 2em }
      figure { flex: 1 1 300px; margin: 0 }
      img { max-width: 100% }
      </style>
      </head>
      <body>
      <h1>\(MarkupText.escaped(title))</h1>

      """
    for drawing in drawings {
      switch drawing {
      case .chart(let chart): out += SVGPlot.draw(chart) + table(chart)
      case .matrix, .bars: out += SVGPlot.draw(drawing)
      case .pictures(let sheet): out += figures(sheet)
      }
    }
    return out + "</body>\n</html>\n"
  }

  private static func figures(_ sheet: PictureSheet) -> String {
    var out = "<h2>\(MarkupText.escaped(sheet.title))</h2>\n<div class=\"pictures\">\n"
    for picture in sheet.pictures {
      let name = MarkupText.escaped(picture.name)
      out += "<figure><img src=\"\(MarkupText.escaped(picture.dataURI))\" alt=\"\(name)\">"
      out += "<figcaption>\(name)</figcaption></figure>\n"
    }
    return out + "</div>\n"
  }

  private static func table(_ chart: Chart) -> String {
    var out = "<table>\n<tr><th>\(MarkupText.escaped(chart.yLabel))</th><th>points</th><th>first</th><th>last</th>"
    out += "<th>least</th><th>greatest</th></tr>\n"
    for series in chart.series {
      let values = series.points.map(\.y).filter { !$0.isNaN }
      let figures = [values.first, values.last, values.min(), values.max()].map { $0.map(NumberText.short) ?? "" }
      let cells = [MarkupText.escaped(series.name), "\(series.points.count)"] + figures
      out += "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
    }
    return out + "</table>\n"
  }
}
