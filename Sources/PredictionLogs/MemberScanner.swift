internal import MLTBase

/// Finds the members of a JSON object in a row, without making values of them; one scanner is used for many rows.
///
/// It takes what Python writes, too: `NaN` and `Infinity`. Within nested values only strings and brackets are looked at.
struct MemberScanner {
  /// A member, by the places of its name, without quotes, and value.
  struct Member {
    var name: Range<Int>
    var value: Range<Int>
  }

  private(set) var members: [Member] = []

  /// Finds the members of the object that a row, or a value, is.
  ///
  /// - Returns: whether it is one.
  mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Bool {
    members.removeAll(keepingCapacity: true)
    var place = Self.afterSpace(bytes, 0)
    guard place < bytes.count, bytes[place] == UInt8(ascii: "{") else { return false }
    place = Self.afterSpace(bytes, place + 1)
    if place < bytes.count, bytes[place] == UInt8(ascii: "}") {
      return Self.afterSpace(bytes, place + 1) == bytes.count
    }
    while true {
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\""), let end = Self.endOfString(bytes, place) else {
        return false
      }
      let name = place + 1..<end - 1
      place = Self.afterSpace(bytes, end)
      guard place < bytes.count, bytes[place] == UInt8(ascii: ":") else { return false }
      place = Self.afterSpace(bytes, place + 1)
      guard let last = Self.endOfValue(bytes, place) else { return false }
      members.append(Member(name: name, value: place..<last))
      place = Self.afterSpace(bytes, last)
      guard place < bytes.count else { return false }
      switch bytes[place] {
      case UInt8(ascii: ","): place = Self.afterSpace(bytes, place + 1)
      case UInt8(ascii: "}"): return Self.afterSpace(bytes, place + 1) == bytes.count
      default: return false
      }
    }
  }

  /// A member's name.
  func name(of member: Member, in bytes: UnsafeRawBufferPointer) -> String {
    let raw = UnsafeRawBufferPointer(rebasing: bytes[member.name])
    return String(decoding: Self.unescaped(raw), as: UTF8.self)
  }

  /// The place of the value that a name, or names with dots between them, leads to.
  mutating func value(of name: String, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    guard scan(bytes) else { return nil }
    return found(name, in: bytes)
  }

  /// The place of the value that a name leads to, in what was scanned last.
  func found(_ name: String, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    if let member = members.first(where: { isNamed($0, name, bytes) }) { return member.value }
    // A dot may be part of a name, or lead into an object.
    guard name.utf8.contains(UInt8(ascii: ".")) else { return nil }
    for member in members where bytes[member.value.lowerBound] == UInt8(ascii: "{") {
      let outer = self.name(of: member, in: bytes) + "."
      guard name.hasPrefix(outer) else { continue }
      var inner = MemberScanner()
      let object = UnsafeRawBufferPointer(rebasing: bytes[member.value])
      if let value = inner.value(of: String(name.dropFirst(outer.count)), in: object) {
        return member.value.lowerBound + value.lowerBound..<member.value.lowerBound + value.upperBound
      }
    }
    return nil
  }

  private func isNamed(_ member: Member, _ name: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let raw = UnsafeRawBufferPointer(rebasing: bytes[member.name])
    if raw.elementsEqual(name.utf8) { return true }
    return RowSplitter.place(of: UInt8(ascii: "\\"), in: raw) != nil && self.name(of: member, in: bytes) == name
  }

  /// What a value is as text: a string without quotes, a number or truth value as it is written; nil for `null`, objects and arrays.
  static func scalar(_ value: UnsafeRawBufferPointer) -> Cell? {
    switch value.first {
    case UInt8(ascii: "\""):
      let inner = UnsafeRawBufferPointer(rebasing: value.dropFirst().dropLast())
      return RowSplitter.place(of: UInt8(ascii: "\\"), in: inner) == nil ? Cell(inner) : Cell(unescaped(inner))
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "n"), nil: return nil
    default: return Cell(value)
    }
  }

  private static func unescaped(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
    guard RowSplitter.place(of: UInt8(ascii: "\\"), in: raw) != nil else { return Array(raw) }
    let quote = UInt8(ascii: "\"")
    // What isn't a string of JSON after all stands for itself.
    guard let text = (try? JSON(parsing: [quote] + raw + [quote]))?.string else { return Array(raw) }
    return Array(text.utf8)
  }

  // MARK: Places

  private static func afterSpace(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var place = start
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 || bytes[place] == 0x0D { place += 1 }
    return place
  }

  /// Where the string that opens at a place ends, after its quote.
  private static func endOfString(_ bytes: UnsafeRawBufferPointer, _ open: Int) -> Int? {
    var place = open + 1
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""): return place + 1
      case UInt8(ascii: "\\"): place += 2
      case 0..<0x20: return nil
      default: place += 1
      }
    }
    return nil
  }

  private static func endOfValue(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "\""): return endOfString(bytes, start)
    case UInt8(ascii: "{"), UInt8(ascii: "["): return endOfNested(bytes, start)
    default:
      var end = start
      while end < bytes.count, !endsWord(bytes[end]) { end += 1 }
      return isPlain(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) ? end : nil
    }
  }

  private static func endOfNested(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int? {
    var depth = 0
    var place = start
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        guard let end = endOfString(bytes, place) else { return nil }
        place = end
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return place + 1 }
      default: break
      }
      place += 1
    }
    return nil
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, 0x0D, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): true
    default: false
    }
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private static let words = ["true", "false", "null", "NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }

  private static func isPlain(_ value: UnsafeRawBufferPointer) -> Bool {
    guard let first = value.first else { return false }
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    if digits.contains(first) || first == UInt8(ascii: "-") && value.count > 1 && digits.contains(value[1]) {
      return value.allSatisfy(isOfNumber)
    }
    return words.contains { value.elementsEqual($0) }
  }
}
