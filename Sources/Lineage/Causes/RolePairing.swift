internal import Journaling
internal import MLTBase

/// Finds which input of one run plays the part that an input of another does.
enum RolePairing {
  /// Two inputs that play the same part; nil where a run has none for it.
  struct Pair {
    var bad: ArtifactRecord?
    var good: ArtifactRecord?
    /// Whether nothing but the part says that they belong together: the paths have too little in common.
    var isGuess = false
  }

  /// Pairs inputs by path; what is left, by the path without its numbers, then by the name without them, then by the
  /// ending where only one of each is left and something else speaks for it as well.
  ///
  /// - Parameter isAlike: whether something does: two files of one ending, one gone and one new, may have nothing to do
  ///   with each other.
  static func pairs(
    _ bad: [ArtifactRecord], _ good: [ArtifactRecord],
    isAlike: (_ bad: ArtifactRecord, _ good: ArtifactRecord) throws -> Bool
  ) throws -> [Pair] {
    var pairs: [Pair] = []
    var rest = (bad: bad, good: good)
    func take(_ key: (ArtifactRecord) -> String, isGuess: Bool = false, onlySingle: Bool = false) throws {
      let waiting = Dictionary(grouping: rest.good.indices, by: { key(rest.good[$0]) })
      let asking = Dictionary(grouping: rest.bad.indices, by: { key(rest.bad[$0]) })
      var used: (bad: Set<Int>, good: Set<Int>) = ([], [])
      for (key, mine) in asking {
        guard let yours = waiting[key], !onlySingle || (mine.count == 1 && yours.count == 1) else { continue }
        // Of several days the latest belong together.
        let latest = (
          bad: mine.sorted { rest.bad[$0].path > rest.bad[$1].path },
          good: yours.sorted { rest.good[$0].path > rest.good[$1].path }
        )
        for (left, right) in zip(latest.bad, latest.good) {
          if onlySingle, try !isAlike(rest.bad[left], rest.good[right]) { continue }
          pairs.append(Pair(bad: rest.bad[left], good: rest.good[right], isGuess: isGuess))
          used.bad.insert(left)
          used.good.insert(right)
        }
      }
      rest.bad = rest.bad.indices.filter { !used.bad.contains($0) }.map { rest.bad[$0] }
      rest.good = rest.good.indices.filter { !used.good.contains($0) }.map { rest.good[$0] }
    }
    try take { $0.path }
    try take { PathForm.of($0.path) }
    try take({ PathForm.of(name($0)) }, isGuess: true)
    try take({ ending($0) }, isGuess: true, onlySingle: true)
    pairs += rest.bad.map { Pair(bad: $0, good: nil) } + rest.good.map { Pair(bad: nil, good: $0) }
    return pairs.sorted { path($0) < path($1) }
  }

  private static func path(_ pair: Pair) -> String { pair.bad?.path ?? pair.good?.path ?? "" }

  private static func name(_ artifact: ArtifactRecord) -> String {
    artifact.path.split(separator: "/").last.map(String.init) ?? artifact.path
  }

  private static func ending(_ artifact: ArtifactRecord) -> String {
    let name = name(artifact)
    return name.contains(".") ? String(name.split(separator: ".").last ?? "") : ""
  }
}
