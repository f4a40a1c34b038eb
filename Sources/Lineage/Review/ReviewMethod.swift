/// How suspicious something is made of how many flagged and unflagged outputs passed through it.
public enum ReviewMethod: String, Sendable, CaseIterable {
  /// The flagged ones that it explains, as a part of the geometric mean of all flagged ones and all that passed through it.
  case ochiai
  /// Its part of the flagged ones, beside its part of the unflagged ones.
  case tarantula
  /// The square of the flagged ones that it explains, by those that speak against it.
  case dstar
  /// How many flagged outputs a run is behind, the newest run first, as mltrace counts.
  case count

  /// The score, from 0 up; of the first two methods at most 1.
  ///
  /// - Parameters:
  ///   - flagged: the flagged outputs that passed through it.
  ///   - unflagged: the unflagged outputs that passed through it.
  ///   - allFlagged: how many flagged outputs there are.
  ///   - allUnflagged: how many unflagged outputs there are.
  public func score(flagged: Int, unflagged: Int, of allFlagged: Int, _ allUnflagged: Int) -> Double {
    guard flagged > 0, allFlagged > 0 else { return 0 }
    let bad = Double(flagged)
    let good = Double(unflagged)
    switch self {
    case .ochiai: return bad / (Double(allFlagged) * (bad + good)).squareRoot()
    case .tarantula:
      let badPart = bad / Double(allFlagged)
      return badPart / (badPart + (allUnflagged > 0 ? good / Double(allUnflagged) : 0))
    // With nothing against it the score would be infinite; a half keeps it finite, and above all that has something.
    case .dstar: return bad * bad / max(good + Double(allFlagged - flagged), 0.5)
    case .count: return bad
    }
  }
}
