/// Looks for columns that name the rows of both tables.
struct KeySearch {
  /// Columns that together are different in each row, with a hash of them for each.
  struct Key {
    var columns: [SharedColumn]
    var before: [UInt64]
    var after: [UInt64]
  }

  let before: RowTable
  let after: RowTable
  let columns: [SharedColumn]

  private static let tried = 8
  private static let partsLimit = 6

  /// The key, nil if there is none that is worth its name.
  func find() -> Key? {
    let ordered = columns.enumerated().sorted {
      (Self.rank($0.element.name), $0.offset) < (Self.rank($1.element.name), $1.offset)
    }.map(\.element)
    var tries = 0
    var parts: [SharedColumn] = []
    for column in ordered where canName(column) {
      if isLikelyUnique(column) {
        guard tries < Self.tried else { continue }
        tries += 1
        if let key = key([column]) { return key }
      } else if parts.count < Self.partsLimit {
        parts.append(column)
      }
    }
    // A day and a shop, say.
    parts.sort { $0.after < $1.after }
    for first in parts.indices {
      for second in parts.indices where second > first {
        if let key = key([parts[first], parts[second]]) { return key }
      }
    }
    for first in parts.indices {
      for second in parts.indices where second > first {
        for third in parts.indices where third > second {
          if let key = key([parts[first], parts[second], parts[third]]) { return key }
        }
      }
    }
    return nil
  }

  /// What identifies is called so: lower is better.
  private static func rank(_ name: String) -> Int {
    let lower = name.lowercased()
    if ["id", "uuid", "guid", "key", "_id"].contains(lower) { return 0 }
    for ending in ["_id", "_key", "uuid", ".id", "-id"] where lower.hasSuffix(ending) { return 1 }
    return name.hasSuffix("Id") || name.hasSuffix("ID") ? 1 : 2
  }

  /// Measured numbers name nothing: whole numbers, texts and moments may.
  private func canName(_ column: SharedColumn) -> Bool {
    let cells = after.columns[column.after]
    let step = max(1, cells.count / 500)
    return stride(from: 0, to: cells.count, by: step).allSatisfy { row in
      let cell = cells[row]
      guard !cell.isMissing else { return false }
      return cell.number.map { $0 == $0.rounded() } ?? true
    }
  }

  private func isLikelyUnique(_ column: SharedColumn) -> Bool {
    let head = after.columns[column.after].prefix(2000)
    return Set(head).count * 100 >= head.count * 99
  }

  private func key(_ parts: [SharedColumn]) -> Key? {
    let mine = RowMatching.hashes(before, parts.map(\.before), Array(0..<before.count))
    let head = Set(mine.prefix(1000))
    guard head.count == min(1000, mine.count) else { return nil }
    let yours = RowMatching.hashes(after, parts.map(\.after), Array(0..<after.count))
    for part in parts {
      guard !before.columns[part.before].contains(.missing), !after.columns[part.after].contains(.missing) else {
        return nil
      }
    }
    let index = RowIndex(mine, onlyIfUnique: true)
    guard index.isUnique, RowIndex(yours, onlyIfUnique: true).isUnique else { return nil }
    var pairs: [(before: Int, after: Int)] = []
    for (row, key) in yours.enumerated() {
      if let found = index.first(key) { pairs.append((found, row)) }
    }
    let names = Set(parts.map(\.name))
    let others = columns.filter { !names.contains($0.name) }
    guard pairs.count * 20 >= min(mine.count, yours.count) else { return nil }
    // A number of the row says nothing where rows were put in between: what it names would be another row.
    guard others.isEmpty || Agreement.isMeant(pairs, before, after, others) else { return nil }
    return Key(columns: parts, before: mine, after: yours)
  }
}
