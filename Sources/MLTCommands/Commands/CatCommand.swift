internal import ArgumentParser
internal import Glibc
internal import Lineage

struct CatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Write a file's bytes to stdout, as they are now or were in a run",
    discussion: """
      The bytes are checked against their content id; what can't be shown to be right is never written as if it were.

        mlt cat data/clean.csv@3f2a | head
        mlt cat 5f3a9c21
        mlt cat models:/wine@champion
      """)

  @Argument(help: "Path, PATH@RUN, content id or models:/VERSION", completion: .file())
  var pointer: String

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    try session.telling(workspace) {
      try workspace.readContents(of: pointer) { try Output.write($0, to: STDOUT_FILENO) }
    }
    session.tell(workspace)
  }
}
