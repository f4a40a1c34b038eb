internal import MLTBase

/// Values of one metric that were logged together, as `run.logged` writes them: names and times once, and steps that count up
/// not at all, so that a long history takes little more than its values.
struct MetricSeries {
  let key: String
  /// Never empty; `steps` and `times` are as long.
  private(set) var values: [Double]
  private var steps: [Int64]
  private var times: [Timestamp]

  private init(_ first: RunLogged.Metric) {
    key = first.key
    values = [first.value]
    steps = [first.step]
    times = [first.at]
  }

  /// Puts values of one name together, in the order of each name's first.
  static func divide(_ metrics: [RunLogged.Metric]) -> [MetricSeries] {
    var places: [ExactKey: Int] = [:]
    var series: [MetricSeries] = []
    for metric in metrics {
      let key = ExactKey(metric.key)
      if let place = places[key], series[place].takes(metric.at) {
        series[place].add(metric)
      } else {
        places[key] = series.count
        series.append(MetricSeries(metric))
      }
    }
    return series
  }

  // Times are written as distances from the first, which must fit.
  private func takes(_ at: Timestamp) -> Bool {
    !at.microseconds.subtractingReportingOverflow(times[0].microseconds).overflow
  }

  private mutating func add(_ metric: RunLogged.Metric) {
    values.append(metric.value)
    steps.append(metric.step)
    times.append(metric.at)
  }

  /// The values one by one.
  var metrics: [RunLogged.Metric] {
    values.indices.map { RunLogged.Metric(key: key, value: values[$0], step: steps[$0], at: times[$0]) }
  }

  /// The fields of a lone value.
  var single: JSONObject {
    [
      "key": .string(key), "value": MetricValue(values[0]).json, "step": .int(steps[0]),
      "at": .string(times[0].description),
    ]
  }

  /// The fields of several values.
  var fields: JSONObject {
    let first = times[0].microseconds
    var fields: JSONObject = [
      "key": .string(key), "values": .array(values.map { MetricValue($0).json }), "step": .int(steps[0]),
      "at": .string(times[0].description),
    ]
    if !Self.countsUp(steps) { fields["steps"] = .array(steps.map { .int($0) }) }
    if times.contains(where: { $0 != times[0] }) {
      fields["after"] = .array(times.map { .int($0.microseconds - first) })
    }
    return fields
  }

  private static func countsUp(_ steps: [Int64]) -> Bool {
    zip(steps, steps.dropFirst()).allSatisfy { one, next in
      let (following, isTooFar) = one.addingReportingOverflow(1)
      return !isTooFar && following == next
    }
  }

  /// Reads the fields of several values.
  ///
  /// - Parameter limit: how many values there may be; how many more, afterwards.
  init(_ reader: FieldReader, limit: inout Int) throws(FactError) {
    guard let entries = reader.fields["values"]?.array, !entries.isEmpty, entries.count <= limit else {
      throw FactError("values")
    }
    limit -= entries.count
    guard let at = try reader.time("at") else { throw FactError("at") }
    let step = try reader.int("step", default: 0)
    key = try reader.string("key")
    values = []
    values.reserveCapacity(entries.count)
    for entry in entries {
      guard let value = MetricValue(entry) else { throw FactError("values") }
      values.append(value.number)
    }
    if let given = try reader.ints("steps") {
      steps = given
    } else {
      guard !step.addingReportingOverflow(Int64(values.count - 1)).overflow else { throw FactError("step") }
      steps = (0..<Int64(values.count)).map { step + $0 }
    }
    times = []
    times.reserveCapacity(values.count)
    for distance in try reader.ints("after") ?? [Int64](repeating: 0, count: values.count) {
      let (time, isTooFar) = at.microseconds.addingReportingOverflow(distance)
      guard !isTooFar, Timestamp.written.contains(Timestamp(microseconds: time)) else { throw FactError("after") }
      times.append(Timestamp(microseconds: time))
    }
    guard steps.count == values.count else { throw FactError("steps") }
    guard times.count == values.count else { throw FactError("after") }
  }
}

// Swift takes names for one that Unicode holds equal; to a metric they are two.
private struct ExactKey: Hashable {
  private let bytes: [UInt8]

  init(_ key: String) { bytes = Array(key.utf8) }
}

extension FieldReader {
  fileprivate func ints(_ name: String) throws(FactError) -> [Int64]? {
    guard let value = fields[name] else { return nil }
    guard let entries = value.array else { throw FactError(name) }
    var numbers: [Int64] = []
    numbers.reserveCapacity(entries.count)
    for entry in entries {
      guard let number = entry.int else { throw FactError(name) }
      numbers.append(number)
    }
    return numbers
  }
}
