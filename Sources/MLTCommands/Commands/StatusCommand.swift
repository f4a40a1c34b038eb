internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what differs from 'mlt.lock' and which outputs are out of date",
    discussion: """
      A tracked path differs when other content stands there than 'mlt.lock' says. An output is out of date when \
      something that its run read has other content now, or when the run that made an input is itself out of date.

        mlt status
        mlt status -v data/
        mlt status --exit-code || mlt diff --stat

      Nothing is read that hasn't been touched since it was last looked at. 'mlt diff' shows more.
      """)

  @Flag(name: .customLong("exit-code"), help: "Exit with 1 if anything differs or is out of date")
  var usesExitCode = false

  @Flag(name: [.short, .long], help: "List the files that differ in folders, and all flags")
  var verbose = false

  @Argument(help: "Only these paths, and what lies below them", completion: .file())
  var paths: [String] = []

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let report = try workspace.status(of: paths)
    if json {
      try session.show(json: StatusRendering.json(report), of: workspace)
    } else {
      try session.show(
        StatusRendering.text(report, verbose: verbose, terminal: session.terminal), of: workspace)
    }
    if usesExitCode, !report.isClean { throw ExitCode(1) }
  }
}
