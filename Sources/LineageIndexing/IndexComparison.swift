internal import GRDB

/// Compares what two indexes show, row by row; the numbers that each gives to its rows don't count.
struct IndexComparison {
  /// What the rows of each table say, in an order that doesn't depend on when they were read.
  private static let questions: [(table: String, sql: String)] = [
    (
      "runs",
      """
      SELECT id, started, component, command, directory, git, commit_id, branch, remote, dirty, host, user_name, parent,
        streams, run_name, experiment, origin, origin_key, start_sequence, logged,
        status, exit, ended, evidence, environments.hash, looked.hash, record, wall, user_time, system_time, memory, inputs, outputs, note,
        deleted
      FROM runs LEFT JOIN environments ON environments.n = environment
        LEFT JOIN environments AS looked ON looked.n = lookups ORDER BY id
      """
    ),
    (
      "files",
      """
      SELECT runs.id, role, paths.path, files.ended, key, content, kind, size, count, flags, before, problem
      FROM files JOIN runs ON runs.n = file >> 22 JOIN paths ON paths.n = files.path
      ORDER BY 1, 2, 3, 6, 11
      """
    ),
    (
      "removed",
      """
      SELECT runs.id, paths.path FROM removed JOIN runs ON runs.n = run JOIN paths ON paths.n = removed.path
      ORDER BY 1, 2
      """
    ),
    (
      "stages",
      """
      SELECT runs.id, file, name, definition, environments.hash FROM stages JOIN runs ON runs.n = run
        LEFT JOIN environments ON environments.n = declared ORDER BY 1
      """
    ),
    ("params", "SELECT runs.id, key, value, at FROM params JOIN runs ON runs.n = run ORDER BY 1, 2"),
    ("tags", "SELECT runs.id, key, value, at FROM tags JOIN runs ON runs.n = run ORDER BY 1, 2"),
    (
      "metrics",
      """
      SELECT runs.id, key, at, writers.id, points FROM metrics JOIN runs ON runs.n = run
      JOIN writers ON writers.n = metrics.source ORDER BY 1, 2, 3, 4, 5
      """
    ),
    (
      "loggers",
      """
      SELECT runs.id, writers.id, loggers.sequence FROM loggers JOIN runs ON runs.n = run
      JOIN writers ON writers.n = loggers.source ORDER BY 1, 2
      """
    ),
    (
      "logged_files",
      "SELECT runs.id, at, logged_files.fields FROM logged_files JOIN runs ON runs.n = run ORDER BY 1, 2, 3"
    ),
    (
      "latest_metrics",
      "SELECT runs.id, key, step, at, value FROM latest_metrics JOIN runs ON runs.n = run ORDER BY 1, 2"
    ),
    (
      "hazards",
      "SELECT runs.id, late, kind, hazards.path, detail FROM hazards JOIN runs ON runs.n = run ORDER BY 1, 2, 3, 4, 5"
    ),
    (
      "signatures",
      "SELECT runs.id, at, signatures.record, key FROM signatures JOIN runs ON runs.n = run ORDER BY 1, 2, 3, 4"
    ),
    ("replications", "SELECT runs.id, at, fields FROM replications JOIN runs ON runs.n = run ORDER BY 1, 2, 3"),
    ("checks", "SELECT runs.id, at, fields FROM checks JOIN runs ON runs.n = run ORDER BY 1, 2, 3"),
    ("purged", "SELECT content, label FROM purged ORDER BY 1, 2"),
    ("components", "SELECT name, field, value, at FROM components ORDER BY 1, 2"),
    (
      "added",
      """
      SELECT paths.path, at, key, content, kind, size, count, flags, before, problem
      FROM added JOIN paths ON paths.n = added.path ORDER BY 1, 2, 4
      """
    ),
    (
      "changes",
      """
      SELECT kind, key, field, name, value, part, why, user_name, ordered, at, writers.id, paths.path, artifact_kind,
        content, size
      FROM changes JOIN writers ON writers.n = source LEFT JOIN paths ON paths.n = changes.path
      ORDER BY kind, key, at, writers.id, part
      """
    ),
    (
      "predictions",
      """
      SELECT at, writers.id, paths.path, content, size, columns, fields FROM predictions
      JOIN writers ON writers.n = source JOIN paths ON paths.n = predictions.path ORDER BY 1, 2
      """
    ),
    (
      "models",
      """
      SELECT event, name, type, ordered, at, writers.id, models.sequence, run, content, fields FROM models
      JOIN writers ON writers.n = source ORDER BY 1
      """
    ),
    (
      "prediction_keys",
      """
      SELECT hash, predictions.at, writers.id FROM prediction_keys JOIN predictions ON predictions.n = log
      JOIN writers ON writers.n = predictions.source ORDER BY 1, 2, 3
      """
    ),
  ]

  /// Returns how many rows of each table one of the two has and the other hasn't, of tables where there are any.
  static func differences(_ left: Database, _ right: Database) throws -> [IndexDifference] {
    try questions.compactMap { table, sql in
      let count = try difference(try Row.fetchCursor(left, sql: sql), try Row.fetchCursor(right, sql: sql))
      return count == 0 ? nil : IndexDifference(table: table, rows: count)
    }
  }

  // Both are in one order, so that a row that only one has is found where it would stand.
  private static func difference(_ left: RowCursor, _ right: RowCursor) throws -> Int {
    var count = 0
    var (mine, yours) = (try next(left), try next(right))
    while let row = mine, let other = yours {
      if row == other {
        (mine, yours) = (try next(left), try next(right))
      } else {
        count += 1
        if precedes(row, other) { mine = try next(left) } else { yours = try next(right) }
      }
    }
    while mine != nil {
      count += 1
      mine = try next(left)
    }
    while yours != nil {
      count += 1
      yours = try next(right)
    }
    return count
  }

  private static func next(_ cursor: RowCursor) throws -> [DatabaseValue]? {
    try cursor.next().map { Array($0.databaseValues) }
  }

  private static func precedes(_ left: [DatabaseValue], _ right: [DatabaseValue]) -> Bool {
    for (mine, yours) in zip(left, right) where mine != yours { return precedes(mine.storage, yours.storage) }
    return false
  }

  // As SQLite orders values: none, numbers, texts, bytes.
  private static func precedes(_ left: DatabaseValue.Storage, _ right: DatabaseValue.Storage) -> Bool {
    switch (left, right) {
    case (.int64(let mine), .int64(let yours)): mine < yours
    case (.double(let mine), .double(let yours)): mine < yours
    case (.int64(let mine), .double(let yours)): Double(mine) < yours
    case (.double(let mine), .int64(let yours)): mine < Double(yours)
    case (.string(let mine), .string(let yours)): mine.utf8.lexicographicallyPrecedes(yours.utf8)
    case (.blob(let mine), .blob(let yours)): mine.lexicographicallyPrecedes(yours)
    default: rank(left) < rank(right)
    }
  }

  private static func rank(_ value: DatabaseValue.Storage) -> Int {
    switch value {
    case .null: 0
    case .int64, .double: 1
    case .string: 2
    case .blob: 3
    }
  }
}
