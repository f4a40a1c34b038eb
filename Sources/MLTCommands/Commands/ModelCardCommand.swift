internal import ArgumentParser
internal import Lineage

struct ModelCardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "card", abstract: "Write the review document of a version",
    discussion: """
      It has what somebody needs who is to approve of it: use case, data with their contents, lineage, code and commit, \
      parameters, metrics, the comparison with production and with other tries, packages, whether it was made again, open flags \
      and reviews. HTML is one file without scripts, and with nothing from elsewhere.

        mlt model card wine/3 -o card.md
        mlt model card wine/3 --html -o card.html
      """)

  @Argument(help: "VERSION")
  var version: String

  @Option(name: [.customShort("o"), .customLong("output")], help: "File (default: stdout)", completion: .file())
  var output: String?

  @Flag(name: .long, help: "Write HTML (default: Markdown)")
  var html = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let document = ModelCardRendering.document(try workspace.modelCard(version))
    let text = html ? document.html : document.markdown
    guard let output else { return try session.show(text, of: workspace) }
    try OutputFile.write(text, to: output, session)
    session.tell(workspace)
  }
}
