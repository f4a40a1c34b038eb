public import MLTBase

extension PipelineValue {
  /// The value as JSON, in the way of `docs/design/pipeline-format.md`; different values have different texts.
  public var json: JSON {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .largeInt(let digits): ["$int": .string(digits)]
    case .double(let value): value.isFinite ? .double(value) : ["$float": .string(Self.pythonText(value))]
    case .string(let text): .string(text)
    case .time(let text): ["$time": .string(text)]
    case .list(let values): .array(values.map(\.json))
    case .map(let map): .object(map.json)
    }
  }
}

extension PipelineMap {
  var json: JSONObject {
    JSONObject(
      Dictionary(
        members.map { member in
          let key = member.isText ? (member.key.hasPrefix("$") ? "$" : "") + member.key : "$key:" + member.key
          return (key, member.value.json)
        }, uniquingKeysWith: { $1 }))
  }
}
