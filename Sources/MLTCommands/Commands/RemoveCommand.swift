internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct RemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Stop tracking files and remove them from the work tree",
    discussion: """
      Takes the paths out of 'mlt.lock' and out of the '.gitignore' beside them. The store keeps their bytes, so that \
      earlier commits and runs can still be checked out. A file in a tracked folder is taken out of the folder.

        mlt rm data/old.csv
        mlt rm -r images 'data/*.csv'
        mlt rm --cached notes.txt
        mlt checkout --from HEAD data/old.csv

      A file whose content isn't stored is only removed with --force. With --cached files stay where they are, and git \
      sees them again.
      """)

  @Argument(help: "Tracked files, folders, or patterns in quotes", completion: .file())
  var paths: [String]

  @Flag(name: .long, help: "Leave the files where they are")
  var cached = false

  @Flag(name: [.customShort("r"), .customLong("recursive")], help: "Allow folders to be named")
  var recursive = false

  @Flag(name: [.short, .long], help: "Remove content that isn't stored")
  var force = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let removed = try workspace.remove(
      RemoveRequest(paths: paths, keepsFiles: cached, isRecursive: recursive, isForced: force))
    if json {
      try session.show(
        json: [
          "format": 1, "kept": .bool(cached), "removed": .array(removed.map { DiffRendering.version($0) }),
        ], of: workspace)
      return
    }
    let verb = cached ? "untracked" : "removed"
    let rows = removed.map { [verb, $0.content.short, Formatting.size($0.size), $0.path.text] }
    try session.show(Formatting.table(rows).map { $0 + "\n" }.joined(), of: workspace)
  }
}
