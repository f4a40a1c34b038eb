internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What must be written so that a run's outputs stand there again, found before any of it is done.
struct OutputPlan {
  /// What to restore.
  private(set) var restoring = RestorePlan()
  /// The outputs that aren't there as they were.
  private(set) var missing: [ArtifactRecord] = []
  /// What goes to the standard output, which is redirected to an output's path.
  private(set) var printed: ContentID?
  /// What speaks against it.
  private(set) var reasons: [RerunReason] = []

  private let workspace: Workspace
  private let catalog: ContentCatalog
  private let redirected: WorkPath?
  private var planner: RestorePlanner

  /// Looks at each output.
  ///
  /// - Throws: `WorkspaceError.absentContent` and `StorageError.missing` if bytes are needed that aren't here.
  init(
    _ workspace: Workspace, _ outputs: [ArtifactRecord], _ request: RunRequest, _ catalog: ContentCatalog,
    keepingOthers: Bool
  ) throws {
    self.workspace = workspace
    self.catalog = catalog
    redirected = request.writeOutput == nil ? nil : request.redirectedOutput.map { workspace.inside($0) }
    planner = try RestorePlanner(workspace, catalog)
    try catalog.prefetch(outputs.lazy.filter { $0.kind == .file }.compactMap { WorkPath(text: $0.path) })
    for output in outputs {
      // Of a folder that the run didn't make alone the rest isn't its.
      planner.keepsOthers = keepingOthers || output.isPartial
      try look(at: output)
    }
    for path in Set(planner.plan.unsaved).sorted() {
      if try workspace.repository?.matchesHead(path.bytes) == true { continue }
      reasons.append(.outputEdited(workspace.typed(path)))
    }
    try checkFlags(outputs)
    restoring = planner.plan
  }

  private mutating func look(at output: ArtifactRecord) throws {
    let name = workspace.typed(output.path)
    guard output.problem == nil, let path = WorkPath(text: output.path), let entry = LockEntry(output) else {
      return reasons.append(.outputUnknown(name))
    }
    // The shell has emptied the file already; what the command printed is printed again.
    if path == redirected, entry.kind == .file {
      if try !workspace.store.containsFile(entry.content) {
        throw WorkspaceError.absentContent(entry.content, path: output.path)
      }
      printed = entry.content
      return
    }
    if entry.kind != .tree, try isPresent(entry) { return }
    if path.isOutside { return reasons.append(.outputOutside(name)) }
    guard LockFile.isTrackable(path) else { return reasons.append(.outputUnknown(name)) }
    do {
      try workspace.checkFolders(above: path)
    } catch WorkspaceError.notAFolder {
      return reasons.append(.outputEdited(name))
    }
    let count = planner.plan.steps.count
    do {
      try planner.restore(entry, from: .store)
    } catch {
      missing.append(output)
      throw error
    }
    if planner.plan.steps.count > count { missing.append(output) }
  }

  private func isPresent(_ entry: LockEntry) throws -> Bool {
    do {
      guard let now = try catalog.identity(of: entry.path) else { return false }
      return now.lockKind == entry.kind && now.content == entry.content
    } catch StorageError.unreadable, StorageError.notAFile {
      return false
    }
  }

  private mutating func checkFlags(_ outputs: [ArtifactRecord]) throws {
    let marks = try workspace.flagMarks(on: outputs)
    if marks.flags.isEmpty { return }
    for output in outputs where marks.flag(on: output) != nil || !marks.flags(within: output).isEmpty {
      reasons.append(.outputFlagged(workspace.typed(output.path)))
    }
  }
}
