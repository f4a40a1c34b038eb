internal import Glibc

extension [UInt8] {
  /// The bytes at which `part` first stands in these; nil if it doesn't, or is empty.
  ///
  /// Text's own search takes a hundred times as long to get going, and paths are many and short.
  package func firstPlace(of part: [UInt8]) -> Range<Int>? {
    guard let first = part.first, part.count <= count else { return nil }
    return withUnsafeBytes { whole in
      part.withUnsafeBytes { wanted -> Range<Int>? in
        guard let start = whole.baseAddress, let pattern = wanted.baseAddress else { return nil }
        let end = whole.count - wanted.count
        var place = 0
        while place <= end, let found = memchr(start + place, Int32(first), end - place + 1) {
          place = UnsafeRawPointer(found) - start
          if memcmp(start + place, pattern, wanted.count) == 0 { return place..<place + wanted.count }
          place += 1
        }
        return nil
      }
    }
  }

  /// Whether `part` stands somewhere in these bytes.
  package func holds(_ part: [UInt8]) -> Bool { firstPlace(of: part) != nil }
}
