internal import Yams

/// A value in a YAML text, asked for as what it should be.
struct YAMLValue {
  private let node: Node?

  init(_ node: Node?) {
    self.node = node
  }

  /// The line where it begins, from 1.
  var line: Int? { node?.mark?.line }

  /// Whether there is nothing: no value, or a null.
  var isNull: Bool {
    guard let scalar = node?.scalar else { return node == nil }
    return isPlain(scalar) && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private func isPlain(_ scalar: Node.Scalar) -> Bool { scalar.style == .plain || scalar.style == .any }

  /// The text of a scalar.
  var string: String? { isNull ? nil : node?.scalar?.string }

  /// A truth value.
  var bool: Bool? {
    guard let scalar = node?.scalar, isPlain(scalar) else { return nil }
    return switch scalar.string {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }

  /// A whole number that isn't negative.
  var count: Int64? {
    guard let text = node?.scalar?.string, let value = Int64(text), value >= 0 else { return nil }
    return value
  }

  /// The elements of a sequence.
  var elements: [YAMLValue]? {
    guard let sequence = node?.sequence else { return nil }
    return sequence.map { YAMLValue($0) }
  }

  /// The members of a mapping with text for a key.
  var members: [(key: String, value: YAMLValue)]? {
    guard let mapping = node?.mapping else { return nil }
    return mapping.compactMap { key, value in key.scalar.map { ($0.string, YAMLValue(value)) } }
  }

  /// Whether it is a mapping.
  var isMapping: Bool { node?.mapping != nil }

  /// A member of a mapping; one without value if there is none.
  subscript(key: String) -> YAMLValue {
    guard let mapping = node?.mapping else { return YAMLValue(nil) }
    for (name, value) in mapping where name.scalar?.string == key { return YAMLValue(value) }
    return YAMLValue(nil)
  }
}
