internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show which tracked files differ between lock file, work tree, commits or runs",
    usage: "mlt diff [--name-only | --stat | --json] [--exit-code] [<version> [<version>]] [--] [<path> ...]",
    discussion: """
      Without versions: what has changed in the work tree since 'mlt.lock' was written. With one: what has changed in the \
      work tree since that commit or run. With two: what changed from the first to the second. A commit stands for what its \
      'mlt.lock' says, a run for what it wrote and what it read.

        mlt diff
        mlt diff HEAD~3 -- data/
        mlt diff v1.0..v1.1 --stat
        mlt diff 3f2a 9c41

      Folders are looked into: each file in them that is new, gone, changed or renamed has its line. A version is whatever \
      'git rev-parse' takes, or the beginning of a run's id. Write a path that looks like one as './NAME', or behind '--'.
      """)

  @Argument(help: "Up to two commits or runs, or A..B; then the paths to look at", completion: .file())
  var arguments: [String] = []

  @Flag(name: .customLong("name-only"), help: "Only the paths, one a line")
  var namesOnly = false

  @Flag(name: .long, help: "Only figures for each tracked path")
  var stat = false

  @Flag(name: .customLong("exit-code"), help: "Exit with 1 if anything differs")
  var usesExitCode = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if [namesOnly, stat, json].filter({ $0 }).count > 1 {
      throw ValidationError("only one of --name-only, --stat and --json can be given")
    }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    // The parser drops the '--' and doesn't say where it stood.
    let paths = min(CommandLineEntry.countBehindTerminator, arguments.count)
    let report = try workspace.diff(
      DiffRequest(arguments: arguments.dropLast(paths), paths: arguments.suffix(paths)))
    if json {
      try session.show(json: DiffRendering.json(report), of: workspace)
    } else if namesOnly {
      try session.show(DiffRendering.names(report), of: workspace, paged: true)
    } else if stat {
      try session.show(DiffRendering.figures(report, terminal: session.terminal), of: workspace, paged: true)
    } else {
      try session.show(DiffRendering.text(report, terminal: session.terminal), of: workspace, paged: true)
    }
    if usesExitCode, !report.isEmpty { throw ExitCode(1) }
  }
}
