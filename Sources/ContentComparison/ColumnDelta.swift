/// Says how the cells of one column differ in rows that are in both tables.
struct ColumnDelta {
  let name: String
  let kind: ColumnKind
  let pairs: [(before: Int, after: Int)]
  let before: [Cell]
  let after: [Cell]

  /// How many cells differ.
  private(set) var changed = 0
  /// The pairs in which they do, at most 20,000 of them.
  private var places: [Int] = []
  private(set) var headlines: [Headline] = []
  /// Whether one rule tells how all of them differ, so that nothing more need be said.
  private(set) var isExplained = false

  private static let sampleSize = 20_000

  init(
    _ column: SharedColumn, kind: ColumnKind, _ pairs: [(before: Int, after: Int)], _ before: RowTable,
    _ after: RowTable
  ) {
    name = "'\(shortened(column.name))'"
    self.kind = kind
    self.pairs = pairs
    self.before = before.columns[column.before]
    self.after = after.columns[column.after]
    for (place, pair) in pairs.enumerated() where self.before[pair.before] != self.after[pair.after] {
      changed += 1
      if places.count < Self.sampleSize { places.append(place) }
    }
    if changed > 0 { explain() }
  }

  private var isTime: Bool { [.date, .dateTime, .time].contains(kind) }

  /// How many cells it is, as `all of`, or a part.
  private var amount: String {
    if changed == pairs.count { return "in all rows" }
    return "in \(grouped(Int64(changed))) of \(counted(Int64(pairs.count), "row")) (\(percent(share)))"
  }

  private var share: Double { Double(changed) / Double(max(1, pairs.count)) }

  /// A few changed cells weigh less than a changed column.
  private func weight(_ most: Double) -> Double { most * (0.55 + 0.45 * share.squareRoot()) }

  private mutating func explain() {
    if sayMissing() || sayOneValue() { return }
    let numbers: [(Double, Double)] = places.compactMap { place in
      let (mine, yours) = (before[pairs[place].before], after[pairs[place].after])
      if let x = mine.number, let y = yours.number { return (x, y) }
      if let x = mine.seconds, let y = yours.seconds { return (x, y) }
      return nil
    }
    if numbers.count * 20 >= places.count * 19, sayRule(numbers) {
      isExplained = true
      return
    }
    if sayOtherRows() { return }
    let what = isTime || numbers.isEmpty ? "" : sizes(numbers)
    headlines.say(weight(55), "\(name) differs \(amount)\(what)")
  }

  // MARK: Whole cells

  private mutating func sayMissing() -> Bool {
    let gone = places.count { after[pairs[$0].after].isMissing }
    guard gone * 10 >= places.count * 9 else { return false }
    headlines.say(weight(80), "\(name) is missing now \(amount)")
    isExplained = true
    return true
  }

  private mutating func sayOneValue() -> Bool {
    guard places.count > 1 else { return false }
    let value = after[pairs[places[0]].after]
    guard places.allSatisfy({ after[pairs[$0].after] == value }) else { return false }
    guard let number = value.number else { return false }
    let others = places.compactMap { before[pairs[$0].before].number }
    guard let least = others.min(), let greatest = others.max(), least < greatest else { return false }
    let isCut = others.count == places.count && number != 0 && (least > number || greatest < number)
    let rest = pairs.allSatisfy { pair in
      guard let other = after[pair.after].number else { return true }
      return least > number ? other <= number : other >= number
    }
    headlines.say(
      weight(85),
      isCut && rest && changed < pairs.count
        ? "\(name) is cut off at \(readable(number)) \(amount)"
        : pairs.allSatisfy { after[$0.after] == value }
          ? "all of \(name) is \(readable(number)) now" : "\(name) is \(readable(number)) now \(amount)")
    isExplained = true
    return true
  }

  /// The same values in other rows.
  private mutating func sayOtherRows() -> Bool {
    guard share > 0.05, changed >= 10 else { return false }
    // By one row up or down: in the later table's order.
    for (step, word) in [(1, "down"), (-1, "up")] {
      let hits = places.count { place in
        let other = place - step
        return pairs.indices.contains(other) && after[pairs[place].after] == before[pairs[other].before]
      }
      if hits * 20 >= places.count * 19 {
        headlines.say(weight(90), "\(name) is moved \(word) by one row \(amount)")
        isExplained = true
        return true
      }
    }
    let mine = pairs.map { before[$0.before].bits }.sorted()
    guard mine == pairs.map({ after[$0.after].bits }).sorted() else { return false }
    let distinct = Set(mine.prefix(1000)).count
    headlines.say(
      weight(88),
      distinct == 2 && share > 0.95
        ? "the two values of \(name) have changed places \(amount)"
        : "\(name) has the same values in other rows \(amount)")
    isExplained = true
    return true
  }

  // MARK: Numbers

  private mutating func sayRule(_ numbers: [(Double, Double)]) -> Bool {
    // Most of them: a few cells may be odd.
    let most = { (holds: ((Double, Double)) -> Bool) in numbers.count(where: holds) * 100 >= numbers.count * 95 }
    if !isTime {
      if numbers.count > 1, most({ $0.1 == -$0.0 && $0.0 != 0 }) {
        headlines.say(weight(92), "\(name) has the opposite sign \(amount)")
        return true
      }
      let ratios = numbers.filter { $0.0 != 0 && $0.1 != 0 }.map { $0.1 / $0.0 }.sorted()
      // Rounding moves small numbers by more than large ones.
      let middle = ratios.isEmpty ? 1 : ratios[ratios.count / 2]
      if numbers.count > 1, (middle - 1).magnitude > 1e-6,
        most({
          ($0.1 - $0.0 * middle).magnitude <= max(0.0051 * $0.1.magnitude, min(0.51, 0.51 * middle.magnitude / 100))
        }),
        let factor = Factor(middle, tolerance: 0.005)
      {
        // A factor near 1 may be rounding, and a few rows prove none.
        if (middle - 1).magnitude > 0.02 || ratios.count > 10, !isRounded(numbers) {
          let about =
            factor.isKnown && most { ($0.1 - $0.0 * middle).magnitude <= 1e-9 * $0.1.magnitude } ? "" : "about "
          headlines.say(
            weight(factor.isKnown ? 96 : 84), "\(name) is \(about)\(factor.phrase("what it was")) \(amount)")
          return true
        }
      }
    }
    let shifts = numbers.map { $0.1 - $0.0 }.sorted()
    let shift = shifts[shifts.count / 2]
    let scale = numbers.map(\.0.magnitude).max() ?? 0
    if numbers.count > 1, shift != 0, shift.magnitude > 1e-9 * scale,
      most({ ($0.1 - $0.0 - shift).magnitude <= max(1e-6 * shift.magnitude, 1e-15 * scale) })
    {
      headlines.say(
        weight(92),
        isTime
          ? "\(name) moved by \(ColumnComparison.duration(shift.magnitude)) \(shift > 0 ? "forward" : "back") \(amount)"
          : "\(name) is \(readable(shift.magnitude)) \(shift > 0 ? "more" : "less") \(amount)")
      return true
    }
    if isTime { return false }
    if isRounded(numbers) {
      let digits = decimals(numbers)
      headlines.say(
        weight(60),
        "\(name) is rounded \(digits == 0 ? "to whole numbers" : "to \(counted(Int64(digits), "decimal"))") \(amount)")
      return true
    }
    if let largest = numbers.map({ ($0.1 - $0.0).magnitude / max($0.0.magnitude, $0.1.magnitude, 1e-300) }).max(),
      largest < 1e-6
    {
      headlines.say(weight(20), "\(name) differs by no more than \(readable(largest)) of each number \(amount)")
      return true
    }
    return sayLine(numbers)
  }

  /// A straight line, as between two scales of temperature.
  private mutating func sayLine(_ numbers: [(Double, Double)]) -> Bool {
    guard numbers.count >= 5 else { return false }
    let count = Double(numbers.count)
    let (x, y) = (numbers.reduce(0) { $0 + $1.0 } / count, numbers.reduce(0) { $0 + $1.1 } / count)
    let spread = numbers.reduce(0) { $0 + ($1.0 - x) * ($1.0 - x) }
    guard spread > 0 else { return false }
    let slope = numbers.reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) } / spread
    let offset = y - slope * x
    let range = (numbers.map(\.1).max() ?? 0) - (numbers.map(\.1).min() ?? 0)
    guard slope.isFinite, slope != 0, range > 0,
      numbers.allSatisfy({ ($0.1 - slope * $0.0 - offset).magnitude <= 0.002 * range })
    else { return false }
    let temperature =
      (slope - 1.8).magnitude < 0.01 && (offset - 32).magnitude < 0.5
      ? " (as Celsius to Fahrenheit)"
      : (slope - 1 / 1.8).magnitude < 0.005 && (offset + 32 / 1.8).magnitude < 0.5 ? " (as Fahrenheit to Celsius)" : ""
    headlines.say(
      weight(94),
      "\(name) is \(readable(slope)) times what it was, \(offset < 0 ? "minus" : "plus") \(readable(offset.magnitude))"
        + "\(temperature) \(amount)")
    return true
  }

  private func isRounded(_ numbers: [(Double, Double)]) -> Bool {
    let unit = [1.0, 0.1, 0.01, 0.001, 0.0001][min(4, decimals(numbers))]
    return numbers.allSatisfy { ($0.1 - $0.0).magnitude <= unit * 1.000_001 }
      && numbers.contains { ($0.0 / unit - ($0.0 / unit).rounded()).magnitude > 1e-6 }
      && numbers.allSatisfy { ($0.1 / unit - ($0.1 / unit).rounded()).magnitude < 1e-6 }
  }

  /// How many digits after the point the later numbers have; 4 stands for more, too.
  private func decimals(_ numbers: [(Double, Double)]) -> Int {
    var scale = 1.0
    for digits in 0..<4 {
      if numbers.allSatisfy({ ($0.1 * scale - ($0.1 * scale).rounded()).magnitude < 1e-6 * max(1, scale) }) {
        return digits
      }
      scale *= 10
    }
    return 4
  }

  private func sizes(_ numbers: [(Double, Double)]) -> String {
    let mean = numbers.reduce(0) { $0 + ($1.1 - $1.0) } / Double(numbers.count)
    let largest = numbers.map { ($0.1 - $0.0).magnitude }.max() ?? 0
    guard mean.isFinite, largest.isFinite else { return "" }
    let average = "\(mean < 0 ? "-" : "+")\(readable(mean.magnitude))"
    return numbers.count == 1 ? ", by \(average)" : ", by \(average) on average and \(readable(largest)) at most"
  }
}
