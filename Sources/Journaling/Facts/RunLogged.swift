public import MLTBase

/// A run logged values while it went on (`run.logged`), in batches.
public struct RunLogged: Fact {
  /// The event type.
  public static let type = "run.logged"

  /// One value of a metric.
  public struct Metric: Hashable, Sendable {
    /// The metric's name.
    public var key: String
    /// The value; NaN and infinities are allowed.
    public var value: Double
    /// The step it belongs to; may be negative.
    public var step: Int64
    /// When it was measured.
    public var at: Timestamp

    /// Takes the facts.
    public init(key: String, value: Double, step: Int64, at: Timestamp) {
      self.key = key
      self.value = value
      self.step = step
      self.at = at
    }
  }

  /// The run.
  public var run: RunID
  /// Parameters.
  public var parameters: [String: String]
  /// Values of metrics; those of one metric in the order they were logged.
  public var metrics: [Metric]
  /// Tags to set.
  public var tags: [String: String]
  /// What the run says by itself that it read, until its end says it with all the rest.
  public var inputs: [ArtifactRecord]
  /// What the run says by itself that it made, likewise.
  public var outputs: [ArtifactRecord]

  /// Takes the facts.
  public init(
    run: RunID, parameters: [String: String] = [:], metrics: [Metric] = [], tags: [String: String] = [:],
    inputs: [ArtifactRecord] = [], outputs: [ArtifactRecord] = []
  ) {
    self.run = run
    self.parameters = parameters
    self.metrics = metrics
    self.tags = tags
    self.inputs = inputs
    self.outputs = outputs
  }

  /// How many values writers put into one event.
  public static let batch = 20_000
  /// The most values that an event may have; what has more is refused.
  static let valueLimit = 1 << 20

  /// The events that values of a run's metrics make, in their order.
  public static func batches(of metrics: [Metric], run: RunID) -> [RunLogged] {
    stride(from: 0, to: metrics.count, by: batch).map { start in
      RunLogged(run: run, metrics: Array(metrics[start..<min(start + batch, metrics.count)]))
    }
  }

  /// The type's own fields.
  public var fields: JSONObject {
    let series = MetricSeries.divide(metrics)
    var writer = FieldWriter()
    writer.set("run", run.hex)
    writer.set("params", parameters)
    writer.set("tags", tags)
    writer.set("metrics", objects: series.filter { $0.values.count == 1 }.map(\.single))
    writer.set("series", objects: series.filter { $0.values.count > 1 }.map(\.fields))
    writer.set("inputs", objects: inputs.map(\.fields))
    writer.set("outputs", objects: outputs.map(\.fields))
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    var metrics = try reader.objects("metrics") { entry throws(FactError) in
      guard let value = entry.fields["value"].flatMap(MetricValue.init) else { throw FactError("value") }
      guard let at = try entry.time("at") else { throw FactError("at") }
      return Metric(
        key: try entry.string("key"), value: value.number, step: try entry.int("step", default: 0), at: at)
    }
    guard metrics.count <= Self.valueLimit else { throw FactError("metrics") }
    var left = Self.valueLimit - metrics.count
    for series in try reader.objects("series", { entry throws(FactError) in try MetricSeries(entry, limit: &left) }) {
      metrics += series.metrics
    }
    self.init(
      run: try reader.runID("run"), parameters: try reader.stringMap("params"), metrics: metrics,
      tags: try reader.stringMap("tags"),
      inputs: try reader.objects("inputs") { entry throws(FactError) in try ArtifactRecord(entry) }.compactMap { $0 },
      outputs: try reader.objects("outputs") { entry throws(FactError) in try ArtifactRecord(entry) }.compactMap { $0 })
  }
}

/// A number as events hold it: JSON has no NaN and no infinity, which are written as strings, as MLflow's clients do.
public struct MetricValue: Hashable, Sendable {
  /// The number.
  public var number: Double

  /// Takes a number.
  public init(_ number: Double) {
    self.number = number
  }

  /// Reads what ``json`` writes; nil for anything else.
  public init?(_ json: JSON) {
    switch json {
    case .string("NaN"): number = .nan
    case .string("Infinity"): number = .infinity
    case .string("-Infinity"): number = -.infinity
    default:
      guard let value = json.double else { return nil }
      number = value
    }
  }

  /// The number, or the string that stands for it.
  public var json: JSON {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    return .double(number)
  }
}
