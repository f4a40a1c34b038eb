internal import FileTracing
internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  /// What came of putting a run's outputs back.
  enum PutBack {
    /// They stand there; so many had to be written.
    case done(Int)
    /// They could be; nothing was written, since the run doesn't count for another reason.
    case possible
    /// They can't be, and nothing was written.
    case impossible([RerunReason])
  }

  /// Makes a run's outputs stand where it left them, and the lock file say so.
  ///
  /// Everything is looked at before anything is written. Nothing is written if something speaks against the run.
  ///
  /// - Parameter keepingOthers: whether what others put into a folder among the outputs stays.
  func putBack(
    _ finding: ReuseCheck.Finding, _ request: RunRequest, _ catalog: ContentCatalog, keepingOthers: Bool = true
  ) throws -> PutBack {
    let plan: OutputPlan
    do {
      let look = { try OutputPlan(self, finding.outputs, request, catalog, keepingOthers: keepingOthers) }
      // Nothing is fetched for a run that doesn't count.
      plan =
        finding.reasons.isEmpty
        ? try fetchingMissing({ finding.outputs.filter { $0.kind != .uri && $0.content != nil } }, look) : try look()
    } catch WorkspaceError.absentContent(let content, let path) {
      return .impossible([.outputUnavailable(path.map { typed($0) } ?? content.short)])
    } catch WorkspaceError.purgedContent(let content, let path, _) {
      return .impossible([.outputUnavailable(path.map { typed($0) } ?? content.short)])
    } catch StorageError.missing(let content, _) {
      let output = finding.outputs.first { $0.content == content }
      return .impossible([.outputUnavailable(output.map { typed($0.path) } ?? content.short)])
    } catch WorkspaceError.unsignedRuns {
      return .impossible([.unsigned])
    } catch let error as StorageError where error.concernsObject {
      return .impossible([.outputDamaged("\(error)")])
    }
    if !plan.reasons.isEmpty { return .impossible(plan.reasons) }
    if !finding.reasons.isEmpty { return .possible }
    if !plan.restoring.steps.isEmpty {
      do {
        try OuterRun.unnoticed(scopeName: context.environment[Self.keeperVariable]) {
          var restoration = try Restoration(self, catalog)
          try restoration.run(plan.restoring)
        }
      } catch let error as StorageError where error.concernsObject {
        // What was put back is as it was; the command makes the rest again.
        return .impossible([.outputDamaged("\(error)")])
      }
      try notePutBack(plan.restoring)
    }
    if let printed = plan.printed, let write = request.writeOutput { try store.readFile(printed, write) }
    try catalog.remember()
    try keepInStep(finding, request, catalog)
    return .done(plan.missing.count + (plan.printed == nil ? 0 : 1))
  }

  // MARK: The lock file

  /// Makes the lock file say what it said after the run.
  private func keepInStep(
    _ finding: ReuseCheck.Finding, _ request: RunRequest, _ catalog: ContentCatalog
  ) throws {
    let lock = try readLock()
    let stale = try finding.outputs.filter { try !isInStep($0, lock) }
    let removed = finding.record.removed.filter { text in
      WorkPath(text: text).map { lock[$0] != nil || !lock.entries(below: $0).isEmpty } ?? false
    }
    if stale.isEmpty, removed.isEmpty { return }
    // Nothing that the lock file names is collected between its being stored and named.
    let recording = try storing { writer in
      var recording = RunRecording(
        workspace: self, run: finding.record.id, started: finding.record.started, lock: lock, catalog: catalog,
        writer: writer, inputLimit: try captureInputLimit())
      recording.files.removed = removed
      recording.leftToGit = request.leftToGit
      try recording.track(again: stale)
      return recording
    } thenRecord: { recording in
      try keepLock(recording)
      return recording
    }
    notices += recording.files.notices
    try catalog.remember()
  }

  func isInStep(_ output: ArtifactRecord, _ lock: LockFile) throws -> Bool {
    guard let path = WorkPath(text: output.path), let entry = LockEntry(output), LockFile.isTrackable(path) else {
      return true
    }
    if entry.kind != .tree {
      if let tracked = try lockedArtifact(path, in: lock) {
        return LockEntry(tracked).map { $0.kind == entry.kind && $0.content == entry.content } ?? false
      }
      return try Redaction.isKeyFile(path.name) || repository?.isTracked(path.bytes) == true
    }
    guard try lock[path] != nil || lock.tree(around: path) != nil || repository?.hasTracked(below: path.bytes) != true
    else {
      // Git has files of its own there, so that each other file is tracked by itself.
      return try hasAll(entry) { try lock[$0]?.content == $1.content || repository?.isTracked($0.bytes) == true }
    }
    if lock[path]?.content == entry.content { return true }
    return try hasAll(entry) { try lockedArtifact($0, in: lock)?.content == $1.content }
  }

  private func hasAll(_ tree: LockEntry, _ isTracked: (WorkPath, TreeEntry) throws -> Bool) throws -> Bool {
    var hasAll = true
    try TreeFiles.entries(of: tree.content, at: tree.path, store) { path, entry in
      hasAll = try hasAll && isTracked(path, entry)
    }
    return hasAll
  }

  // MARK: Within another run

  private func putBackKey(_ path: WorkPath, _ run: RunID) -> String { "putback:\(run.hex):\(path.text)" }

  /// Notes what was put back, for the runs around this process: to them it looks changed while they went on.
  private func notePutBack(_ plan: RestorePlan) throws {
    let runs = try ancestors()
    if runs.isEmpty { return }
    for step in plan.steps {
      guard let entry = step.written else { continue }
      var paths = [entry.path]
      if entry.kind == .tree { try TreeFiles.each(in: entry.content, at: entry.path, store) { paths.append($0) } }
      for path in paths {
        for run in runs { try index.setMemo(putBackKey(path, run), [1]) }
      }
    }
  }

  /// Whether a file was put back by an `mlt run` within a run that needn't run its command.
  func isPutBack(_ path: WorkPath, within run: RunID) throws -> Bool {
    try index.memo(putBackKey(path, run)) != nil
  }
}

extension StorageError {
  /// Whether what is wrong is an object alone, and not the store, the disk or the user's patience.
  var concernsObject: Bool {
    switch self {
    case .corrupt, .missing, .tooLarge, .invalidTree, .unsafeEntry, .tooManyFolders, .folderInTheWay: true
    case .system, .unreadable, .notAFile, .notAStore, .unsupportedVersion, .invalidPrefix, .writerEnded,
      .changedMeanwhile, .collectedMeanwhile, .busy, .cancelled:
      false
    }
  }
}

extension RestorePlan.Step {
  /// What is written; nil if something is only removed or given another mode.
  var written: LockEntry? {
    switch self {
    case .file(let entry, _), .link(let entry), .tree(let entry): entry
    case .mode, .remove, .removeFolder: nil
    }
  }
}
