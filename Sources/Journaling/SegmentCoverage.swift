/// Which events of one writer some closed segments hold.
package struct SegmentCoverage: Sendable {
  /// One segment's range.
  package struct Range: Hashable, Sendable, Comparable {
    /// The number of the first event.
    package var first: Int64
    /// The number of the last event.
    package var last: Int64

    /// Takes the numbers.
    package init(first: Int64, last: Int64) {
      self.first = first
      self.last = last
    }

    /// Orders by first number, the longest first among equals.
    package static func < (left: Range, right: Range) -> Bool {
      left.first == right.first ? left.last > right.last : left.first < right.first
    }

    /// Whether `other` lies within this range.
    package func covers(_ other: Range) -> Bool { first <= other.first && other.last <= last }
  }

  /// The ranges, sorted.
  package private(set) var ranges: [Range]

  /// Takes the ranges.
  package init(_ ranges: [Range]) {
    self.ranges = ranges.sorted()
  }

  /// The number up to which there is no gap; 0 if the first event is missing.
  package var through: Int64 { through(from: 0) }

  /// The number up to which there is no gap behind `number`.
  package func through(from number: Int64) -> Int64 {
    var end = number
    for range in ranges {
      if range.first > end + 1 { break }
      end = max(end, range.last)
    }
    return end
  }

  /// The largest number that a segment holds.
  package var last: Int64 { ranges.map(\.last).max() ?? 0 }

  /// The segments to read, in order, to go on behind `number`: each time the one that reaches farthest.
  package func path(from number: Int64) -> [Range] {
    var path: [Range] = []
    var end = number
    var best: Range?
    for range in ranges {
      if range.first > end + 1 {
        guard let taken = best else { break }
        path.append(taken)
        end = taken.last
        best = nil
        if range.first > end + 1 { break }
      }
      if range.last > max(end, best?.last ?? 0) { best = range }
    }
    if let best { path.append(best) }
    return path
  }
}
