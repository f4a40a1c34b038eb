internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show all that is known of a run, file or content",
    discussion: """
      Of a run: command, git state, parameters, inputs, outputs, environment and what it cost. Of a file or content: \
      where it came from, the versions its path had, and who read it.
      """)

  @Argument(help: "Path, PATH@RUN, run id or content id", completion: .file())
  var pointer: String

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let report = try workspace.show(pointer)
    if json {
      try session.show(json: ShowRendering.json(report), of: workspace)
    } else {
      try session.show(ShowRendering.text(report, terminal: session.terminal), of: workspace, paged: true)
    }
  }
}
