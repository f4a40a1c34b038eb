internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage
internal import TrackingStores

extension Workspace {
  /// How many runs are written down at once.
  private static let mltraceBatch = 1000

  /// Takes over what an mltrace database has: components, their runs with what these read and made, flags and labels.
  ///
  /// mltrace knows what runs touched by name alone; so do the records, and lineage goes by these names. What was taken before
  /// stays as it is. The database is only read.
  ///
  /// - Throws: ``TrackingImportError``; failures of store, journal and index.
  public func importMltrace(_ request: MltraceImportRequest) throws -> TrackingImportReport {
    let path = try trackingStore(request.store)
    let store: MltraceStore
    do throws(TrackingStoreError) {
      store = try MltraceStore(path)
    } catch {
      throw TrackingImportError.store(error)
    }
    var report = TrackingImportReport(tool: "mltrace", store: path, isTrial: request.isTrial)
    report.problems = store.problems
    let taking = MltraceTaking(
      workspace: self, store: store, runs: ImportedRuns(workspace: self, tool: "mltrace", store: store.identity),
      redaction: Redaction(environment: context.environment))
    // Opened before the first fact is written, so that a new one has nothing to catch up on.
    _ = try index
    let facts = try taking.componentFacts() + taking.markFacts(&report)
    let fresh = try taking.newRuns(&report)
    if request.isTrial { return report }
    for start in stride(from: 0, to: fresh.count, by: Self.mltraceBatch) {
      let batch = fresh[start..<min(start + Self.mltraceBatch, fresh.count)]
      do {
        try record(batch, of: taking)
      } catch let error as JournalError where error.isRefusal {
        // One run mustn't keep the others away.
        for (place, one) in zip(batch.indices, batch) {
          do {
            try record(fresh[place...place], of: taking)
          } catch let error as JournalError where error.isRefusal {
            report.problems.append(
              TrackingProblem("component run \(one.run.id)", "it is too large to be recorded: \(error)"))
          }
        }
      }
    }
    if !facts.isEmpty { try record(facts, durable: true) }
    report.artifacts = Set(fresh.compactMap(\.run.snapshot)).count
    try finishImport()
    return report
  }

  private func record(_ runs: ArraySlice<(run: MltraceStore.Run, id: RunID)>, of taking: MltraceTaking) throws {
    _ = try storing { writer in
      try runs.flatMap { try taking.facts(of: $0.run, as: $0.id, writer) }
    } thenRecord: { (facts: [any Fact]) in
      try record(facts, durable: true)
    }
  }
}
