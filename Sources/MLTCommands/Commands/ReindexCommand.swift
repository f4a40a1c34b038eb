internal import ArgumentParser
internal import Lineage

struct ReindexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reindex",
    abstract: "Make the index anew from the journal",
    discussion: """
      The index is a view of the journal and is made of itself when it is missing or damaged; this does so in any case. \
      What files were found to hold is forgotten with it, so that the next 'mlt status' reads them once more.
      """)

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    try workspace.reindex()
    session.tell(workspace)
  }
}
