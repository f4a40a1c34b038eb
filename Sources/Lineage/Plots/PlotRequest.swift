/// What is to be drawn of runs.
public struct PlotRequest: Sendable {
  /// What the width shows.
  public enum Width: String, Hashable, Sendable, CaseIterable {
    /// Steps; where each run has all values at one step, the time since the first of them.
    case step
    /// The time.
    case time
    /// The time since a run's first value.
    case relative
  }

  /// Names of metrics, and then of runs; without runs the latest one that has the first metric.
  public var arguments: [String] = []
  /// Which runs, where none are named; nil for the latest.
  public var filter: RunFilter?
  /// Only runs of this component.
  public var component: String?
  /// Only tries of this experiment.
  public var experiment: String?
  /// The most runs that are chosen.
  public var limit: Int?
  /// What the width shows; nil for what suits the values.
  public var width: Width?
  /// Whether the height grows by factors.
  public var isLogarithmic = false
  /// How much values are drawn towards those before them, from 0 to less than 1.
  public var smoothing = 0.0

  /// A request for nothing yet.
  public init() {}

  /// Whether somebody said which runs, without naming them.
  var choosesRuns: Bool { filter != nil || component != nil || experiment != nil || limit != nil }
}

/// Why nothing can be drawn.
public enum PlotError: Error, Hashable, Sendable {
  /// No run has a metric of this name, with those that are like it.
  case unknownMetric(String, similar: [String])
  /// No metric is named.
  case noMetric
  /// None of the runs has the metric.
  case nothingToDraw(metric: String)
  /// Something that runs aren't drawn by.
  case unsuitableField(String)
}
