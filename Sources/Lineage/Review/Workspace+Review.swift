internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// Ranks what flagged outputs have passed through and unflagged ones of the same kinds haven't.
  ///
  /// - Throws: ``WorkspaceError/unknownComponent(_:similar:)``, and failures of index and store.
  public func review(_ request: ReviewRequest = ReviewRequest()) throws -> ReviewReport {
    if let component = request.component { try checkComponent(component) }
    let index = try index
    let lookup = RunLookup(index)
    let flags = try index.openFlags()
    var population = ReviewPopulation(lookup, request)
    let components = try index.components()
    let checks = try index.failedChecks()
    // A check that a later run of the component has passed is settled, but as long as something else is open it tells.
    let isOpen = !flags.isEmpty || checks.contains { !$0.isOutdated }
    let failed = isOpen ? Set(checks.map(\.run)) : []
    if isOpen {
      try population.collect(flags, failed: failed, components: components.map(\.name)) { artifact in
        guard let content = artifact.content else { return nil }
        let record = ArtifactRecord(
          path: artifact.path, kind: artifact.kind, content: content, size: artifact.size, evidence: .declared)
        return try producer(of: record)
      }
    }
    let lineage = try BulkLineage(of: population.runs, index: index, finder: originFinder())
    let outputs = population.outputs.compactMap { output in
      lineage.places[output.run].map { (run: $0, standing: output.standing) }
    }
    let traits = try RunTraits(lineage, lookup, outputs: population.filesByRun)
    let ranking = SuspectRanking(lineage, traits, outputs, method: request.method)
    var suspects = request.method == .count ? ranking.countedRuns() : ranking.suspects()
    let count = suspects.count
    if let limit = request.limit { suspects = Array(suspects.prefix(limit)) }
    let owners = Dictionary(components.map { ($0.name, $0.owner) }, uniquingKeysWith: { first, _ in first })
    for place in suspects.indices {
      suspects[place].owner = owners[suspects[place].component] ?? nil
      suspects[place].best.commitNote = suspects[place].best.commit.flatMap { repository?.note(of: $0) }
    }
    return ReviewReport(
      method: request.method, flags: flags, failedRuns: failed.count, flagged: ranking.population.flagged,
      unflagged: ranking.population.unflagged, others: ranking.population.others, unmade: population.unmade,
      suspects: suspects, suspectCount: count, isCapped: population.isCapped)
  }
}
