internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase

struct CheckoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkout",
    abstract: "Put tracked files back as 'mlt.lock' or a run has them",
    discussion: """
      Without paths, everything that is tracked. Content that isn't stored is never overwritten unless forced.

        mlt checkout
        mlt checkout data/clean.csv
        mlt checkout models/model.pkl@3f2a
        mlt checkout --run 3f2a models/
      """)

  @Argument(help: "Paths, or PATH@RUN (default: all that is tracked)", completion: .file())
  var pointers: [String] = []

  @Option(
    name: .customLong("run"), help: "Restore what this run read or wrote at the paths (default: all that it wrote)")
  var runPointer: String?

  @Flag(name: [.short, .long], help: "Overwrite content that isn't stored")
  var force = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let report = try workspace.checkout(CheckoutRequest(pointers: pointers, run: runPointer, isForced: force))
    if json {
      try session.show(
        json: [
          "format": 1, "restored": .array(report.restored.map { .object($0.fields) }),
          "unchanged": .int(Int64(report.unchanged)),
          "absent": .array(report.absent.map { .string($0.path.text) }),
        ], of: workspace)
      return try checkAbsent(report)
    }
    let lines = report.restored.map { "restored  \($0.content?.short ?? "")  \($0.path)\n" }
    try session.show(lines.joined(), of: workspace)
    if report.restored.isEmpty, report.absent.isEmpty || report.unchanged > 0 {
      Output.say("mlt: \(Formatting.count(report.unchanged, "path")) already as wanted")
    }
    try checkAbsent(report)
  }

  /// Fails if something that was asked for isn't to be had.
  private func checkAbsent(_ report: CheckoutReport) throws {
    if report.absent.isEmpty { return }
    for entry in report.absent {
      Output.say("error: the bytes of '\(entry.path.text)' (\(entry.hash)) are not available")
    }
    Output.say("hint: get them with 'dvc pull', then run 'mlt import dvc' again")
    throw ExitCode(FailureReport.Status.notFound.rawValue)
  }
}
