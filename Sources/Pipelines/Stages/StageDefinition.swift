public import MLTBase

/// What must be the same for a stage to be the same, beside the contents that it reads.
public struct StageDefinition: Hashable, Sendable {
  /// The commands.
  public var commands: [String]
  /// The folder, from the root.
  public var folder: String
  /// The parameters' values, by the file's path and the dotted key.
  public var parameters: [String: PipelineMap]

  /// Takes a stage and its parameters.
  public init(_ stage: Stage, _ parameters: [ParameterValues]) {
    commands = stage.command.texts
    folder = stage.folder
    self.parameters = Dictionary(parameters.map { ($0.location.text, $0.values) }, uniquingKeysWith: { $1 })
  }

  /// The definition as `docs/design/pipeline-format.md` has it.
  public var json: JSON {
    [
      "cmd": .array(commands.map { .string($0) }),
      "params": .object(JSONObject(parameters.mapValues { .object($0.json) })),
      "v": 1,
      "wdir": .string(folder),
    ]
  }

  /// The SHA-256 of the definition's canonical text.
  public var id: ContentID { ContentHasher.contentID(of: json.canonicalBytes) }
}
