internal import GRDB
internal import Journaling
internal import MLTBase

/// What narrows a search for files that runs read or wrote.
struct FileUseFilter {
  /// Only runs that ended before this.
  var before: Timestamp?
  /// Only runs that ended at this or later.
  var endedFrom: Timestamp?
  /// The most to return.
  var limit: Int?
  /// Only artifacts of this kind.
  var kind: Int64?
  /// Only artifacts that aren't URIs.
  var isLocal = false
}

/// Finds the files that runs read or wrote, from indexes alone, latest end first.
struct FileUseLookup {
  private let db: Database

  init(_ db: Database) {
    self.db = db
  }

  /// Finds files by a path's number, a content, or both.
  func uses(_ role: FileRole, path: Int64?, content: ContentID?, _ filter: FileUseFilter) throws -> [FileUse] {
    if let limit = filter.limit, limit <= 0 { return [] }
    var conditions = ["role = ?"]
    var values: [DatabaseValue] = [.int(role.rawValue)]
    func add(_ condition: String, _ value: DatabaseValue) {
      conditions.append(condition)
      values.append(value)
    }
    if let path { add("files.path = ?", .int(path)) }
    if let content {
      add("key = ?", .int(ContentKey.key(content)))
      add("content = ?", .id(content))
    }
    if let before = filter.before { add("files.ended < ?", .time(before)) }
    if let from = filter.endedFrom { add("files.ended >= ?", .time(from)) }
    if let kind = filter.kind { add("kind = ?", .int(kind)) }
    if filter.isLocal { add("kind != ?", .int(StoredArtifact.uriKind)) }
    let index = content == nil ? "files_path" : path == nil ? "files_content" : "files_both"
    // CROSS JOIN keeps SQLite from starting at another table than `files`, whose index gives the order.
    let sql = """
      SELECT runs.id, runs.started, files.ended, runs.status, paths.path, content, \(StoredArtifact.columns("files"))
      FROM files INDEXED BY \(index) CROSS JOIN paths ON paths.n = files.path CROSS JOIN runs ON runs.n = file >> 22
      WHERE \(conditions.joined(separator: " AND ")) AND runs.started IS NOT NULL ORDER BY files.ended DESC
      """
    var found: [FileUse] = []
    try db.each(sql, values) { row in
      let use = FileUse(
        run: try row.run(0), started: try row.time(1), ended: try row.time(2),
        status: try row.known(StoredArtifact.status(try row.int(3))),
        artifact: try StoredArtifact.artifact(
          row, path: try row.text(4), content: try row.optionalContent(5), from: 6))
      // Ends at the same time are put in order below, so all of them are needed.
      if let limit = filter.limit, found.count >= limit, let last = found.last, last.ended != use.ended { return false }
      found.append(use)
      return true
    }
    return Self.sorted(found, limit: filter.limit)
  }

  /// Puts the latest end first, then the greater id, then the lesser path.
  static func sorted(_ uses: [FileUse], limit: Int?) -> [FileUse] {
    let sorted = uses.sorted { left, right in
      if left.ended != right.ended { return left.ended > right.ended }
      if left.run != right.run { return left.run > right.run }
      return left.artifact.path.utf8.lexicographicallyPrecedes(right.artifact.path.utf8)
    }
    return Array(sorted.prefix(limit ?? sorted.count))
  }
}
