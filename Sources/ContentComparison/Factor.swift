/// By how much numbers grew, with what that may mean.
struct Factor {
  static let negative = Factor(text: "the negative of", meaning: nil, isKnown: true)

  // What a column grows by when its unit changes.
  private static let known: [(factor: Double, from: String?, to: String?)] = [
    (10, nil, nil), (100, nil, nil), (1000, nil, nil), (10_000, nil, nil), (1e6, nil, nil), (1e9, nil, nil),
    (1024, nil, nil), (60, "minutes", "seconds"), (3600, "hours", "seconds"), (24, "days", "hours"),
    (86_400, "days", "seconds"), (7, "weeks", "days"), (12, "years", "months"), (2.54, "inches", "centimetres"),
    (0.3048, "feet", "metres"), (0.453_592_37, "pounds", "kilograms"), (1.609_344, "miles", "kilometres"),
    (180 / Double.pi, "radians", "degrees"),
  ]

  private let text: String
  private let meaning: String?
  /// Whether it is one that units differ by.
  let isKnown: Bool

  private init(text: String, meaning: String?, isKnown: Bool) {
    self.text = text
    self.meaning = meaning
    self.isKnown = isKnown
  }

  /// Takes a ratio; nil if it is none.
  ///
  /// - Parameter tolerance: how far from a known factor it may lie, as a part of that.
  init?(_ ratio: Double, tolerance: Double) {
    guard ratio.isFinite, ratio != 0 else { return nil }
    for (factor, from, to) in Self.known {
      let isRound = factor == factor.rounded()
      if (ratio / factor - 1).magnitude < tolerance {
        let meaning = from.flatMap { from in to.map { "as \(from) to \($0)" } }
        self.init(text: "\(readable(factor)) times", meaning: meaning, isKnown: true)
        return
      }
      if (ratio * factor - 1).magnitude < tolerance {
        let meaning = from.flatMap { from in to.map { "as \($0) to \(from)" } }
        self.init(
          text: isRound ? "1/\(readable(factor)) of" : "\(readable(1 / factor)) times", meaning: meaning, isKnown: true)
        return
      }
    }
    self.init(text: "\(readable(ratio)) times", meaning: nil, isKnown: false)
  }

  /// The factor of something, as `100 times what it was`.
  func phrase(_ base: String) -> String {
    "\(text) \(base)" + (meaning.map { " (\($0))" } ?? "")
  }
}
