internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import SystemPackage

struct RerunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerun",
    abstract: "Make a run again elsewhere, and compare what comes out",
    discussion: """
      In a scratch folder the recorded commit's files are laid out, over them all that the run read, as it was then, also \
      where that was never committed. There the command runs as it was recorded, followed as by 'mlt run', and each \
      output is compared with what the run had made: the same bytes, or how it differs, number by number for JSON, CSV, \
      NumPy's arrays and text. Whether the run can be replicated is recorded; 'mlt show' prints it. Nothing is \
      laid out in the work tree.

        mlt rerun models/model.pkl
        mlt rerun --deep models/model.pkl          with all runs that its inputs came from
        mlt rerun --times 5 --tolerance 1e-6 3f2a
        mlt rerun --env venv 3f2a                  with the packages of that time
        mlt rerun --report --deep models/model.pkl
        mlt rerun --script - --since v1.0

      With --deep, what a run makes again is what the next one reads. --since takes the runs after a run, or those made on a \
      commit or after it: of a pointer's lineage, else all that ended well; an empty text takes all. --onto takes another \
      commit's code in place of the recorded one's; then nothing is recorded.

      Nothing is run if the command, a link or the text of an input leads into the work tree by an absolute path, the run \
      wrote outside of it, or bytes of an input aren't to be had, also not from the default remote. --relocate puts the \
      scratch folder's path in the work tree's place in the command, --force goes on; what was passed over so isn't \
      recorded. Paths that a command puts together as it runs can't be seen: those may lead it into the work tree.

      Packages and interpreters that aren't those of the run are told; --env strict demands them, --env venv makes a virtual \
      environment of Python with pip. What the command prints goes to stderr; its standard input is the file it was \
      redirected from, or empty.

      Exit status: 0 if all outputs came out the same (of a file that was asked for: that file), 1 if not.
      """)

  @Argument(help: "Run, or a file that a run made", completion: .file())
  var pointer: String?

  @Flag(name: .long, help: "Make the runs again, too, that the inputs came from")
  var deep = false

  @Option(name: .long, help: ArgumentHelp("Take the runs after this one", valueName: "run|commit"))
  var since: String?

  @Option(name: .long, help: ArgumentHelp("Use this commit's code", valueName: "commit"))
  var onto: String?

  @Option(name: .long, help: "How often to make each run again")
  var times = 1

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Let numbers differ by so much, as a part of the larger one, or of 1 if they are smaller", valueName: "number"))
  var tolerance: Double?

  @Option(
    name: .long,
    help: ArgumentHelp("End each command that runs longer: 30m, 1.5h, or seconds", valueName: "time"))
  var timeout: LengthArgument?

  @Option(
    name: .customLong("env"), help: "What to do about other packages: warn, strict, venv or ignore (default: warn)")
  var environment = Environment.warn

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("Make scratch folders in this one (default: the one for temporary files)", valueName: "folder"),
    completion: .directory)
  var folder: String?

  @Flag(name: .long, help: "Keep the scratch folders")
  var keep = false

  @Flag(name: .long, help: "Put the scratch folder's path in the work tree's place in command and variables")
  var relocate = false

  @Flag(name: [.short, .long], help: "Go on where something speaks against it")
  var force = false

  @Flag(name: .long, help: "Print what would be done, and do nothing")
  var report = false

  @Option(
    name: .long,
    help: ArgumentHelp("Write the commands as a shell script, and do nothing; '-' is stdout", valueName: "file"),
    completion: .file())
  var script: String?

  @Flag(name: .long, help: "Print JSON")
  var json = false

  /// What to do about other packages, as it is typed.
  enum Environment: String, ExpressibleByArgument, CaseIterable {
    case warn, strict, venv, ignore

    var policy: RerunRequest.EnvironmentPolicy {
      switch self {
      case .warn: .warn
      case .strict: .strict
      case .venv: .venv
      case .ignore: .ignore
      }
    }
  }

  func validate() throws {
    if pointer == nil, since == nil { throw ValidationError("name a run or a file, or give '--since'") }
    if pointer == nil, deep { throw ValidationError("option '--deep' goes with a run or a file") }
    if times < 1 { throw ValidationError("option '--times' takes a number from 1 on, not '\(times)'") }
    if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
      throw ValidationError("option '--tolerance' takes a number from 0 on, not '\(tolerance)'")
    }
    if timeout?.length == .zero { throw ValidationError("option '--timeout' takes a time over 0") }
    if report || json, script != nil { throw ValidationError("option '--script' goes alone") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    var request = RerunRequest(pointer: pointer)
    request.isDeep = deep
    request.since = since
    request.onto = onto
    request.folder = folder
    request.keepsFolders = keep
    request.times = times
    request.tolerance = tolerance
    request.timeout = timeout?.length
    request.environment = environment.policy
    request.isForced = force
    request.relocates = relocate
    if report || script != nil {
      return try show(try workspace.rerunPlans(request), session, workspace)
    }
    Interruption.watch()
    workspace.monitor.isCancelled = { Interruption.isAsked }
    let found = try session.telling(workspace) {
      try workspace.rerun(request) { news in
        for line in RerunText.lines(of: news) { Output.say(line) }
      }
    }
    if json {
      try session.show(json: RerunText.json(found), of: workspace)
    } else {
      try session.show(RerunText.text(found, terminal: session.terminal), of: workspace)
    }
    if !found.isSame { throw ExitCode(FailureReport.Status.failed.rawValue) }
  }

  private func show(_ plans: [RerunPlan], _ session: Session, _ workspace: Workspace) throws {
    guard let script else {
      if json { return try session.show(json: RerunText.json(plans), of: workspace) }
      return try session.show(RerunText.text(plans, terminal: session.terminal), of: workspace, paged: true)
    }
    let text = RerunScript.text(of: plans)
    try OutputFile.write(text, to: script, session, permissions: FilePermissions(rawValue: 0o755))
    session.tell(workspace)
  }
}
