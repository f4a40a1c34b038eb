internal import ArgumentParser
internal import Glibc
internal import Lineage
internal import MLTBase
internal import SystemPackage

struct NoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note",
    abstract: "Describe a run or artifact, or show its description",
    discussion: """
      A description is text in Markdown. A new one takes the place of the one before, which stays in \
      'mlt show --history'. That of a file holds for its content, not for what comes after it at its path.

        mlt note 3f2a -m 'Trained on the cleaned data'
        mlt note models/model.pkl -F CARD.md
        mlt note models/model.pkl
        mlt note -m 'With the new labels'

      Inside 'mlt run' the last describes the run that goes on.
      """)

  @Argument(help: "Path, PATH@RUN, run id or content id (default: the run that this is a part of)", completion: .file())
  var pointer: String?

  @Option(name: [.customShort("m"), .customLong("message")], help: "The description; a paragraph if repeated")
  var messages: [String] = []

  @Option(
    name: [.customShort("F"), .long], help: "File to take the description from, '-' for stdin", completion: .file())
  var file: String?

  @Flag(name: [.customShort("d"), .long], help: "Take the description away")
  var delete = false

  @Flag(name: .long, help: "Print JSON: the description that there is afterwards")
  var json = false

  private static let limit = 1 << 20

  func validate() throws {
    if [!messages.isEmpty, file != nil, delete].filter({ $0 }).count > 1 {
      throw ValidationError("only one of -m, -F and --delete can be given")
    }
    if !messages.isEmpty, text(messages.joined()).isEmpty {
      throw ValidationError("an empty description says nothing; --delete takes it away")
    }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let pointer = try pointer ?? workspace.runSpeaking(nil).hex
    let isChange = !messages.isEmpty || file != nil || delete
    let target =
      try isChange ? workspace.note(pointer, description(session)) : workspace.target(of: pointer)
    let note = try workspace.note(of: target)
    if json {
      try session.show(json: ["format": 1, "note": note.map { .string($0) } ?? .null], of: workspace)
    } else if isChange {
      try session.show(
        "\(note == nil ? "undescribed" : "described")  \(ChangeRendering.name(of: target))\n", of: workspace)
    } else if let note {
      try session.show(note + "\n", of: workspace, paged: true)
    }
  }

  private func description(_ session: Session) throws -> String {
    if delete { return "" }
    guard let file else { return messages.map(text).joined(separator: "\n\n") }
    let path = file == "-" ? FilePath("/dev/stdin") : session.context.directory.pushing(FilePath(file))
    guard let bytes = try FileOperations.contents(of: path, limit: Self.limit) else {
      throw WorkspaceError.missingFile(file)
    }
    guard let contents = String(validating: bytes, as: UTF8.self) else {
      throw ValidationError("'\(file)' is no text in UTF-8")
    }
    let description = text(contents)
    if description.isEmpty { throw ValidationError("'\(file)' is empty; --delete takes a description away") }
    return description
  }

  // Without empty lines around it.
  private func text(_ contents: String) -> String {
    let lines = contents.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }
    let trimmed = lines.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return trimmed.joined(separator: "\n")
  }
}
