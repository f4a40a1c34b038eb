internal import ArgumentParser
internal import Glibc
internal import Journaling
internal import Lineage
internal import MLTBase
internal import SystemPackage

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a command and record what it read and wrote",
    discussion: """
      Nothing needs declaring: the command's file accesses, and those of everything it starts, are followed. Outputs \
      are stored and tracked in 'mlt.lock'; inputs are recorded by content, code that differs from HEAD is stored. \
      The command keeps its terminal, signals, working directory and exit status.

        mlt run -- python train.py
        mlt run -c train -p depth=5 --tag nightly -- ./train.sh data/
        mlt run --sign -- python train.py
        mlt run --cached -- python train.py
        mlt run -i s3://bucket/raw.parquet -- python download.py

      The component's name is the script's or program's ('python steps/train.py' is 'train') unless -c gives one. \
      An exit status of 125 says that mlt itself failed, 126 that the command can't be executed, 127 that it isn't found. \
      --sign signs the record with the SSH key that the setting 'sign.key' names; 'mlt verify' checks it. \
      --cached skips a command that an earlier run stands for, made here or pulled: one of the same command line, folder, \
      component and parameters that ended well and read what is there now, looked in vain for nothing that has come \
      since, listed folders that hold the same names, and stood on the same interpreters, packages and recorded \
      variables. Its outputs are put back if they are gone, from the default remote if need be; what the command \
      printed isn't printed again, except into a file that it was recorded to have written. Nothing is recorded. A line \
      says which run stands for the command, or what speaks against it. A run that doesn't prove all that (it has hazards, \
      used the network, wasn't followed, or stood on something else) counts only with --trust; a failed one never does, \
      nor one that started 'mlt' itself: the runs in it decide for themselves. What a program \
      only asks about without opening it, as 'test -e' does, isn't seen. An output that was edited since is never \
      overwritten by mlt: the command runs.

      --timeout ends a command that takes too long: it and everything it has started get SIGTERM, and SIGKILL if they are \
      still there 10 seconds later (--kill-after). The run is recorded as failed, with exit status 124.

      --check-before and --check-after run a shell command in the run's directory, and what comes of it is a part of the \
      run: MLT_RUN holds the run's id, MLT_CHECK 'before' or 'after'. If a check before fails, the command isn't \
      started. Checks after are made when the command ended well; if one fails, what the run made is marked as suspect in \
      'mlt status', 'mlt log' and 'mlt show'. Either way the exit status is 123; with --check-warn a failure only warns. \
      Checks of the component ('mlt component describe') are made as well.

      What carries a label that is retracted ('mlt label retract') isn't read: the command isn't started if its \
      earlier runs, -i or its arguments say that it would, with exit status 125; if it reads such a thing all the same, the \
      run is recorded as failed, with exit status 123.

      Inside the command MLT_RUN holds the run's id: 'mlt param', 'mlt metric', 'mlt tag' and 'mlt note' speak of that \
      run, and an 'mlt run' in it becomes a child run. 'mlt run start' and 'mlt run end' record a run without a command.
      """)

  @Option(name: [.short, .long], help: "Name of the component (default: the script's or program's own name)")
  var component: String?

  @Option(
    name: [.customShort("i"), .long],
    help: ArgumentHelp("Input that can't be observed: a path or URI (can be repeated)", valueName: "pointer"))
  var input: [String] = []

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Output that can't be observed: a path or URI (can be repeated)", valueName: "pointer"))
  var output: [String] = []

  @OptionGroup var words: RunWords

  @Option(
    name: .customLong("params"),
    help: ArgumentHelp(
      "File whose values are recorded as parameters: YAML, JSON, TOML, Python (can be repeated)", valueName: "file"),
    completion: .file())
  var parameterFiles: [String] = []

  @Option(
    name: .customLong("metrics"),
    help: ArgumentHelp(
      "File whose numbers are recorded as metrics when the command has ended: JSON, YAML, TOML, or a log in JSON Lines, CSV, TSV (can be repeated)",
      valueName: "file"),
    completion: .file())
  var metricFiles: [String] = []

  @Flag(name: .customLong("no-trace"), help: "Compare the work tree before and after instead of following accesses")
  var isUntraced = false

  @Flag(inversion: .prefixedNo, help: "Sign the record with the key of 'sign.key' (default: setting 'sign.runs')")
  var sign: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: "Skip the command if an earlier run stands for it (default: setting 'run.cached')")
  var cached: Bool?

  @Flag(
    name: .customLong("trust"), help: "As --cached, and let a run count whose record doesn't prove that nothing changed"
  )
  var trustsRecords = false

  @Flag(
    name: .long, help: "As --cached, and say all that speaks against skipping the command, not only the first thing")
  var explain = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "End the command after this time, with all that it has started: '90', '30m', '1h30m'", valueName: "time"))
  var timeout: LengthArgument?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Time that a command then has to end by itself before it is killed (default: 10s)", valueName: "time"))
  var killAfter: LengthArgument?

  @Option(
    name: .customLong("check-before"),
    help: ArgumentHelp("Shell command that must succeed for the run to start (can be repeated)", valueName: "command"))
  var checksBefore: [String] = []

  @Option(
    name: .customLong("check-after"),
    help: ArgumentHelp(
      "Shell command that must succeed for what the run made to count as right (can be repeated)",
      valueName: "command"))
  var checksAfter: [String] = []

  @Flag(name: .customLong("check-warn"), help: "Only warn where a check fails")
  var checksOnlyWarn = false

  @Flag(name: [.short, .long], help: "Don't print the line about what was recorded")
  var quiet = false

  @Argument(parsing: .captureForPassthrough, help: "Command and its arguments, best behind '--'", completion: .file())
  var command: [String] = []

  func validate() throws {
    if command.first == "--" ? command.count == 1 : command.isEmpty {
      throw ValidationError("no command given; put it behind '--', as in 'mlt run -- python train.py'")
    }
    // Everything behind the first argument that isn't an option of ours is the command's, so this parser never sees it.
    if let first = command.first, first.hasPrefix("-"), first != "--" {
      if ["-h", "--help"].contains(first) { throw CleanExit.helpRequest(self) }
      throw ValidationError("unknown option '\(first)'; put a command of that name behind '--'")
    }
    if cached == false, trustsRecords || explain {
      throw ValidationError("options '--trust' and '--explain' go with '--cached'")
    }
    if killAfter != nil, timeout == nil { throw ValidationError("option '--kill-after' goes with '--timeout'") }
    if timeout?.length == .zero { throw ValidationError("option '--timeout' takes a time over 0") }
    if (checksBefore + checksAfter).contains("") {
      throw ValidationError("options '--check-before' and '--check-after' take a command")
    }
    if component == "" { throw ValidationError("option '--component' takes a name") }
  }

  func run() throws {
    do {
      try record()
    } catch let error as ExitCode {
      throw error
    } catch {
      throw RunFailure(cause: error)
    }
  }

  private func record() throws {
    let session = try Session()
    let workspace = try session.workspace()
    // The parser holds text; the command is handed on as the bytes that were typed.
    let count = command.first == "--" ? command.count - 1 : command.count
    let request = RunRequest(
      arguments: CommandLineEntry.rawArguments().suffix(count), component: component, inputs: input, outputs: output,
      parameters: try words.parsedParameters, tags: try words.parsedTags, note: words.note, isTraced: !isUntraced,
      isSigned: sign)
    var redirected = request
    redirected.redirectedInput = Session.file(of: STDIN_FILENO)
    redirected.redirectedOutput = Session.file(of: STDOUT_FILENO)
    redirected.name = words.name
    redirected.experiment = words.experiment
    redirected.parameterFiles = parameterFiles
    redirected.metricFiles = metricFiles
    redirected.timeout = timeout?.length
    redirected.checks = checksBefore.map { RunCheck(.before, $0) } + checksAfter.map { RunCheck(.after, $0) }
    redirected.checksOnlyWarn = checksOnlyWarn
    if let killAfter { redirected.grace = killAfter.length }
    redirected.isPiped = Session.isPiped(STDIN_FILENO)
    redirected.writeOutput = { bytes in
      try FileDescriptor.standardOutput.writeAll(bytes)
    }
    guard try cached ?? (trustsRecords || explain || workspace.runsOnlyIfNeeded()) else {
      return try finish(session.telling(workspace) { try workspace.run(redirected) }, session, workspace)
    }
    let policy = ReusePolicy(trustsRecords: trustsRecords, findsAllReasons: explain)
    let outcome = try session.telling(workspace) {
      try workspace.runIfNeeded(redirected, policy) { news in
        if !quiet { for line in ReuseText.lines(of: news, all: explain) { Output.say(line) } }
      }
    }
    switch outcome {
    case .ran(let report): try finish(report, session, workspace)
    case .reused(let reused):
      session.tell(workspace)
      if !quiet { for line in ReuseText.lines(of: reused) { Output.say(line) } }
    }
  }

  private func finish(_ report: RunReport, _ session: Session, _ workspace: Workspace) throws {
    session.tell(workspace)
    for hazard in report.hazards where hazard.kind != .notObserved { Output.say("warning: \(HazardText.of(hazard))") }
    for line in CheckText.lines(of: report.checks) where !quiet || !line.hasPrefix("mlt:") { Output.say(line) }
    if !quiet {
      Output.say(RunText.recorded(report))
    }
    workspace.tidy()
    if report.exit != 0 { throw ExitCode(report.exit) }
  }
}

/// A failure of `mlt run` itself, told from the command's own by its exit status.
struct RunFailure: Error {
  let cause: any Error
}
