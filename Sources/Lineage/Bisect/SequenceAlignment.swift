/// Two sequences side by side, as command lines or the lines of texts: what they share, and where they differ.
package struct SequenceAlignment<Element: Hashable & Sendable> {
  /// A part of both.
  package enum Part: Hashable, Sendable {
    /// The same elements.
    case same([Element])
    /// Other elements in either; one may have none.
    case change(good: [Element], bad: [Element])
  }

  /// The parts, in order.
  package private(set) var parts: [Part] = []

  // Beyond this many comparisons the whole middle is one change.
  private static var limit: Int { 4_000_000 }

  /// Aligns two sequences.
  package init(_ good: [Element], _ bad: [Element]) {
    let start = zip(good, bad).prefix { $0 == $1 }.count
    let end = zip(good[start...].reversed(), bad[start...].reversed()).prefix { $0 == $1 }.count
    add(good[..<start], bad[..<start])
    let (left, right) = (Array(good[start..<(good.count - end)]), Array(bad[start..<(bad.count - end)]))
    let (comparisons, overflows) = left.count.multipliedReportingOverflow(by: right.count)
    if overflows || comparisons > Self.limit {
      add(left[...], right[...])
    } else {
      align(left, right)
    }
    add(good[(good.count - end)...], bad[(bad.count - end)...])
  }

  /// Walks along a longest common subsequence.
  private mutating func align(_ good: [Element], _ bad: [Element]) {
    var lengths = [[Int]](repeating: [Int](repeating: 0, count: bad.count + 1), count: good.count + 1)
    for row in good.indices.reversed() {
      for column in bad.indices.reversed() {
        lengths[row][column] =
          good[row] == bad[column]
          ? lengths[row + 1][column + 1] + 1 : max(lengths[row + 1][column], lengths[row][column + 1])
      }
    }
    var (row, column) = (0, 0)
    var (first, second) = (0, 0)
    while row < good.count, column < bad.count {
      if good[row] == bad[column] {
        add(good[first..<row], bad[second..<column])
        add(good[row...row], bad[column...column])
        (row, column) = (row + 1, column + 1)
        (first, second) = (row, column)
      } else if lengths[row + 1][column] >= lengths[row][column + 1] {
        row += 1
      } else {
        column += 1
      }
    }
    add(good[first...], bad[second...])
  }

  private mutating func add(_ good: ArraySlice<Element>, _ bad: ArraySlice<Element>) {
    if good.isEmpty, bad.isEmpty { return }
    guard good == bad else { return parts.append(.change(good: Array(good), bad: Array(bad))) }
    if case .same(var before)? = parts.last {
      // Held once, it grows in place.
      parts.removeLast()
      before += good
      parts.append(.same(before))
    } else {
      parts.append(.same(Array(good)))
    }
  }
}
