internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import Remotes

struct FetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Get recorded facts from a remote, and the bytes of what is named",
    discussion: """
      Facts always come: 'mlt log' and 'mlt trace' then tell of everyone's runs. Bytes come as asked for. Files in the \
      work tree stay as they are.

        mlt fetch                       facts only
        mlt fetch origin models/a.pkl   and the bytes of a path, a run or a content id
        mlt fetch --all                 and all bytes that anything refers to
      """)

  @Argument(help: "Remote (default: the only one, 'origin', or 'mlt remote default')")
  var remote: String?

  @Argument(help: "Paths, runs or content ids", completion: .file())
  var pointers: [String] = []

  @Flag(name: .long, help: "Get all bytes that any run or lock file refers to")
  var all = false

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only say what facts there are to get")
  var isDryRun = false

  @Flag(
    inversion: .prefixedNo,
    help: "Take bytes only if all runs behind them are signed (default: setting 'pull.requireSigned')")
  var requireSigned: Bool?

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if all, !pointers.isEmpty { throw ValidationError("--all takes no paths") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    var request = FetchRequest(all ? .everything : pointers.isEmpty ? .facts : .pointers(pointers))
    request.remote = remote
    request.requiresSigned = requireSigned
    request.isDryRun = isDryRun
    let outcome = try session.watching("receiving", total: nil, workspace) { try workspace.fetch(request) }
    if json {
      try session.show(json: SharingRendering.json(outcome, isDryRun: isDryRun), of: workspace)
    } else {
      try session.show(SharingRendering.text(outcome, isDryRun: isDryRun), of: workspace)
    }
    try SharingRendering.sayProblems(of: outcome)
    if !pointers.isEmpty, !outcome.bytes.missing.isEmpty {
      for content in outcome.bytes.missing {
        Output.say("error: remote '\(outcome.remote)' doesn't have \(content.short)")
      }
      throw ExitCode(FailureReport.Status.notFound.rawValue)
    }
  }
}
