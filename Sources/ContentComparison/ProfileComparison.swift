/// Says how two contents differ, from what is known of each as a whole.
enum ProfileComparison {
  /// What differs beside the columns.
  static func compare(_ before: ContentProfile, _ after: ContentProfile) -> [Headline] {
    var headlines: [Headline] = []
    if after.size == 0, before.size > 0 { headlines.say(99, "it is empty now") }
    if before.size == 0, after.size > 0 { headlines.say(60, "it was empty") }
    if before.format != after.format, before.size > 0, after.size > 0 {
      headlines.say(95, "it is \(after.format.name) now, and was \(before.format.name)")
      if let remark = after.remark { headlines.say(94, remark) }
    }
    if before.format == after.format, let remark = after.remark, remark != before.remark { headlines.say(79, remark) }
    if let mine = before.encoding, let yours = after.encoding, mine != yours {
      headlines.say(50, "it is written in \(yours.rawValue) now, and was in \(mine.rawValue)")
    }
    if before.isGzipped != after.isGzipped {
      headlines.say(30, after.isGzipped ? "it is gzipped now" : "it isn't gzipped any more")
    }
    if before.hasMoreColumns || after.hasMoreColumns {
      let count = grouped(Int64((after.hasMoreColumns ? after : before).columns.count))
      headlines.say(79, "only the first \(count) columns were compared")
    }
    if after.sample != nil || before.sample != nil {
      headlines.say(0.5, "compared by a sample: \(sampleText(after) ?? sampleText(before) ?? "")")
    }
    return headlines
  }

  private static func sampleText(_ profile: ContentProfile) -> String? {
    guard let sample = profile.sample else { return nil }
    return "\(sizeText(sample.bytes)) \(sample.isSpread ? "spread over" : "at the start of") \(sizeText(profile.size))"
  }

  /// A number of bytes for people.
  static func sizeText(_ bytes: Int64) -> String {
    var (size, unit) = (Double(bytes), 0)
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024, unit < units.count - 1 {
      size /= 1024
      unit += 1
    }
    return unit == 0
      ? (bytes == 1 ? "1 byte" : "\(bytes) bytes") : "\(readable((size * 10).rounded() / 10)) \(units[unit])"
  }

  /// What to say of two contents of which nothing else is known.
  static func fallback(_ before: ContentProfile, _ after: ContentProfile) -> String {
    if let mine = before.lines, let yours = after.lines, mine != yours {
      return "\(counted(yours, "line")), and had \(grouped(mine))"
    }
    return before.size == after.size
      ? "other bytes, as many of them (\(sizeText(after.size)))"
      : "other bytes: \(sizeText(after.size)), and was \(sizeText(before.size))"
  }

  /// How two tables differ as wholes.
  static func table(
    _ before: ContentProfile, _ after: ContentProfile, _ headlines: inout [Headline]
  ) -> TableChanges {
    var changes = TableChanges(rowsBefore: before.rows ?? 0, rowsAfter: after.rows ?? 0)
    compareRows(changes.rowsBefore, changes.rowsAfter, &headlines)
    sayColumns(before, after, [:], &changes, &headlines)
    var found: [(weight: Double, change: ColumnChange)] = []
    for column in after.columns {
      guard let earlier = before.column(column.name), earlier != column else { continue }
      var own: [Headline] = []
      ColumnComparison.compare(earlier, column, &own)
      headlines += own
      let weight = own.map(\.weight).max() ?? 0
      found.append((weight, ColumnChange(name: column.name, before: earlier, after: column, phrases: own.texts)))
    }
    changes.columns += found.enumerated().sorted {
      ($0.element.weight, -$0.offset) > ($1.element.weight, -$1.offset)
    }.map(\.element.change)
    return changes
  }

  /// Says which columns are new, gone or renamed, and whether the others stand in another order.
  ///
  /// - Parameter renamed: what columns were called, by their new names.
  static func sayColumns(
    _ before: ContentProfile, _ after: ContentProfile, _ renamed: [String: String], _ changes: inout TableChanges,
    _ headlines: inout [Headline]
  ) {
    let former = Set(before.columns.map(\.name))
    let present = Set(after.columns.map(\.name))
    let left = Set(renamed.values)
    let gone = before.columns.filter { !present.contains($0.name) && !left.contains($0.name) }
    let new = after.columns.filter { !former.contains($0.name) && renamed[$0.name] == nil }
    let say = { (columns: [ColumnProfile], word: String) in
      "column\(columns.count == 1 ? "" : "s") \(listed(columns.map(\.name))) \(columns.count == 1 ? "is" : "are") \(word)"
    }
    // Names that were made up mean that the first row has none.
    let isNameless = { (names: [String]) in names.count > 1 && names.allSatisfy { $0.hasPrefix("column ") } }
    if isNameless(after.columns.map(\.name)), !isNameless(before.columns.map(\.name)) {
      return headlines.say(93, "it has no header any more")
    }
    if isNameless(before.columns.map(\.name)), !isNameless(after.columns.map(\.name)) {
      return headlines.say(93, "it has a header now")
    }
    if !gone.isEmpty { headlines.say(84, say(gone, "gone")) }
    if !new.isEmpty { headlines.say(82, say(new, "new")) }
    for (name, earlier) in renamed.sorted(by: { $0.key < $1.key }) {
      headlines.say(76, "column '\(shortened(earlier))' is called '\(shortened(name))' now")
    }
    changes.columns += gone.map { ColumnChange(name: $0.name, before: $0, after: nil, phrases: ["gone"]) }
    changes.columns += new.map { ColumnChange(name: $0.name, before: nil, after: $0, phrases: ["new"]) }
    let mine = before.columns.map(\.name).filter { present.contains($0) }
    if mine != after.columns.map(\.name).filter({ former.contains($0) }) {
      changes.hasReorderedColumns = true
      headlines.say(34, "the columns stand in another order")
    }
  }

  /// Says how many rows there are, where that is another number.
  static func compareRows(_ before: Int64, _ after: Int64, _ headlines: inout [Headline]) {
    guard before != after else { return }
    let difference = (after - before).magnitude
    let share = Double(difference) / Double(max(1, max(before, after)))
    let text = "\(counted(after, "row")), and had \(grouped(before))"
    if after == 0 { return headlines.say(98, "it has no rows any more, and had \(grouped(before))") }
    headlines.say(30 + 60 * share.squareRoot() * (after < before ? 1 : 0.8), text)
  }
}
