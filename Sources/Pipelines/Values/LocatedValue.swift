/// A value with the places where its parts are written.
struct LocatedValue {
  /// What is there.
  indirect enum Content {
    case scalar(PipelineValue)
    case list([LocatedValue])
    case map([Member])
  }

  /// One member of a mapping; the key is a scalar.
  struct Member {
    var key: LocatedValue
    var value: LocatedValue

    /// The key, if it is text.
    var name: String? { key.string }
  }

  var position: SourcePosition
  var content: Content

  /// The text, if it is one.
  var string: String? { if case .scalar(.string(let text)) = content { text } else { nil } }
  /// The elements, if it is a list.
  var elements: [LocatedValue]? { if case .list(let elements) = content { elements } else { nil } }
  /// The members, if it is a mapping.
  var members: [Member]? { if case .map(let members) = content { members } else { nil } }
  /// Whether it is nothing.
  var isNull: Bool { if case .scalar(.null) = content { true } else { false } }

  /// The member with a text for a key.
  subscript(key: String) -> LocatedValue? {
    members?.last { $0.name == key }?.value
  }

  /// The value without places.
  var value: PipelineValue {
    switch content {
    case .scalar(let value): return value
    case .list(let elements): return .list(elements.map(\.value))
    case .map(let members):
      var map = PipelineMap()
      for member in members {
        let key = member.key.value
        map.set(
          PipelineMap.Member(key: key.pythonText ?? "", isText: key.string != nil, value: member.value.value))
      }
      return .map(map)
    }
  }

  /// The parts of a value, all at one place.
  init(_ value: PipelineValue, at position: SourcePosition) {
    self.position = position
    switch value {
    case .list(let values): content = .list(values.map { LocatedValue($0, at: position) })
    case .map(let map):
      content = .map(
        map.members.map { member in
          Member(
            key: LocatedValue(.string(member.key), at: position), value: LocatedValue(member.value, at: position))
        })
    default: content = .scalar(value)
    }
  }

  init(_ content: Content, at position: SourcePosition) {
    self.position = position
    self.content = content
  }
}
