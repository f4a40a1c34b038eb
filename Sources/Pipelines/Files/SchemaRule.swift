/// What a value of a pipeline file must be, before templates are replaced.
indirect enum SchemaRule: Sendable {
  case anything
  case nothing
  case text
  case flag
  /// A list of values that are alike.
  case list(SchemaRule)
  /// A mapping with chosen keys.
  case record([String: SchemaRule], required: [String] = [])
  /// Any mapping.
  case mapping
  /// A mapping with any keys that are text.
  case named(SchemaRule)
  /// The first of several that fits in kind.
  case either([SchemaRule])

  /// Checks a value and all its parts.
  func check(_ value: LocatedValue, field: String, file: String) throws(PipelineProblem) {
    switch (self, value.content) {
    case (.anything, _), (.nothing, .scalar(.null)), (.text, .scalar(.string)), (.flag, .scalar(.bool)),
      (.mapping, .map):
      break
    case (.list(let rule), .list(let elements)):
      for element in elements { try rule.check(element, field: field, file: file) }
    case (.named(let rule), .map(let members)):
      for member in members {
        guard let name = member.name else {
          throw PipelineProblem(
            file: file, at: member.key.position, .unexpected(field: field, expected: "a mapping with texts as keys"))
        }
        try rule.check(member.value, field: name, file: file)
      }
    case (.record(let rules, let required), .map(let members)):
      for member in members {
        guard let name = member.name, let rule = rules[name] else {
          throw PipelineProblem(
            file: file, at: member.key.position, .unknownKey(member.key.value.pythonText ?? ""))
        }
        try rule.check(member.value, field: name, file: file)
      }
      for key in required where value[key] == nil {
        throw PipelineProblem(file: file, at: value.position, .missingKey(key))
      }
    case (.either(let rules), _):
      guard let rule = rules.first(where: { $0.fits(value) }) else { throw unexpected(value, field, file) }
      try rule.check(value, field: field, file: file)
    default: throw unexpected(value, field, file)
    }
  }

  private func unexpected(_ value: LocatedValue, _ field: String, _ file: String) -> PipelineProblem {
    PipelineProblem(file: file, at: value.position, .unexpected(field: field, expected: words))
  }

  // Whether the value is of the kind, whatever its parts.
  private func fits(_ value: LocatedValue) -> Bool {
    switch (self, value.content) {
    case (.anything, _), (.nothing, .scalar(.null)), (.text, .scalar(.string)), (.flag, .scalar(.bool)),
      (.list, .list), (.record, .map), (.named, .map), (.mapping, .map):
      true
    case (.either(let rules), _): rules.contains { $0.fits(value) }
    default: false
    }
  }

  private var words: String {
    switch self {
    case .anything: "anything"
    case .nothing: "nothing"
    case .text: "text"
    case .flag: "true or false"
    case .list: "a list"
    case .record, .named, .mapping: "a mapping"
    case .either(let rules): rules.map(\.words).joined(separator: " or ")
    }
  }
}
