public import Journaling
internal import LineageIndexing
public import MLTBase

/// How to choose what goes into a stage.
public struct ChoiceRequest: Sendable {
  /// The model's name.
  public var name: String
  /// The metric, `metrics.NAME` with `:asc` if less is better or `:desc` if more is.
  public var metric: String
  /// Runs whose outputs are the candidates; nil for the versions that the model has.
  public var runs: [RunID]?
  /// The text by which the runs were chosen, for the record.
  public var filter = ""
  /// A pointer to the data that values must have been measured on; nil if all that count were measured on the same.
  public var holdout: String?
  /// Where runs write the model, if not where the last version stood.
  public var path: String?
  /// Whether only what is better than what is in the stage is promoted.
  public var onlyIfBetter = false
  /// The stage.
  public var stage = ModelStage.production
  /// Whether only to find out what would be done.
  public var isDryRun = false
  /// Why.
  public var why: String?

  /// Takes what must be known.
  public init(_ name: String, metric: String) {
    self.name = name
    self.metric = metric
  }
}

/// What was chosen, and from what.
public struct Choice: Sendable {
  /// One that was compared.
  public struct Candidate: Sendable {
    /// What it is called: a version, or the run that made it.
    public var title: String
    /// The artifact; nil if the run made nothing that could be the model.
    public var artifact: ArtifactRecord?
    /// The run that made it.
    public var maker: RunID?
    /// The version that it is, if it is registered.
    public var version: ModelVersion?
    /// Whether it is what is in the stage.
    public var isCurrent: Bool
    /// Whether it is among those to choose from, and not there for comparison alone.
    public var isContender = true
    /// The value that counts, with the run that measured it.
    public var measurement: Measurement?
    /// Why it doesn't count: a lower-case phrase; nil if it does.
    public var remark: String?
    /// Whether somebody says that it, or a file in it, is wrong.
    public var isFlagged = false
  }

  /// A value of the metric, and what it was measured on.
  public struct Measurement: Sendable {
    /// The run that logged it.
    public var run: RunID
    /// When that run ended.
    public var at: Timestamp
    /// The value.
    public var value: Double
    /// The data that the run read besides the model, by path.
    public var data: [ArtifactRecord]

    /// The data's contents; nil if none are known, or not all.
    var basis: Set<ContentID>? { MeasuringRun.basis(of: data) }
  }

  /// The model as it is afterwards; nil if there is none yet.
  public var model: RegisteredModel?
  /// The metric's name.
  public var metric: String
  /// Whether less is better.
  public var lessIsBetter: Bool
  /// The text by which runs were chosen as candidates; empty if they weren't.
  public var filter: String
  /// The data that the values were measured on.
  public var holdout: [ArtifactRecord]
  /// The candidates and what is in the stage, the best first, those that don't count last.
  public var candidates: [Candidate]
  /// What was promoted; nil if nothing was changed.
  public var promoted: NamedVersion?
  /// What was archived for it.
  public var displaced: [ModelVersion]
  /// What was decided and why, for people.
  public var reason: String
  /// Whether anything would be promoted, where nothing was to be done.
  public var wouldPromote: Bool
}

/// A metric and which of its values are better, as people write it: `metrics.rmse:asc`.
public struct MetricGoal: Hashable, Sendable {
  /// The metric's name.
  public var name: String
  /// Whether less is better.
  public var lessIsBetter: Bool

  /// Reads a goal; from some names alone it is known which values are better.
  ///
  /// - Throws: ``ModelError/malformedMetric(_:)``, ``ModelError/unknownDirection(_:)``.
  public init(_ text: String) throws(ModelError) {
    var rest = text[...]
    var direction: Bool?
    for (ending, isAscending) in [(":asc", true), (":desc", false)] where rest.lowercased().hasSuffix(ending) {
      rest = rest.dropLast(ending.count)
      direction = isAscending
    }
    for prefix in ["metrics.", "metric."] where rest.hasPrefix(prefix) {
      rest = rest.dropFirst(prefix.count)
      break
    }
    guard !rest.isEmpty, !rest.hasPrefix("params."), !rest.hasPrefix("tags.") else {
      throw ModelError.malformedMetric(text)
    }
    name = String(rest)
    let known = direction ?? MetricDirection(metric: name).map { $0 == .less }
    guard let known else { throw ModelError.unknownDirection(name) }
    lessIsBetter = known
  }

  /// Whether one value is better than another.
  func isBetter(_ left: Double, than right: Double) -> Bool { lessIsBetter ? left < right : left > right }
}
