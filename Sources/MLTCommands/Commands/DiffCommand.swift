internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show how lock file, work tree, commits, runs or files differ",
    usage: """
      mlt diff [-p] [--name-only | --stat | --json] [--exit-code] [<version> [<version>]] [--] [<path> ...]
             mlt diff [--pair] <file> <file>
      """,
    discussion: """
      Without versions: what has changed in the work tree since 'mlt.lock' was written. With one: what has changed in the \
      work tree since that commit or run. With two: what changed from the first to the second. A commit stands for what its \
      'mlt.lock' says, a run for what it wrote and what it read.

        mlt diff
        mlt diff HEAD~3 -- data/
        mlt diff v1.0..v1.1 --stat
        mlt diff 3f2a 9c41

      With -p also how contents differ: tables by rows, columns and cells, text and notebooks by lines, JSON by keys, images by \
      pixels. Two runs are also compared by parameters, packages and command. Two versions of one file, or any two files:

        mlt diff data.csv@3f2a data.csv@9c41
        mlt diff data.csv@{yesterday}
        mlt diff HEAD~3:data.csv data.csv
        mlt diff --pair a.csv b.csv

      Folders are looked into: each file in them that is new, gone, changed or renamed has its line. A version is whatever \
      'git rev-parse' takes, or the beginning of a run's id. Write a path that looks like one as './NAME', or behind '--'.
      """)

  @Argument(help: "Up to two commits or runs, or A..B; then the paths to look at", completion: .file())
  var arguments: [String] = []

  @Flag(name: [.customShort("p"), .customLong("patch")], help: "Show how the contents of files differ")
  var patch = false

  @Flag(name: .long, help: "The two arguments are files to be compared with each other")
  var pair = false

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
    if pair, arguments.count != 2 { throw ValidationError("--pair takes two files") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    // The parser drops the '--' and doesn't say where it stood.
    let paths = min(CommandLineEntry.countBehindTerminator, arguments.count)
    var request = DiffRequest(arguments: arguments.dropLast(paths), paths: arguments.suffix(paths))
    request.comparesContents = patch
    request.isPair = pair
    let report = try workspace.diff(request)
    if json {
      try session.show(json: DiffRendering.json(report), of: workspace)
    } else if namesOnly {
      try session.show(DiffRendering.names(report), of: workspace, paged: true)
    } else if stat {
      try session.show(DiffRendering.figures(report, terminal: session.terminal), of: workspace, paged: true)
    } else {
      try session.show(DiffRendering.text(report, terminal: session.terminal), of: workspace, paged: true)
    }
    if report.isEmpty, !pair, !json, arguments.count == 2, arguments.allSatisfy({ workspace.isPresent($0) }) {
      Output.say(
        "hint: each is compared with 'mlt.lock'; with each other by 'mlt diff --pair "
          + "\(arguments.map(Formatting.word).joined(separator: " "))'")
    }
    if usesExitCode, !report.isEmpty { throw ExitCode(1) }
  }
}
