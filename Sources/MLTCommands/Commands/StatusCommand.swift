internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what differs from 'mlt.lock' and which outputs are out of date",
    discussion: """
      A tracked path differs when other content stands there than 'mlt.lock' says. An output is out of date when \
      something that its run read has other content now, or when the run that made an input is itself out of date. Of the \
      stages of a pipeline it says which are out of date, for which dependency, code, parameter, command, package or \
      output, and what follows for those that depend on them.

        mlt status
        mlt status -v data/
        mlt status --exit-code || mlt diff --stat

      Nothing is read that hasn't been touched since it was last looked at. 'mlt diff' shows more.

      With --remote, what this clone has and a remote lacks, and the reverse: facts and runs by writer, and bytes that \
      'mlt.lock' names. Nothing is sent or fetched.

        mlt status --remote
        mlt status --remote origin --exit-code
      """)

  @Flag(
    name: .customLong("exit-code"),
    help: "Exit with 1 if anything differs, is out of date, or isn't in step with the remote")
  var usesExitCode = false

  @Flag(name: [.short, .long], help: "List the files that differ in folders, and all flags")
  var verbose = false

  @Option(
    name: .long, defaultAsFlag: "", parsing: .next,
    help: ArgumentHelp("Compare with a remote instead (default: as of 'mlt push')", valueName: "name"))
  var remote: String?

  @Argument(help: "Only these paths, and what lies below them", completion: .file())
  var paths: [String] = []

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if remote != nil, !paths.isEmpty { throw ValidationError("--remote takes no paths") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    if let remote { return try compare(withRemote: remote.isEmpty ? nil : remote, session, workspace) }
    let report = try workspace.status(of: paths)
    if json {
      try session.show(json: StatusRendering.json(report), of: workspace)
    } else {
      try session.show(
        StatusRendering.text(report, verbose: verbose, terminal: session.terminal), of: workspace)
    }
    if usesExitCode, !report.isClean { throw ExitCode(1) }
  }

  private func compare(withRemote name: String?, _ session: Session, _ workspace: Workspace) throws {
    let comparison = try session.watching("comparing", total: nil, workspace) {
      try workspace.compare(withRemote: name)
    }
    if json {
      try session.show(json: ComparisonRendering.json(comparison), of: workspace)
    } else {
      try session.show(ComparisonRendering.text(comparison, terminal: session.terminal), of: workspace)
    }
    for problem in comparison.problems { Output.say("warning: \(problem)") }
    if usesExitCode, !comparison.isInStep { throw ExitCode(1) }
  }
}
