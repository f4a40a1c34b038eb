internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Compares what earlier runs of a command found with what stands there now.
struct ReuseCheck {
  let workspace: Workspace
  let request: RunRequest
  let policy: ReusePolicy
  let catalog: ContentCatalog
  private let environment: EnvironmentComparison
  /// The checks that the run would be made with, as they are recorded.
  private let checks: [RunChecked]
  private let store: ObjectStore

  init(_ workspace: Workspace, _ request: RunRequest, _ policy: ReusePolicy, _ catalog: ContentCatalog) throws {
    self.workspace = workspace
    self.request = request
    self.policy = policy
    self.catalog = catalog
    environment = try EnvironmentComparison(workspace, program: request.command.first ?? "")
    store = try workspace.store
    let component = try RunKey(workspace, request).component
    let wanted = try workspace.wantedChecks(of: request, component: component).checks
    checks = workspace.announcements(of: wanted, for: RunID.random(), request)
  }

  /// What speaks against an earlier run, and what it wrote.
  struct Finding {
    var record: RunRecord
    var inputs: [ArtifactRecord]
    var outputs: [ArtifactRecord]
    /// What speaks against it; if not all is wanted, at most one.
    var reasons: [RerunReason] = []
    /// What was passed over, since the record is trusted.
    var passedOver: [RerunReason] = []
  }

  /// Looks at everything that a run read, looked for and stood on.
  ///
  /// - Returns: nil if the run is unknown.
  func finding(of run: RunID) throws -> Finding? {
    guard let record = try workspace.index.run(run) else { return nil }
    let files = try workspace.index.files(of: run)
    var finding = Finding(
      record: record, inputs: files.filter { $0.role == .input }.map(\.artifact),
      outputs: files.filter { $0.role == .output }.map(\.artifact))
    try check(&finding)
    return finding
  }

  /// Notes a reason.
  ///
  /// - Returns: whether to look for more.
  func note(_ reason: RerunReason, _ finding: inout Finding) -> Bool {
    if policy.trustsRecords, reason.isPassedByTrust {
      if !finding.passedOver.contains(reason) { finding.passedOver.append(reason) }
      return true
    }
    if !finding.reasons.contains(reason) { finding.reasons.append(reason) }
    return policy.findsAllReasons
  }

  // What is asked of the record alone comes first, then what is looked up, then what may have to be read.
  private func check(_ finding: inout Finding) throws {
    let run = finding.record.id
    // That accesses weren't followed is said once, by the evidence.
    for hazard in finding.record.hazards where hazard.kind != .notObserved || finding.record.evidence == .observed {
      if !note(.hazard(hazard), &finding) { return }
    }
    if let evidence = finding.record.evidence, evidence != .observed, !note(.notObserved(evidence), &finding) { return }
    let lookups = try workspace.index.lookups(of: run)
    if finding.record.evidence == .observed, lookups?.isCut ?? true, !note(.lookupsUnknown, &finding) { return }
    if try lookups?.startsMlt == true || !workspace.index.children(of: run).isEmpty {
      if !note(.startsRuns, &finding) { return }
    }
    if lookups?.isPiped == true, !note(.wasPiped, &finding) { return }
    for address in lookups?.network ?? [] where !note(.network(address), &finding) { return }
    if try !checkChecks(&finding) { return }
    guard checkDeclared(&finding), try checkSignature(&finding) else { return }
    if let recorded = try workspace.index.environment(of: run) {
      guard environment.compare(recorded, { note($0, &finding) }) else { return }
    }
    for text in finding.record.removed {
      guard let path = WorkPath(text: text), catalog.exists(path) else { continue }
      if !note(.removedIsBack(workspace.typed(path)), &finding) { return }
    }
    guard try checkInputs(&finding), let lookups else { return }
    try checkLookups(lookups, &finding)
  }

  // MARK: Checks

  private func checkChecks(_ finding: inout Finding) throws -> Bool {
    let run = finding.record.id
    if let failed = try workspace.index.failedChecks(of: run).last?.fact {
      if !note(failed.isPending ? .notChecked(failed.name) : .checkFailed(failed.name), &finding) { return false }
    }
    let made = try workspace.index.checks(of: run).map(\.fact).filter { !$0.isPending }
    for check in checks {
      let same = made.last { $0.phase == check.phase && $0.command == check.command }
      if same == nil, !note(.notChecked(check.name), &finding) { return false }
      // What only warned then is asked for in earnest now.
      if let same, same.hasFailed, same.onlyWarns, !check.onlyWarns, !note(.checkFailed(check.name), &finding) {
        return false
      }
    }
    return true
  }

  // MARK: What was declared

  private func checkDeclared(_ finding: inout Finding) -> Bool {
    for pointer in workspace.pointers(request.inputs).sorted() where !finding.inputs.holds(pointer) {
      if !note(.undeclaredInput(workspace.typed(pointer)), &finding) { return false }
    }
    for pointer in workspace.pointers(request.outputs).sorted() where !finding.outputs.holds(pointer) {
      if !note(.undeclaredOutput(workspace.typed(pointer)), &finding) { return false }
    }
    if let input = request.redirectedInput.map({ workspace.inside($0) }), !input.isOutside,
      !finding.inputs.holds(input.text)
    {
      if !note(.standardInput(workspace.typed(input)), &finding) { return false }
    }
    if let output = request.redirectedOutput.map({ workspace.inside($0) }), !output.isOutside,
      !finding.outputs.holds(output.text)
    {
      if !note(.standardOutput(workspace.typed(output)), &finding) { return false }
    }
    return true
  }

  private func checkSignature(_ finding: inout Finding) throws -> Bool {
    guard try workspace.requiresSigned() else { return true }
    do {
      try workspace.requireSigned([], [finding.record.id], from: "")
      return true
    } catch WorkspaceError.unsignedRuns {
      return note(.unsigned, &finding)
    }
  }

  // MARK: Inputs

  private func checkInputs(_ finding: inout Finding) throws -> Bool {
    let comparison = FileComparison(view: catalog, store: store)
    try comparison.prefetch(finding.inputs)
    for input in finding.inputs {
      guard let difference = try comparison.difference(of: input) else { continue }
      if !note(reason(difference), &finding) { return false }
    }
    return true
  }

  private func reason(_ difference: FileComparison.Difference) -> RerunReason {
    switch difference {
    case .changed(let path): .inputChanged(workspace.typed(path))
    case .gone(let path): .inputGone(workspace.typed(path))
    case .unknown(let text): .inputUnknown(workspace.typed(text))
    case .unlisted(let path): .inputUnlisted(workspace.typed(path))
    }
  }

  // MARK: Look-ups

  private func checkLookups(_ lookups: RunLookups, _ finding: inout Finding) throws {
    for text in lookups.missed {
      guard let path = WorkPath(text: text), catalog.exists(path) else { continue }
      if !note(.appeared(workspace.typed(path)), &finding) { return }
    }
    if lookups.listed.isEmpty { return }
    let folders: FolderNames
    do {
      folders = try FolderNames(
        root: workspace.root, filter: workspace.filter, outputs: finding.outputs, store: store)
    } catch is StorageError {
      // Without the listings of folders among the outputs these can't be put back either.
      let folder = finding.outputs.first { $0.kind == .tree }?.path ?? ""
      _ = note(.outputUnavailable(workspace.typed(folder)), &finding)
      return
    }
    for listing in lookups.listed {
      guard let folder = WorkPath(text: listing.path) else { continue }
      let names = folders.names(in: folder, isModules: listing.isModules)
      if let names, let before = listing.names, FolderNames.digest(names) == before { continue }
      if !note(.listingChanged(workspace.typed(folder)), &finding) { return }
    }
  }
}
