internal import Journaling
internal import MLTBase
internal import Pipelines
internal import PredictionLogs

/// Reads the metrics in a file: one set of numbers (JSON, YAML, TOML), or a log of many (JSON Lines, CSV, TSV).
struct MetricFile {
  /// The metrics, of a log in its order.
  private(set) var metrics: [RunLogged.Metric] = []
  /// How many lines, rows or elements aren't metrics.
  private(set) var badLines = 0
  /// The first of them, as `line 3`, and what is wrong with it.
  private(set) var firstBad: (place: String, reason: String)?
  /// What can't be a metric's name.
  private(set) var badNames: Set<String> = []

  private let now: Timestamp

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: what the file holds.
  ///   - name: the file's name, whose ending says what it is.
  ///   - now: the time of values that come with none.
  /// - Throws: ``LoggingError/unreadable(file:reason:)`` for a file that has no metrics at all in it.
  init(_ bytes: [UInt8], name: String, at now: Timestamp) throws(LoggingError) {
    self.now = now
    switch name.lowercased().split(separator: ".").last ?? "" {
    case "csv": readTable(bytes, UInt8(ascii: ","))
    case "tsv": readTable(bytes, UInt8(ascii: "\t"))
    case "jsonl", "ndjson": readLines(bytes)
    case "json":
      if let list = ValueText.json(bytes)?.array { readList(list) } else { try readValues(bytes, name) }
    default: try readValues(bytes, name)
    }
  }

  /// What of the file isn't taken, as a phrase; nil if all is.
  var remark: String? {
    var parts: [String] = []
    if let firstBad {
      let rest = badLines == 1 ? "" : ", and \(badLines - 1) more like it"
      parts.append("\(firstBad.place) holds no metrics (\(firstBad.reason))\(rest)")
    }
    if let name = badNames.min() {
      let rest = badNames.count == 1 ? "" : ", nor \(badNames.count - 1) others"
      parts.append("'\(name.prefix(80))' can't be a metric's name\(rest)")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private mutating func add(_ object: JSON, step: Int64, _ place: @autoclosure () -> String) {
    do throws(MetricLine.Problem) {
      guard let object = object.object else { throw MetricLine.Problem(reason: "it isn't an object") }
      metrics += try MetricLine.metrics(in: object, at: now, step: step)
    } catch {
      note(error.reason, place())
    }
  }

  private mutating func note(_ reason: String, _ place: @autoclosure () -> String) {
    if badLines == 0 { firstBad = (place(), reason) }
    badLines += 1
  }

  private mutating func readList(_ list: [JSON]) {
    for (position, entry) in list.enumerated() { add(entry, step: Int64(position), "element \(position + 1)") }
  }

  private mutating func readValues(_ bytes: [UInt8], _ name: String) throws(LoggingError) {
    let values: [String: String]
    do throws(ValueText.Problem) {
      values = try ValueText.values(in: bytes, name: name)
    } catch {
      throw LoggingError.unreadable(file: name, reason: "\(error)")
    }
    for (key, text) in values.sorted(by: { $0.key < $1.key }) {
      guard let value = try? MetricLine.number(text) else { continue }
      if LoggedName.isValid(key) {
        metrics.append(RunLogged.Metric(key: key, value: value, step: 0, at: now))
      } else {
        badNames.insert(key)
      }
    }
  }

  private mutating func readLines(_ bytes: [UInt8]) {
    var number = 0
    var position: Int64 = 0
    LineWalk.forEachLine(of: bytes[...]) { line, _ in
      number += 1
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
      if let value = ValueText.json(line) {
        add(value, step: position, "line \(number)")
      } else {
        note("it isn't JSON", "line \(number)")
      }
      position += 1
    }
  }

  private mutating func readTable(_ bytes: [UInt8], _ delimiter: UInt8) {
    var columns: TableColumnNames?
    var position: Int64 = 0
    TableText(bytes, delimiter: delimiter).forEachRow { row in
      if row.isDamaged {
        note("it is too long, or a quote in it is never closed", "a row")
        return true
      }
      guard let columns else {
        columns = TableColumnNames((0..<row.count).map(row.text))
        return true
      }
      let step = columns.step.flatMap { $0 < row.count ? MetricLine.step(row.text($0)) : nil }
      let at = columns.time.flatMap { $0 < row.count ? Moment.read(row.text($0)) : nil }
      for (column, name) in zip(0..<row.count, columns.names) {
        if column == columns.step && step != nil || column == columns.time && at != nil { continue }
        guard let value = try? MetricLine.number(row.text(column)) else { continue }
        if LoggedName.isValid(name) {
          metrics.append(RunLogged.Metric(key: name, value: value, step: step ?? position, at: at ?? now))
        } else {
          badNames.insert(name)
        }
      }
      position += 1
      return true
    }
  }
}

/// What the columns of a table of metrics are.
private struct TableColumnNames {
  let names: [String]
  /// The one whose whole numbers are steps.
  let step: Int?
  /// The one whose moments are times.
  let time: Int?

  init(_ names: [String]) {
    self.names = names
    step =
      names.firstIndex { $0.lowercased() == "step" }
      ?? names.firstIndex { MetricLine.stepNames.contains($0.lowercased()) }
    time = names.firstIndex { MetricLine.timeNames.contains($0.lowercased()) }
  }
}
