/// Says how a column moved, from what is known of it as a whole.
enum ColumnComparison {
  /// Adds what is worth saying of a column that is in both tables.
  static func compare(_ before: ColumnProfile, _ after: ColumnProfile, _ headlines: inout [Headline]) {
    guard before.count > 0, after.count > 0 else { return }
    let name = "'\(shortened(after.name))'"
    if before.kind != after.kind, before.kind != .empty || after.count > 0 {
      compareKinds(before, after, name, &headlines)
    }
    compareMissing(before, after, name, &headlines)
    if let constant = after.constant, before.constant == nil, before.distinct > 1, after.count > 1 {
      headlines.say(
        88,
        after.missing == 0
          ? "all of \(name) is \(shortened(constant)) now"
          : "\(name) has no other value than \(shortened(constant)) now")
      return
    }
    if let mine = before.constant, let yours = after.constant, mine != yours {
      headlines.say(60, "\(name) is \(shortened(yours)) throughout, and was \(shortened(mine))")
      return
    }
    compareNumbers(before, after, name, &headlines)
    compareCategories(before, after, name, &headlines)
  }

  /// Adds what is worth saying of what a column's cells are.
  static func compareKinds(_ before: ColumnProfile, _ after: ColumnProfile, _ headlines: inout [Headline]) {
    compareKinds(before, after, "'\(shortened(after.name))'", &headlines)
  }

  private static func compareKinds(
    _ before: ColumnProfile, _ after: ColumnProfile, _ name: String, _ headlines: inout [Headline]
  ) {
    switch (before.kind, after.kind) {
    case (.integer, .real): headlines.say(42, "\(name) isn't whole numbers any more")
    case (.real, .integer): headlines.say(48, "\(name) is whole numbers now")
    case (_, .empty): headlines.say(90, "\(name) is empty now")
    case (.empty, _): headlines.say(55, "\(name) was empty")
    case (_, .mixed) where after.odd > 0:
      headlines.say(
        78, "\(name) was \(before.kind.phrase), and holds \(counted(after.odd, "cell")) of another kind now")
    default: headlines.say(78, "\(name) is \(after.kind.phrase) now, and was \(before.kind.phrase)")
    }
  }

  private static func compareMissing(
    _ before: ColumnProfile, _ after: ColumnProfile, _ name: String, _ headlines: inout [Headline]
  ) {
    let (mine, yours) = (before.missingShare, after.missingShare)
    guard after.kind != .empty, before.kind != .empty, mine != yours else { return }
    // What chance does to a share of that many rows.
    let share = (mine + yours) / 2
    let noise = (share * (1 - share) * (1 / Double(max(1, before.count)) + 1 / Double(max(1, after.count))))
      .squareRoot()
    guard (yours - mine).magnitude > 3 * noise else { return }
    let change = (yours - mine).magnitude
    headlines.say(
      35 + 50 * change.squareRoot(),
      yours == 0
        ? "\(name) is never missing any more, and was in \(percent(mine)) of rows"
        : "\(name) is missing in \(percent(yours)) of rows, \(mine == 0 ? "and never was" : "and was in \(percent(mine))")"
    )
  }

  private static func compareNumbers(
    _ before: ColumnProfile, _ after: ColumnProfile, _ name: String, _ headlines: inout [Headline]
  ) {
    guard let mine = before.numbers, let yours = after.numbers, before.kind.isMeasure == after.kind.isMeasure else {
      return
    }
    let isTime = [.date, .dateTime, .time].contains(after.kind)
    if !isTime, let factor = scale(mine, yours) {
      return headlines.say(factor.isKnown ? 86 : 62, "\(name) is about \(factor.phrase("what it was"))")
    }
    let spread = max(mine.deviation, yours.deviation)
    let shift = yours.mean - mine.mean
    let noise =
      (mine.deviation * mine.deviation / Double(mine.count)
      + yours.deviation * yours.deviation / Double(yours.count)).squareRoot()
    if spread > 0, shift.magnitude > max(4 * noise, 0.05 * spread) {
      let distance = shift.magnitude / max(mine.deviation, 1e-9 * spread)
      headlines.say(
        min(70, 30 + 12 * distance),
        isTime
          ? "\(name) lies \(duration(shift.magnitude)) \(shift > 0 ? "later" : "earlier") on average"
          : "the mean of \(name) went from \(before.text(mine.mean)) to \(after.text(yours.mean))"
            + (distance >= 1 ? ", by \(readable((distance * 10).rounded() / 10)) standard deviations" : ""))
    }
    guard !isTime else { return }
    let range = max(mine.greatest - mine.least, 1e-300)
    if yours.greatest > mine.greatest + 2 * range {
      headlines.say(58, "\(name) goes up to \(after.text(yours.greatest)), and went to \(before.text(mine.greatest))")
    }
    if yours.least < mine.least - 2 * range {
      headlines.say(58, "\(name) goes down to \(after.text(yours.least)), and went to \(before.text(mine.least))")
    }
    if mine.negatives == 0, yours.negatives > 0, mine.count > 1 {
      headlines.say(64, "\(name) has \(counted(yours.negatives, "number")) below 0, and had none")
    }
    if mine.infinite == 0, yours.infinite > 0 {
      headlines.say(70, "\(name) has \(counted(yours.infinite, "infinite number")), and had none")
    }
  }

  /// The factor between two columns whose quantiles all differ by the same one.
  private static func scale(_ mine: NumberSummary, _ yours: NumberSummary) -> Factor? {
    guard mine.count >= 5, yours.count >= 5, mine.deviation > 0, yours.deviation > 0 else { return nil }
    if mine.mean != 0, yours.mean != 0, (yours.mean / mine.mean + 1).magnitude < 0.1,
      (yours.deviation / mine.deviation - 1).magnitude < 0.1, mine.mean.magnitude > mine.deviation / 2
    {
      return .negative
    }
    let ratio = yours.deviation / mine.deviation
    guard ratio > 1.4 || ratio < 0.7 else { return nil }
    // The tails of a new sample differ by chance; the middle and the spread don't, by as much as a unit.
    let pairs = zip(mine.quantiles, yours.quantiles).filter { $0.0.magnitude > 0.2 * mine.deviation }
    guard pairs.count >= 2, pairs.allSatisfy({ ($0.1 / $0.0 / ratio - 1).magnitude < 0.25 }) else { return nil }
    let middles = pairs.map { $0.1 / $0.0 }.sorted()
    return Factor(middles[middles.count / 2], tolerance: 0.06)
  }

  private static func compareCategories(
    _ before: ColumnProfile, _ after: ColumnProfile, _ name: String, _ headlines: inout [Headline]
  ) {
    guard before.isCommonComplete, after.isCommonComplete, !after.kind.isMeasure || after.distinct <= 20,
      ![.date, .dateTime, .time].contains(after.kind),
      before.distinct * 3 < before.count || before.distinct < 10, before.distinct > 0
    else { return }
    let known = Set(before.common.map(\.value))
    let present = Set(after.common.map(\.value))
    let new = after.common.filter { !known.contains($0.value) }
    let gone = before.common.filter { !present.contains($0.value) }
    let newShare = Double(new.reduce(0) { $0 + $1.count }) / Double(max(1, after.count))
    let goneShare = Double(gone.reduce(0) { $0 + $1.count }) / Double(max(1, before.count))
    if !new.isEmpty, !gone.isEmpty, new.count == gone.count, new.count == present.count {
      let folded = Set(gone.map { $0.value.lowercased().filter { !$0.isWhitespace } })
      if folded == Set(new.map { $0.value.lowercased().filter { !$0.isWhitespace } }) {
        return headlines.say(72, "the values of \(name) are spelt otherwise, as \(listed(new.map(\.value), limit: 2))")
      }
    }
    if !new.isEmpty {
      headlines.say(
        40 + 35 * newShare, "\(name) has \(new.count == 1 ? "the new value" : "new values") \(listed(new.map(\.value)))"
      )
    }
    if !gone.isEmpty {
      headlines.say(
        38 + 35 * goneShare, "\(listed(gone.map(\.value))) \(gone.count == 1 ? "is" : "are") gone from \(name)")
    }
  }

  /// A time between two moments, in the largest unit that it has at least one of.
  static func duration(_ seconds: Double) -> String {
    for (unit, name) in [(86_400.0, "day"), (3600, "hour"), (60, "minute")] where seconds >= 0.999 * unit {
      let number = (seconds / unit * 10).rounded() / 10
      return "\(readable(number)) \(name)\(number == 1 ? "" : "s")"
    }
    return "\(readable(seconds)) seconds"
  }
}

extension ColumnKind {
  /// What the cells are, in a few words.
  var phrase: String {
    switch self {
    case .integer: "whole numbers"
    case .real: "numbers"
    case .boolean: "true and false"
    case .date: "days"
    case .dateTime: "moments"
    case .time: "times of day"
    case .text: "text"
    case .mixed: "mixed"
    case .nested: "lists or objects"
    case .empty: "empty"
    }
  }
}
