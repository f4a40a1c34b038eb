public import Journaling
public import LineageIndexing
public import MLTBase

extension Workspace {
  /// The exit status of a run that mlt itself speaks against: a check failed, or it read what it mustn't.
  public static let doubtedExit: Int32 = 123

  /// All checks of a run: those that the request names, and those of its component.
  ///
  /// A component's checks are commands, and facts come from anywhere: only what was described in this clone is run. Others are told
  /// of in a notice.
  func checks(of request: RunRequest, component: String) throws -> [RunCheck] {
    let (checks, foreign) = try wantedChecks(of: request, component: component)
    if let foreign { notices.append(.foreignChecks(component: component, user: foreign.user)) }
    return checks
  }

  /// As ``checks(of:component:)``, with how checks were described that aren't made, since they came from elsewhere.
  func wantedChecks(
    of request: RunRequest, component: String
  ) throws -> (checks: [RunCheck], foreign: RecordedChange?) {
    var checks = request.checks
    var foreign: RecordedChange?
    let change = try index.changes(of: [.component(component)]).first { $0.field == .checks && $0.isLatest }
    if let change, let fields = (try? JSON(parsing: change.value ?? ""))?.object {
      let described = try ComponentChecks(fields: fields)
      if described.isEmpty {
      } else if try change.writer == journal.ownWriter() {
        checks += described.before.map { RunCheck(.before, $0, source: .component) }
        checks += described.after.map { RunCheck(.after, $0, source: .component) }
      } else {
        foreign = change
      }
    }
    var seen: Set<[String]> = []
    return (checks.filter { seen.insert([$0.phase.rawValue, $0.command]).inserted }, foreign)
  }

  /// Begins to make checks of a run.
  func checkRunner(of run: RunID, _ request: RunRequest) -> CheckRunner {
    CheckRunner(
      run: run, directory: request.directory ?? context.directory, environment: commandEnvironment(request, run: run),
      temporaryFolder: temporaryFolder, redaction: Redaction(environment: context.environment),
      onlyWarns: request.checksOnlyWarn, show: monitor.checked)
  }

  /// What is recorded with the start of a run of the checks that are to follow it.
  ///
  /// Whoever is to make them may be killed when the run has ended well: without this nothing would say that they are missing.
  func announcements(of checks: [RunCheck], for run: RunID, _ request: RunRequest) -> [RunChecked] {
    let redaction = Redaction(environment: context.environment)
    return checks.map { check in
      var fact = RunChecked(
        run: run, phase: check.phase, name: redaction.text(check.name), command: redaction.text(check.command),
        source: check.source, exit: RunChecked.pendingExit, onlyWarns: request.checksOnlyWarn)
      fact.isPending = true
      return fact
    }
  }

  /// Makes the checks that follow a run that ended well, and records what came of them.
  func checkAfter(_ report: RunReport, _ checks: [RunCheck], _ request: RunRequest) throws -> RunReport {
    guard report.exit == 0, !checks.isEmpty else { return report }
    let results = try checkRunner(of: report.run, request).results(of: checks)
    try record(results, durable: true)
    var report = report
    report.checks += results
    if results.contains(where: { $0.hasFailed && !$0.onlyWarns }) { report.exit = Self.doubtedExit }
    return report
  }

  /// Records a run whose command wasn't started, since a check before it failed.
  func recordRefusal(_ started: RunStarted, _ results: [RunChecked]) throws -> RunReport {
    var ended = RunEnded(run: started.run, status: .failed, exit: Int64(Self.doubtedExit), evidence: .observed)
    ended.record = RunDigest.contentID(started: started.fields, logged: [], ended: ended.fields)
    try record([started] + results + [ended], durable: true)
    var report = RunReport(
      run: started.run, component: started.component, status: .failed, exit: Self.doubtedExit, evidence: .observed,
      inputs: 0, outputs: 0, hazards: [], wall: 0)
    report.checks = results
    return report
  }

  /// The runs that haven't passed a check, with the checks.
  public func failedChecks() throws -> [RunID: [FailedCheck]] {
    Dictionary(grouping: try index.failedChecks(), by: \.run)
  }

  /// Takes a component's checks over that were described elsewhere, so that they count here too.
  ///
  /// - Returns: the checks.
  /// - Throws: ``WorkspaceError/unknownComponent(_:similar:)``; failures of the journal.
  public func acceptChecks(of component: String) throws -> ComponentChecks {
    let checks = try self.component(component).checks
    if !checks.isEmpty { try describe(ComponentDescribed(name: component, checks: checks)) }
    return checks
  }
}
