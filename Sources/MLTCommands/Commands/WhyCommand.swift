internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Explain why something isn't what it was: find the first causes",
    usage: "mlt why [--full] [--json] <bad> [<good>]",
    discussion: """
      Follows both back side by side, run beside run, and tells where they begin to differ: which data, code, parameter, \
      package, command or hand-made change, before which everything is the same. What only follows from that is folded \
      away. The causes come first that explain most: what seldom changed before, and after which things began to look \
      unlike what they always were.

        mlt why predictions.csv                    against the version before
        mlt why predictions.csv yesterday          against what it was then
        mlt why predictions.csv predictions.csv@3f2a
        mlt why report.html HEAD~3                 against what that commit has
        mlt why 9c41 3f2a                          two runs of one component
        mlt why HEAD HEAD~1                        all that is tracked and differs

      Both can be a path, PATH@RUN, PATH@{yesterday}, PATH@{2026-11-20}, COMMIT:PATH, a run, a content id, a commit. \
      Without <good>, it is the last version before that had other content and isn't flagged. A folder that several \
      runs made, or that git keeps, is explained file by file.

      'mlt diff' compares two versions without following them back, 'mlt bisect' tries out which of several causes it is.
      """)

  @Argument(help: "What is wrong", completion: .file())
  var bad: String

  @Argument(help: "What is right", completion: .file())
  var good: String?

  @Flag(name: .long, help: "Also show all else that differs, and what follows from what")
  var full = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let report = try workspace.why(WhyRequest(bad: bad, good: good, isFull: full))
    if json {
      try session.show(json: WhyJSON.json(report), of: workspace)
    } else {
      try session.show(
        WhyRendering(report, workspace, terminal: session.terminal, isFull: full).text, of: workspace, paged: true)
    }
  }
}
