internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Finds candidates for a stage and what was measured of each.
struct CandidateFinder {
  let workspace: Workspace
  let index: LineageIndex
  let finder: OriginFinder
  let walk: TraceWalk
  let metric: String

  init(_ workspace: Workspace, metric: String) throws {
    self.workspace = workspace
    self.metric = metric
    index = try workspace.index
    finder = try workspace.originFinder()
    walk = TraceWalk(index: index, finder: finder, depth: nil)
  }

  // MARK: Candidates

  /// The candidates that a model's versions are.
  func candidates(in model: RegisteredModel, current: ModelVersion?) -> [Choice.Candidate] {
    model.versions.map { version in
      Choice.Candidate(
        title: "version \(version.label)", artifact: version.artifact, maker: version.run, version: version,
        isCurrent: version.id == current?.id)
    }
  }

  /// The candidates that runs made, each content once, the latest run first as they are given.
  func candidates(
    from runs: [RunID], at path: String?, _ model: RegisteredModel?, current: ModelVersion?
  ) throws -> [Choice.Candidate] {
    var seen: Set<ContentID> = []
    var found: [Choice.Candidate] = []
    for run in runs {
      guard let artifact = try output(of: run, at: path), let content = artifact.content else {
        found.append(
          Choice.Candidate(
            title: "run \(run.short)", maker: run, isCurrent: false,
            remark: path.map { "it didn't write '\($0)'" } ?? "it didn't write just one file or folder"))
        continue
      }
      guard seen.insert(content).inserted else { continue }
      let version = model?.versions.last { $0.artifact.content == content }
      found.append(
        Choice.Candidate(
          title: version.map { "version \($0.label)" } ?? "run \(run.short)", artifact: artifact, maker: run,
          version: version, isCurrent: version != nil && version?.artifact.content == current?.artifact.content))
    }
    return found
  }

  private func output(of run: RunID, at path: String?) throws -> ArtifactRecord? {
    let outputs = try index.files(of: run, role: .output).filter { $0.content != nil }
    if let path { return outputs.first { $0.path == path } }
    return outputs.count == 1 ? outputs.first : nil
  }

  // MARK: Measurements

  /// What was measured of a candidate, the latest first: by the run that made it, and by runs that read it.
  func measurements(of candidate: Choice.Candidate) throws -> [Choice.Measurement] {
    guard let artifact = candidate.artifact else { return [] }
    var runs = try walk.readers(of: artifact).map(\.run)
    if let maker = candidate.maker { runs.append(maker) }
    var found: [Choice.Measurement] = []
    for run in Set(runs) {
      guard let record = try index.run(run), !record.isDeleted, record.status == .finished,
        let value = record.metricsLatest[metric]
      else { continue }
      found.append(
        Choice.Measurement(
          run: run, at: record.ended ?? record.started, value: value, data: try data(of: run, besides: artifact)))
    }
    return found.sorted { ($0.at, $0.run) > ($1.at, $1.run) }
  }

  /// The data that a run read besides the model: what isn't code, which git has.
  private func data(of run: RunID, besides model: ArtifactRecord) throws -> [ArtifactRecord] {
    try index.files(of: run, role: .input).filter { input in
      try !input.isInGit && !input.isModified && input.content != nil && input.content != model.content
        && !finder.shareContent(input, model)
    }
  }

  /// Whether a run read some data, alone or in a folder.
  func hasRead(_ data: ArtifactRecord, _ run: RunID) throws -> Bool {
    try index.files(of: run, role: .input).contains { input in
      try input.content == data.content || finder.shareContent(input, data)
    }
  }
}
