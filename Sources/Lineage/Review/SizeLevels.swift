/// Finds sizes that are out of the ordinary: the cheapest sign that rows are missing or hold something else.
///
/// No byte is read for it. What grows or shrinks a little from day to day, or at weekends, is ordinary.
struct SizeLevels {
  /// A size, at the place of the run that it belongs to.
  struct Size {
    var place: Int
    var bytes: Double
  }

  private static let fewestForOutliers = 6
  private static let fewestForShifts = 8

  /// Returns the places whose sizes lie far outside of what nearly all others have, with whether they are larger.
  static func outliers(_ sizes: [Size]) -> [Int: Bool] {
    guard sizes.count >= fewestForOutliers else { return [:] }
    let sorted = sizes.map(\.bytes).sorted()
    let edge = sorted.count / 8
    let (low, high) = (sorted[edge], sorted[sorted.count - 1 - edge])
    let margin = max(0.35 * (high - low), 0.03 * sorted[sorted.count / 2], 8)
    var found: [Int: Bool] = [:]
    for size in sizes where size.bytes < low - margin || size.bytes > high + margin {
      found[size.place] = size.bytes > high
    }
    return found
  }

  /// Returns the places from which on sizes stay at another level, with whether that is a higher one.
  ///
  /// - Parameter sizes: one for each run, in the order of time.
  static func shifts(_ sizes: [Size]) -> [(place: Int, isLarger: Bool)] {
    guard sizes.count >= fewestForShifts else { return [] }
    var found: [(place: Int, isLarger: Bool)] = []
    var next = 4
    while next < sizes.count - 1 {
      let before = sizes[max(0, next - 10)..<next].map(\.bytes).sorted()
      let after = sizes[next..<min(next + 5, sizes.count)].map(\.bytes).sorted()
      let usual = before[before.count / 2]
      // The largest and the least are left aside where there are enough to do so.
      let width =
        before.count < 7
        ? 0.55 * (before[before.count - 1] - before[0]) : 0.75 * (before[before.count - 2] - before[1])
      let limit = max(width, 0.004 * usual, 4)
      let isShift =
        abs(after[after.count / 2] - usual) > limit && abs(sizes[next].bytes - usual) > limit
        && after.allSatisfy { abs($0 - usual) > 0.6 * limit }
      if isShift { found.append((sizes[next].place, after[after.count / 2] > usual)) }
      next += isShift ? 5 : 1
    }
    return found
  }
}
