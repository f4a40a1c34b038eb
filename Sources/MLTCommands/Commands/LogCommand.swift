internal import ArgumentParser
internal import Lineage
internal import LineageIndexing
internal import MLTBase

struct LogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "List runs, the newest first",
    discussion: """
      With paths, only the runs that read or wrote one of them, or something below it.

        mlt log --oneline -n 10
        mlt log -c train --failed --since 7d
        mlt log data/clean.csv
        mlt log --tag stage=prod

      With --remote, the runs that a remote has; those that weren't fetched from it are marked. Nothing is fetched.

        mlt log --remote -n 10
      """)

  @Option(name: [.short, .long], help: "Only runs of this component")
  var component: String?

  @Option(name: .long, help: "Only runs started since: a date, a date and time, '3d', '12h', 'yesterday'")
  var since: TimeArgument?

  @Option(name: .long, help: "Only runs started before: likewise")
  var until: TimeArgument?

  @Option(name: .long, help: ArgumentHelp("Only runs with this tag", valueName: "key[=value]"))
  var tag: String?

  @Option(name: .long, help: "Only runs with this exit status")
  var exit: Int64?

  @Flag(name: .long, help: "Only runs that didn't end with exit status 0")
  var failed = false

  @Option(name: [.customShort("n", allowingJoined: true), .customLong("limit")], help: "At most this many runs")
  var limit: Int?

  @Option(
    name: .long, defaultAsFlag: "", parsing: .next,
    help: ArgumentHelp("List the runs that a remote has (default: as of 'mlt push')", valueName: "name"))
  var remote: String?

  @Flag(name: .long, help: "One line a run")
  var oneline = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  @Argument(help: "Paths", completion: .file())
  var paths: [String] = []

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 up") }
    if failed, exit != nil { throw ValidationError("--failed and --exit can't be given together") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    var request = LogRequest()
    let now = session.context.clock.now()
    request.component = component
    request.paths = paths
    request.since = since?.moment(now: now)
    request.until = until?.moment(now: now)
    request.limit = limit
    if let tag {
      let parts = tag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      request.tag = parts[0]
      request.tagValue = parts.count == 2 ? parts[1] : nil
    }
    request.exit = failed ? .failed : exit.map { .status($0) }
    if let remote { return try show(request, ofRemote: remote.isEmpty ? nil : remote, session, workspace) }
    let runs = try workspace.log(request)
    let flagged = try workspace.flaggedRuns()
    let failed = try workspace.failedChecks()
    if json {
      try session.show(json: ["format": 1, "runs": LogRendering.json(runs, flagged, failed: failed)], of: workspace)
    } else {
      try session.show(
        LogRendering.text(runs, flagged: flagged, failed: failed, oneline: oneline, terminal: session.terminal),
        of: workspace,
        paged: true)
    }
  }

  private func show(
    _ request: LogRequest, ofRemote name: String?, _ session: Session, _ workspace: Workspace
  ) throws {
    let log = try session.watching("comparing", total: nil, workspace) { try workspace.log(request, ofRemote: name) }
    let flagged = try workspace.flaggedRuns()
    let failed = try workspace.failedChecks()
    if json {
      try session.show(
        json: [
          "format": 1, "remote": .string(log.remote),
          "runs": LogRendering.json(log.runs, flagged, failed: failed, unfetched: log.unfetched),
        ], of: workspace)
    } else {
      try session.show(
        LogRendering.text(
          log.runs, flagged: flagged, failed: failed, unfetched: log.unfetched, oneline: oneline,
          terminal: session.terminal),
        of: workspace, paged: true)
    }
    for problem in log.problems { Output.say("warning: \(problem)") }
  }
}
