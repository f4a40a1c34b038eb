internal import GRDB
public import MLTBase

extension LineageIndex {
  /// The runs whose id begins with `prefix`, in order.
  ///
  /// - Returns: at most `limit`; none if the prefix isn't hexadecimal in lowercase.
  public func runIDs(prefix: String, limit: Int) throws(IndexError) -> [RunID] {
    guard limit > 0, prefix.utf8.count <= RunID.byteCount * 2,
      let low = RunID(hex: Self.padded(prefix, with: "0", to: RunID.byteCount * 2)),
      let high = RunID(hex: Self.padded(prefix, with: "f", to: RunID.byteCount * 2))
    else { return [] }
    return try read { db in
      try db.all(
        "SELECT id FROM runs WHERE id BETWEEN ? AND ? AND started IS NOT NULL ORDER BY id LIMIT ?",
        [.id(low), .id(high), .int(Int64(limit))]
      ) { try $0.run(0) }
    }
  }

  private static func padded(_ prefix: String, with digit: Character, to count: Int) -> String {
    prefix + String(repeating: digit, count: max(0, count - prefix.utf8.count))
  }

  /// The contents of inputs, outputs, added artifacts and logs whose id begins with `prefix`, in order.
  ///
  /// - Returns: at most `limit`; none if the prefix isn't hexadecimal in lowercase.
  public func contentIDs(prefix: String, limit: Int) throws(IndexError) -> [ContentID] {
    guard limit > 0, let range = ContentKey.range(ofPrefix: prefix) else { return [] }
    return try readTogether { db in
      var found: Set<ContentID> = []
      for table in ["files", "added", "predictions"] {
        found.formUnion(try contents(db, table, prefix, range, limit))
      }
      return Array(found.sorted().prefix(limit))
    }
  }

  // Goes from key to key instead of from row to row, since one content may stand in very many rows.
  private func contents(
    _ db: Database, _ table: String, _ prefix: String, _ range: ClosedRange<Int64>, _ limit: Int
  ) throws -> [ContentID] {
    var found: [ContentID] = []
    var low = range.lowerBound
    while found.count < limit {
      let next = try db.first(
        "SELECT key, content FROM \(table) WHERE key BETWEEN ? AND ? ORDER BY key LIMIT 1",
        [.int(low), .int(range.upperBound)]
      ) { (try $0.int(0), try $0.content(1)) }
      guard let (key, content) = next else { break }
      if content.hex.hasPrefix(prefix) { found.append(content) }
      guard key < range.upperBound else { break }
      low = key + 1
    }
    return found
  }

  /// Recorded paths that a person may have meant: those with the same last component, else with the same beginning.
  public func knownPaths(like path: String, limit: Int) throws(IndexError) -> [String] {
    guard limit > 0 else { return [] }
    return try readTogether { db in
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let count = DatabaseValue.int(Int64(limit))
      // A last component can't be looked up in an index. This is asked only where an answer is already 'not found',
      // and reads no more than a bounded number of paths.
      let suffix = try db.all(
        """
        SELECT path FROM (SELECT path FROM paths ORDER BY n DESC LIMIT \(Self.searchedPaths))
        WHERE path = ?1 OR substr(path, -length(?1) - 1) = '/' || ?1 ORDER BY length(path), path LIMIT ?2
        """, [.text(name), count]
      ) { try $0.text(0) }
      if suffix.count >= limit { return suffix }
      let begun = try db.all(
        "SELECT path FROM paths WHERE path >= ? AND path < ? ORDER BY path LIMIT ?",
        [.text(path), .text(path + "\u{10FFFF}"), count]
      ) { try $0.text(0) }
      return Array((suffix + begun.filter { !suffix.contains($0) }).prefix(limit))
    }
  }

  private static let searchedPaths = 200_000
}
