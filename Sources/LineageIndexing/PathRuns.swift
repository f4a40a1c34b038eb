internal import GRDB
internal import MLTBase

/// Finds the runs that read or wrote a path or something below it.
struct PathRuns {
  private let db: Database
  private let query: RunQuery

  init(_ db: Database, _ query: RunQuery) {
    self.db = db
    self.query = query
  }

  /// The matching runs in the query's order.
  func summaries(touching path: String) throws -> [RunSummary] {
    var found = Found(limit: query.newestFirst ? query.limit : nil)
    func collect(_ path: Int64) throws -> Bool {
      for role in FileRole.allCases { try self.collect(path, role, &found) }
      return true
    }
    for n in try PathLookup(db).numbers(at: path) { _ = try collect(n) }
    try PathLookup(db).eachNumber(below: path, collect)
    let sorted = found.runs.sorted { left, right in
      let isBefore = (left.started, left.id) < (right.started, right.id)
      return query.newestFirst ? !isBefore && left.id != right.id : isBefore
    }
    return Array(sorted.prefix(query.limit ?? sorted.count))
  }

  // Files come by their runs' ends. No run starts after its end, so that with enough later starts found, files of earlier
  // ends can't add anything.
  private func collect(_ path: Int64, _ role: FileRole, _ found: inout Found) throws {
    try db.each(
      "SELECT file, ended FROM files WHERE path = ? AND role = ? ORDER BY ended DESC",
      [.int(path), .int(role.rawValue)]
    ) { row in
      let ended = try row.time(1)
      if let bound = found.bound, ended < bound { return false }
      let run = FileNumber.run(try row.int(0))
      guard found.seen.insert(run).inserted else { return true }
      let select = RunSelection(query, restrictedTo: run)
      if let summary = try db.first(select.sql, select.values, LineageIndex.summary) { found.add(summary, ended) }
      return true
    }
  }

  private struct Found {
    let limit: Int?
    var seen: Set<Int64> = []
    private(set) var runs: [RunSummary] = []
    /// The start that a further run must reach; nil while there aren't enough runs.
    private(set) var bound: Timestamp?
    /// Whether a run was seen that ended before it started, as clocks of two machines can have it.
    private var isOrdered = true

    init(limit: Int?) { self.limit = limit }

    mutating func add(_ run: RunSummary, _ ended: Timestamp) {
      runs.append(run)
      if run.started > ended { isOrdered = false }
      guard let limit, isOrdered else {
        bound = nil
        return
      }
      // Pruning at twice the limit keeps sorting in proportion to what was found.
      if bound == nil ? runs.count >= limit : runs.count >= limit * 2 {
        runs.sort { ($1.started, $1.id) < ($0.started, $0.id) }
        runs.removeLast(runs.count - limit)
        bound = runs.last?.started
      }
    }
  }
}
