internal import GRDB
public import MLTBase

/// What a run says of itself: the latest of each.
public struct RunValues: Hashable, Sendable {
  /// Parameters.
  public var parameters: [String: String] = [:]
  /// The latest value of each metric.
  public var metrics: [String: Double] = [:]
  /// Tags.
  public var tags: [String: String] = [:]

  /// Nothing.
  public init() {}
}

extension LineageIndex {
  /// The runs that meet all conditions of a search, in its order.
  public func runs(_ search: RunSearch) throws(IndexError) -> [RunID] {
    if let limit = search.limit, limit <= 0 { return [] }
    return try readTogether { db in
      guard case .metric(let key) = search.order.first?.field else {
        return try ids(SearchStatement(search, part: .all), db)
      }
      // Runs with a value come in the order of an index, so that the first of them are found without looking at all.
      var found: [RunID] = []
      for part in [SearchStatement.Part.valued(key), .undefined(key), .without(key)] {
        var search = search
        search.limit = search.limit.map { $0 - found.count }
        if search.limit == 0 { break }
        found += try ids(SearchStatement(search, part: part), db)
      }
      return found
    }
  }

  private func ids(_ statement: SearchStatement, _ db: Database) throws -> [RunID] {
    try db.all(statement.sql, statement.values) { try $0.run(0) }
  }

  /// How many runs meet all conditions of a search; its order and limit don't matter.
  public func count(_ search: RunSearch) throws(IndexError) -> Int64 {
    let statement = SearchStatement(search, part: .all, counts: true)
    return try read { db in try db.first(statement.sql, statement.values) { try $0.int(0) } ?? 0 }
  }

  /// The experiments that runs are tries of, sorted by their bytes.
  public func experiments() throws(IndexError) -> [String] {
    try read { db in
      try db.all("SELECT DISTINCT experiment FROM runs WHERE experiment IS NOT NULL ORDER BY experiment") {
        try $0.text(0)
      }
    }
  }

  /// What runs say of themselves, in the order asked for; nothing for unknown ones.
  public func values(of runs: [RunID]) throws(IndexError) -> [RunValues] {
    try readTogether { db in
      try runs.map { run in
        var values = RunValues()
        guard let n = try db.first("SELECT n FROM runs WHERE id = ?", [.id(run)], { try $0.int(0) }) else {
          return values
        }
        try db.each("SELECT key, value FROM params WHERE run = ?", [.int(n)]) { row in
          values.parameters[try row.text(0)] = try row.text(1)
          return true
        }
        try db.each("SELECT key, value FROM latest_metrics WHERE run = ?", [.int(n)]) { row in
          values.metrics[try row.text(0)] = try row.real(1)
          return true
        }
        try db.each("SELECT key, value FROM tags WHERE run = ? AND value IS NOT NULL", [.int(n)]) { row in
          values.tags[try row.text(0)] = try row.text(1)
          return true
        }
        return values
      }
    }
  }
}

/// The statement that finds the ids of the runs of a search, or of a part of them.
struct SearchStatement {
  /// Which of the runs.
  enum Part {
    /// All of them.
    case all
    /// Those with a number for this metric, by which they are sorted first.
    case valued(String)
    /// Those with NaN for this metric.
    case undefined(String)
    /// Those without this metric.
    case without(String)
  }

  private(set) var sql = ""
  private(set) var values: [DatabaseValue] = []

  init(_ search: RunSearch, part: Part, counts: Bool = false) {
    var tables = "runs"
    var conditions = ["runs.started IS NOT NULL"]
    var order: [String] = []
    var run = "runs.n"
    var keys = counts ? [] : search.order
    switch part {
    case .all: break
    case .valued(let key), .undefined(let key):
      let isValued = if case .valued = part { true } else { false }
      // CROSS keeps SQLite from looking at runs first.
      tables = "latest_metrics AS leading CROSS JOIN runs ON runs.n = leading.run"
      run = "leading.run"
      conditions += ["leading.key = ?", isValued ? "leading.value IS NOT NULL" : "leading.value IS NULL"]
      values.append(.text(key))
      if isValued { order.append("leading.value" + Self.direction(keys[0])) }
      keys.removeFirst()
    case .without(let key):
      conditions.append("runs.n NOT IN (SELECT run FROM latest_metrics WHERE key = ?)")
      values.append(.text(key))
      keys.removeFirst()
    }
    if !search.includesDeleted { conditions.append("runs.deleted = 0") }
    for condition in search.conditions {
      let piece = SearchCondition.piece(condition, run: run)
      conditions.append(piece.sql)
      values += piece.values
    }
    var joined: [DatabaseValue] = []
    for (number, key) in keys.enumerated() {
      let (join, terms) = Self.sorting(key, "sort\(number)")
      tables += join.sql
      joined += join.values
      order += terms
    }
    sql = "SELECT \(counts ? "count(*)" : "runs.id") FROM \(tables) WHERE \(conditions.joined(separator: " AND "))"
    values = joined + values
    if counts { return }
    sql += " ORDER BY \((order + ["runs.started DESC", "runs.id"]).joined(separator: ", "))"
    if let limit = search.limit {
      sql += " LIMIT ?"
      values.append(.int(Int64(limit)))
    }
  }

  private static func direction(_ key: RunSortKey) -> String { key.isDescending ? " DESC" : "" }

  private static func sorting(_ key: RunSortKey, _ name: String) -> (SearchPiece, [String]) {
    let direction = direction(key)
    func join(_ table: String, _ key: String) -> SearchPiece {
      SearchPiece(
        sql: " LEFT JOIN \(table) AS \(name) ON \(name).run = runs.n AND \(name).key = ?", values: [.text(key)])
    }
    switch key.field {
    case .metric(let metric):
      return (
        join("latest_metrics", metric),
        ["\(name).run IS NULL", "\(name).value IS NULL", "\(name).value\(direction)"]
      )
    case .parameter(let parameter): return (join("params", parameter), texts("\(name).value", direction))
    case .tag(let tag):
      let home = SearchColumn.home(ofTag: tag).map(SearchColumn.expression)
      let value = home.map { "ifnull(\(name).value, \($0))" } ?? "\(name).value"
      return (join("tags", tag), texts(value, direction))
    case .attribute(let attribute):
      let value = SearchColumn.expression(attribute)
      return (SearchPiece(sql: ""), ["\(value) IS NULL", value + direction])
    case .input(let part):
      let value = """
        (SELECT min(\(SearchColumn.expression(part))) FROM files JOIN paths ON paths.n = files.path
          WHERE file >= runs.n << 22 AND file < (runs.n << 22) + \(FileNumber.limit))
        """
      return (SearchPiece(sql: ""), ["\(value) IS NULL", value + direction])
    }
  }

  // Numbers by their size, then other texts by their bytes, then what says that it isn't a number. A text that is a number as a
  // whole compares equal to what it is read as; of any other only the beginning would be read. Each is asked for that first:
  // most values are numbers, and the terms are computed for every run.
  private static func texts(_ value: String, _ direction: String) -> [String] {
    let number = "CAST(\(value) AS NUMERIC)"
    let infinite = "'inf', '+inf', 'infinity', '+infinity'"
    let lessThanAll = "'-inf', '-infinity'"
    return [
      """
      CASE WHEN \(value) IS NULL THEN 3 WHEN \(value) = \(number) THEN 0
        WHEN lower(\(value)) IN (\(infinite), \(lessThanAll)) THEN 0 WHEN lower(\(value)) = 'nan' THEN 2 ELSE 1 END
      """,
      """
      CASE WHEN \(value) = \(number) THEN \(number) WHEN lower(\(value)) IN (\(infinite)) THEN 9e999
        WHEN lower(\(value)) IN (\(lessThanAll)) THEN -9e999 END\(direction)
      """,
      """
      CASE WHEN \(value) = \(number) OR lower(\(value)) IN (\(infinite), \(lessThanAll)) THEN NULL
        ELSE \(value) END\(direction)
      """,
    ]
  }
}
