/// A value of a pipeline or parameter file.
public enum PipelineValue: Hashable, Sendable {
  /// Nothing.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case int(Int64)
  /// A whole number beyond 64 bits: its decimal digits, perhaps with a minus sign.
  case largeInt(String)
  /// Any other number, infinities and no number included.
  case double(Double)
  /// Text.
  case string(String)
  /// A date or a time, as Python prints it.
  case time(String)
  /// A sequence.
  case list([PipelineValue])
  /// A mapping.
  case map(PipelineMap)

  /// What kind of value it is, for messages.
  var kind: String {
    switch self {
    case .null: "nothing"
    case .bool: "a truth value"
    case .int, .largeInt, .double: "a number"
    case .string: "text"
    case .time: "a time"
    case .list: "a list"
    case .map: "a mapping"
    }
  }

  /// The text, if it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The members, if it is a mapping.
  public var map: PipelineMap? { if case .map(let value) = self { value } else { nil } }

  /// Whether it is neither a list nor a mapping.
  var isScalar: Bool {
    switch self {
    case .list, .map: false
    default: true
    }
  }

  /// The value at a dotted path (`train.layers.0`); nil if there is none.
  public subscript(path path: String) -> PipelineValue? {
    var value = self
    for name in path.drop(while: { $0 == "." }).split(separator: ".", omittingEmptySubsequences: false) {
      switch value {
      case .map(let map):
        guard let member = map.member(String(name)) else { return nil }
        value = member
      case .list(let list):
        guard let number = Int(name), String(number) == name else { return nil }
        let index = number < 0 ? list.count + number : number
        guard list.indices.contains(index) else { return nil }
        value = list[index]
      default: return nil
      }
    }
    return value
  }
}

/// The members of a mapping in the order in which they are written.
public struct PipelineMap: Hashable, Sendable {
  /// One member.
  public struct Member: Hashable, Sendable {
    /// The key, a scalar, as Python prints it.
    public let key: String
    /// Whether the key is text, not something that only looks like it here.
    public let isText: Bool
    /// The value.
    public var value: PipelineValue

    /// Takes key and value.
    public init(key: String, isText: Bool = true, value: PipelineValue) {
      self.key = key
      self.isText = isText
      self.value = value
    }
  }

  /// The members, each key once.
  public private(set) var members: [Member] = []
  private var positions: [Key: Int] = [:]

  private struct Key: Hashable {
    var text: String
    var isText: Bool
  }

  /// Makes a mapping without members.
  public init() {}

  /// The value of a key that is text; setting adds or replaces, and nil changes nothing.
  public subscript(key: String) -> PipelineValue? {
    get { positions[Key(text: key, isText: true)].map { members[$0].value } }
    set { if let newValue { set(Member(key: key, value: newValue)) } }
  }

  /// The value of a key that is text, or looks like it.
  func member(_ key: String) -> PipelineValue? {
    self[key] ?? positions[Key(text: key, isText: false)].map { members[$0].value }
  }

  /// Adds a member or replaces the one with its key.
  public mutating func set(_ member: Member) {
    let key = Key(text: member.key, isText: member.isText)
    if let position = positions[key] {
      members[position].value = member.value
    } else {
      positions[key] = members.count
      members.append(member)
    }
  }

  /// Whether the members are the same, in the same order.
  public static func == (left: PipelineMap, right: PipelineMap) -> Bool { left.members == right.members }

  /// Takes in the members.
  public func hash(into hasher: inout Hasher) { hasher.combine(members) }
}
