public import Journaling
public import LineageIndexing
public import MLTBase

/// A run that logged metrics about an artifact: the one that made it, or one that read it.
public struct MeasuringRun: Sendable {
  /// The run.
  public var run: RunRecord
  /// Whether it made the artifact.
  public var isMaker: Bool
  /// The data that it read besides the artifact, by path: what isn't code.
  public var data: [ArtifactRecord]

  /// The data's contents.
  public var contents: Set<ContentID> { Set(data.compactMap(\.content)) }
}

/// Finds the runs that measured artifacts.
struct MeasuringRuns {
  let index: LineageIndex
  let finder: OriginFinder
  let walk: TraceWalk

  init(_ workspace: Workspace) throws {
    index = try workspace.index
    finder = try workspace.originFinder()
    walk = TraceWalk(index: index, finder: finder, depth: nil)
  }

  /// The runs that measured an artifact, the latest first; only those that ended well.
  func measuring(_ artifact: ArtifactRecord, madeBy maker: RunID?) throws -> [MeasuringRun] {
    let runs = Set(try walk.readers(of: artifact).map(\.run)).union(maker.map { [$0] } ?? [])
    return try runs.compactMap { run -> MeasuringRun? in
      guard let record = try index.run(run), !record.isDeleted, record.status == .finished,
        !record.metricsLatest.isEmpty
      else { return nil }
      return MeasuringRun(run: record, isMaker: run == maker, data: try data(of: run, besides: artifact))
    }.sorted { ($0.run.ended ?? $0.run.started, $0.run.id) > ($1.run.ended ?? $1.run.started, $1.run.id) }
  }

  private func data(of run: RunID, besides artifact: ArtifactRecord) throws -> [ArtifactRecord] {
    try index.files(of: run, role: .input).filter { input in
      try !input.isInGit && !input.isModified && input.content != nil && input.content != artifact.content
        && !finder.shareContent(input, artifact)
    }
  }
}
