internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct BisectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Find the smallest change that turned a good run into a bad one",
    discussion: """
      Between two runs of a component several things have changed at once: data, code, arguments, packages. mlt takes both \
      lineages apart into what they share and where they differ, and makes mixtures of them in scratch folders, as 'mlt \
      rerun --deep' makes runs again: old data with new code, and so on. Each is judged good or bad, and by delta debugging \
      the differences are narrowed to a smallest set that is enough to turn good into bad.

        mlt bisect --good model.pkl@3f2a --bad model.pkl -- python check.py
        mlt bisect --good 3f2a --bad 77b1 --metric accuracy
        mlt bisect --good 3f2a --bad 77b1 --metric metrics.json:auc --threshold 0.8
        mlt bisect --good 3f2a --bad 77b1 --dry-run

      The check is a command that runs in the scratch folder of the last run, with all that this has read and written; files \
      that are named from where you stand are found as well. It ends with 0 for good, 1 to 124 for bad and 125 for neither, as \
      with 'git bisect run'; one that --timeout ends is neither, too. --metric takes a number instead: one that the run logged, the key of a JSON file that it wrote \
      (FILE:KEY if several have it), or a file that holds nothing else. It is good or bad as it lies nearer to the good run's \
      number or to the bad one's; --threshold or --tolerance draw the line elsewhere.

      What was made before isn't made again: a run of a mixture that finds all as another one did is known, and so is one that \
      is recorded just so, on the packages that are here (--fresh makes those again, too). Both runs are made first as they \
      were; if the good one then isn't good, or the bad one not bad, that is told, since what is recorded doesn't explain it.

      Where the cause is a text, code above all, it is narrowed further, to the lines that are enough.

      Packages are mixed with '--env venv', which makes virtual environments with pip. Nothing is recorded.

      Exit status: 0 if a smallest change was found, 1 if not.
      """)

  @Option(name: .long, help: ArgumentHelp("Run that was right, or a file that it made", valueName: "run"))
  var good: String

  @Option(name: .long, help: ArgumentHelp("Run that was wrong, or a file that it made", valueName: "run"))
  var bad: String

  @Option(name: .long, help: ArgumentHelp("Judge by a number: KEY, FILE:KEY or FILE", valueName: "name"))
  var metric: String?

  @Option(
    name: .long,
    help: ArgumentHelp("With --metric: good is the good run's side of this number", valueName: "number"))
  var threshold: Double?

  @Option(
    name: .long,
    help: ArgumentHelp("With --metric: good is the good run's number, but for so much", valueName: "number"))
  var tolerance: Double?

  @Option(name: .long, help: "How often to try each mixture; what most tries say counts")
  var times = 1

  @Option(name: .customLong("env"), help: "What to do about packages that differ: warn, venv or ignore (default: warn)")
  var environment = Environment.warn

  @Flag(name: .long, help: "Make all runs, also those that are recorded just so")
  var fresh = false

  @Flag(
    name: .customLong("whole-files"),
    help: "Don't narrow a text that is to blame to the lines that are")
  var wholeFiles = false

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("Make scratch folders in this one (default: the one for temporary files)", valueName: "folder"),
    completion: .directory)
  var folder: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "End each command that runs longer: 30m, 1.5h, or seconds; its mixture is neither good nor bad", valueName: "time"
    ))
  var timeout: LengthArgument?

  @Flag(name: .long, help: "Put the scratch folder's path in the work tree's place in command and variables")
  var relocate = false

  @Flag(name: [.short, .long], help: "Go on where something speaks against making a run again")
  var force = false

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Say what differs, and make nothing")
  var isDryRun = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  @Argument(parsing: .postTerminator, help: "Check and its arguments, behind '--'", completion: .file())
  var check: [String] = []

  /// What to do about other packages, as it is typed.
  enum Environment: String, ExpressibleByArgument, CaseIterable {
    case warn, venv, ignore

    var policy: RerunRequest.EnvironmentPolicy {
      switch self {
      case .warn: .warn
      case .venv: .venv
      case .ignore: .ignore
      }
    }
  }

  func validate() throws {
    if metric == nil, check.isEmpty, !isDryRun {
      throw ValidationError("say by what good is told from bad: '--metric NAME', or a command behind '--'")
    }
    if metric != nil, !check.isEmpty { throw ValidationError("--metric and a check can't be given together") }
    if metric == nil, threshold != nil || tolerance != nil {
      throw ValidationError("--threshold and --tolerance go with '--metric'")
    }
    if threshold != nil, tolerance != nil {
      throw ValidationError("--threshold and --tolerance can't be given together")
    }
    if let threshold, !threshold.isFinite { throw ValidationError("option '--threshold' takes a number") }
    if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
      throw ValidationError("option '--tolerance' takes a number from 0 on, not '\(tolerance)'")
    }
    if times < 1 { throw ValidationError("option '--times' takes a number from 1 on, not '\(times)'") }
    if timeout?.length == .zero { throw ValidationError("option '--timeout' takes a time over 0") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    var request = BisectRequest(good: good, bad: bad)
    request.times = times
    request.environment = environment.policy
    request.isFresh = fresh
    request.narrowsTexts = !wholeFiles
    request.folder = folder
    request.timeout = timeout?.length
    request.isForced = force
    request.relocates = relocate
    if let metric {
      request.decision = .metric(
        metric, threshold.map { .threshold($0) } ?? tolerance.map { .tolerance($0) } ?? .nearer)
    } else if !check.isEmpty {
      // The parser holds text; the check is handed on as the bytes that were typed.
      request.decision = .check(Array(CommandLineEntry.rawArguments().suffix(check.count)))
    }
    let report: BisectReport
    if isDryRun {
      report = try workspace.bisectPlan(request)
    } else {
      Interruption.watch()
      workspace.monitor.isCancelled = { Interruption.isAsked }
      report = try session.telling(workspace) {
        try workspace.bisect(request) { news in
          for line in BisectText.lines(of: news) { Output.say(line) }
        }
      }
    }
    if json {
      try session.show(json: BisectText.json(report), of: workspace)
    } else {
      try session.show(BisectText.text(report, terminal: session.terminal), of: workspace, paged: isDryRun)
    }
  }
}
