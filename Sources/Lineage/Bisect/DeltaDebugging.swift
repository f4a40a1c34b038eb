/// Finds a smallest set of differences that is enough to turn good into bad (Zeller's *ddmin*).
///
/// What it finds is smallest in that no single difference of it can be left out, not in that no other set is smaller.
package enum DeltaDebugging {
  /// What came of trying a set.
  package enum Verdict: Sendable {
    /// As without any of the differences.
    case good
    /// As with all of them.
    case bad
    /// Neither can be said.
    case unresolved
  }

  /// What was found.
  package struct Finding: Sendable {
    /// The set, in order.
    package var set: [Int]
    /// Those of it without which neither good nor bad came out, so that nobody knows whether they are needed.
    package var undecided: [Int]
  }

  /// Narrows a set that is bad as a whole and good when empty.
  ///
  /// - Parameter test: tries a set, in order; asked at most once for each.
  package static func narrow(_ all: [Int], test: ([Int]) throws -> Verdict) rethrows -> Finding {
    var known: [[Int]: Verdict] = [[]: .good, all: .bad]
    func verdict(_ set: [Int]) throws -> Verdict {
      if let known = known[set] { return known }
      let found = try test(set)
      known[set] = found
      return found
    }
    var set = all
    var count = 2
    while set.count > 1 {
      let parts = split(set, into: count)
      if let bad = try parts.first(where: { try verdict($0) == .bad }) {
        (set, count) = (bad, 2)
        continue
      }
      // With two parts the rest of one is the other.
      let rests = count == 2 ? [] : parts.map { part in set.filter { !part.contains($0) } }
      if let bad = try rests.first(where: { try verdict($0) == .bad }) {
        (set, count) = (bad, max(2, count - 1))
        continue
      }
      if count >= set.count { break }
      count = min(set.count, count * 2)
    }
    let undecided = set.count < 2 ? [] : try set.filter { one in try verdict(set.filter { $0 != one }) == .unresolved }
    return Finding(set: set, undecided: undecided)
  }

  /// The most sets that are tried of so many differences: if each turns out to matter, or can't be told.
  package static func limit(of count: Int) -> Int {
    let (square, overflows) = count.multipliedReportingOverflow(by: count)
    return overflows ? .max : square.addingReportingOverflow(3 * min(count, 1 << 30)).partialValue
  }

  private static func split(_ set: [Int], into count: Int) -> [[Int]] {
    let count = min(count, set.count)
    return (0..<count).map { part in
      Array(set[(set.count * part / count)..<(set.count * (part + 1) / count)])
    }
  }
}
