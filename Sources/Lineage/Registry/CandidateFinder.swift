internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Finds candidates for a stage and what was measured of each.
struct CandidateFinder {
  let measuring: MeasuringRuns
  let metric: String

  private var index: LineageIndex { measuring.index }

  init(_ workspace: Workspace, metric: String) throws {
    measuring = try MeasuringRuns(workspace)
    self.metric = metric
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
    return try measuring.measuring(artifact, madeBy: candidate.maker).compactMap { found in
      found.run.metricsLatest[metric].map { value in
        Choice.Measurement(
          run: found.run.id, at: found.run.ended ?? found.run.started, value: value, data: found.data)
      }
    }
  }

  /// Whether a run read some data, alone or in a folder.
  func hasRead(_ data: ArtifactRecord, _ run: RunID) throws -> Bool {
    try index.files(of: run, role: .input).contains { input in
      try input.content == data.content || measuring.finder.shareContent(input, data)
    }
  }
}
