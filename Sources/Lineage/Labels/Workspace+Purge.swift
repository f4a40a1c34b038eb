internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import Remotes
internal import SystemPackage

extension Workspace {
  /// Deletes the bytes of all that carries a retracted label, or was made of it.
  ///
  /// They go from the store, the remotes and, if that is said, the work tree. The facts stay.
  ///
  /// What goes is written down first, so that no later pull brings it back, here or elsewhere, and so that doing it again goes on where it
  /// was. Bytes that other files have in them, too, stay with those.
  ///
  /// - Parameter progress: called with the bytes of packs rewritten and to rewrite; may throw to stop.
  /// - Throws: ``WorkspaceError/unknownLabel(_:similar:)``; ``WorkspaceError/labelInUse(_:)`` if it isn't retracted;
  ///   ``WorkspaceError/malformedLock(_:_:)``; `StorageError.busy` if another process collects; failures of git, index, store and
  ///   work tree. That a remote can't be reached is no failure, but told in the report.
  public func purge(
    _ request: PurgeRequest, progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in }
  ) throws -> PurgeReport {
    let plan = try purgePlan(of: request.label)
    var report = PurgeReport(plan: plan)
    if !request.isDryRun {
      guard plan.label.retraction != nil else { throw WorkspaceError.labelInUse(request.label) }
      try recordPurge(plan)
    }
    // Those of earlier times as well, which may have come back from where they couldn't be purged.
    let earlier = try index.purgedContents(labels: [request.label])
    let contents = plan.contents.union(earlier)
    if !request.isDryRun, !plan.inWorkTree.isEmpty, request.removesFiles(plan.inWorkTree) {
      report.removed = try removeFiles(plan.inWorkTree, contents)
    }
    try purgeStore(contents, request, &report, progress)
    for remote in remotes() {
      report.remotes.append(try purge(contents, from: remote.name, isDryRun: request.isDryRun))
    }
    return report
  }

  // In events of a bearable length; what was said before needn't be said again.
  private func recordPurge(_ plan: PurgePlan) throws {
    let known = try index.purgedContents(labels: [plan.label.label])
    let new = plan.contents.subtracting(known).sorted()
    if new.isEmpty { return }
    let said = Attribution(user: identity, why: plan.label.retraction?.why)
    let facts = stride(from: 0, to: new.count, by: ContentsPurged.limit).map { start in
      ContentsPurged(plan.label.label, Array(new[start..<min(start + ContentsPurged.limit, new.count)]), said: said)
    }
    try record(facts, durable: true)
    try index.catchUp(journal)
  }

  private func removeFiles(_ paths: [WorkPath], _ contents: Set<ContentID>) throws -> [WorkPath] {
    let catalog = try makeCatalog()
    var removed: [WorkPath] = []
    for path in paths {
      try checkFolders(above: path)
      // Somebody may have put something else there since.
      guard let identity = try catalog.identity(of: path), identity.kind == .file, contents.contains(identity.content)
      else { continue }
      try FileOperations.remove(path.filePath(in: root))
      removed.append(path)
    }
    return removed
  }

  // MARK: The store

  private func purgeStore(
    _ contents: Set<ContentID>, _ request: PurgeRequest, _ report: inout PurgeReport,
    _ progress: (Int64, Int64) throws -> Void
  ) throws {
    let store = try store
    if contents.isEmpty { return }
    var retention = Retention()
    retention.includesDeleted = true
    let roots = ContentRoots(workspace: self, retention: retention, withHistory: true)
    var options = CollectionOptions(grace: 0, isDryRun: request.isDryRun, wasteThreshold: 0, smallPackSize: 0)
    options.purged = contents
    options.removesPurgedOnly = true
    let collected = try store.collect(options, progress: progress) { try roots.find().subtracting(contents) }
    report.bytesFreed = collected.bytesFreed
    report.wasHinderedByDamage = collected.wasHinderedByDamage
    if request.isDryRun { return }
    try removeKeyIndexes(of: contents)
    report.remaining = try report.plan.files.filter { try store.containsFile($0.content) }
  }

  // MARK: Remotes

  /// Deletes contents from a remote.
  func purge(
    _ contents: Set<ContentID>, from name: String, isDryRun: Bool = false
  ) throws -> PurgeReport.Remote {
    var outcome = PurgeReport.Remote(name: name)
    if contents.isEmpty { return outcome }
    var options = RemoteCollectionOptions()
    options.isDryRun = isDryRun
    options.purged = contents
    options.removesPurgedOnly = true
    do {
      let connection = try connect(to: name)
      let report = try sharing(name) {
        try connection.remote.collect(options, transfer: transfer) { try self.wantedRoots(connection) }
      }
      outcome.packs = max(report.packsDeleted, report.packsRetired)
      if let problem = report.problems.first {
        outcome.problem = "\(problem)"
      } else if !isDryRun {
        let held = try connection.held(contents.sorted(), self)
        if !held.isEmpty { outcome.problem = "\(held.count) are part of other files there" }
      }
    } catch WorkspaceError.remoteFailed(_, _, .cancelled) {
      throw StorageError.cancelled
    } catch WorkspaceError.remoteFailed(_, _, let error) {
      outcome.problem = "\(error)"
    } catch WorkspaceError.hiddenFacts {
      outcome.problem = "not all of its facts can be read, so that nobody knows what is wanted"
    }
    return outcome
  }
}
