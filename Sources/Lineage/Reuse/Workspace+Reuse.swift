internal import FileTracing
internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

// A run stands for a command if it had the same command line, folder, component and parameters, found the same inputs,
// misses, listings and environment, and its outputs can be had (`docs/decisions/0071-memoised-runs.md`).
extension Workspace {
  /// Whether commands that an earlier run stands for are to be skipped, as the settings have it.
  ///
  /// - Throws: ``WorkspaceError/malformedSetting(key:value:)``.
  public func runsOnlyIfNeeded() throws -> Bool {
    let key = Setting.cachedRuns.rawValue
    guard let value = try configuration.string(key) else { return false }
    guard let isOn = Configuration.flag(of: value) else {
      throw WorkspaceError.malformedSetting(key: key, value: value)
    }
    return isOn
  }

  /// Runs a command unless an earlier run of it stands for what it would do; then its outputs are put back instead.
  ///
  /// Of several processes that are asked for the same at once, one runs the command and the others wait for it.
  ///
  /// - Parameters:
  ///   - telling: is told, before the command runs, why it does.
  /// - Throws: what ``reuse(_:_:)`` and ``run(_:)`` throw.
  public func runIfNeeded(
    _ request: RunRequest, _ policy: ReusePolicy = ReusePolicy(), telling: (CachedRunNews) -> Void
  ) throws -> CachedRun {
    // Nothing is put back that mustn't be made.
    try refuseRetracted(request)
    var outcome = try reuse(request, policy)
    if case .reused(let reused) = outcome { return .reused(reused) }
    let key = try RunKey(self, request)
    guard try !isWithinSame(key) else { return try runTelling(request, outcome, telling) }
    var hasWaited = false
    let lock = try RangeLock(folder.appending("run.lock"), of: key.name) {
      hasWaited = true
      telling(.waiting)
    }
    if hasWaited {
      try index.catchUp(journal)
      outcome = try reuse(request, policy)
    }
    let result = Result { try runTelling(request, outcome, telling) }
    lock.release()
    return try result.get()
  }

  private func runTelling(
    _ request: RunRequest, _ outcome: ReuseOutcome, _ telling: (CachedRunNews) -> Void
  ) throws -> CachedRun {
    switch outcome {
    case .reused(let reused): return .reused(reused)
    case .refused(let decision):
      telling(.running(decision))
      return .ran(try run(request))
    }
  }

  /// Looks for an earlier run that stands for a command, and if there is one, puts its outputs back.
  ///
  /// All runs of the command that are known here are looked through, whoever made them, the latest first. Outputs that
  /// are missing are fetched from the default remote if the store hasn't got them; the lock file is brought in step.
  /// Nothing is recorded: nothing happened.
  ///
  /// - Throws: ``WorkspaceError/commandNotStarted(program:_:)``, ``WorkspaceError/missingFile(_:)`` as ``run(_:)``; failures of
  ///   store and index; ``WorkspaceError/malformedLock(_:_:)``.
  public func reuse(_ request: RunRequest, _ policy: ReusePolicy = ReusePolicy()) throws -> ReuseOutcome {
    try checkProgram(request.command, in: request.directory ?? context.directory)
    try checkInputs(request.inputs)
    let key = try RunKey(self, request)
    var refusal = RerunDecision(component: key.component, run: nil, reasons: [])
    for reason in ownReasons(request, key) where !(policy.trustsRecords && reason.isPassedByTrust) {
      refusal.reasons.append(reason)
      if !policy.findsAllReasons { return .refused(refusal) }
    }
    let catalog = try makeCatalog()
    let check = try ReuseCheck(self, request, policy, catalog)
    let isRefused = !refusal.reasons.isEmpty
    var seen: Set<RunID> = []
    // Nearly always one of the latest stands for the command, or none does.
    for limit in [Self.firstLook, Self.lastLook] {
      let found = try index.repetitions(
        component: key.component, command: key.command, directory: key.directory, limit: limit)
      for repetition in found where repetition.status == .finished && seen.insert(repetition.run).inserted {
        if let change = key.difference(to: repetition.parameters) {
          if refusal.reasons.isEmpty { (refusal.run, refusal.reasons) = (repetition.run, [change]) }
          continue
        }
        guard let finding = try check.finding(of: repetition.run) else { continue }
        var reasons = finding.reasons
        if !isRefused, reasons.isEmpty || policy.findsAllReasons {
          switch try putBack(finding, request, catalog) {
          case .done(let restored):
            if reasons.isEmpty { return .reused(try reused(finding, restored, key)) }
          case .impossible(let more): reasons += more
          case .possible: break
          }
        }
        // Of the runs with the same parameters, the latest says best what is new.
        if refusal.run == nil || Self.isParameter(refusal.reasons.first) {
          refusal.run = repetition.run
          refusal.reasons = (isRefused ? refusal.reasons : []) + reasons
        }
      }
      if refusal.reasons.isEmpty {
        refusal.reasons = [found.first.map { .neverFinished($0.status) } ?? .neverRun]
      }
      if found.count < limit { break }
    }
    try catalog.remember()
    return .refused(refusal)
  }

  private static let firstLook = 4
  private static let lastLook = 256

  private static func isParameter(_ reason: RerunReason?) -> Bool {
    if case .parameter = reason { true } else { false }
  }

  /// What speaks against skipping, whatever was run before.
  private func ownReasons(_ request: RunRequest, _ key: RunKey) -> [RerunReason] {
    var reasons: [RerunReason] = []
    if key.holdsCredentials { reasons.append(.credentials) }
    if hidesInput(request) { reasons.append(.piped) }
    return reasons
  }

  private func reused(_ finding: ReuseCheck.Finding, _ restored: Int, _ key: RunKey) throws -> ReusedRun {
    ReusedRun(
      run: finding.record.id, component: key.component, ended: finding.record.ended ?? finding.record.started,
      inputs: finding.inputs.count, outputs: finding.outputs.count, restored: restored,
      passedOver: finding.passedOver)
  }

  /// Whether the run around this one, or one around that, is of the same command: it would be waited for in vain.
  private func isWithinSame(_ key: RunKey) throws -> Bool {
    for ancestor in try ancestors() where try index.run(ancestor).map({ key.isKey(of: $0) }) ?? false { return true }
    return false
  }

  /// The run that this process is part of, and those around it.
  func ancestors() throws -> [RunID] {
    var found: [RunID] = []
    var next = context.environment[Self.runVariable].flatMap { RunID(hex: $0) }
    // A variable, or journals that come from elsewhere, could make a run its own ancestor.
    while let run = next, found.count < 64, !found.contains(run) {
      found.append(run)
      next = try index.run(run)?.parent
    }
    return found
  }
}
