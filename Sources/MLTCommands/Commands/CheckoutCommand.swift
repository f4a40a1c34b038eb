internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase

struct CheckoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkout",
    abstract: "Put tracked files back as 'mlt.lock', a commit or a run has them",
    discussion: """
      Without paths, everything that is tracked: run it after 'git checkout', 'git pull' or 'git merge' has changed \
      'mlt.lock'. What was tracked before and isn't any more is then removed, if it is stored and still as mlt left it.

        mlt checkout
        mlt checkout data/clean.csv images/
        mlt checkout --from HEAD~3 data/clean.csv
        mlt checkout --from v1.0 --dry-run
        mlt checkout models/model.pkl@3f2a
        mlt checkout --run 3f2a models/
        mlt checkout models:/wine/Production --for prod
        mlt checkout models:/wine@champion -o deploy/model.pkl

      Only files that differ are written, each as a whole. If any file has content that isn't stored, nothing is done \
      and all such files are named; --force gives them up. 'mlt.lock' stays as it is: after '--from', 'mlt status' shows \
      what now differs from it, 'mlt checkout' goes back, and 'mlt add' keeps what was restored.
      """)

  @Argument(help: "Paths, PATH@RUN or models:/VERSION (default: all that is tracked)", completion: .file())
  var pointers: [String] = []

  @Option(
    name: [.customLong("from"), .customLong("source")],
    help: ArgumentHelp("Restore what this commit's 'mlt.lock' says", valueName: "revision"))
  var revision: String?

  @Option(
    name: .customLong("run"), help: "Restore what this run read or wrote at the paths (default: all that it wrote)")
  var runPointer: String?

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "Put the only thing named here instead", completion: .file()
  )
  var place: String?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("Refuse versions of models that 'policy.ENV' doesn't take", valueName: "env"))
  var environment: String?

  @Flag(name: [.short, .long], help: "Overwrite content that isn't stored")
  var force = false

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only show what would be done")
  var isDryRun = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if revision != nil, runPointer != nil { throw ValidationError("--from and --run can't be given together") }
    if place != nil, pointers.count != 1 || revision != nil || runPointer != nil {
      throw ValidationError("-o goes with one path, PATH@RUN or models:/VERSION")
    }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let source: CheckoutRequest.Source =
      revision.map { .revision($0) } ?? runPointer.map { .run($0) } ?? .lock
    var request = CheckoutRequest(pointers: pointers, source: source, isForced: force, isDryRun: isDryRun)
    request.place = place
    request.environment = environment
    let report = try session.watching("restoring", total: nil, workspace) { try workspace.checkout(request) }
    if json {
      try session.show(json: CheckoutRendering.json(report, isDryRun: isDryRun), of: workspace)
      return try checkAbsent(report)
    }
    try session.show(CheckoutRendering.text(report, isDryRun: isDryRun), of: workspace, paged: isDryRun)
    if report.restored.isEmpty, report.removed.isEmpty, report.absent.isEmpty || report.unchanged > 0 {
      Output.say("mlt: \(Formatting.count(report.unchanged, "path")) already as wanted")
    }
    try checkAbsent(report)
  }

  /// Fails if something that was asked for isn't to be had.
  private func checkAbsent(_ report: CheckoutReport) throws {
    for path in report.purged.prefix(10) { Output.say("warning: the bytes of '\(path.text)' were purged") }
    if report.purged.count > 10 { Output.say("warning: and those of \(report.purged.count - 10) more") }
    if report.absent.isEmpty { return }
    for entry in report.absent {
      Output.say("error: the bytes of '\(entry.path.text)' (\(entry.hash)) are not available")
    }
    Output.say("hint: get them with 'dvc pull', then run 'mlt import dvc' again")
    throw ExitCode(FailureReport.Status.notFound.rawValue)
  }
}
