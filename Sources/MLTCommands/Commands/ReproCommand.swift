internal import ArgumentParser
internal import Glibc
internal import Journaling
internal import Lineage
internal import MLTBase
internal import Pipelines

/// How stages are chosen and run; also what a worker is told.
struct StageOptions: ParsableArguments {
  @Flag(name: [.short, .long], help: "Run stages that are up to date too")
  var force = false

  @Flag(name: .long, help: "Fail a stage that reads or writes what it doesn't declare")
  var strict = false

  @Flag(name: .customLong("trust"), help: "Let runs count that stood on other packages or have hazards")
  var trustsRecords = false

  @Flag(name: .customLong("no-trace"), help: "Compare the work tree before and after instead of following accesses")
  var isUntraced = false

  @Option(name: .long, help: ArgumentHelp("End a stage's run that takes longer, as 90s, 30m or 2h", valueName: "time"))
  var timeout: LengthArgument?

  @Flag(inversion: .prefixedNo, help: "Sign the records with the key of 'sign.key' (default: setting 'sign.runs')")
  var sign: Bool?

  var policy: StagePolicy {
    var policy = StagePolicy()
    policy.isForced = force
    policy.isStrict = strict
    policy.trustsRecords = trustsRecords
    policy.isSigned = sign
    policy.isTraced = !isUntraced
    policy.timeout = timeout?.length
    return policy
  }

  func validate() throws {
    if timeout?.length == .zero { throw ValidationError("option '--timeout' takes a time over 0") }
  }

  /// The options as a worker is given them.
  var arguments: [String] {
    (force ? ["--force"] : []) + (strict ? ["--strict"] : []) + (trustsRecords ? ["--trust"] : [])
      + (isUntraced ? ["--no-trace"] : [])
      + (timeout.map { ["--timeout", $0.text] } ?? []) + (sign.map { [$0 ? "--sign" : "--no-sign"] } ?? [])
  }
}

struct ReproCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repro",
    abstract: "Run the stages of 'mlt.yaml' or 'dvc.yaml' that are out of date",
    discussion: """
      Stages run in the order of what they depend on, each as a recorded 'mlt run'. One is up to date if an earlier run of the \
      same definition, made here or pulled, read what is there now, stood on the same packages, and left the outputs that \
      are there; if only these are gone or differ, they are put back. 'mlt status' says what is out of date, and why.

        mlt repro
        mlt repro train
        mlt repro -j 4 --keep-going
        mlt repro --dry-run
        mlt repro --downstream features

      A STAGE is a name in the pipeline file here, FILE:NAME, all of FILE, a 'foreach' or 'matrix' before its '@', or an \
      output's path. Stages that it depends on come with it, unless --single or --downstream says otherwise. Without \
      STAGE all of the project's stages are meant.

      What a stage reads or writes without declaring it is named. An output that was edited by hand is stored before it is \
      replaced. With -j the output of a stage is shown when it ends, and its standard input is empty. Ctrl-C ends the \
      stages that are running; what has ended is recorded, and the next 'mlt repro' goes on from there.

      Exit status: 0 all is up to date, 1 a stage failed, 130 interrupted.
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("Run up to this many stages at once", valueName: "n"))
  var jobs = 1

  @Flag(name: [.customShort("n"), .long], help: "Say what would be run, and why")
  var dryRun = false

  @Flag(name: [.short, .long], help: "Only the stages that are named")
  var single = false

  @Flag(name: .long, help: "The stages that are named, and those that depend on them")
  var downstream = false

  @Flag(name: [.short, .long], help: "After a failure go on with what doesn't depend on it")
  var keepGoing = false

  @OptionGroup var options: StageOptions

  @Flag(name: [.short, .long], help: "Say only what fails")
  var quiet = false

  @Flag(name: [.short, .long], help: "Name the stages that are up to date too")
  var verbose = false

  @Flag(name: .long, help: "Print JSON; what commands print goes to stderr")
  var json = false

  @Argument(help: "What to bring up to date (default: all stages)")
  var stages: [String] = []

  func validate() throws {
    if jobs < 1 { throw ValidationError("option '--jobs' takes a number from 1") }
    if single, downstream { throw ValidationError("options '--single' and '--downstream' exclude each other") }
    if stages.isEmpty, single || downstream {
      throw ValidationError("option '\(single ? "--single" : "--downstream")' needs a STAGE")
    }
  }

  func run() throws {
    let session = try Session()
    let selection = StageSelection(stages, reach: single ? .alone : downstream ? .downstream : .upstream)
    let (workspace, project, order) = try session.stages(selection)
    if dryRun { return try plan(order, project, session, workspace) }
    let stdout = json ? dup(STDOUT_FILENO) : -1
    if json { dup2(STDERR_FILENO, STDOUT_FILENO) }
    let (outcomes, wasInterrupted) = try session.telling(workspace) {
      jobs > 1 && order.count > 1
        ? try runTogether(order, project, session) : (try runInOrder(order, project, workspace), false)
    }
    session.tell(workspace)
    workspace.tidy()
    if json {
      dup2(stdout, STDOUT_FILENO)
      try session.show(json: ["format": 1, "stages": .array(outcomes.map(\.json))])
    } else if !quiet {
      Output.say(Self.summary(outcomes))
    }
    if wasInterrupted || outcomes.contains(where: \.isInterrupted) { throw ExitCode(130) }
    if outcomes.contains(where: \.isFailed) { throw ExitCode(1) }
  }

  // MARK: Running

  private func runInOrder(
    _ order: [StageID], _ project: Project, _ workspace: Workspace
  ) throws -> [StageResult] {
    let runner = try StageRunner(workspace, project, options.policy)
    StageResult.hideInput()
    var schedule = StageSchedule(order, of: project.graph, keepsGoing: keepGoing)
    var results: [StageResult] = []
    while let id = schedule.next() {
      guard let stage = project.graph[id] else { continue }
      let result = try StageResult.bringingUpToDate(stage, by: runner, quiet: quiet, verbose: verbose)
      results.append(result)
      if result.isInterrupted { schedule.stop() }
      schedule.finish(id, succeeded: !result.isFailed)
    }
    try runner.finish()
    return results + skipped(schedule)
  }

  private func runTogether(
    _ order: [StageID], _ project: Project, _ session: Session
  ) throws -> (results: [StageResult], wasInterrupted: Bool) {
    let arguments = ["stage-worker"] + options.arguments + (quiet ? ["--quiet"] : []) + (verbose ? ["--verbose"] : [])
    let pool = try StageWorkers(
      count: min(jobs, order.count), arguments: arguments, session.context)
    defer { pool.end() }
    var schedule = StageSchedule(order, of: project.graph, keepsGoing: keepGoing)
    var results: [StageResult] = []
    while true {
      while pool.hasIdle, let id = schedule.next() { try pool.start(id) }
      if schedule.isDone { break }
      for result in try pool.wait() {
        results.append(result)
        if result.isInterrupted { schedule.stop() }
        schedule.finish(result.stage, succeeded: !result.isFailed)
      }
      if pool.isInterrupted { schedule.stop() }
    }
    return (results + skipped(schedule), pool.isInterrupted && results.count < order.count)
  }

  private func skipped(_ schedule: StageSchedule) -> [StageResult] {
    schedule.skipped.map { id in
      let outcome = StageOutcome(stage: id, kind: .skipped)
      if !quiet, keepGoing { for line in StageText.lines(of: outcome, verbose: verbose) { Output.say(line) } }
      return StageResult(outcome)
    }
  }

  private static func summary(_ results: [StageResult]) -> String {
    let counts = [StageOutcome.Kind.ran, .restored, .upToDate, .frozen, .failed, .skipped].compactMap { kind in
      let count = results.lazy.filter { $0.kind == kind.rawValue }.count
      return count == 0 ? nil : "\(count) \(kind == .ran ? "run" : kind.rawValue)"
    }
    return
      "mlt: \(Formatting.count(results.count, "stage")): \(counts.isEmpty ? "nothing to do" : counts.joined(separator: ", "))"
  }

  // MARK: Saying what would be run

  private func plan(
    _ order: [StageID], _ project: Project, _ session: Session, _ workspace: Workspace
  ) throws {
    let states = try workspace.states(of: order, in: project, options.policy)
    if json {
      return try session.show(json: ["format": 1, "stages": .array(states.map(StageText.json))], of: workspace)
    }
    var lines: [String] = []
    for state in states {
      switch state.verdict {
      case .stale:
        let isCertain = state.reasons.contains { if case .upstream = $0 { false } else { true } }
        lines.append(
          "would \(isCertain ? "run" : "look at") \(state.stage): \(StageText.reasons(state.reasons, limit: verbose ? .max : 3))"
        )
        if isCertain, let stage = project.graph[state.stage] { lines += stage.command.texts.map { "> \($0)" } }
      case .restorable:
        lines.append("would put back the outputs of \(state.stage): \(StageText.reasons(state.reasons))")
      case .upToDate, .frozen:
        if verbose { lines.append("\(state.stage): \(state.verdict.rawValue)") }
      }
    }
    if lines.isEmpty { lines = ["\(Formatting.count(states.count, "stage")), all up to date"] }
    try session.show(lines.joined(separator: "\n") + "\n", of: workspace)
  }
}
