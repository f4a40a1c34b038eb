/// Which known names a mistyped one may have meant.
public enum Similarity {
  /// Returns the candidates that are near enough to be worth a hint, the nearest first.
  public static func nearest(to wanted: String, among candidates: some Collection<String>, limit: Int) -> [String] {
    let name = wanted.split(separator: "/").last.map(String.init) ?? wanted
    let scored = candidates.compactMap { candidate -> (distance: Int, candidate: String)? in
      let other = candidate.split(separator: "/").last.map(String.init) ?? candidate
      // The same name in another folder is the likeliest slip of all.
      if other == name { return (0, candidate) }
      let distance = distance(Array(wanted.unicodeScalars.prefix(200)), Array(candidate.unicodeScalars.prefix(200)))
      let byName = self.distance(Array(name.unicodeScalars.prefix(200)), Array(other.unicodeScalars.prefix(200)))
      let best = min(distance, byName + 1)
      return best <= max(2, name.unicodeScalars.count / 3) ? (best, candidate) : nil
    }
    return scored.sorted { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }.prefix(limit).map(\.candidate)
  }

  /// The number of letters to insert, remove, change or swap with a neighbour (optimal string alignment).
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var before = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    for row in 1...left.count {
      var current = [row] + [Int](repeating: 0, count: right.count)
      for column in 1...right.count {
        let isSame = left[row - 1] == right[column - 1]
        current[column] = min(
          previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (isSame ? 0 : 1))
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          current[column] = min(current[column], before[column - 2] + 1)
        }
      }
      before = previous
      previous = current
    }
    return previous[right.count]
  }
}
