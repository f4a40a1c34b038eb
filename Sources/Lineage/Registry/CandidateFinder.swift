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
    var isAnyWritten = false
    for run in runs {
      guard let artifact = try output(of: run, at: path), let content = artifact.content else {
        found.append(
          Choice.Candidate(
            title: "run \(run.short)", maker: run, isCurrent: false,
            remark: path.map { "it didn't write '\($0)'" } ?? "it didn't write just one file or folder"))
        continue
      }
      isAnyWritten = true
      guard seen.insert(content).inserted else { continue }
      let known = model?.versions(of: content) ?? []
      let version = known.last { !$0.isDeleted }
      var candidate = Choice.Candidate(
        title: version.map { "version \($0.label)" } ?? "run \(run.short)", artifact: artifact, maker: run,
        version: version, isCurrent: version != nil && version?.artifact.content == current?.artifact.content)
      // Somebody didn't want it any more, and still doesn't.
      if version == nil, let deleted = known.last {
        candidate.remark = "it is version \(deleted.label), which was deleted"
      }
      found.append(candidate)
    }
    if let path, !runs.isEmpty, !isAnyWritten { throw ModelError.noneWrote(path) }
    return found
  }

  private func output(of run: RunID, at path: String?) throws -> ArtifactRecord? {
    let outputs = try index.files(of: run, role: .output).filter { $0.content != nil }
    if let path { return outputs.first { $0.path == path } }
    return outputs.count == 1 ? outputs.first : nil
  }

  // MARK: Measurements

  /// What was measured of a candidate, and why some runs that read it say nothing of it.
  struct Found {
    /// The measurements, the latest first.
    var measurements: [Choice.Measurement] = []
    /// A lower-case phrase on a run whose value may be another candidate's; nil if there is no such run.
    var remark: String?
  }

  /// All that are compared, as what runs read and wrote is looked up in them.
  struct Field {
    fileprivate let makers: Set<RunID>
    fileprivate let contents: Set<ContentID>
    fileprivate let artifacts: [ArtifactRecord]
    fileprivate let trees: [ArtifactRecord]

    /// Takes the candidates.
    init(_ candidates: [Choice.Candidate]) {
      makers = Set(candidates.compactMap(\.maker))
      artifacts = candidates.compactMap(\.artifact).filter { $0.content != nil }
      contents = Set(artifacts.compactMap(\.content))
      trees = artifacts.filter { $0.kind == .tree }
    }
  }

  /// What was measured of a candidate: by the run that made it, and by runs that read it and no other one.
  func measurements(of candidate: Choice.Candidate, in field: Field) throws -> Found {
    var found = Found()
    guard let artifact = candidate.artifact else { return found }
    for measuring in try measuring.measuring(artifact, madeBy: candidate.maker) {
      guard let value = measuring.run.metricsLatest[metric] else { continue }
      let run = measuring.run.id
      if !measuring.isMaker {
        // What a run measured that has made a candidate of this one is that one's.
        if field.makers.contains(run) { continue }
        if try readsOthers(run, than: artifact, in: field) {
          found.remark =
            found.remark ?? "run \(run.short) read other candidates, too, and doesn't say whose its value is"
          continue
        }
      }
      found.measurements.append(
        Choice.Measurement(
          run: run, at: measuring.run.ended ?? measuring.run.started, value: value, data: measuring.data))
    }
    return found
  }

  private func readsOthers(_ run: RunID, than artifact: ArtifactRecord, in field: Field) throws -> Bool {
    let finder = measuring.finder
    return try index.files(of: run, role: .input).contains { input in
      guard let content = input.content, content != artifact.content else { return false }
      if field.contents.contains(content) { return true }
      // Versions of a folder have files in common: a file of this one says nothing of the others.
      if try field.trees.contains(where: { try $0.content != artifact.content && finder.shareContent(input, $0) }) {
        return try !finder.shareContent(input, artifact)
      }
      if input.kind != .tree { return false }
      return try field.artifacts.contains {
        try $0.kind != .tree && $0.content != artifact.content && finder.shareContent(input, $0)
      }
    }
  }

  /// Data that values must have been measured on.
  struct Holdout {
    /// The data.
    var artifact: ArtifactRecord
    /// The contents of its files by their paths from the root; empty if they aren't known.
    var files: [[UInt8]: ContentID]
  }

  /// What there is of some data, which may be a folder of the work tree that isn't stored.
  ///
  /// - Throws: ``ModelError/noContent(_:)``, where only the name is known.
  func holdout(_ target: ArtifactTarget, in workspace: Workspace) throws -> Holdout {
    guard let content = target.artifact.content else { throw ModelError.noContent(target.artifact.path) }
    var holdout = Holdout(artifact: target.artifact, files: [:])
    guard let place = WorkPath(text: target.artifact.path) else { return holdout }
    if target.artifact.kind != .tree {
      holdout.files[place.bytes] = content
      return holdout
    }
    try workspace.learnFolder(target, measuring.finder)
    let prefix = place.isRoot ? [] : place.bytes + [0x2F]
    for (name, file) in try measuring.finder.files(of: content) ?? [:] { holdout.files[prefix + name] = file }
    return holdout
  }

  /// Whether a run read all of some data: itself, all its files, or a folder that has it where it stands.
  func hasRead(_ holdout: Holdout, _ run: RunID) throws -> Bool {
    let inputs = try index.files(of: run, role: .input)
    if inputs.contains(where: { $0.content == holdout.artifact.content }) { return true }
    if holdout.files.isEmpty { return false }
    var missing = holdout.files
    for input in inputs {
      guard let content = input.content, let path = WorkPath(text: input.path) else { continue }
      if input.kind != .tree {
        if missing[path.bytes] == content { missing[path.bytes] = nil }
        continue
      }
      let prefix = path.isRoot ? [] : path.bytes + [0x2F]
      let below = missing.filter { $0.key.starts(with: prefix) }
      if below.isEmpty { continue }
      guard let files = try measuring.finder.files(of: content) else { continue }
      for (name, file) in below where files[Array(name.dropFirst(prefix.count))] == file { missing[name] = nil }
    }
    return missing.isEmpty
  }
}
