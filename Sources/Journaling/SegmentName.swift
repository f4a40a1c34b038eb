/// The name of a segment's file: which events it holds, and whether it is closed.
package struct SegmentName: Hashable, Sendable {
  /// The number of the first event.
  package let first: Int64
  /// The number of the last event; nil for an active segment.
  package let last: Int64?

  private static let digits = 12
  private static let activeEnd = ".jsonl"
  private static let closedEnd = ".jsonl.gz"

  /// The file's name.
  package var name: String {
    Self.padded(first) + (last.map { "-" + Self.padded($0) + Self.closedEnd } ?? Self.activeEnd)
  }

  /// Takes the numbers.
  package init(first: Int64, last: Int64?) {
    self.first = first
    self.last = last
  }

  /// Reads a file's name; nil if it isn't a segment's.
  package init?(_ name: UnsafeRawBufferPointer) {
    guard let first = Self.number(name.prefix(Self.digits)) else { return nil }
    var rest = name.dropFirst(Self.digits)
    if rest.elementsEqual(Self.activeEnd.utf8) {
      self.init(first: first, last: nil)
      return
    }
    guard rest.popFirst() == UInt8(ascii: "-"), let last = Self.number(rest.prefix(Self.digits)), last >= first,
      rest.dropFirst(Self.digits).elementsEqual(Self.closedEnd.utf8)
    else { return nil }
    self.init(first: first, last: last)
  }

  private static func padded(_ number: Int64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, Self.digits - digits.count)) + digits
  }

  private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int64? {
    guard digits.count == Self.digits else { return nil }
    var number: Int64 = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      number = number * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return number >= 1 ? number : nil
  }
}
