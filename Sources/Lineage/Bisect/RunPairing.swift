internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Finds which runs of two pipelines stand in the same place.
struct RunPairing {
  /// Pairs of places in the two lists, in the order of the second.
  private(set) var pairs: [(good: Int, bad: Int)] = []
  private(set) var onlyGood: [Int] = []
  private(set) var onlyBad: [Int] = []

  /// - Parameters:
  ///   - good, bad: the runs of either pipeline, of which the last are a pair.
  init(_ good: [RerunPlan], _ bad: [RerunPlan]) {
    var (left, right) = (Array(good.indices), Array(bad.indices))
    var found: [(good: Int, bad: Int)] = []
    func take(_ one: Int, _ other: Int) {
      found.append((one, other))
      left.removeAll { $0 == one }
      right.removeAll { $0 == other }
    }
    if let one = left.last, let other = right.last { take(one, other) }
    /// Pairs those that are alike, if each side has as many of them.
    func match<Key: Hashable>(_ key: (RerunPlan) -> Key) {
      let groups = Dictionary(grouping: left) { key(good[$0]) }
      let others = Dictionary(grouping: right) { key(bad[$0]) }
      // In the order of the lists, not of dictionaries.
      for place in left where groups[key(good[place])]?.first == place {
        let wanted = key(good[place])
        guard let mine = groups[wanted], let yours = others[wanted], mine.count == yours.count else { continue }
        for (one, other) in zip(mine, yours) { take(one, other) }
      }
    }
    match { $0.run.id }
    match { Likeness(component: $0.run.component, paths: $0.outputs.map(\.path)) }
    match { Likeness(component: $0.run.component, paths: $0.outputs.map { PathForm.of($0.path) }) }
    match { Likeness(component: $0.run.component, paths: []) }
    pairs = found.sorted { $0.bad < $1.bad }
    (onlyGood, onlyBad) = (left, right)
  }

  private struct Likeness: Hashable {
    var component: String
    var paths: [String]
  }
}
