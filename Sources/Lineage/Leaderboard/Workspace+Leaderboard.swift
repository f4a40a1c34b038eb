public import LineageIndexing
public import MLTBase

/// A run with what it says of itself.
public struct ListedRun: Sendable {
  /// The run.
  public var summary: RunSummary
  /// Its parameters, metrics and tags.
  public var values: RunValues
}

/// Runs as a leaderboard has them.
public struct Leaderboard: Sendable {
  /// The runs, in the order asked for.
  public var runs: [ListedRun]
  /// How many there are beyond the limit.
  public var omitted: Int64
}

extension Workspace {
  /// Returns the ids of runs that meet a filter, sorted.
  ///
  /// - Parameters:
  ///   - filter: what the runs must meet; all, if nil.
  ///   - order: what they are sorted by; then the latest come first.
  ///   - limit: the most runs.
  ///   - includesDeleted: whether deleted runs are among them.
  public func runs(
    matching filter: RunFilter?, sortedBy order: [RunSortKey] = [], limit: Int? = nil, includesDeleted: Bool = false
  ) throws -> [RunID] {
    try index.runs(
      RunSearch(
        conditions: filter?.conditions ?? [], order: order, limit: limit, includesDeleted: includesDeleted))
  }

  /// Returns runs with what they say of themselves.
  ///
  /// - Parameters:
  ///   - component: only runs of this component.
  ///   - experiment: only tries of this experiment.
  /// - Throws: ``WorkspaceError/unknownComponent(_:similar:)``, ``LeaderboardError/unknownExperiment(_:similar:)``; failures
  ///   of the index.
  public func leaderboard(
    _ filter: RunFilter?, component: String? = nil, experiment: String? = nil, sortedBy order: [RunSortKey] = [],
    limit: Int? = nil, includesDeleted: Bool = false
  ) throws -> Leaderboard {
    var search = RunSearch(
      conditions: filter?.conditions ?? [], order: order, limit: limit, includesDeleted: includesDeleted)
    if let component {
      try checkComponent(component)
      search.conditions.append(.text(.attribute(.component), .equal, component))
    }
    if let experiment {
      search.conditions.append(.text(.attribute(.experiment), .equal, experiment))
      try checkExperiment(experiment)
    }
    let ids = try index.runs(search)
    var omitted: Int64 = 0
    if let limit, ids.count == limit { omitted = try index.count(search) - Int64(ids.count) }
    return Leaderboard(runs: try listed(ids), omitted: max(0, omitted))
  }

  func listed(_ ids: [RunID]) throws -> [ListedRun] {
    zip(try index.summaries(ids), try index.values(of: ids)).map { ListedRun(summary: $0, values: $1) }
  }

  private func checkExperiment(_ name: String) throws {
    let known = try index.experiments()
    if known.contains(name) { return }
    throw LeaderboardError.unknownExperiment(name, similar: Similarity.nearest(to: name, among: known, limit: 3))
  }
}
