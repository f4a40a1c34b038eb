/// Says where rows stand that are only in one of two tables.
struct RowPlaces {
  let table: RowTable
  let profile: ContentProfile
  /// The rows, in order.
  let rows: [Int]
  /// Whether they are gone; else they are new.
  let isGone: Bool

  /// Says how many there are and where.
  func say(_ headlines: inout [Headline]) {
    guard !rows.isEmpty else { return }
    let share = Double(rows.count) / Double(max(1, table.count))
    let weight = (isGone ? 40 : 34) + 50 * share.squareRoot()
    let verb = isGone ? (rows.count == 1 ? "is gone" : "are gone") : rows.count == 1 ? "is new" : "are new"
    guard rows.count < table.count else {
      headlines.say(weight, "all \(counted(Int64(rows.count), "row")) \(isGone ? "of before are gone" : "are new")")
      return
    }
    if rows.count > 1, let what = common() {
      return headlines.say(
        weight + 4, "\(isGone ? "all " : "")\(counted(Int64(rows.count), "row")) \(what) \(verb)")
    }
    let ranges = self.ranges
    if ranges.count == 1, let range = ranges.first {
      if rows.count == 1 {
        headlines.say(weight, "row \(grouped(Int64(range.lowerBound) + 1)) \(verb)")
      } else if range.upperBound == table.count, !isGone || range.lowerBound > 0 {
        headlines.say(weight, "the last \(grouped(Int64(rows.count))) rows \(verb)")
      } else if range.lowerBound == 0 {
        headlines.say(weight, "the first \(grouped(Int64(rows.count))) rows \(verb)")
      } else {
        headlines.say(weight, "rows \(text(range)) \(verb)")
      }
    } else if ranges.count <= 3 {
      let places = ranges.map { $0.count == 1 ? grouped(Int64($0.lowerBound) + 1) : text($0) }
      headlines.say(
        weight, "\(counted(Int64(rows.count), "row")) \(verb): \(places.joined(separator: ", "))")
    } else {
      headlines.say(weight, "\(counted(Int64(rows.count), "row")) \(verb), spread over the table")
    }
  }

  private func text(_ range: Range<Int>) -> String {
    "\(grouped(Int64(range.lowerBound) + 1)) to \(grouped(Int64(range.upperBound)))"
  }

  /// Rows that stand one after the other, at most four such ranges.
  private var ranges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    for row in rows {
      if let last = ranges.last, last.upperBound == row {
        ranges[ranges.count - 1] = last.lowerBound..<(row + 1)
      } else {
        guard ranges.count < 4 else { break }
        ranges.append(row..<(row + 1))
      }
    }
    return ranges
  }

  // MARK: What they have in common

  /// What tells these rows from all others of their table: one value of a column, or numbers beyond all others.
  private func common() -> String? {
    var isChosen = [Bool](repeating: false, count: table.count)
    for row in rows { isChosen[row] = true }
    for (index, cells) in table.columns.enumerated() {
      guard let profile = profile.columns.first(where: { $0.name == table.names[index] }) else { continue }
      let name = "'\(shortened(profile.name))'"
      let value = cells[rows[0]]
      let isOne = rows.allSatisfy { cells[$0] == value }
      if isOne, cells.indices.allSatisfy({ isChosen[$0] || cells[$0] != value }) {
        if value.isMissing { return "where \(name) is missing" }
        if let text = self.text(of: value, profile) { return "where \(name) is \(shortened(text))" }
      }
      if let phrase = beyond(cells, isChosen, profile, name) { return phrase }
    }
    return nil
  }

  private func text(of cell: Cell, _ profile: ColumnProfile) -> String? {
    if let number = cell.number { return readable(number) }
    if let seconds = cell.seconds { return profile.text(seconds) }
    // Texts are known by their hash.
    return profile.common.first { candidate in
      Array(candidate.value.utf8).withUnsafeBufferPointer { Cell(.text, $0) } == cell
    }?.value
  }

  private func beyond(_ cells: [Cell], _ isChosen: [Bool], _ profile: ColumnProfile, _ name: String) -> String? {
    var mine = (least: Double.infinity, greatest: -Double.infinity)
    var others = mine
    for (row, cell) in cells.enumerated() {
      guard let value = cell.number ?? cell.seconds else {
        if isChosen[row] { return nil }
        continue
      }
      if isChosen[row] {
        mine = (min(mine.least, value), max(mine.greatest, value))
      } else {
        others = (min(others.least, value), max(others.greatest, value))
      }
    }
    guard others.least <= others.greatest, mine.least <= mine.greatest else { return nil }
    // What only numbers the rows says no more than their places.
    if profile.kind == .integer, profile.distinct * 10 > profile.count * 9 { return nil }
    let isTime = [.date, .dateTime, .time].contains(profile.kind)
    if mine.least > others.greatest {
      return "with \(name) \(isTime ? "after" : "above") \(Self.bound(others.greatest, profile))"
    }
    if mine.greatest < others.least {
      return "with \(name) \(isTime ? "before" : "below") \(Self.bound(others.least, profile))"
    }
    return nil
  }

  // A bound that is rounded would have other rows beyond it.
  private static func bound(_ value: Double, _ profile: ColumnProfile) -> String {
    switch profile.kind {
    case .date, .dateTime, .time: profile.text(value)
    default: value == value.rounded() ? profile.text(value) : "\(value)"
    }
  }
}
