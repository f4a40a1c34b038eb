internal import Journaling
internal import MLTBase
internal import Plotting

/// Drawings as the points that they are made of.
enum PlotJSON {
  /// Returns the document of `mlt plot --json`.
  ///
  /// - Parameter versions: the versions that are compared, if any are.
  static func of(_ entries: [PlotOutput.Entry], versions: [String]?) -> JSONObject {
    var document: JSONObject = ["format": 1, "plots": .array(entries.map { .object(plot($0.id, $0.drawing)) })]
    if let versions { document["versions"] = .array(versions.map { .string($0) }) }
    return document
  }

  private static func plot(_ id: String, _ drawing: Drawing) -> JSONObject {
    var plot: JSONObject = ["id": .string(id), "title": .string(drawing.title)]
    switch drawing {
    case .chart(let chart):
      plot["kind"] = chart.mark == .line ? "lines" : "points"
      label(&plot, chart.xLabel, chart.yLabel)
      plot["points"] = .array(
        chart.series.flatMap { series in series.points.map { point(series.name, number($0.x), number($0.y)) } })
    case .matrix(let matrix):
      plot["kind"] = "matrix"
      label(&plot, matrix.xLabel, matrix.yLabel)
      plot["points"] = .array(
        matrix.panels.flatMap { panel in
          zip(matrix.rows, panel.values).flatMap { row, values in
            zip(matrix.columns, values).map { column, value in
              point(panel.name, .string(column), .string(row), ["value": number(value)])
            }
          }
        })
    case .bars(let bars):
      plot["kind"] = "bars"
      label(&plot, bars.xLabel, bars.yLabel)
      plot["points"] = .array(
        bars.series.flatMap { series in
          zip(bars.labels, series.values).compactMap { label, value in
            value.map { point(series.name, number($0), .string(label)) }
          }
        })
    case .pictures(let sheet):
      plot["kind"] = "pictures"
      plot["pictures"] = .array(
        sheet.pictures.map {
          [
            "media_type": .string($0.mediaType), "series": .string($0.name), "size": .int(Int64($0.bytes.count)),
          ]
        })
    }
    return plot
  }

  private static func label(_ plot: inout JSONObject, _ x: String, _ y: String) {
    plot["x_label"] = .string(x)
    plot["y_label"] = .string(y)
  }

  private static func number(_ value: Double) -> JSON { MetricValue(value).json }

  private static func point(_ series: String, _ x: JSON, _ y: JSON, _ more: JSONObject = [:]) -> JSON {
    var point = more
    point["series"] = .string(series)
    point["x"] = x
    point["y"] = y
    return .object(point)
  }
}
