/// A JSON value, in the form that events keep: whole numbers apart from others, members in a fixed order.
public enum JSON: Hashable, Sendable {
  /// The literal `null`.
  case null
  /// The literals `true` and `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case int(Int64)
  /// Any other number; always finite.
  case double(Double)
  /// A string of valid Unicode.
  case string(String)
  /// A sequence of values.
  case array([JSON])
  /// Members by key.
  case object(JSONObject)
}

/// The members of a JSON object, sorted by the UTF-8 bytes of their keys, each key once.
public struct JSONObject: Hashable, Sendable {
  /// One member: key and value.
  public struct Member: Hashable, Sendable {
    /// The member's key.
    public let key: String
    /// The member's value.
    public var value: JSON
  }

  /// The members in order.
  public private(set) var members: [Member] = []

  /// Makes an object without members.
  public init() {}

  /// Takes members that are already sorted and distinct, as the parser and tests have them.
  package init(sorted members: [Member]) {
    self.members = members
  }

  /// Takes the members of a dictionary.
  public init(_ dictionary: [String: JSON]) {
    members = dictionary.map { Member(key: $0.key, value: $0.value) }.sorted { Self.precedes($0.key, $1.key) }
  }

  /// Tells whether one key comes before another, by UTF-8 bytes.
  package static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private func position(of key: String) -> (index: Int, found: Bool) {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if Self.precedes(members[middle].key, key) { low = middle + 1 } else { high = middle }
    }
    // Byte equality, not ==: two spellings of one accented letter are two keys.
    let found = low < members.count && members[low].key.utf8.elementsEqual(key.utf8)
    return (low, found)
  }

  /// The value of a member, nil if there is none; setting nil removes the member.
  public subscript(key: String) -> JSON? {
    get {
      let (index, found) = position(of: key)
      return found ? members[index].value : nil
    }
    set {
      let (index, found) = position(of: key)
      switch (newValue, found) {
      case (let value?, true): members[index].value = value
      case (let value?, false): members.insert(Member(key: key, value: value), at: index)
      case (nil, true): members.remove(at: index)
      case (nil, false): break
      }
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Takes members as written; the last of equal keys wins.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Makes a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Makes a whole number.
  public init(integerLiteral value: Int64) { self = .int(value) }
  /// Makes a truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Makes an array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// Makes an object; the last of equal keys wins.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(Dictionary(elements, uniquingKeysWith: { $1 })))
  }
}

extension JSON {
  /// The string, if it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The whole number, if it is one.
  public var int: Int64? { if case .int(let value) = self { value } else { nil } }
  /// The number, whole or not, if it is one.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }
  /// The truth value, if it is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements, if it is an array.
  public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  /// The members, if it is an object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// A member of an object; nil if there is none or this isn't an object.
  public subscript(key: String) -> JSON? { object?[key] }
}
