internal import Journaling
internal import MLTBase
internal import Pipelines

/// What must be the same for a run to be one of what a stage declares now.
struct StageIdentity {
  /// The stage as its runs note it.
  let run: RunStage
  /// The definition, credentials redacted.
  let definition: JSON
  /// The parameters by name, as a run records them; of other files than `params.yaml` the name begins with the file's.
  let parameters: [String: String]

  init(_ stage: Stage, _ values: [ParameterValues], _ redaction: Redaction) {
    definition = redaction.json(StageDefinition(stage, values).json)
    run = RunStage(file: PathText.encode(stage.id.file.utf8), name: stage.id.name, definition: definition)
    var parameters: [String: String] = [:]
    for file in values {
      let prefix = file.location.text.split(separator: "/").last == "params.yaml" ? "" : file.location.text + ":"
      Self.flatten(.map(file.values), prefix, isFirst: true, &parameters)
    }
    self.parameters = parameters
  }

  private static func flatten(_ value: PipelineValue, _ name: String, isFirst: Bool, _ all: inout [String: String]) {
    guard all.count < 1000 else { return }
    switch value {
    case .map(let map) where !map.members.isEmpty:
      for member in map.members {
        flatten(member.value, isFirst ? name + member.key : name + "." + member.key, isFirst: false, &all)
      }
    case .string(let text): all[name] = text
    default: all[name] = value.json.canonicalText
    }
  }
}

extension Redaction {
  /// Returns a value without credentials.
  func json(_ value: JSON) -> JSON {
    switch value {
    case .string(let text): .string(self.text(text))
    case .array(let elements): .array(elements.map(json))
    case .object(let object):
      .object(
        JSONObject(
          Dictionary(
            object.members.map { member in
              if Self.isTelling(member.key), case .string(let text) = member.value, !text.isEmpty {
                return (member.key, JSON.string(Self.mask))
              }
              return (member.key, json(member.value))
            }, uniquingKeysWith: { $1 })))
    default: value
    }
  }
}
