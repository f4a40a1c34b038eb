public import Journaling
public import MLTBase
internal import Pipelines
internal import PredictionLogs

/// Reads what a program prints about its metrics, a line each.
///
/// A line is `KEY=VALUE…` with `step=N` and `time=T` among them where there are any; or a JSON object, either one value
/// (`{"key": "loss", "value": 0.3, "step": 5}`, with `time`, `timestamp` or `at`) or several (`{"loss": 0.3, "acc": 0.9, "step": 5}`).
/// What is called like a step and is no whole number, or like a time and is none, is a metric like any other.
public struct MetricLine: Sendable {
  /// Why a line can't be read: a lower-case phrase.
  public struct Problem: Error, Hashable, Sendable {
    /// The phrase.
    public var reason: String
  }

  /// The names under which a step may come, without regard to large and small letters.
  static let stepNames: Set<String> = ["step", "epoch", "iteration", "iter", "global_step"]
  /// The names under which a time may come, likewise.
  static let timeNames: Set<String> = ["time", "timestamp", "at", "wall_time"]

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - line: the line without its end.
  ///   - now: the time of values that come with none.
  /// - Returns: the values, in their order; none for an empty line.
  /// - Throws: ``Problem``.
  public static func metrics(
    in line: some RandomAccessCollection<UInt8>, at now: Timestamp
  ) throws(Problem) -> [RunLogged.Metric] {
    guard let first = line.first(where: { !isBlank($0) }) else { return [] }
    return first == UInt8(ascii: "{") ? try object(Array(line), now) : try pairs(line, now)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  // MARK: KEY=VALUE

  private static func pairs(
    _ line: some RandomAccessCollection<UInt8>, _ now: Timestamp
  ) throws(Problem) -> [RunLogged.Metric] {
    var values: [(key: String, value: Double)] = []
    var place = Place(step: 0, at: now)
    for pair in line.split(whereSeparator: isBlank) {
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), equals != pair.startIndex else {
        throw Problem(reason: "'\(text(pair).prefix(80))' isn't KEY=VALUE")
      }
      let key = text(pair[..<equals])
      let value = text(pair[pair.index(after: equals)...])
      if !place.takes(key, { Self.step(value) }, { Moment.read(value) }) { values.append((key, try number(value))) }
    }
    return try values.map { value throws(Problem) in try metric(value.key, value.value, place.step, place.at) }
  }

  /// Where the values of one line belong.
  private struct Place {
    var step: Int64
    var at: Timestamp
    private var hasStep = false

    init(step: Int64, at: Timestamp) {
      (self.step, self.at) = (step, at)
    }

    /// Takes a member for the step or time if it is one.
    mutating func takes(_ key: String, _ whole: () -> Int64?, _ moment: () -> Timestamp?) -> Bool {
      let name = key.lowercased()
      if stepNames.contains(name), let number = whole() {
        // A log with several of them counts by the one that is called so.
        if !hasStep || name == "step" { step = number }
        hasStep = true
        return true
      }
      guard timeNames.contains(name), let moment = moment() else { return false }
      at = moment
      return true
    }
  }

  /// Reads a step: a whole number, also as `5.0`; nil if it is none.
  static func step(_ text: String) -> Int64? { Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) } }

  /// Reads a number as people write them; `nan`, `inf` and `-Infinity` in any letters too.
  public static func number(_ text: String) throws(Problem) -> Double {
    guard let number = Double(text), !text.utf8.contains(UInt8(ascii: "x")), !text.utf8.contains(UInt8(ascii: "X"))
    else {
      throw Problem(reason: "'\(text.prefix(80))' isn't a number")
    }
    return number
  }

  /// Reads a time in one of the forms that logs have it (``Moment``); nil if it is none.
  public static func moment(_ text: String) -> Timestamp? { Moment.read(text) }

  private static func metric(
    _ key: String, _ value: Double, _ step: Int64, _ at: Timestamp
  ) throws(Problem) -> RunLogged.Metric {
    guard LoggedName.isValid(key) else { throw Problem(reason: "'\(key.prefix(80))' can't be a metric's name") }
    return RunLogged.Metric(key: key, value: value, step: step, at: at)
  }

  private static func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

  // MARK: JSON

  private static func object(_ line: [UInt8], _ now: Timestamp) throws(Problem) -> [RunLogged.Metric] {
    guard let parsed = ValueText.json(line) else { throw Problem(reason: "it isn't JSON") }
    guard let object = parsed.object else { throw Problem(reason: "it isn't an object") }
    return try metrics(in: object, at: now, step: 0)
  }

  /// The values of one object.
  static func metrics(
    in object: JSONObject, at now: Timestamp, step position: Int64
  ) throws(Problem) -> [RunLogged.Metric] {
    var place = Place(step: position, at: now)
    var values: [(key: String, value: JSON)] = []
    for member in object.members where !place.takes(member.key, { whole(member.value) }, { moment(member.value) }) {
      values.append((member.key, member.value))
    }
    if let key = object["key"]?.string, let value = object["value"] {
      guard let number = MetricValue(value) else {
        throw Problem(reason: "the value of '\(key.prefix(80))' isn't a number")
      }
      return [try metric(key, number.number, place.step, place.at)]
    }
    var metrics: [RunLogged.Metric] = []
    try add(values, "", place.step, place.at, &metrics)
    return metrics
  }

  // Texts and truth values beside the numbers are no metrics.
  private static func add(
    _ values: [(key: String, value: JSON)], _ prefix: String, _ step: Int64, _ at: Timestamp,
    _ metrics: inout [RunLogged.Metric]
  ) throws(Problem) {
    for (key, value) in values {
      if let object = value.object {
        try add(object.members.map { ($0.key, $0.value) }, prefix + key + ".", step, at, &metrics)
      } else if let number = MetricValue(value) {
        metrics.append(try metric(prefix + key, number.number, step, at))
      }
    }
  }

  private static func whole(_ value: JSON) -> Int64? {
    if let text = value.string { return step(text) }
    return value.int ?? value.double.flatMap { Int64(exactly: $0) }
  }

  private static func moment(_ value: JSON) -> Timestamp? {
    if let text = value.string { return Moment.read(text) }
    return value.double.flatMap { Moment.read(JSON.double($0).canonicalText) }
      ?? value.int.flatMap { Moment.read(String($0)) }
  }
}
