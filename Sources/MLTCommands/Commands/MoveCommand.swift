internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct MoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mv",
    abstract: "Move or rename a tracked file or folder",
    discussion: """
      Renames it in the work tree, in 'mlt.lock' and in the '.gitignore' beside it. Files move into tracked folders, out of \
      them, and within them; nothing is ever overwritten.

        mlt mv data/raw.csv data/raw-2024.csv
        mlt mv data/raw.csv archive/
        mlt mv images/draft images/final
      """)

  @Argument(help: "What to move", completion: .file())
  var source: String

  @Argument(help: "Its new path, or a folder to move it into", completion: .file())
  var destination: String

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let moved = try workspace.move(source, to: destination)
    if json {
      try session.show(
        json: [
          "format": 1,
          "moved": .array(moved.map { ["from": .string($0.from.text), "to": DiffRendering.version($0.to)] }),
        ], of: workspace)
      return
    }
    try session.show(moved.map { "moved  \($0.from.text) → \($0.to.path.text)\n" }.joined(), of: workspace)
  }
}
