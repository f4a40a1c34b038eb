internal import MLTBase

/// Compares JSON value by value.
struct JSONComparison {
  private enum Step {
    case key(String)
    case index(Int)
  }

  private var path: [Step] = []
  /// The line that is compared, counted from 1, where each has a text of its own.
  private var line: Int?

  /// Compares two texts; false if one isn't JSON.
  static func compare(_ before: [UInt8], _ after: [UInt8], _ difference: inout ContentDifference) -> Bool {
    guard let left = try? JSON(parsing: before), let right = try? JSON(parsing: after) else { return false }
    var comparison = JSONComparison()
    comparison.compare(left, right, &difference)
    return true
  }

  /// Compares two files line by line; false if a line isn't JSON.
  static func compareLines(_ before: [UInt8], _ after: [UInt8], _ difference: inout ContentDifference) -> Bool {
    let (left, right) = (TextLines.of(before), TextLines.of(after))
    if left.count != right.count {
      difference.note("\(left.count) lines against \(right.count)")
    } else {
      difference.isReordered = TextLines.areReordered(left, right)
    }
    var comparison = JSONComparison()
    for (number, (mine, yours)) in zip(left, right).enumerated() {
      guard let mine = try? JSON(parsing: Array(mine)), let yours = try? JSON(parsing: Array(yours)) else {
        return false
      }
      comparison.line = number + 1
      comparison.compare(mine, yours, &difference)
    }
    return true
  }

  // As deep as the parser lets texts be nested.
  private mutating func compare(_ left: JSON, _ right: JSON, _ difference: inout ContentDifference) {
    switch (left, right) {
    case (.object(let left), .object(let right)): compare(left, right, &difference)
    case (.array(let left), .array(let right)):
      if left.count != right.count { difference.note("\(place): \(left.count) elements against \(right.count)") }
      for (index, (mine, yours)) in zip(left, right).enumerated() {
        path.append(.index(index))
        compare(mine, yours, &difference)
        path.removeLast()
      }
    case (.int(let mine), .int(let yours)):
      difference.values += 1
      if mine != yours {
        let distance = mine > yours ? UInt64(bitPattern: mine &- yours) : UInt64(bitPattern: yours &- mine)
        difference.note(Double(distance), largest: Double(max(mine.magnitude, yours.magnitude)), at: place)
      }
    default:
      if let mine = left.double, let yours = right.double {
        difference.compare(mine, yours, at: place)
      } else if left != right {
        difference.note("\(place): \(Self.text(left)) against \(Self.text(right))")
      }
    }
  }

  private mutating func compare(_ left: JSONObject, _ right: JSONObject, _ difference: inout ContentDifference) {
    for member in left.members {
      path.append(.key(member.key))
      if let other = right[member.key] {
        compare(member.value, other, &difference)
      } else {
        difference.note("\(place) is gone")
      }
      path.removeLast()
    }
    for member in right.members where left[member.key] == nil {
      path.append(.key(member.key))
      difference.note("\(place) is new")
      path.removeLast()
    }
  }

  private var place: String {
    var text = line.map { "line \($0)" + (path.isEmpty ? "" : ": ") } ?? (path.isEmpty ? "the whole" : "")
    var isFirst = true
    for step in path {
      switch step {
      case .key(let key): text += (isFirst ? "" : ".") + key
      case .index(let index): text += "[\(index)]"
      }
      isFirst = false
    }
    return text
  }

  /// A value in a few letters.
  private static func text(_ value: JSON) -> String {
    switch value {
    case .object: "an object"
    case .array: "a list"
    case .string(let text): "'\(text.prefix(40))\(text.count > 40 ? "…" : "")'"
    default: value.canonicalText
    }
  }
}
