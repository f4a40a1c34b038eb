internal import Glibc

extension ContentProfile {
  /// Says how far out of the usual this profile is beside earlier ones of the same file.
  ///
  /// What is asked of each figure is how far it lies from the earlier ones, in units of how much these differ among
  /// themselves; with few earlier ones, more is allowed. What moves steadily may go on moving.
  /// - Parameter history: the earlier profiles, the oldest first.
  /// - Returns: the largest distance, in standard deviations, 0 if nothing is unusual; and what is unusual, the most
  ///   unusual first.
  public func surprise(given history: [ContentProfile]) -> (score: Double, phrases: [String]) {
    var judge = SurpriseJudge()
    guard !history.isEmpty else { return (0, []) }
    let formats = Set(history.map(\.format))
    if formats.count == 1, !formats.contains(format), size > 0 {
      judge.note(20, "it is \(format.name), and always was \(history[0].format.name)")
    }
    judge.count(rows ?? lines, history.compactMap { $0.rows ?? $0.lines }, rows == nil ? "line" : "row")
    if rows == nil, lines == nil { judge.size(size, history.map(\.size)) }
    judgeColumns(history, &judge)
    return judge.result
  }

  private func judgeColumns(_ history: [ContentProfile], _ judge: inout SurpriseJudge) {
    // A file that was no table once says nothing of columns.
    let tables = history.filter { !$0.columns.isEmpty }
    guard !tables.isEmpty else { return }
    var earlier: [String: [ColumnProfile]] = [:]
    for profile in tables {
      for column in profile.columns { earlier[column.name, default: []].append(column) }
    }
    let present = Set(columns.map(\.name))
    for name in earlier.keys.sorted() where !present.contains(name) {
      let share = Double(earlier[name]?.count ?? 0) / Double(tables.count)
      if share > 0.6 { judge.note(12 * share, "column '\(shortened(name))' is gone") }
    }
    for column in columns {
      guard let before = earlier[column.name] else {
        judge.note(tables.count > 1 ? 8 : 6, "column '\(shortened(column.name))' is new")
        continue
      }
      judge.column(column, before)
    }
  }
}

/// Weighs figures against earlier ones.
private struct SurpriseJudge {
  /// What is less far out than this is usual.
  private static let threshold = 3.0
  private static let most = 50.0

  private var found: [(score: Double, phrase: String)] = []

  var result: (score: Double, phrases: [String]) {
    let sorted = found.enumerated().sorted { ($0.element.score, -$0.offset) > ($1.element.score, -$1.offset) }
    return (sorted.first?.element.score ?? 0, sorted.map(\.element.phrase))
  }

  mutating func note(_ score: Double, _ phrase: @autoclosure () -> String) {
    if score >= Self.threshold { found.append((min(score, Self.most), phrase())) }
  }

  /// How far a figure is out, in standard deviations.
  ///
  /// - Parameter floor: how much such a figure may move from version to version without anybody wondering.
  private func distance(_ value: Double, _ history: [Double], floor: Double) -> Double {
    guard let least = history.min(), let greatest = history.max(), value < least || value > greatest else { return 0 }
    let center = median(history)
    let fromCenter = (value - center).magnitude / spread(history.map { $0 - center }, floor)
    guard history.count >= 3, let last = history.last else { return fromCenter }
    // A trend: what it was last, and one more of the usual steps.
    let steps = zip(history.dropFirst(), history).map { $0 - $1 }
    let step = median(steps)
    let fromTrend = (value - last - step).magnitude / spread(steps.map { $0 - step }, floor)
    return min(fromCenter, fromTrend)
  }

  // Few values say little of how much they vary: the floor counts as three more of them, and the fewer there are,
  // the more is allowed (as Student's distribution does).
  private func spread(_ deviations: [Double], _ floor: Double) -> Double {
    let count = Double(deviations.count)
    // The largest may be a fault that was there before; it counts no more than three times the median.
    let middle = median(deviations.map(\.magnitude))
    let capped = deviations.map { min($0.magnitude, max(3 * 1.4826 * middle, floor)) }
    let squares = capped.reduce(0) { $0 + $1 * $1 }
    let deviation = ((squares + 3 * floor * floor) / (count + 2)).squareRoot()
    return max(deviation * (1 + 1.5 / count), 1e-300)
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    guard sorted.count % 2 == 0 else { return sorted[middle] }
    return sorted.isEmpty ? 0 : (sorted[middle - 1] + sorted[middle]) / 2
  }

  mutating func count(_ value: Int64?, _ history: [Int64], _ thing: String) {
    guard let value, !history.isEmpty else { return }
    let logs = history.map { log(Double($0) + 1) }
    // Counts vary by chance, too.
    let typical = median(history.map(Double.init))
    let floor = max(0.07, 2 / (typical + 1).squareRoot())
    let score = distance(log(Double(value) + 1), logs, floor: floor)
    note(score, "\(counted(value, thing)), where \(grouped(Int64(typical))) are usual")
  }

  mutating func size(_ value: Int64, _ history: [Int64]) {
    let score = distance(log(Double(value) + 1), history.map { log(Double($0) + 1) }, floor: 0.2)
    let typical = Int64(median(history.map(Double.init)))
    note(score, "\(ProfileComparison.sizeText(value)), where \(ProfileComparison.sizeText(typical)) are usual")
  }

  mutating func column(_ column: ColumnProfile, _ history: [ColumnProfile]) {
    let name = "'\(shortened(column.name))'"
    guard column.count > 0 else { return }
    kind(column, history, name)
    missing(column, history, name)
    special(column, history, name)
    if let constant = column.constant, column.count >= 5, history.allSatisfy({ $0.distinct > 1 }),
      column.count - column.missing >= 5
    {
      let usual = median(history.map { Double($0.distinct) })
      note(6 + 3 * log2(usual), "all of \(name) is \(shortened(constant))")
    } else {
      numbers(column, history, name)
    }
    categories(column, history, name)
  }

  private mutating func kind(_ column: ColumnProfile, _ history: [ColumnProfile], _ name: String) {
    let kinds = Set(history.map(\.kind))
    guard !kinds.contains(column.kind), column.kind != .empty else { return }
    // A few rows with whole numbers, or with a fraction for once, are no other kind.
    if [.integer, .real].contains(column.kind), !kinds.isDisjoint(with: [.integer, .real]) { return }
    if kinds == [.empty] { return note(4, "\(name) was always empty") }
    note(14, "\(name) is \(column.kind.phrase), and always was \(history[0].kind.phrase)")
  }

  private mutating func missing(_ column: ColumnProfile, _ history: [ColumnProfile], _ name: String) {
    share("is missing", column.missingShare, history.map(\.missingShare), of: column.count, name)
  }

  /// Values that stand for none: 0 where there were others, numbers below it, infinite ones.
  private mutating func special(_ column: ColumnProfile, _ history: [ColumnProfile], _ name: String) {
    guard let present = column.numbers, present.count > 0, column.kind.isMeasure else { return }
    let earlier = history.compactMap(\.numbers).filter { $0.count > 0 }
    guard earlier.count == history.count else { return }
    func part(_ count: (NumberSummary) -> Int64) -> (Double, [Double]) {
      (Double(count(present)) / Double(present.count), earlier.map { Double(count($0)) / Double($0.count) })
    }
    for (phrase, (now, before)) in [
      ("is 0", part(\.zeros)), ("is negative", part(\.negatives)), ("is infinite", part(\.infinite)),
    ] {
      share(phrase, now, before, of: present.count, name)
    }
  }

  private mutating func share(
    _ phrase: String, _ share: Double, _ history: [Double], of count: Int64, _ name: String
  ) {
    // The arc sine of a share's root varies by chance as much for every share.
    let transformed = { (share: Double) in asin(min(1, max(0, share)).squareRoot()) }
    let floor = max(0.02, 1 / Double(max(1, count)).squareRoot())
    let score = distance(transformed(share), history.map(transformed), floor: floor)
    let usual = median(history)
    note(
      score, "\(name) \(phrase) in \(percent(share)) of rows, where \(usual == 0 ? "none" : percent(usual)) is usual")
  }

  private mutating func numbers(_ column: ColumnProfile, _ history: [ColumnProfile], _ name: String) {
    guard let present = column.numbers, column.kind.isMeasure else { return }
    let earlier = history.filter { $0.kind.isMeasure }.compactMap(\.numbers)
    guard !earlier.isEmpty else { return }
    // Identifiers and running dates grow by nature: what they span says more.
    let isRunning =
      column.isDistinctExact
      ? column.distinct == column.count && column.count > 1 : column.distinct * 10 > column.count * 9
    // Where all versions cover the same range, whole numbers that are all different are figures like others.
    let isSpread = (earlier.map(\.least).max() ?? 0) > (earlier.map(\.greatest).min() ?? 0)
    // Numbers that all became as many times what they were are in another unit, and no identifiers.
    let isScaled =
      earlier.count == 1
      && [
        (present.least, earlier[0].least), (present.mean, earlier[0].mean), (present.greatest, earlier[0].greatest),
      ].allSatisfy { now, before in before != 0 && Factor(now / before, tolerance: 0.1)?.isKnown ?? false }
    let isIdentifier = column.kind == .integer && isRunning && (isSpread || earlier.count < 2) && !isScaled
    let deviation = median(earlier.map(\.deviation))
    if !isIdentifier, column.kind != .date, column.kind != .dateTime {
      let usual = median(earlier.map(\.mean))
      // Within one version values differ by `deviation`; whole versions may lie a tenth of that apart.
      let chance = 2 * max(deviation, present.deviation) / Double(max(1, present.count)).squareRoot()
      let floor = max(0.08 * deviation, min(chance, deviation), 0.02 * usual.magnitude, 1e-12)
      let score = distance(present.mean, earlier.map(\.mean), floor: floor)
      let ratio = usual != 0 ? present.mean / usual : 1
      let factor = Factor(ratio, tolerance: 0.1)
      note(
        score,
        ratio > 1.9 || ratio < 0.53, factor, name, column, present.mean, usual)
    }
    guard present.count >= 10, deviation > 0, !isIdentifier else { return }
    let floor = max(0.15, 2 / Double(present.count).squareRoot())
    let logs = earlier.map { log(max($0.deviation, 1e-6 * deviation)) }
    let score = distance(log(max(present.deviation, 1e-6 * deviation)), logs, floor: floor)
    let isTime = column.kind == .date || column.kind == .dateTime || column.kind == .time
    let spread = { isTime ? ColumnComparison.duration($0) : readable($0) }
    note(
      score, "\(name) has a standard deviation of \(spread(present.deviation)), where \(spread(deviation)) is usual")
  }

  private mutating func note(
    _ score: Double, _ isFactor: Bool, _ factor: Factor?, _ name: String,
    _ column: ColumnProfile, _ mean: Double, _ usual: Double
  ) {
    if isFactor, let factor, factor.isKnown {
      note(score, "\(name) is about \(factor.phrase("what is usual"))")
    } else {
      note(score, "the mean of \(name) is \(column.text(mean)), where \(column.text(usual)) is usual")
    }
  }

  private mutating func categories(_ column: ColumnProfile, _ history: [ColumnProfile], _ name: String) {
    guard !column.kind.isMeasure, column.isCommonComplete, column.distinct > 0,
      history.allSatisfy({ $0.isCommonComplete && $0.distinct * 3 < $0.count })
    else { return }
    let known = Set(history.flatMap { $0.common.map(\.value) })
    let new = column.common.filter { !known.contains($0.value) }
    let share = Double(new.reduce(0) { $0 + $1.count }) / Double(column.count)
    // Where each version brought something new, one more is nothing.
    let isOpen = zip(history.dropFirst(), history).contains { later, earlier in
      !Set(later.common.map(\.value)).isSubset(of: earlier.common.map(\.value))
    }
    if !new.isEmpty, !isOpen || share > 0.2 {
      note(
        3 + 12 * share.squareRoot(),
        "\(name) has \(new.count == 1 ? "the new value" : "new values") \(listed(new.map(\.value)))")
    }
    let always = history.dropFirst().reduce(Set(history[0].common.map(\.value))) {
      $0.intersection($1.common.map(\.value))
    }
    let present = Set(column.common.map(\.value))
    let gone = history[0].common.filter { always.contains($0.value) && !present.contains($0.value) }
    // How likely it is that none of them came by chance.
    let usual = gone.map { Double($0.count) / Double(max(1, history[0].count)) }
    let expected = (usual.max() ?? 0) * Double(column.count)
    if !gone.isEmpty {
      note(
        min(15, expected.squareRoot()),
        "\(listed(gone.map(\.value))) \(gone.count == 1 ? "is" : "are") gone from \(name)")
    }
  }
}
