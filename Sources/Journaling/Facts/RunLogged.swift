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
  /// Values of metrics, in the order they were logged.
  public var metrics: [Metric]
  /// Tags to set.
  public var tags: [String: String]

  /// Takes the facts.
  public init(run: RunID, parameters: [String: String] = [:], metrics: [Metric] = [], tags: [String: String] = [:]) {
    self.run = run
    self.parameters = parameters
    self.metrics = metrics
    self.tags = tags
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("run", run.hex)
    writer.set("params", parameters)
    writer.set("tags", tags)
    writer.set(
      "metrics",
      objects: metrics.map { metric in
        [
          "key": .string(metric.key), "value": Self.json(metric.value), "step": .int(metric.step),
          "at": .string(metric.at.description),
        ]
      })
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    self.init(
      run: try reader.runID("run"), parameters: try reader.stringMap("params"),
      metrics: try reader.objects("metrics") { entry throws(FactError) in
        guard let value = entry.fields["value"].flatMap(Self.value) else { throw FactError("value") }
        guard let at = Timestamp(try entry.string("at")) else { throw FactError("at") }
        return Metric(key: try entry.string("key"), value: value, step: try entry.int("step", default: 0), at: at)
      },
      tags: try reader.stringMap("tags"))
  }

  // JSON has no NaN and no infinity; they are written as strings, as MLflow's clients do.
  private static func json(_ value: Double) -> JSON {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return .double(value)
  }

  private static func value(_ json: JSON) -> Double? {
    switch json {
    case .string("NaN"): .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    default: json.double
    }
  }
}
