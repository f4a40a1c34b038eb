internal import Journaling
internal import LineageIndexing
internal import MLTBase

extension Workspace {
  /// Checks that a version may go into a stage.
  ///
  /// - Throws: ``ModelError/unmet(_:of:_:_:)``, ``ModelError/notAllowed(_:of:release:environment:range:)`` and others.
  func checkRequirements(of named: NamedVersion, for stage: ModelStage) throws {
    try checkAllowance(of: named, for: stage)
    guard stage == .production, try !reviewPolicy().isEmpty else { return }
    let missing = try reviewStanding(of: named).requirements.filter { !$0.isMet }
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
      let flagged = try openFlags(behind: version)
      add(.unflagged(flagged), flagged.isEmpty)
    }
    let release = ReviewPolicy.release(of: version)
    for range in policy.allowances["prod"] ?? [] {
      guard let isAllowed = ReviewPolicy.allows(release, range) else {
        throw ModelError.malformedAllowance(environment: "prod", range: range)
      }
      add(.allowed(environment: "prod", range: range, release: release), isAllowed)
    }
    return requirements
  }

  /// What keeps the run from having stood on committed code: a lower-case phrase; nil if nothing does.
  private func uncleanness(of version: ModelVersion) throws -> String? {
    guard let id = version.run, let run = try index.run(id) else { return "no run is known that made it" }
    guard let git = run.git else { return "run \(id.short) was made outside git" }
    guard let commit = git.commit else { return "run \(id.short) was made before the first commit" }
    return git.isDirty ? "run \(id.short) was made with code that differs from commit \(commit.prefix(7))" : nil
  }

  /// What keeps the run from having been reproduced: a lower-case phrase; nil if nothing does.
  private func reproductionProblem(of version: ModelVersion) throws -> String? {
    guard let run = version.run else { return "no run is known that made it" }
    let times = try index.replications(of: run)
    if times.isEmpty { return "run \(run.short) wasn't made again yet" }
    let isReproduced = times.contains { _, fact in
      // Only what came out otherwise is listed.
      fact.isReplicable
        || fact.exit == nil && Int64(fact.outputs.count) == fact.differing
          && !fact.outputs.contains {
            $0.path == version.artifact.path || $0.path.hasPrefix(version.artifact.path + "/")
          }
    }
    return isReproduced ? nil : "run \(run.short) was made again, and '\(version.artifact.path)' came out otherwise"
  }

  /// What of a version and all it was made from is said to be wrong, and isn't settled.
  func openFlags(behind version: ModelVersion) throws -> [String] {
    if try index.flags().isEmpty { return [] }
    var artifacts = [version.artifact]
    if let run = version.run {
      let nodes = try TraceWalk(index: index, finder: originFinder(), depth: nil).up(fromRuns: [run])
      artifacts += nodes.flatMap { $0.inputs.map(\.input) }
    }
    let marks = try flagMarks(on: artifacts)
    let flagged = artifacts.filter { artifact in
      let flags = (marks.flag(on: artifact).map { [$0] } ?? []) + marks.flags(within: artifact)
      return flags.contains { !$0.isClosed }
    }
    return Set(flagged.map(\.path)).sorted()
  }
}
