internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import Remotes

struct PushCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Send what others lack: bytes to a remote, then all recorded facts",
    discussion: """
      All recorded facts are sent, and the bytes that 'mlt.lock' names or that runs on this branch read and wrote. What \
      the remote has already isn't sent again. A push that was cut short leaves the remote sound; the next one goes on \
      where it was.

        mlt push
        mlt push --all           the bytes of all branches and runs
        mlt push --runs 3f2a     the bytes of some runs
        mlt push --dry-run
      """)

  @Argument(help: "Remote (default: the only one, 'origin', or 'mlt remote default')")
  var remote: String?

  @Flag(name: .long, help: "Send the bytes of all runs and of all lock files that git keeps")
  var all = false

  @Option(name: .long, parsing: .upToNextOption, help: "Send the bytes of these runs only")
  var runs: [String] = []

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only say what would be sent")
  var isDryRun = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if all, !runs.isEmpty { throw ValidationError("--all and --runs can't be given together") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    var request = PushRequest()
    request.remote = remote
    request.scope = all ? .everything : runs.isEmpty ? .branch : .runs(runs)
    request.isDryRun = isDryRun
    let outcome = try session.watching("sending", total: nil, workspace) { try workspace.push(request) }
    if json {
      try session.show(json: SharingRendering.json(outcome, isDryRun: isDryRun), of: workspace)
    } else {
      try session.show(SharingRendering.text(outcome, isDryRun: isDryRun), of: workspace)
    }
    for line in SharingRendering.remarks(on: outcome.purged, remote: outcome.remote, isDryRun: isDryRun) {
      Output.say(line)
    }
    for problem in outcome.report.problems { Output.say("error: \(problem)") }
    SharingRendering.sayCure(for: outcome.report.problems)
    for path in outcome.unsent { Output.say("error: the bytes of '\(path)' are neither here nor in the remote") }
    if !outcome.unsent.isEmpty {
      Output.say("hint: 'mlt add' stores what still exists; 'mlt fsck' says what is lost")
      throw ExitCode(FailureReport.Status.notFound.rawValue)
    }
    if !outcome.report.problems.isEmpty { throw ExitCode(FailureReport.Status.corrupt.rawValue) }
  }
}
