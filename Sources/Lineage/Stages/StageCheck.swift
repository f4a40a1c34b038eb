internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import Pipelines

/// Finds out whether stages are up to date: whether an earlier run, whoever made it, was of the same definition and found
/// what is there now.
final class StageCheck {
  private let workspace: Workspace
  private let project: Project
  private let view: any FileView
  private let comparison: FileComparison
  private let redaction: Redaction
  private let trustsRecords: Bool
  private let looksAtEnvironment: Bool
  private lazy var environment = try? EnvironmentComparison(workspace, counting: workspace.namedVariables())
  private var environments: [RunEnvironment: [StageReason]] = [:]

  // Nearly always one of the latest stands for a stage, or none does.
  private static let runLimit = 16

  /// - Parameters:
  ///   - view: where the present contents come from.
  ///   - trustsRecords: whether runs count that stood on other packages or whose records aren't the whole truth.
  ///   - looksAtEnvironment: whether packages and variables are compared at all.
  init(
    _ workspace: Workspace, _ project: Project, view: any FileView, trustsRecords: Bool = false,
    looksAtEnvironment: Bool = true
  ) throws {
    self.workspace = workspace
    self.project = project
    self.view = view
    self.trustsRecords = trustsRecords
    self.looksAtEnvironment = looksAtEnvironment
    comparison = FileComparison(view: view, store: try workspace.store)
    redaction = Redaction(environment: workspace.context.environment)
  }

  /// A run of a stage, with all that speaks against its standing for it.
  struct Finding {
    var run: RunID
    var inputs: [ArtifactRecord]
    var outputs: [ArtifactRecord]
    /// Why it doesn't stand for the stage.
    var reasons: [StageReason] = []
    /// What of its outputs isn't as it left them.
    var lost: [StageReason] = []
  }

  /// What came of looking at a stage's runs.
  struct Result {
    /// What the stage declares.
    let declaration: StageDeclaration
    /// What it is now.
    let identity: StageIdentity
    var state: StageState
    /// The run that stands for the stage, if one does.
    var standing: Finding?
  }

  /// Looks whether a stage is up to date, whatever those are that it depends on.
  func result(of stage: Stage) throws -> Result {
    let declaration = StageDeclaration(stage, root: workspace.root)
    let values = try project.parameters(of: stage)
    let identity = StageIdentity(stage, values, redaction)
    let (state, standing) = try judge(declaration, identity, values)
    return Result(declaration: declaration, identity: identity, state: state, standing: standing)
  }

  private func judge(
    _ declaration: StageDeclaration, _ identity: StageIdentity, _ values: [ParameterValues]
  ) throws -> (StageState, Finding?) {
    let stage = declaration.stage
    let missing = values.flatMap { file in
      file.missing.map { StageReason.missingParameter(file: file.location.text, key: $0) }
        + (file.hasFile || !file.missing.isEmpty ? [] : [.missingParameter(file: file.location.text, key: nil)])
    }
    if !missing.isEmpty, !stage.isFrozen {
      return (StageState(stage: stage.id, verdict: .stale, reasons: missing), nil)
    }
    let candidates = try workspace.index.stageRuns(
      definition: identity.run.definition, status: .finished, limit: Self.runLimit)
    var restorable: Finding?
    var nearest: Finding?
    for candidate in candidates {
      let finding = try examine(candidate.run, declaration)
      guard finding.reasons.isEmpty else {
        if nearest == nil || nearest?.lost.isEmpty == false && finding.lost.isEmpty { nearest = finding }
        continue
      }
      if finding.lost.isEmpty { return (state(declaration, .upToDate, finding), finding) }
      if restorable == nil { restorable = finding }
    }
    if let restorable { return (state(declaration, .restorable, restorable), restorable) }
    if stage.isFrozen { return try frozen(declaration, identity) }
    return (try stale(declaration, identity, nearest), nil)
  }

  private func state(
    _ declaration: StageDeclaration, _ verdict: StageState.Verdict, _ finding: Finding
  ) -> StageState {
    let stage = declaration.stage
    var state = StageState(stage: stage.id, verdict: verdict, run: finding.run, reasons: finding.lost)
    state.undeclared = declaration.undeclared(finding.inputs, finding.outputs, project.graph)
    if stage.isFrozen {
      state.verdict = .frozen
    } else if declaration.runsAlways {
      state.verdict = .stale
      state.reasons = [.alwaysRuns]
    }
    return state
  }

  // MARK: Stages that no run stands for

  private func stale(
    _ declaration: StageDeclaration, _ identity: StageIdentity, _ nearest: Finding?
  ) throws -> StageState {
    let stage = declaration.stage
    var state = StageState(stage: stage.id, verdict: .stale)
    let latest = try workspace.index.stageRuns(file: identity.run.file, name: stage.id.name, limit: 4)
    if declaration.runsAlways {
      state.reasons = [.alwaysRuns]
      return state
    }
    // What the outputs that are there were made from says best what is new; else what was made last.
    var others = try latest.filter { $0.status == .finished && $0.stage.definition != identity.run.definition }
      .map { (stage: $0.stage, finding: try examine($0.run, declaration)) }
    if let standing = others.firstIndex(where: { $0.finding.lost.isEmpty }) { others = [others[standing]] }
    let isLatest = latest.first { $0.status == .finished }.map { $0.run == others.first?.finding.run } ?? false
    let isSecond = nearest?.lost.isEmpty == false
    if let other = others.first, nearest == nil || isSecond && (isLatest || other.finding.lost.isEmpty) {
      state.run = other.finding.run
      state.reasons =
        Self.differences(other.stage.declared, identity.definition) + other.finding.reasons + other.finding.lost
    } else if let nearest {
      state.run = nearest.run
      state.reasons = nearest.reasons + nearest.lost
    }
    if state.reasons.isEmpty { state.reasons = missingDependencies(of: declaration) }
    if state.reasons.isEmpty {
      let isFailed = latest.first.map { $0.status == .failed || $0.status == .interrupted } ?? false
      state.reasons = [isFailed ? .failed(latest[0].status) : .neverRun]
    }
    return state
  }

  private func missingDependencies(of declaration: StageDeclaration) -> [StageReason] {
    zip(declaration.stage.dependencies, declaration.dependencies).compactMap { dependency, pointer in
      if case .uri = dependency.location { return nil }
      guard project.graph.producers(around: dependency.location).isEmpty, let path = WorkPath(text: pointer),
        !view.exists(path)
      else { return nil }
      return .dependency(path: pointer, .deleted)
    }
  }

  /// What is to be said of a frozen stage that depends on other things than its latest run found: that run stands for it.
  private func frozen(
    _ declaration: StageDeclaration, _ identity: StageIdentity
  ) throws -> (StageState, Finding?) {
    let stage = declaration.stage
    let missing = missingOutputs(of: declaration)
    var state = StageState(stage: stage.id, verdict: .frozen, reasons: missing)
    let latest = try workspace.index.stageRuns(
      file: identity.run.file, name: stage.id.name, status: .finished, limit: 1)
    guard let run = latest.first?.run else { return (state, nil) }
    var finding = try examine(run, declaration)
    let isWhole = !finding.reasons.contains { if case .output = $0 { true } else { false } }
    finding.reasons = []
    state.run = run
    return (state, isWhole && !missing.isEmpty ? finding : nil)
  }

  private func missingOutputs(of declaration: StageDeclaration) -> [StageReason] {
    declaration.outputs.compactMap { output in
      guard let path = WorkPath(text: output.pointer), !view.exists(path) else { return nil }
      return .output(path: output.pointer, .deleted)
    }
  }

  /// How two definitions differ.
  private static func differences(_ before: JSON?, _ now: JSON) -> [StageReason] {
    guard let before = before?.object, let now = now.object else { return [.parameters] }
    var reasons: [StageReason] = []
    func texts(_ object: JSONObject) -> [String] { object["cmd"]?.array?.compactMap(\.string) ?? [] }
    if texts(before) != texts(now) { reasons.append(.command(before: texts(before), now: texts(now))) }
    let folders = (before["wdir"]?.string ?? "", now["wdir"]?.string ?? "")
    if folders.0 != folders.1 { reasons.append(.folder(before: folders.0, now: folders.1)) }
    let files = (before["params"]?.object ?? JSONObject(), now["params"]?.object ?? JSONObject())
    for file in Set(files.0.members.map(\.key) + files.1.members.map(\.key)).sorted() {
      let values = (files.0[file]?.object ?? JSONObject(), files.1[file]?.object ?? JSONObject())
      for key in Set(values.0.members.map(\.key) + values.1.members.map(\.key)).sorted()
      where values.0[key] != values.1[key] {
        reasons.append(
          .parameter(
            file: file,
            StageReason.Values(
              name: key, before: values.0[key].map(\.canonicalText), now: values.1[key].map(\.canonicalText))))
      }
    }
    return reasons.isEmpty ? [.parameters] : reasons
  }

  // MARK: One run

  /// Looks at everything that a run read, wrote and stood on.
  private func examine(_ run: RunID, _ declaration: StageDeclaration) throws -> Finding {
    let index = try workspace.index
    let files = try index.files(of: run)
    var finding = Finding(
      run: run, inputs: files.filter { $0.role == .input }.map(\.artifact),
      outputs: files.filter { $0.role == .output }.map(\.artifact))
    let removed = try index.run(run).map { record in
      for hazard in record.hazards where !trustsRecords && Self.spoils(hazard) {
        finding.reasons.append(.hazard(hazard))
      }
      return record.removed
    }
    if let failed = try index.failedChecks(of: run).last?.fact {
      finding.reasons.append(.checkFailed(failed.name))
    }
    try checkInputs(&finding, declaration, Set(finding.outputs.map(\.path) + (removed ?? [])))
    if let lookups = try index.lookups(of: run) { try checkLookups(lookups, &finding) }
    if looksAtEnvironment, !trustsRecords, let recorded = try index.environment(of: run) {
      finding.reasons += differences(of: recorded)
    }
    if try workspace.requiresSigned() {
      do {
        try workspace.requireSigned([], [run], from: "")
      } catch WorkspaceError.unsignedRuns {
        finding.reasons.append(.unsigned)
      }
    }
    try checkOutputs(&finding, declaration)
    var seen: Set<StageReason> = []
    finding.reasons.removeAll { !seen.insert($0).inserted }
    return finding
  }

  /// Whether something that went wrong means that the record may not be of what is there.
  private static func spoils(_ hazard: Hazard) -> Bool {
    switch hazard.kind {
    case .inputChanged, .writtenByTwo, .unstable, .incomplete, .outOfTime, .retracted: true
    // Whoever declares a stage says what it reads and writes.
    case .lateWrite, .elsewhere, .notObserved, .privileged: false
    }
  }

  private func checkInputs(_ finding: inout Finding, _ declaration: StageDeclaration, _ written: Set<String>) throws {
    let counted = finding.inputs.filter { declaration.counts($0, writtenBy: written) }
    try comparison.prefetch(counted)
    for input in counted {
      let isCode = input.isInGit || input.isModified
      func note(_ path: String, _ change: StageReason.Change) {
        finding.reasons.append(isCode ? .code(path: path, change) : .dependency(path: path, change))
      }
      switch try comparison.difference(of: input, isPart: input.isPartial) {
      case nil: break
      case .changed(let path): note(path.text, .modified)
      case .gone(let path): note(path.text, .deleted)
      case .unlisted(let path): note(path.text, .unknown)
      case .unknown(let text): note(text, .unknown)
      }
    }
    for pointer in declaration.dependencies {
      if written.contains(pointer) {
        // The run itself changed it: what it found isn't there any more.
        finding.reasons.append(.dependency(path: pointer, .modified))
      } else if !(finding.inputs + finding.outputs).holds(pointer) {
        finding.reasons.append(.dependency(path: pointer, .new))
      }
    }
  }

  // What the pipeline itself makes comes and goes as its stages run.
  private func isMade(_ path: WorkPath) -> Bool {
    StageDeclaration.location(path).map { !project.graph.producers(around: $0).isEmpty } ?? false
  }

  private func checkLookups(_ lookups: RunLookups, _ finding: inout Finding) throws {
    for text in lookups.missed {
      guard let path = WorkPath(text: text), view.exists(path), !isMade(path) else { continue }
      finding.reasons.append(.dependency(path: text, .new))
    }
    let listed = lookups.listed.filter { listing in WorkPath(text: listing.path).map { !isMade($0) } ?? false }
    // What would be in a folder after a commit isn't known; without the listings of the run's own folders nothing is.
    guard !listed.isEmpty, view is ContentCatalog,
      let folders = try? FolderNames(
        root: workspace.root, filter: workspace.filter, outputs: finding.outputs, store: workspace.store)
    else { return }
    for listing in listed {
      guard let folder = WorkPath(text: listing.path), let before = listing.names,
        let names = folders.names(in: folder, isModules: listing.isModules), FolderNames.digest(names) != before
      else { continue }
      finding.reasons.append(.dependency(path: listing.path, .modified))
    }
  }

  private func differences(of recorded: RunEnvironment) -> [StageReason] {
    if let known = environments[recorded] { return known }
    var reasons: [StageReason] = []
    _ = environment?.compare(recorded) { reason in
      switch reason {
      case .package(let change), .interpreter(let change):
        reasons.append(.package(StageReason.Values(name: change.name, before: change.before, now: change.now)))
      case .variable(let change):
        reasons.append(.variable(StageReason.Values(name: change.name, before: change.before, now: change.now)))
      // A teammate's machine is another one, and what hides a credential says nothing.
      default: break
      }
      return true
    }
    environments[recorded] = reasons
    return reasons
  }

  private func checkOutputs(_ finding: inout Finding, _ declaration: StageDeclaration) throws {
    for pointer in declaration.outputs.map(\.pointer) {
      guard let record = finding.outputs.first(where: { $0.path == pointer }), record.content != nil else {
        if finding.outputs.holds(pointer) { continue }
        finding.reasons.append(.output(path: pointer, .new))
        continue
      }
      switch try comparison.difference(of: record, isPart: record.isPartial) {
      case nil: break
      case .gone(let path): finding.lost.append(.output(path: path.text, .deleted))
      case .changed(let path): finding.lost.append(.output(path: path.text, .modified))
      case .unlisted, .unknown: finding.lost.append(.output(path: pointer, .unknown))
      }
    }
  }
}
