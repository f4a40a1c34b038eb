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
  }

  /// The version with what it was made from, its review and what is flagged.
  public var details: VersionDetails
  /// The note of the run, in Markdown.
  public var note: String?
  /// The lineage of the version.
  public var trace: Trace
  /// All metrics of the run that made it, by name: the whole history of each.
  public var series: [(key: String, points: [RunLogged.Metric])]
  /// What was measured by later runs that read the model.
  public var evaluations: [Try]
  /// What is in production, if that is another version.
  public var production: ModelMoment.Standing?
  /// Other tries of the same experiment, or else of the same component, the latest first.
  public var tries: [Try]
  /// How many tries there are beyond those.
  public var omitted: Int
  /// What the run stood on.
  public var environment: RunEnvironment?
  /// What came of making the run again, the earliest first.
  public var replications: [(at: Timestamp, fact: RunReplicated)]
}

extension Workspace {
  /// How many other tries a card names.
  private static let triesLimit = 25
  /// How many runs are looked through for tries.
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
      trace: try trace(TraceRequest(pointer: pointer.description)), series: [], evaluations: [], production: nil,
      tries: [], omitted: 0, environment: nil, replications: [])
    if let current = details.model.version(in: .production), current.id != version.id {
      card.production = try standing(of: current)
    }
    let walk = TraceWalk(index: try index, finder: try originFinder(), depth: nil)
    for reader in Set(try walk.readers(of: version.artifact).map(\.run)).sorted() {
      if let run = try index.run(reader), !run.isDeleted, !run.metricsLatest.isEmpty {
        card.evaluations.append(ModelCard.Try(run: run, versions: []))
      }
    }
    card.evaluations.sort { ($0.run.started, $0.run.id) > ($1.run.started, $1.run.id) }
    guard let run = details.standing.run else { return card }
    card.environment = try index.environment(of: run.id)
    card.replications = try index.replications(of: run.id)
    card.series = try series(of: run.id)
    let others = try tries(like: run)
    card.omitted = max(0, others.count - Self.triesLimit)
    card.tries = try others.prefix(Self.triesLimit).compactMap { id in
      try index.run(id).map { ModelCard.Try(run: $0, versions: try versions(madeBy: id)) }
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
    query.limit = Self.searchLimit
    return try index.runs(query).filter { other in
      other.id != run.id && (run.experiment == nil || other.experiment == run.experiment)
    }.map(\.id)
  }
}
