internal import GRDB
internal import MLTBase

/// The statement that finds the runs of a query, leaving its path aside.
struct RunSelection {
  let sql: String
  let values: [DatabaseValue]

  /// - Parameter run: a run's number, to ask for that run alone whether it matches.
  init(_ query: RunQuery, restrictedTo run: Int64?) {
    var conditions = ["started IS NOT NULL"]
    var values: [DatabaseValue] = []
    func add(_ condition: String, _ value: DatabaseValue) {
      conditions.append(condition)
      values.append(value)
    }
    if let run { add("runs.n = ?", .int(run)) }
    if !query.includesDeleted { conditions.append("deleted = 0") }
    if let component = query.component { add("component = ?", .text(component)) }
    if let experiment = query.experiment { add("experiment = ?", .text(experiment)) }
    if let since = query.since { add("started >= ?", .time(since)) }
    if let until = query.until { add("started < ?", .time(until)) }
    if let parent = query.parent { add("parent = ?", .id(parent)) }
    switch query.outcome {
    case .succeeded: conditions.append("status = 1")
    case .failed: conditions.append("status = 2")
    case .unsuccessful: conditions.append("status IN (2, 3)")
    case .interrupted: conditions.append("status = 3")
    case .running: conditions.append("status = 0")
    // The index over statuses leaves out 0, which is the rule; only with the number written out SQLite knows that.
    case .exit(let exit): conditions.append(exit == 0 ? "exit = 0" : "exit = \(exit) AND exit != 0")
    case nil: break
    }
    if let tag = query.tag {
      values.append(.text(tag))
      if let value = query.tagValue { values.append(.text(value)) }
      conditions.append(
        "runs.n IN (SELECT run FROM tags WHERE key = ? AND value \(query.tagValue == nil ? "IS NOT NULL" : "= ?"))")
    }
    let order = query.newestFirst ? "DESC" : "ASC"
    var sql = "SELECT \(LineageIndex.summaryColumns) FROM runs WHERE \(conditions.joined(separator: " AND "))"
    if run == nil {
      sql += " ORDER BY started \(order), runs.id \(order)"
      if let limit = query.limit {
        sql += " LIMIT ?"
        values.append(.int(Int64(limit)))
      }
    }
    self.sql = sql
    self.values = values
  }
}
