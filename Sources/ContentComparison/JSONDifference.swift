internal import MLTBase

/// Compares two JSON texts value by value.
struct JSONDifference {
  private static let listLimit = 20_000

  /// What differs: all places, or as many as are kept.
  private(set) var changes: [ValueChange] = []
  /// How many places differ.
  private(set) var count = 0
  /// How many values are in both at the same place and are the same.
  private(set) var same = 0

  private let limit: Int

  init(_ before: JSON, _ after: JSON, limit: Int) {
    self.limit = limit
    compare(before, after, "")
  }

  /// Reads a text as JSON, also where it has the numbers that Python writes and JSON doesn't know.
  static func parse(_ text: [UInt8]) -> JSON? {
    if let value = try? JSON(parsing: text) { return value }
    guard text.holds(Array("NaN".utf8)) || text.holds(Array("Infinity".utf8)) else { return nil }
    var quoted: [UInt8] = []
    quoted.reserveCapacity(text.count + 64)
    var isInString = false
    var index = 0
    while index < text.count {
      let byte = text[index]
      if isInString, byte == UInt8(ascii: "\\"), index + 1 < text.count {
        quoted += [byte, text[index + 1]]
        index += 2
        continue
      }
      if byte == UInt8(ascii: "\"") { isInString.toggle() }
      if !isInString,
        let word = ["NaN", "Infinity", "-Infinity"].first(where: { text[index...].starts(with: $0.utf8) })
      {
        quoted += Array("\"\(word)\"".utf8)
        index += word.utf8.count
        continue
      }
      quoted.append(byte)
      index += 1
    }
    return try? JSON(parsing: quoted)
  }

  /// Says what differs.
  func say(_ headlines: inout [Headline]) {
    if count == 0 {
      headlines.say(5, "the same values, written otherwise")
      return
    }
    for (place, change) in changes.prefix(5).enumerated() { headlines.say(55 - Double(place) * 0.1, change.phrase) }
    if count > 5 { headlines.say(54, "\(grouped(Int64(count - 5))) more values differ") }
  }

  private mutating func note(_ path: String, _ before: JSON?, _ after: JSON?) {
    count += 1
    guard changes.count < limit else { return }
    changes.append(
      ValueChange(path: path.isEmpty ? "the whole" : path, before: before.map(Self.brief), after: after.map(Self.brief))
    )
  }

  // As deep as the parser lets texts be nested.
  private mutating func compare(_ before: JSON, _ after: JSON, _ path: String) {
    switch (before, after) {
    case (.object(let mine), .object(let yours)):
      for member in mine.members {
        let place = path.isEmpty ? member.key : "\(path).\(member.key)"
        if let other = yours[member.key] {
          compare(member.value, other, place)
        } else {
          note(place, member.value, nil)
        }
      }
      for member in yours.members where mine[member.key] == nil {
        note(path.isEmpty ? member.key : "\(path).\(member.key)", nil, member.value)
      }
    case (.array(let mine), .array(let yours)): compare(mine, yours, path)
    default:
      if before == after || (before.double != nil && before.double == after.double) {
        same += 1
      } else {
        note(path, before, after)
      }
    }
  }

  private mutating func compare(_ before: [JSON], _ after: [JSON], _ path: String) {
    guard before.count != after.count, max(before.count, after.count) <= Self.listLimit else {
      for (index, (mine, yours)) in zip(before, after).enumerated() { compare(mine, yours, "\(path)[\(index)]") }
      for index in before.indices.dropFirst(after.count) { note("\(path)[\(index)]", before[index], nil) }
      for index in after.indices.dropFirst(before.count) { note("\(path)[\(index)]", nil, after[index]) }
      return
    }
    // Where a list is longer or shorter, its elements are matched as lines of a text are.
    var numbers: [JSON: Int32] = [:]
    let number = { (value: JSON) -> Int32 in
      if let known = numbers[value] { return known }
      let new = Int32(numbers.count)
      numbers[value] = new
      return new
    }
    for part in LineDifference(before.map(number), after.map(number)).parts {
      if part.isSame {
        same += part.before.count
      } else {
        // What stands in another's place is that element, changed; the rest was put in or taken out.
        for (mine, yours) in zip(part.before, part.after) { compare(before[mine], after[yours], "\(path)[\(yours)]") }
        for index in part.before.dropFirst(part.after.count) { note("\(path)[\(index)]", before[index], nil) }
        for index in part.after.dropFirst(part.before.count) { note("\(path)[\(index)]", nil, after[index]) }
      }
    }
  }

  /// A value in a few letters.
  private static func brief(_ value: JSON) -> String {
    switch value {
    case .object(let object): "an object of \(counted(Int64(object.members.count), "member"))"
    case .array(let list): "a list of \(counted(Int64(list.count), "element"))"
    case .string(let text): "'\(shortened(text))'"
    default: value.canonicalText
    }
  }
}
