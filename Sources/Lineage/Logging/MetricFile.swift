internal import Journaling
internal import MLTBase
internal import Pipelines
internal import PredictionLogs

/// Reads the metrics in a file: one set of numbers (JSON, YAML, TOML), or a log of many (JSON Lines, CSV, TSV).
enum MetricFile {
  /// Returns the metrics of a file, of a log in its order.
  ///
  /// - Parameters:
  ///   - bytes: what the file holds.
  ///   - name: the file's name, whose ending says what it is.
  ///   - now: the time of values that come with none.
  /// - Throws: ``LoggingError/unreadable(file:reason:)``.
  static func metrics(in bytes: [UInt8], name: String, at now: Timestamp) throws(LoggingError) -> [RunLogged.Metric] {
    do {
      let ending = name.lowercased().split(separator: ".").last ?? ""
      switch ending {
      case "csv": return try table(bytes, UInt8(ascii: ","), now)
      case "tsv": return try table(bytes, UInt8(ascii: "\t"), now)
      case "jsonl", "ndjson": return try lines(bytes, now)
      default: return try values(bytes, name, now)
      }
    } catch {
      throw LoggingError.unreadable(file: name, reason: error.reason)
    }
  }

  private static func values(
    _ bytes: [UInt8], _ name: String, _ now: Timestamp
  ) throws(MetricLine.Problem) -> [RunLogged.Metric] {
    if name.lowercased().hasSuffix(".json"), let list = (try? JSON(parsing: bytes))?.array {
      var metrics: [RunLogged.Metric] = []
      for (position, entry) in list.enumerated() {
        guard let object = entry.object else { throw MetricLine.Problem(reason: "element \(position) isn't an object") }
        metrics += try MetricLine.metrics(in: object, at: now, step: Int64(position))
      }
      return metrics
    }
    guard let flat = ValueText.flattened(bytes, name: name) else {
      throw MetricLine.Problem(reason: "it is no mapping in JSON, YAML or TOML")
    }
    return flat.sorted { $0.key < $1.key }.compactMap { key, text in
      guard LoggedName.isValid(key), let value = try? MetricLine.number(text) else { return nil }
      return RunLogged.Metric(key: key, value: value, step: 0, at: now)
    }
  }

  private static func lines(_ bytes: [UInt8], _ now: Timestamp) throws(MetricLine.Problem) -> [RunLogged.Metric] {
    var metrics: [RunLogged.Metric] = []
    var number: Int64 = 0
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let object = (try? JSON(parsing: Array(line)))?.object else {
        throw MetricLine.Problem(reason: "line \(number + 1) isn't a JSON object")
      }
      metrics += try MetricLine.metrics(in: object, at: now, step: number)
      number += 1
    }
    return metrics
  }

  private static func table(
    _ bytes: [UInt8], _ delimiter: UInt8, _ now: Timestamp
  ) throws(MetricLine.Problem) -> [RunLogged.Metric] {
    let rows = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    func cells(_ row: ArraySlice<UInt8>) -> [String] {
      row.split(separator: delimiter, omittingEmptySubsequences: false).map { cell in
        var text = String(decoding: cell, as: UTF8.self)
        text = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = String(text.dropFirst().dropLast()) }
        return text
      }
    }
    guard let header = rows.first.map(cells) else { return [] }
    let stepColumn =
      header.firstIndex { $0.lowercased() == "step" }
      ?? header.firstIndex { MetricLine.stepNames.contains($0.lowercased()) }
    let timeColumn = header.firstIndex { MetricLine.timeNames.contains($0.lowercased()) }
    var metrics: [RunLogged.Metric] = []
    for (position, row) in rows.dropFirst().enumerated() {
      let cells = cells(row)
      let step = stepColumn.flatMap { cells.indices.contains($0) ? Double(cells[$0]) : nil }.flatMap {
        Int64(exactly: $0)
      }
      let at = timeColumn.flatMap { cells.indices.contains($0) ? Moment.read(cells[$0]) : nil }
      for (column, cell) in cells.enumerated() where column != stepColumn && column != timeColumn {
        guard header.indices.contains(column), LoggedName.isValid(header[column]),
          let value = try? MetricLine.number(cell)
        else { continue }
        metrics.append(
          RunLogged.Metric(key: header[column], value: value, step: step ?? Int64(position), at: at ?? now))
      }
    }
    return metrics
  }
}
