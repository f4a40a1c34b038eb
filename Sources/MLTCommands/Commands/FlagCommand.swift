internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase

struct FlagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flag",
    abstract: "Say that files are wrong",
    discussion: """
      A flag is on a content: on copies of it too, and not on what comes after it at its path. A run stands for all its \
      outputs, and a folder that no run made as a whole for the files in it that runs have made. 'mlt status' lists flags, 'mlt log', 'mlt show' and 'mlt trace' mark what is flagged, and who pulls sees \
      them as well.

        mlt flag predictions.csv -m 'totals are off'
        mlt flag predictions.csv@3f2a
        mlt flag 3f2a
      """)

  @Argument(help: "Paths, PATH@RUN, run ids, content ids or URIs", completion: .file())
  var pointers: [String]

  @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
  var why: String?

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    try FlagText.show(try workspace.flag(pointers, why: why), "flagged", "is flagged already", session, workspace)
  }
}

struct UnflagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unflag",
    abstract: "Take back that files are wrong",
    discussion: """
      A run stands for all its outputs, a folder for the flagged files in it. The flag stays in 'mlt show --history'.

        mlt unflag predictions.csv -m 'the reference was wrong'
      """)

  @Argument(help: "Paths, PATH@RUN, run ids, content ids or URIs", completion: .file())
  var pointers: [String]

  @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
  var why: String?

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    try FlagText.show(try workspace.unflag(pointers, why: why), "unflagged", "isn't flagged", session, workspace)
  }
}

/// How flagging reads.
enum FlagText {
  static func show(
    _ report: FlagReport, _ done: String, _ unchanged: String, _ session: Session, _ workspace: Workspace
  ) throws {
    let rows = report.changed.map { [done, $0.content?.short ?? "", $0.path] }
    try session.show(Formatting.table(rows).map { $0 + "\n" }.joined(), of: workspace)
    for artifact in report.unchanged { Output.say("mlt: '\(artifact.path)' \(unchanged)") }
  }
}
