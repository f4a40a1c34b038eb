import Lineage
import TestSupport
import Testing

/// Delta debugging by itself.
@Suite struct DeltaDebuggingTests {
  @Test("any set of causes is found among many differences, with no set tried twice", arguments: 0..<60)
  func causes(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let count = Int.random(in: 1...40, using: &random)
    let cause = Set(
      (0..<Int.random(in: 1...min(4, count), using: &random)).map { _ in
        Int.random(in: 0..<count, using: &random)
      })
    var tried: [[Int]] = []
    let found = DeltaDebugging.narrow(Array(0..<count)) { set in
      tried.append(set)
      return cause.isSubset(of: set) ? .bad : .good
    }
    #expect(Set(found.set) == cause && found.undecided.isEmpty)
    #expect(Set(tried).count == tried.count && tried.count <= DeltaDebugging.limit(of: count))
    if cause.count == 1 { #expect(tried.count <= 14) }
  }

  @Test("of several causes that are each enough, one is found")
  func alternatives() {
    let found = DeltaDebugging.narrow(Array(0..<10)) { set in set.contains(3) || set.contains(7) ? .bad : .good }
    #expect(found.set == [3] || found.set == [7])
  }

  @Test("what can't be tried without something else is named as undecided")
  func undecided() {
    // 4 does harm; what has 4 without 5, or 5 without 4, can't be made.
    let found = DeltaDebugging.narrow(Array(0..<8)) { set in
      set.contains(4) != set.contains(5) ? .unresolved : set.contains(4) ? .bad : .good
    }
    #expect(found.set == [4, 5] && found.undecided == [4, 5])
  }

  @Test("nothing is asked if there is only one difference")
  func single() {
    let found = DeltaDebugging.narrow([0]) { _ in
      Issue.record("asked")
      return .good
    }
    #expect(found.set == [0])
  }
}
