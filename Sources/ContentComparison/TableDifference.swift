/// Compares two tables row by row.
struct TableDifference {
  let before: (content: OpenContent, profile: ContentProfile)
  let after: (content: OpenContent, profile: ContentProfile)
  let limits: ContentLimits

  /// Adds what differs to what is known of the tables as wholes.
  ///
  /// - Returns: nil if they are too large to be held, or weren't read wholly.
  func changes(_ headlines: inout [Headline]) throws -> TableChanges? {
    guard let left = try table(before), let right = try table(after) else { return nil }
    var found: [Headline] = []
    let renamed = renamedColumns(left, right)
    let columns = self.columns(left, right, renamed)
    guard !columns.isEmpty else { return nil }
    let rows = RowMatching(left, right, columns)
    var changes = TableChanges(rowsBefore: Int64(left.count), rowsAfter: Int64(right.count))
    changes.matching = rows.matching
    changes.addedRows = Int64(rows.added.count)
    changes.removedRows = Int64(rows.removed.count)
    changes.isReordered = rows.isReordered
    sayRows(rows, left, right, &found)
    ProfileComparison.sayColumns(before.profile, after.profile, renamed, &changes, &found)
    let deltas = columns.map {
      ColumnDelta(
        $0, kind: after.profile.column($0.name)?.kind ?? .text, rows.pairs, left, right)
    }
    sayColumns(columns, deltas, rows, renamed, &changes, &found)
    let differing = differingPairs(columns, rows.pairs, left, right)
    changes.changedRows = Int64(differing.count)
    if rows.isReordered {
      let isAll = differing.isEmpty && rows.added.isEmpty && rows.removed.isEmpty
      found.say(isAll ? 80 : 30, isAll ? "the same rows in another order" : "rows stand in another order")
    }
    if differing.isEmpty, rows.added.isEmpty, rows.removed.isEmpty, !rows.isReordered, found.isEmpty {
      let isWhole = !before.profile.hasMoreColumns && !after.profile.hasMoreColumns
      found.say(5, isWhole ? "the same cells, written otherwise" : "the cells of these columns are the same")
    }
    changes.examples = try examples(columns, deltas, rows, differing, left, right)
    headlines += found
    return changes
  }

  private func table(_ side: (content: OpenContent, profile: ContentProfile)) throws -> RowTable? {
    let columns = max(1, side.profile.columns.count)
    guard side.profile.sample == nil, side.profile.rows ?? 0 <= Int64(limits.cells / 2 / columns) else { return nil }
    var table = RowTable(cellLimit: limits.cells / 2 + columns, columnLimit: limits.columns)
    try RowReading.read(side.content, side.profile.format, limits, into: &table)
    return table.isCut ? nil : table
  }

  // MARK: Columns

  private func columns(_ left: RowTable, _ right: RowTable, _ renamed: [String: String]) -> [SharedColumn] {
    right.names.enumerated().compactMap { index, name in
      left.index(of: renamed[name] ?? name).map { SharedColumn(name: name, before: $0, after: index) }
    }
  }

  /// New columns that hold what a column held that is gone, by their new name.
  private func renamedColumns(_ left: RowTable, _ right: RowTable) -> [String: String] {
    let new = right.names.enumerated().filter { left.index(of: $0.element) == nil }
    var gone = left.names.enumerated().filter { right.index(of: $0.element) == nil }
    var renamed: [String: String] = [:]
    for (index, name) in new {
      let same = gone.firstIndex { other in
        if left.columns[other.offset] == right.columns[index] { return true }
        guard let mine = before.profile.column(other.element), let yours = after.profile.column(name) else {
          return false
        }
        return mine.isLike(yours) && (other.offset == index || new.count == 1 && gone.count == 1)
      }
      if let same { renamed[name] = gone.remove(at: same).element }
    }
    return renamed
  }

  private func sayColumns(
    _ columns: [SharedColumn], _ deltas: [ColumnDelta], _ rows: RowMatching, _ renamed: [String: String],
    _ changes: inout TableChanges, _ headlines: inout [Headline]
  ) {
    let areMatched = Int64(rows.pairs.count) * 5 >= max(changes.rowsBefore, changes.rowsAfter)
    let isSameRows = rows.added.isEmpty && rows.removed.isEmpty
    var found: [(weight: Double, change: ColumnChange)] = []
    let swapped = swappedColumns(columns, deltas, rows)
    for (column, delta) in zip(columns, deltas) {
      guard let mine = before.profile.column(renamed[column.name] ?? column.name),
        let yours = after.profile.column(column.name)
      else { continue }
      var own: [Headline] = []
      if let partner = swapped[column.name] {
        if column.name < partner { own.say(95, "\(listed([column.name, partner])) have changed places") }
      } else {
        if areMatched { own += delta.headlines }
        if !areMatched || (delta.changed > 0 && !delta.isExplained) || !isSameRows {
          var whole: [Headline] = []
          ColumnComparison.compare(mine, yours, &whole)
          // What other rows alone bring about is a consequence of these.
          if areMatched, delta.changed == 0 {
            whole = whole.filter { $0.weight > 60 }.map { Headline(weight: $0.weight * 0.35, text: $0.text) }
          }
          if areMatched, delta.isExplained || (delta.changed == 0 && isKey(column, changes)) { whole = [] }
          own += whole
        } else if delta.isExplained, mine.kind != yours.kind {
          ColumnComparison.compareKinds(mine, yours, &own)
        }
      }
      guard !own.isEmpty || delta.changed > 0 || renamed[column.name] != nil else { continue }
      headlines += own
      var change = ColumnChange(name: column.name, formerName: renamed[column.name], before: mine, after: yours)
      change.changedCells = areMatched || changes.matching != .none ? Int64(delta.changed) : nil
      change.phrases = own.texts
      found.append((own.map(\.weight).max() ?? 0, change))
    }
    changes.columns += found.enumerated().sorted {
      ($0.element.weight, -$0.offset) > ($1.element.weight, -$1.offset)
    }.map(\.element.change)
  }

  private func isKey(_ column: SharedColumn, _ changes: TableChanges) -> Bool {
    if case .key(let names) = changes.matching { return names.contains(column.name) }
    return false
  }

  /// Columns each of which holds what the other held.
  private func swappedColumns(
    _ columns: [SharedColumn], _ deltas: [ColumnDelta], _ rows: RowMatching
  ) -> [String: String] {
    var swapped: [String: String] = [:]
    let candidates = columns.indices.filter { deltas[$0].changed * 2 > rows.pairs.count && rows.pairs.count > 1 }
    guard candidates.count <= 50 else { return [:] }
    for (place, first) in candidates.enumerated() {
      for second in candidates.dropFirst(place + 1) where swapped[columns[second].name] == nil {
        let holds = rows.pairs.allSatisfy {
          deltas[first].after[$0.after] == deltas[second].before[$0.before]
            && deltas[second].after[$0.after] == deltas[first].before[$0.before]
        }
        if holds {
          swapped[columns[first].name] = columns[second].name
          swapped[columns[second].name] = columns[first].name
        }
      }
    }
    return swapped
  }

  // MARK: Rows

  private func sayRows(_ rows: RowMatching, _ left: RowTable, _ right: RowTable, _ headlines: inout [Headline]) {
    if right.count == 0 { return headlines.say(98, "it has no rows any more, and had \(grouped(Int64(left.count)))") }
    if rows.pairs.isEmpty, left.count > 0 {
      let text =
        left.count == right.count
        ? counted(Int64(left.count), "row")
        : "\(counted(Int64(right.count), "row")), and had \(grouped(Int64(left.count)))"
      headlines.say(45, "no row is as any row was: \(text)")
      return ProfileComparison.compareRows(Int64(left.count), Int64(right.count), &headlines)
    }
    RowPlaces(table: left, profile: before.profile, rows: rows.removed, isGone: true).say(&headlines)
    if rows.repeated * 10 >= rows.added.count * 9, rows.repeated > 0 {
      let share = Double(rows.repeated) / Double(right.count)
      headlines.say(
        60 + 35 * share.squareRoot(),
        "\(counted(Int64(rows.repeated), "row")) \(rows.repeated == 1 ? "stands" : "stand") there once more")
    } else {
      RowPlaces(table: right, profile: after.profile, rows: rows.added, isGone: false).say(&headlines)
    }
  }

  private func differingPairs(
    _ columns: [SharedColumn], _ pairs: [(before: Int, after: Int)], _ left: RowTable, _ right: RowTable
  ) -> [Int] {
    var differs = [Bool](repeating: false, count: pairs.count)
    for column in columns {
      let (mine, yours) = (left.columns[column.before], right.columns[column.after])
      for (place, pair) in pairs.enumerated() where mine[pair.before] != yours[pair.after] { differs[place] = true }
    }
    return differs.indices.filter { differs[$0] }
  }

  // MARK: Examples

  /// Cells that differ: one of each column first, then more of them.
  private func examples(
    _ columns: [SharedColumn], _ deltas: [ColumnDelta], _ rows: RowMatching, _ differing: [Int], _ left: RowTable,
    _ right: RowTable
  ) throws -> [CellChange] {
    let changed = columns.indices.filter { deltas[$0].changed > 0 }.sorted {
      (deltas[$0].headlines.first?.weight ?? 0) > (deltas[$1].headlines.first?.weight ?? 0)
    }
    guard !changed.isEmpty, limits.examples > 0 else { return [] }
    let each = max(1, limits.examples / changed.count)
    var wanted: [(pair: (before: Int, after: Int), column: SharedColumn)] = []
    for index in changed.prefix(limits.examples) {
      let column = columns[index]
      var count = 0
      for place in differing where count < each {
        let pair = rows.pairs[place]
        if left.columns[column.before][pair.before] != right.columns[column.after][pair.after] {
          wanted.append((pair, column))
          count += 1
        }
      }
    }
    var (mine, yours) = (CellTexts(Set(wanted.map(\.pair.before))), CellTexts(Set(wanted.map(\.pair.after))))
    try RowReading.read(before.content, before.profile.format, limits, into: &mine)
    try RowReading.read(after.content, after.profile.format, limits, into: &yours)
    var keys: [String] = []
    if case .key(let names) = rows.matching { keys = names }
    return wanted.map { pair, column in
      let texts = yours.found[pair.after] ?? [:]
      return CellChange(
        row: Int64(pair.after) + 1, key: keys.isEmpty ? nil : keys.map { texts[$0] ?? "" }.joined(separator: ", "),
        column: column.name, before: mine.found[pair.before]?[left.names[column.before]] ?? "",
        after: texts[column.name] ?? "")
    }
  }
}

extension ColumnProfile {
  /// Whether another column's cells are of the same kind and about as many, and lie where this one's do.
  fileprivate func isLike(_ other: ColumnProfile) -> Bool {
    guard kind == other.kind, (missingShare - other.missingShare).magnitude < 0.05 else { return false }
    if let mine = numbers, let yours = other.numbers {
      let spread = max(mine.deviation, yours.deviation, 1e-9 * mine.mean.magnitude)
      return (mine.mean - yours.mean).magnitude <= 0.1 * spread
        && (mine.deviation - yours.deviation).magnitude <= 0.1 * spread
    }
    guard isDistinctExact, other.isDistinctExact else {
      return (Double(distinct) / Double(max(1, other.distinct)) - 1).magnitude < 0.1 && least == other.least
    }
    let (mine, yours) = (Set(common.map(\.value)), Set(other.common.map(\.value)))
    return mine.intersection(yours).count * 10 >= mine.union(yours).count * 9
  }
}
