internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
public import Pipelines
internal import SystemPackage

/// Brings stages of one work tree up to date, one after another.
///
/// Several runners, in this process or others, may be at work on one project: each stage is done by one of them at a time.
public final class StageRunner {
  private let workspace: Workspace
  private let project: Project
  private let policy: StagePolicy
  private var catalog: ContentCatalog
  private var check: StageCheck

  /// Begins to look after stages.
  public init(_ workspace: Workspace, _ project: Project, _ policy: StagePolicy) throws {
    self.workspace = workspace
    self.project = project
    self.policy = policy
    catalog = try workspace.makeCatalog()
    check = try StageCheck(workspace, project, view: catalog, trustsRecords: policy.trustsRecords)
  }

  /// Notes what was learned of files for later commands.
  public func finish() throws {
    try catalog.remember()
  }

  /// Brings one stage up to date; those that it depends on should be.
  ///
  /// - Throws: as ``Workspace/run(_:)``; ``WorkspaceError/invalidPipeline(_:)`` for parameters that can't be read. A command
  ///   that fails is no error but an outcome.
  public func bringUpToDate(_ stage: Stage, telling: (StageNews) -> Void) throws -> StageOutcome {
    let result = try check.result(of: stage)
    if isDone(result), try isInStep(result) { return outcome(result) }
    guard try !isWithinSame(stage.id) else {
      var outcome = StageOutcome(stage: stage.id, kind: .failed, run: result.state.run, reasons: result.state.reasons)
      outcome.failure = .withinItself
      return outcome
    }
    let lock = try RangeLock(
      workspace.folder.appending("run.lock"), of: Array("stage\0\(stage.id.file)\0\(stage.id.name)".utf8)
    ) {
      telling(.waiting(stage.id))
    }
    // Somebody else may have brought it up to date before the lock was ours.
    let acted = Result {
      try workspace.index.catchUp(workspace.journal)
      let result = try check.result(of: stage)
      return try isDone(result) && isInStep(result) ? outcome(result) : act(result, telling)
    }
    lock.release()
    return try acted.get()
  }

  // What ran has taught the stat cache more than this catalog knows of it.
  private func lookAnew() throws {
    try catalog.remember()
    catalog = try workspace.makeCatalog()
    check = try StageCheck(workspace, project, view: catalog, trustsRecords: policy.trustsRecords)
  }

  /// Whether this process is part of a run of the stage, whose end it would wait for in vain.
  private func isWithinSame(_ id: StageID) throws -> Bool {
    for ancestor in try workspace.ancestors() {
      if let stage = try workspace.index.stage(of: ancestor), stage.name == id.name,
        stage.file == PathText.encode(id.file.utf8)
      {
        return true
      }
    }
    return false
  }

  // MARK: What needn't be done

  private func isDone(_ result: StageCheck.Result) -> Bool {
    switch result.state.verdict {
    case .upToDate: !policy.isForced
    case .frozen: result.state.reasons.isEmpty
    case .restorable, .stale: false
    }
  }

  private func outcome(_ result: StageCheck.Result) -> StageOutcome {
    var outcome = StageOutcome(
      stage: result.state.stage, kind: result.state.verdict == .frozen ? .frozen : .upToDate, run: result.state.run)
    outcome.undeclared = result.state.undeclared
    return strictly(outcome)
  }

  private func strictly(_ outcome: StageOutcome) -> StageOutcome {
    guard policy.isStrict, outcome.failure == nil, !outcome.undeclared.isEmpty else { return outcome }
    var outcome = outcome
    (outcome.kind, outcome.failure) = (.failed, .undeclared)
    return outcome
  }

  /// Whether the lock file says of the outputs what stands there.
  private func isInStep(_ result: StageCheck.Result) throws -> Bool {
    guard let finding = result.standing else { return true }
    let lock = try workspace.readLock()
    let stored = result.declaration.outputs.filter(\.declared.isStored)
    return try Self.records(finding.outputs, of: stored).allSatisfy { try workspace.isInStep($0, lock) }
  }

  private static func records(
    _ records: [ArtifactRecord], of outputs: [StageDeclaration.Output]
  ) -> [ArtifactRecord] {
    let pointers = Set(outputs.map(\.pointer))
    return records.filter { pointers.contains($0.path) }
  }

  // MARK: What must be done

  private func act(_ result: StageCheck.Result, _ telling: (StageNews) -> Void) throws -> StageOutcome {
    let stage = result.declaration.stage
    try workspace.refuseRetracted(request(result))
    var reasons = result.state.reasons
    let isFrozen = result.state.verdict == .frozen
    if let finding = result.standing, !policy.isForced || isFrozen, result.state.verdict != .stale {
      if !isFrozen {
        try save(
          edited: reasons.compactMap { if case .output(let path, .modified) = $0 { path } else { nil } }, telling)
      }
      let standing = ReuseCheck.Finding(
        record: try record(of: finding.run), inputs: finding.inputs,
        outputs: Self.records(finding.outputs, of: result.declaration.outputs).filter { output in
          // Of a frozen stage what is there stays.
          !isFrozen || reasons.contains(.output(path: output.path, .deleted))
        })
      switch try workspace.putBack(standing, request(result), catalog, keepingOthers: false) {
      case .done(let count):
        var outcome = StageOutcome(
          stage: stage.id, kind: result.state.verdict == .upToDate ? .upToDate : isFrozen ? .frozen : .restored,
          run: finding.run, reasons: reasons, restored: count)
        outcome.undeclared = result.state.undeclared
        return strictly(outcome)
      case .possible: break
      case .impossible(let why): reasons = why.compactMap(Self.reason) + reasons
      }
    }
    if isFrozen {
      var outcome = StageOutcome(stage: stage.id, kind: .failed, run: result.state.run, reasons: reasons)
      outcome.failure = .missingOutputs(
        reasons.compactMap { if case .output(let path, _) = $0 { path } else { nil } })
      return outcome
    }
    if policy.isForced, reasons.isEmpty { reasons = [.forced] }
    return try run(result, reasons, telling)
  }

  private func record(of run: RunID) throws -> RunRecord {
    guard let record = try workspace.index.run(run) else {
      throw WorkspaceError.unknownPointer(run.hex, similar: [])
    }
    return record
  }

  private static func reason(_ reason: RerunReason) -> StageReason? {
    switch reason {
    case .outputUnavailable(let path), .outputDamaged(let path), .outputOutside(let path), .outputUnknown(let path):
      .unavailable(path: path)
    case .outputFlagged(let path): .flagged(path: path)
    case .unsigned: .unsigned
    default: nil
    }
  }

  private func run(
    _ result: StageCheck.Result, _ reasons: [StageReason], _ telling: (StageNews) -> Void
  ) throws -> StageOutcome {
    let declaration = result.declaration
    let stage = declaration.stage
    var outcome = StageOutcome(stage: stage.id, kind: .failed, reasons: reasons)
    let unset = reasons.filter { if case .missingParameter = $0 { true } else { false } }
    if !unset.isEmpty {
      outcome.failure = .missingParameters(unset)
      return outcome
    }
    if let missing = try declaration.files.first(where: { try !isThere($0) }) {
      outcome.failure = .missingDependency(missing)
      return outcome
    }
    telling(.running(stage, reasons))
    try save(edited: declaration.outputs.map(\.pointer), telling)
    try removeOutputs(of: declaration)
    let report = try workspace.run(request(result))
    try workspace.index.catchUp(workspace.journal)
    try lookAnew()
    (outcome.run, outcome.report) = (report.run, report)
    if let check = report.checks.first(where: { $0.phase == .before && $0.hasFailed && !$0.onlyWarns }) {
      outcome.failure = .failedChecks([check.name])
      return outcome
    }
    guard report.status == .finished else {
      outcome.failure = .ended(report.status, exit: report.exit)
      return outcome
    }
    let files = try workspace.index.files(of: report.run)
    outcome.undeclared = declaration.undeclared(
      files.filter { $0.role == .input }.map(\.artifact), files.filter { $0.role == .output }.map(\.artifact),
      project.graph)
    let missing = try declaration.outputs.map(\.pointer).filter { try !isThere($0, followingLinks: false) }
    if !missing.isEmpty {
      outcome.failure = .missingOutputs(missing)
      return outcome
    }
    let failed = report.checks.filter { $0.hasFailed && !$0.onlyWarns }
    if !failed.isEmpty {
      outcome.failure = .failedChecks(failed.map(\.name))
      return outcome
    }
    let written = Set(files.filter { $0.role == .output }.map(\.artifact.path))
    // What it depends on is to be there as it was.
    if let changed = try declaration.files.first(where: { try written.contains($0) || !isThere($0) }) {
      outcome.failure = .changedDependency(changed)
      return outcome
    }
    outcome.kind = .ran
    return strictly(outcome)
  }

  private func isThere(_ pointer: String, followingLinks: Bool = true) throws -> Bool {
    guard let path = WorkPath(text: pointer) else { return false }
    return try FileStatus(at: path.filePath(in: workspace.root), followingLinks: followingLinks) != nil
  }

  // MARK: The command

  private func request(_ result: StageCheck.Result) -> RunRequest {
    let stage = result.declaration.stage
    let environment = workspace.context.environment
    let line = StageCommandLine(stage.command, shell: environment["SHELL"])
    func argument(_ location: Location) -> String {
      if case .uri(let text) = location { return text }
      return workspace.root.pushing(FilePath(location.text)).string
    }
    var request = RunRequest(
      arguments: line.arguments.map { Array($0.utf8) }, component: stage.id.description,
      inputs: stage.dependencies.map { argument($0.location) }, outputs: stage.outputs.map { argument($0.location) },
      parameters: result.identity.parameters, isTraced: policy.isTraced, isSigned: policy.isSigned)
    request.directory = stage.folder.isEmpty ? workspace.root : workspace.root.pushing(FilePath(stage.folder))
    request.variables = [
      "MLT_STAGE": stage.id.description,
      // What commands of DVC's pipelines may ask for.
      "DVC_ROOT": workspace.root.string, "DVC_STAGE": stage.id.description,
    ]
    request.stage = result.identity.run
    request.checks =
      stage.checks.before.map { RunCheck(.before, $0, source: .stage) }
      + stage.checks.after.map { RunCheck(.after, $0, source: .stage) }
    request.metricFiles = stage.outputs.compactMap { output in
      guard output.kind == .metrics, case .inside = output.location else { return nil }
      return argument(output.location)
    }
    request.timeout = policy.timeout
    request.leftToGit = Set(
      result.declaration.outputs.filter { !$0.declared.isStored }.compactMap { WorkPath(text: $0.pointer) })
    return request
  }

  // MARK: Outputs that stand in the way

  /// Stores outputs that somebody edited, before they are replaced.
  private func save(edited pointers: [String], _ telling: (StageNews) -> Void) throws {
    let edited = Set(pointers.compactMap { WorkPath(text: $0) })
    let unsaved = try edited.sorted().filter { path in
      guard !path.isOutside, let identity = try catalog.identity(of: path) else { return false }
      let isStored =
        try identity.kind == .tree
        ? workspace.store.containsTree(identity.content) : workspace.store.containsFile(identity.content)
      return try !isStored && workspace.repository?.matchesHead(path.bytes) != true
    }
    if unsaved.isEmpty { return }
    let saved = try workspace.storing { writer in
      try unsaved.compactMap { path in
        try catalog.store(path, with: writer).map { $0.record(at: path, evidence: .declared) }
      }
    } thenRecord: { records in
      let records = records.map { record in
        var record = record
        record.isStored = true
        return record
      }
      try workspace.record(records.map { ArtifactAdded($0) }, durable: true)
      return records
    }
    for record in saved {
      if let content = record.content { telling(.saved(path: workspace.typed(record.path), content)) }
    }
  }

  private func removeOutputs(of declaration: StageDeclaration) throws {
    for output in declaration.outputs where !output.declared.persists {
      // What lies elsewhere isn't ours to remove.
      guard let place = WorkPath(text: output.pointer), !place.isOutside, !place.isRoot else { continue }
      try workspace.checkFolders(above: place)
      let path = place.filePath(in: workspace.root)
      guard let status = try FileStatus(at: path) else { continue }
      if status.kind == .directory {
        // Of a repository in there nothing is stored, so that nothing of it may go.
        try FileOperations.removeTree(path, sparing: TreeEntry.isReserved)
      } else {
        try FileOperations.remove(path)
      }
      if !output.declared.isStored { workspace.knownGitState = nil }
    }
  }
}
