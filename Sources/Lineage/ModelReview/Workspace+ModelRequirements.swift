internal import Journaling
internal import LineageIndexing
internal import MLTBase

extension Workspace {
  /// Checks that a version may go into a stage.
  ///
  /// - Throws: ``ModelError/unmet(_:of:_:_:)``, ``ModelError/notAllowed(_:of:release:environment:range:)`` and others.
  func checkRequirements(of named: NamedVersion, for stage: ModelStage) throws {
    // Before Production what environments take is one of the requirements, so that all that is missing is told at once.
    guard stage == .production else { return try checkAllowance(of: named, for: stage) }
    if try reviewPolicy().isEmpty { return }
    let missing = try reviewStanding(of: named, isDeciding: true).requirements.filter { !$0.isMet }
    if !missing.isEmpty { throw ModelError.unmet(named.version.label, of: named.model.name, stage, missing) }
  }

  /// What policy asks of a version before Production, and how that stands.
  func requirements(of standing: ReviewStanding, _ policy: ReviewPolicy) throws -> [ModelRequirement] {
    let version = standing.named.version
    var requirements: [ModelRequirement] = []
    func add(_ kind: ModelRequirement.Kind, _ isMet: Bool) {
      requirements.append(ModelRequirement(kind: kind, isMet: isMet, run: version.run))
    }
    if policy.approvals > 0 {
      add(.approvals(have: standing.approvals, need: policy.approvals), standing.approvals >= policy.approvals)
      add(.unrejected(by: standing.rejections.map(\.person)), standing.rejections.isEmpty)
    }
    if policy.isCleanNeeded {
      let problem = try uncleanness(of: version)
      add(.clean(problem: problem), problem == nil)
    }
    if policy.isReproductionNeeded {
      let problem = try reproductionProblem(of: version)
      add(.reproduced(problem: problem), problem == nil)
    }
    if policy.isUnflaggedNeeded {
      let paths = Set(try openFlags(behind: version).map(\.path)).sorted()
      add(.unflagged(paths), paths.isEmpty)
    }
    let release = ReviewPolicy.release(of: version)
    for range in policy.allowances["prod"] ?? [] {
      guard let isAllowed = ReviewPolicy.allows(release, range) else {
        throw ModelError.malformedAllowance(environment: "prod", range: range)
      }
      add(.allowed(environment: "prod", range: range, release: release), isAllowed && ReviewPolicy.isRelease(release))
    }
    return requirements
  }

  /// What keeps the run from having stood on committed code: a lower-case phrase; nil if nothing does.
  private func uncleanness(of version: ModelVersion) throws -> String? {
    guard let id = version.run, let run = try index.run(id) else { return "no run is known that made it" }
    guard let git = run.git else { return "run \(id.short) was made outside git" }
    guard let commit = git.commit else { return "run \(id.short) was made before the first commit" }
    if git.isDirty { return "run \(id.short) was made with code that differs from commit \(commit.prefix(7))" }
    // Git calls a work tree clean, whatever lies in it that was never added.
    let loose = try index.files(of: id, role: .input).first { input in
      try !input.isInGit && MeasuringRuns.isCode(input.path) && WorkPath(text: input.path) != nil
        && index.lastWriter(path: input.path) == nil
    }
    return loose.map { "run \(id.short) was made with '\($0.path)', which no commit has" }
  }

  /// What keeps the run from having been reproduced: a lower-case phrase; nil if nothing does.
  private func reproductionProblem(of version: ModelVersion) throws -> String? {
    guard let run = version.run else { return "no run is known that made it" }
    let times = try index.replications(of: run)
    if times.isEmpty { return "run \(run.short) wasn't made again yet" }
    // A version may have been copied since: what came out is looked for where the run wrote these bytes.
    let paths = try self.paths(of: version.artifact, writtenBy: run)
    if paths.isEmpty { return "where run \(run.short) wrote these bytes isn't known" }
    var isNear = false
    for (_, fact) in times where fact.exit == nil && Int64(fact.outputs.count) == fact.differing {
      // Only what came out otherwise is listed; within a tolerance is otherwise, too.
      let others = fact.outputs.filter { output in
        paths.contains { output.path == $0 || output.path.hasPrefix($0 + "/") }
      }
      if others.isEmpty, fact.compared > 0 { return nil }
      isNear = isNear || !others.isEmpty && others.allSatisfy { $0.verdict == .close }
    }
    let outcome = isNear ? "came out the same only within a tolerance" : "came out otherwise"
    return "run \(run.short) was made again, and \(paths.map { "'\($0)'" }.joined(separator: ", ")) \(outcome)"
  }

  /// The paths at which a run wrote what an artifact is.
  private func paths(of artifact: ArtifactRecord, writtenBy run: RunID) throws -> [String] {
    let finder = try originFinder()
    let paths = try index.files(of: run, role: .output).flatMap { output -> [String] in
      if output.content == artifact.content { return [output.path] }
      guard output.kind == .tree, let tree = output.content, let folder = WorkPath(text: output.path) else { return [] }
      if try finder.shareContent(output, artifact) { return [artifact.path] }
      return (try finder.files(of: tree) ?? [:]).filter { $0.value == artifact.content }.map { name, _ in
        WorkPath(text: PathText.encode((folder.isRoot ? [] : folder.bytes + [0x2F]) + name))?.text ?? output.path
      }
    }
    return Set(paths).sorted()
  }

  /// What of a version and all it was made from is said to be wrong, and isn't settled.
  func openFlags(behind version: ModelVersion) throws -> [OpenFlag] {
    if try index.flags().isEmpty { return [] }
    var artifacts = [version.artifact]
    if let run = version.run {
      let nodes = try TraceWalk(index: index, finder: originFinder(), depth: nil).up(fromRuns: [run])
      artifacts += nodes.flatMap { $0.inputs.map(\.input) }
    }
    let marks = try flagMarks(on: artifacts)
    let open = artifacts.flatMap { artifact in
      let flags = (marks.flag(on: artifact).map { [$0] } ?? []) + marks.flags(within: artifact)
      return flags.filter { !$0.isClosed }.map { OpenFlag(path: artifact.path, flag: $0) }
    }
    return Set(open).sorted { ($0.path, $1.flag.at) < ($1.path, $0.flag.at) }
  }
}
