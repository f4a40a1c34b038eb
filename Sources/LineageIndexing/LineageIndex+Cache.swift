internal import FoundationEssentials
internal import GRDB
internal import MLTBase

// What is kept here isn't in the journal: losing it costs only time.
extension LineageIndex {
  /// What files were last found to hold, for those of the paths that were looked at before.
  ///
  /// In no order; at most one for each path.
  public func cachedContents(for paths: [String]) throws(IndexError) -> [CachedContent] {
    try read { db in
      var found: [CachedContent] = []
      found.reserveCapacity(paths.count)
      let count = paths.count > Self.scanThreshold ? try db.first("SELECT count(*) FROM stats") { try $0.int(0) } : nil
      // Reading all rows in a row is several times as fast as looking each of them up.
      if let count, count < Int64(paths.count) * 4 {
        let wanted = Set(paths)
        try db.each("SELECT path, facts FROM stats") { row in
          let path = try row.text(0)
          // Spellings of one text that Unicode holds equal are told apart by whoever asked.
          if wanted.contains(path), let content = try Self.content(path, row) { found.append(content) }
          return true
        }
        return found
      }
      for path in paths {
        try db.each("SELECT path, facts FROM stats WHERE path = ?", [.text(path)]) { row in
          if let content = try Self.content(path, row) { found.append(content) }
          return false
        }
      }
      return found
    }
  }

  /// What the files below a folder were last found to hold, for those that were looked at before.
  public func cachedContents(below folder: String) throws(IndexError) -> CachedFolder {
    try read { db in
      let found = CachedFolder()
      func take(_ row: Columns) throws -> Bool {
        if let content = try Self.content("", row) { found.append(try row.text(0), content) }
        return true
      }
      guard let ranges = PathRange.below(folder) else {
        try db.each("SELECT path, facts FROM stats ORDER BY path", [], take)
        return found
      }
      // As SQLite orders texts: by their bytes.
      for range in ranges.sorted(by: { $0.low.utf8.lexicographicallyPrecedes($1.low.utf8) }) {
        try db.each(
          "SELECT path, facts FROM stats WHERE path >= ? AND path < ? ORDER BY path",
          [.text(range.low), .text(range.high)], take)
      }
      return found
    }
  }

  private static let scanThreshold = 1000

  private static func content(_ path: String, _ row: Columns) throws -> CachedContent? {
    try row.row.withUnsafeData(atIndex: 1) { data in
      // An entry that can't be read is as good as none.
      data?.withUnsafeBytes { CachedContent(path: path, packed: $0) }
    }
  }

  /// Notes what files were found to hold, replacing what was noted for the same paths.
  public func remember(_ contents: [CachedContent]) throws(IndexError) {
    if contents.isEmpty || isReadOnly { return }
    try write { db in
      let statement = try db.cachedStatement(sql: "INSERT OR REPLACE INTO stats VALUES (?, ?)")
      for content in contents { try statement.run([.text(content.path), .blob(content.packed)]) }
    }
  }

  /// Forgets what files were found to hold.
  public func forget(_ paths: [String]) throws(IndexError) {
    if paths.isEmpty || isReadOnly { return }
    try write { db in
      for path in paths { try db.run("DELETE FROM stats WHERE path = ?", [.text(path)]) }
    }
  }

  /// A value that was noted under a key; nil if there is none.
  public func memo(_ key: String) throws(IndexError) -> [UInt8]? {
    try read { db in try db.first("SELECT value FROM memo WHERE key = ?", [.text(key)]) { try $0.bytes(0) ?? [] } }
  }

  /// Notes a value under a key; nil removes it.
  public func setMemo(_ key: String, _ value: [UInt8]?) throws(IndexError) {
    if isReadOnly { return }
    try write { db in
      if let value {
        try db.run("INSERT OR REPLACE INTO memo VALUES (?, ?)", [.text(key), .blob(value)])
      } else {
        try db.run("DELETE FROM memo WHERE key = ?", [.text(key)])
      }
    }
  }
}
