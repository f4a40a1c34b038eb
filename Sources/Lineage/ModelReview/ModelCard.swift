public import Journaling
public import LineageIndexing
public import MLTBase

/// All that somebody needs who is to say whether a version may go into use.
public struct ModelCard: Sendable {
  /// One run beside others.
  public struct Try: Sendable {
    /// The run.
    public var run: RunRecord
    /// The versions that it made.
    public var versions: [NamedVersion]
    /// The runs that measured what it made where the version of the card stands, the latest first.
    public var measuring: [MeasuringRun]
  }

  /// The version with what it was made from, its review and what is flagged.
  public var details: VersionDetails
  /// The note of the run, in Markdown.
  public var note: String?
  /// The lineage of the version.
  public var trace: Trace
  /// All metrics of the run that made it, by name: the whole history of each.
  public var series: [(key: String, points: [RunLogged.Metric])]
  /// The runs that measured the model, the latest first.
  public var measuring: [MeasuringRun]
  /// What is in production, if that is another version.
  public var production: ModelMoment.Standing?
  /// The runs that measured that one.
  public var measuringProduction: [MeasuringRun]
  /// Other tries of the same experiment, or else of the same component, the latest first.
  public var tries: [Try]
  /// How many tries there are beyond those, or how many were counted.
  public var omitted: Int
  /// Whether there are more than were counted.
  public var isUncounted = false
  /// What the run stood on.
  public var environment: RunEnvironment?
  /// What came of making the run again, the earliest first.
  public var replications: [(at: Timestamp, fact: RunReplicated)]
}

extension Workspace {
  /// How many other tries a card names.
  private static let triesLimit = 25
  /// How many tries are counted.
  private static let searchLimit = 2000

  /// Gathers all that is known of a version for its review.
  ///
  /// - Throws: ``ModelError``, if no version is named so; `SigningError`; failures of index and store.
  public func modelCard(_ text: String) throws -> ModelCard {
    let details = try versionDetails(text)
    let version = details.standing.version
    guard let reference = ModelReference(text) else { throw ModelError.malformedReference(text) }
    var pointer = reference
    pointer.choice = .label(version.label)
    var card = ModelCard(
      details: details, note: details.standing.run?.note,
      trace: try trace(TraceRequest(pointer: pointer.description)), series: [], measuring: [], production: nil,
      measuringProduction: [], tries: [], omitted: 0, environment: nil, replications: [])
    let measuring = try MeasuringRuns(self)
    card.measuring = try measuring.measuring(version.artifact, madeBy: version.run)
    if let current = details.model.version(in: .production), current.id != version.id {
      card.production = try standing(of: current)
      card.measuringProduction = try measuring.measuring(current.artifact, madeBy: current.run)
    }
    guard let run = details.standing.run else { return card }
    card.environment = try index.environment(of: run.id)
    card.replications = try index.replications(of: run.id)
    card.series = try series(of: run.id)
    let others = try tries(like: run)
    card.omitted = max(0, min(others.count, Self.searchLimit) - Self.triesLimit)
    card.isUncounted = others.count > Self.searchLimit
    card.tries = try others.prefix(Self.triesLimit).compactMap { id in
      guard let run = try index.run(id) else { return nil }
      let made = try index.files(of: id, role: .output).first { $0.path == version.artifact.path && $0.content != nil }
      return ModelCard.Try(
        run: run, versions: try versions(madeBy: id),
        measuring: try made.map { try measuring.measuring($0, madeBy: id) } ?? [])
    }
    return card
  }

  private func series(of run: RunID) throws -> [(key: String, points: [RunLogged.Metric])] {
    var series: [(key: String, points: [RunLogged.Metric])] = []
    for point in try index.metrics(of: run) {
      if let last = series.indices.last, series[last].key.utf8.elementsEqual(point.key.utf8) {
        series[last].points.append(point)
      } else {
        series.append((point.key, [point]))
      }
    }
    return series
  }

  // Those that ended badly, too: what didn't work is a part of how something was chosen.
  private func tries(like run: RunRecord) throws -> [RunID] {
    var query = RunQuery()
    query.component = run.component
    query.experiment = run.experiment
    // One more than is counted, and the run itself.
    query.limit = Self.searchLimit + 2
    return try index.runs(query).map(\.id).filter { $0 != run.id }
  }
}
