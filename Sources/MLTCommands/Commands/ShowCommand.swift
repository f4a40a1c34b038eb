internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show all that is known of a run, file or content",
    discussion: """
      Of a run: command, git state, parameters, inputs, outputs, environment and what it cost. Of a file or content: \
      where it came from, the versions its path had, and who read it. Tags, notes and flags stand with both.

      --history lists instead all tags, notes and flags that were ever given, by whom, when and why, the latest first; \
      '*' marks those that hold. Of a path it tells of all versions. A component's name will do, too.

        mlt show models/model.pkl
        mlt show --history models/model.pkl
      """)

  @Argument(help: "Path, PATH@RUN, run id or content id; with --history also a component", completion: .file())
  var pointer: String

  @Flag(name: .long, help: "Print JSON")
  var json = false

  @Flag(name: .long, help: "List what was said by hand: tags, notes, flags and descriptions")
  var history = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    if history {
      return try ChangeRendering.show(try workspace.history(of: pointer), asJSON: json, session, workspace)
    }
    let report = try workspace.show(pointer)
    if json {
      try session.show(json: ShowRendering.json(report), of: workspace)
    } else {
      try session.show(ShowRendering.text(report, terminal: session.terminal), of: workspace, paged: true)
    }
  }
}
