public import MLTBase

/// One kind of event: what its type is called and how its fields are written.
///
/// Readers keep fields they don't know in the event itself; a fact holds just those that this version understands.
public protocol Fact: Sendable {
  /// The event type, as `run.started`.
  static var type: String { get }

  /// The type's own fields, without those that every event has.
  var fields: JSONObject { get }

  /// Reads the type's own fields, ignoring those it doesn't know.
  init(fields: JSONObject) throws(FactError)
}

/// A field of an event that is missing or isn't what its type demands.
public struct FactError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The field's name, with dots for fields inside fields.
  public let field: String

  /// Names the field.
  public init(_ field: String) {
    self.field = field
  }

  /// A lower-case phrase for messages.
  public var description: String { "field '\(field)' is missing or malformed" }
}

/// Reads typed fields of an object, naming the one that fails.
package struct FieldReader {
  let fields: JSONObject

  package init(_ fields: JSONObject) {
    self.fields = fields
  }

  package func string(_ name: String) throws(FactError) -> String {
    guard let value = fields[name]?.string else { throw FactError(name) }
    return value
  }

  package func optionalString(_ name: String) throws(FactError) -> String? {
    guard let value = fields[name] else { return nil }
    guard let text = value.string else { throw FactError(name) }
    return text
  }

  package func int(_ name: String, default missing: Int64) throws(FactError) -> Int64 {
    guard let value = fields[name] else { return missing }
    guard let number = value.int else { throw FactError(name) }
    return number
  }

  package func flag(_ name: String) throws(FactError) -> Bool {
    guard let value = fields[name] else { return false }
    guard let flag = value.bool else { throw FactError(name) }
    return flag
  }

  package func runID(_ name: String) throws(FactError) -> RunID {
    guard let id = RunID(hex: try string(name)) else { throw FactError(name) }
    return id
  }

  package func contentID(_ name: String) throws(FactError) -> ContentID? {
    guard let text = try optionalString(name) else { return nil }
    guard let id = ContentID(hex: text) else { throw FactError(name) }
    return id
  }

  package func time(_ name: String) throws(FactError) -> Timestamp? {
    guard let text = try optionalString(name) else { return nil }
    guard let time = Timestamp(text) else { throw FactError(name) }
    return time
  }

  package func strings(_ name: String) throws(FactError) -> [String] {
    guard let value = fields[name] else { return [] }
    guard let values = value.array else { throw FactError(name) }
    var strings: [String] = []
    for value in values {
      guard let string = value.string else { throw FactError(name) }
      strings.append(string)
    }
    return strings
  }

  package func stringMap(_ name: String) throws(FactError) -> [String: String] {
    guard let value = fields[name] else { return [:] }
    guard let object = value.object else { throw FactError(name) }
    var map: [String: String] = [:]
    for member in object.members {
      guard let string = member.value.string else { throw FactError(name + "." + member.key) }
      // Keys that Unicode holds equal are one to Swift: rather say so than lose one of them.
      guard map.updateValue(string, forKey: member.key) == nil else { throw FactError(name + "." + member.key) }
    }
    return map
  }

  package func objects<Element>(
    _ name: String, _ make: (FieldReader) throws(FactError) -> Element
  ) throws(FactError) -> [Element] {
    guard let value = fields[name] else { return [] }
    guard let values = value.array else { throw FactError(name) }
    var elements: [Element] = []
    for value in values {
      guard let object = value.object else { throw FactError(name) }
      do {
        elements.append(try make(FieldReader(object)))
      } catch {
        throw FactError(name + "." + error.field)
      }
    }
    return elements
  }

  package func object(_ name: String) throws(FactError) -> FieldReader? {
    guard let value = fields[name] else { return nil }
    guard let object = value.object else { throw FactError(name) }
    return FieldReader(object)
  }
}

/// Collects the fields of an object, leaving out what is absent, empty or false.
package struct FieldWriter {
  package private(set) var fields = JSONObject()

  package init() {}

  package mutating func set(_ name: String, _ value: String?) { fields[name] = value.map { .string($0) } }
  package mutating func set(_ name: String, _ value: Int64?) { fields[name] = value.map { .int($0) } }
  package mutating func set(_ name: String, flag: Bool) { fields[name] = flag ? true : nil }
  package mutating func set(_ name: String, _ values: [String]) {
    fields[name] = values.isEmpty ? nil : .array(values.map { .string($0) })
  }
  package mutating func set(_ name: String, _ map: [String: String]) {
    fields[name] = map.isEmpty ? nil : .object(JSONObject(map.mapValues { .string($0) }))
  }
  package mutating func set(_ name: String, objects: [JSONObject]) {
    fields[name] = objects.isEmpty ? nil : .array(objects.map { .object($0) })
  }
  package mutating func set(_ name: String, object: JSONObject?) {
    fields[name] = object.flatMap { $0.members.isEmpty ? nil : .object($0) }
  }
}
