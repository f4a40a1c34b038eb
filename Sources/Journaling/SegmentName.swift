internal import SystemPackage

/// The name of a segment's file: which events it holds, and whether it is closed.
struct SegmentName: Hashable {
  /// The number of the first event.
  let first: Int64
  /// The number of the last event; nil for an active segment.
  let last: Int64?

  private static let digits = 12
  private static let activeEnd = ".jsonl"
  private static let closedEnd = ".jsonl.gz"

  /// The file's name.
  var name: String {
    Self.padded(first) + (last.map { "-" + Self.padded($0) + Self.closedEnd } ?? Self.activeEnd)
  }

  init(first: Int64, last: Int64?) {
    self.first = first
    self.last = last
  }

  /// Reads a file's name; nil if it isn't a segment's.
  init?(_ name: String) {
    if name.hasSuffix(Self.closedEnd) {
      let parts = name.dropLast(Self.closedEnd.count).split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, let first = Self.number(parts[0]), let last = Self.number(parts[1]), last >= first else {
        return nil
      }
      self.init(first: first, last: last)
    } else if name.hasSuffix(Self.activeEnd) {
      guard let first = Self.number(name.dropLast(Self.activeEnd.count)) else { return nil }
      self.init(first: first, last: nil)
    } else {
      return nil
    }
  }

  private static func padded(_ number: Int64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, Self.digits - digits.count)) + digits
  }

  private static func number(_ text: Substring) -> Int64? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int64(text), number >= 1
    else { return nil }
    return number
  }
}
