internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct DuCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "du",
    abstract: "Show what takes the space in the store",
    discussion: """
      'own' is what nothing else uses: what would be freed without it. 'shared' is what others use, too; it is stored \
      once all the same. Sizes are those of the stored bytes, which are compressed; '--raw' shows them as they were.

        mlt du                    by component
        mlt du --by path data/    by path, below data/
      """)

  /// What the bytes are told apart by.
  enum Grouping: String, ExpressibleByArgument, CaseIterable {
    case component
    case path
  }

  @Option(name: .long, help: ArgumentHelp("Tell apart by component or path", valueName: "what"))
  var by = Grouping.component

  @Option(name: [.customShort("n", allowingJoined: true), .customLong("limit")], help: "At most this many lines")
  var limit: Int?

  @Flag(name: .long, help: "Show sizes before compression")
  var raw = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  @Argument(help: "Paths", completion: .file())
  var paths: [String] = []

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 up") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let report = try workspace.usage(by: by == .path ? .path : .component, of: paths)
    if json {
      try session.show(json: MaintenanceRendering.json(report, limit: limit), of: workspace)
    } else {
      let text = MaintenanceRendering.text(report, isRaw: raw, limit: limit, terminal: session.terminal)
      try session.show(text, of: workspace, paged: true)
    }
  }
}
