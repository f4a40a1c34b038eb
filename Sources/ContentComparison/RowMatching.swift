/// Finds the rows of one table in another.
struct RowMatching {
  /// How they were found.
  var matching = TableChanges.Matching.none
  /// The rows that are in both, in the order of the later table.
  var pairs: [(before: Int, after: Int)] = []
  /// Rows that are only in the later.
  var added: [Int] = []
  /// Rows that are only in the earlier.
  var removed: [Int] = []
  /// Whether rows that are in both stand in another order.
  var isReordered = false
  /// How many of the added rows are the same as one that is in both.
  var repeated = 0

  /// - Parameter columns: the columns that are in both tables, by their numbers in each.
  init(_ before: RowTable, _ after: RowTable, _ columns: [SharedColumn]) {
    guard before.count > 0, after.count > 0, !columns.isEmpty else {
      removed = Array(0..<before.count)
      added = Array(0..<after.count)
      return
    }
    if let key = KeySearch(before: before, after: after, columns: columns).find() {
      matching = .key(key.columns.map(\.name))
      matchByKey(key.before, key.after)
    } else {
      matching = .content
      matchByContent(before, after, columns)
    }
    isReordered = zip(pairs.dropFirst(), pairs).contains { $0.before < $1.before }
  }

  private mutating func matchByKey(_ before: [UInt64], _ after: [UInt64]) {
    let index = RowIndex(before, onlyIfUnique: true)
    var isFound = [Bool](repeating: false, count: before.count)
    for (row, key) in after.enumerated() {
      if let earlier = index.first(key) {
        pairs.append((earlier, row))
        isFound[earlier] = true
      } else {
        added.append(row)
      }
    }
    removed = isFound.indices.filter { !isFound[$0] }
  }

  // MARK: Without a key

  private mutating func matchByContent(_ before: RowTable, _ after: RowTable, _ columns: [SharedColumn]) {
    var left = Array(0..<before.count)
    var right = Array(0..<after.count)
    let wholes = (Self.hashes(before, columns.map(\.before), left), Self.hashes(after, columns.map(\.after), right))
    match(&left, &right, wholes.0, wholes.1)
    let equalRows = Set(wholes.0)
    if !left.isEmpty, !right.isEmpty, columns.count > 1 { matchButOneColumn(before, after, columns, &left, &right) }
    if !left.isEmpty, !right.isEmpty { matchByPlace(before, after, columns, &left, &right) }
    pairs.sort { $0.after < $1.after }
    (removed, added) = (left, right)
    repeated = added.count { equalRows.contains(wholes.1[$0]) }
  }

  /// Pairs rows of the same hash, in order.
  private mutating func match(_ left: inout [Int], _ right: inout [Int], _ mine: [UInt64], _ yours: [UInt64]) {
    var index = RowIndex(mine, onlyIfUnique: false)
    var isTaken = [Bool](repeating: false, count: left.count)
    var rest: [Int] = []
    for (place, row) in right.enumerated() {
      if let found = index.take(yours[place]) {
        pairs.append((left[found], row))
        isTaken[found] = true
      } else {
        rest.append(row)
      }
    }
    left = left.indices.filter { !isTaken[$0] }.map { left[$0] }
    right = rest
  }

  /// Pairs rows that are the same but for one column, if that makes pairs of most.
  private mutating func matchButOneColumn(
    _ before: RowTable, _ after: RowTable, _ columns: [SharedColumn], _ left: inout [Int], _ right: inout [Int]
  ) {
    let wanted = (min(left.count, right.count) + 1) / 2
    for column in columns where columns.count <= 60 {
      let others = columns.filter { $0.name != column.name }
      let mine = Self.hashes(before, others.map(\.before), left)
      let yours = Self.hashes(after, others.map(\.after), right)
      // Rows that are the same in all other columns too often say nothing of which belongs to which.
      guard Set(mine).count * 2 > mine.count else { continue }
      let known = Set(mine)
      guard yours.count(where: { known.contains($0) }) >= wanted else { continue }
      match(&left, &right, mine, yours)
      if left.isEmpty || right.isEmpty { return }
    }
  }

  /// Pairs rows that stand between the same neighbours; or at the same place, where nothing else is the same.
  private mutating func matchByPlace(
    _ before: RowTable, _ after: RowTable, _ columns: [SharedColumn], _ left: inout [Int], _ right: inout [Int]
  ) {
    let known = pairs.sorted { $0.after < $1.after }
    guard zip(known.dropFirst(), known).allSatisfy({ $0.before > $1.before }) else { return }
    var found: [(before: Int, after: Int)] = []
    var (i, j) = (0, 0)
    for anchor in known + [(before.count, after.count)] {
      var mine: [Int] = []
      var yours: [Int] = []
      while i < left.count, left[i] < anchor.before {
        mine.append(left[i])
        i += 1
      }
      while j < right.count, right[j] < anchor.after {
        yours.append(right[j])
        j += 1
      }
      if mine.count == yours.count { found += zip(mine, yours).map { ($0, $1) } }
    }
    guard !found.isEmpty, Agreement.isMeant(found, before, after, columns) else { return }
    if pairs.isEmpty { matching = .position }
    pairs += found
    let (taken, given) = (Set(found.map(\.before)), Set(found.map(\.after)))
    left.removeAll { taken.contains($0) }
    right.removeAll { given.contains($0) }
  }

  /// A hash of each of some rows, of the cells in some columns.
  static func hashes(_ table: RowTable, _ columns: [Int], _ rows: [Int]) -> [UInt64] {
    var hashes = [UInt64](repeating: 0, count: rows.count)
    for column in columns {
      let cells = table.columns[column]
      for (place, row) in rows.enumerated() {
        hashes[place] = ValueCounter.mix(hashes[place] &* 3 ^ cells[row].bits)
      }
    }
    return hashes
  }
}

/// A column that is in both tables.
struct SharedColumn {
  /// Its name in the later table.
  var name: String
  /// Its number in the earlier.
  var before: Int
  /// Its number in the later.
  var after: Int
}

/// How much of two rows is the same.
enum Agreement {
  /// Whether pairs of rows belong together: they have more in common than rows that are paired anyhow.
  static func isMeant(
    _ pairs: [(before: Int, after: Int)], _ before: RowTable, _ after: RowTable, _ columns: [SharedColumn]
  ) -> Bool {
    let step = max(1, pairs.count / 1000)
    let sample = stride(from: 0, to: pairs.count, by: step).map { pairs[$0] }
    let share = equalShare(sample, before, after, columns)
    if share > 0.5 { return true }
    guard sample.count > 3 else { return share > 0.3 || columns.count == 1 }
    // All may be in another unit: then nothing is equal, and yet each row's numbers follow the other's.
    if columns.contains(where: { isFollowing(sample, before.columns[$0.before], after.columns[$0.after]) }) {
      return true
    }
    let shuffled = sample.indices.map {
      (before: sample[$0].before, after: sample[($0 + sample.count / 2) % sample.count].after)
    }
    let chance = equalShare(shuffled, before, after, columns)
    return 1 - share < 0.85 * (1 - chance)
  }

  /// Whether the numbers of a column go up and down together in pairs of rows.
  private static func isFollowing(_ pairs: [(before: Int, after: Int)], _ mine: [Cell], _ yours: [Cell]) -> Bool {
    var (count, x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    guard let origin = pairs.lazy.compactMap({ mine[$0.before].number }).first,
      let other = pairs.lazy.compactMap({ yours[$0.after].number }).first
    else { return false }
    for pair in pairs {
      guard let left = mine[pair.before].number, let right = yours[pair.after].number else { continue }
      let (u, v) = (left - origin, right - other)
      count += 1
      x += u
      y += v
      xx += u * u
      yy += v * v
      xy += u * v
    }
    let (spread, otherSpread) = (xx - x * x / count, yy - y * y / count)
    guard count >= 10, spread > 0, otherSpread > 0 else { return false }
    let correlation = (xy - x * y / count) / (spread * otherSpread).squareRoot()
    // A column that counts rows follows anything that was sorted.
    return correlation.magnitude > 0.95 && !isAscending(pairs.map { mine[$0.before] })
  }

  private static func isAscending(_ cells: [Cell]) -> Bool {
    zip(cells.dropFirst(), cells).allSatisfy { ($0.number ?? 0) > ($1.number ?? 0) }
  }

  private static func equalShare(
    _ pairs: [(before: Int, after: Int)], _ before: RowTable, _ after: RowTable, _ columns: [SharedColumn]
  ) -> Double {
    var equal = 0
    for column in columns {
      let (mine, yours) = (before.columns[column.before], after.columns[column.after])
      for pair in pairs where mine[pair.before] == yours[pair.after] { equal += 1 }
    }
    return Double(equal) / Double(max(1, pairs.count * columns.count))
  }
}
