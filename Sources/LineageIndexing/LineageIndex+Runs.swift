internal import GRDB
public import Journaling
public import MLTBase

extension LineageIndex {
  // MARK: One run

  /// All that is known of a run; nil if its start isn't known.
  public func run(_ id: RunID) throws(IndexError) -> RunRecord? {
    try readTogether { db in
      let found = try db.first(Self.recordQuery, [DatabaseValue.id(id)]) { row in
        (n: try row.int(0), record: try self.record(row))
      }
      guard let n = found?.n, var record = found?.record else { return nil }
      let run = [DatabaseValue.int(n)]
      record.parameters = try map(db, "SELECT key, value FROM params WHERE run = ?", run) { try $0.text(1) }
      record.tags = try map(db, "SELECT key, value FROM tags WHERE run = ? AND value IS NOT NULL", run) {
        try $0.text(1)
      }
      record.metricsLatest = try map(db, "SELECT key, value FROM latest_metrics WHERE run = ?", run) {
        try $0.real(1)
      }
      record.hazards = try db.all(
        "SELECT kind, path, detail FROM hazards WHERE run = ? ORDER BY late, kind, path, detail", run
      ) { row in
        Hazard(
          try row.known(Hazard.Kind(rawValue: try row.text(0))), path: try row.optionalText(1),
          detail: try row.optionalText(2))
      }
      record.removed = try db.all(
        "SELECT paths.path FROM removed JOIN paths ON paths.n = removed.path WHERE run = ? ORDER BY paths.path", run
      ) { try $0.text(0) }
      return record
    }
  }

  private func map<Value>(
    _ db: Database, _ sql: String, _ values: [DatabaseValue], _ value: (Columns) throws -> Value
  ) throws -> [String: Value] {
    Dictionary(try db.all(sql, values) { (try $0.text(0), try value($0)) }, uniquingKeysWith: { $1 })
  }

  private static let recordQuery = """
    SELECT runs.n, runs.id, component, command, directory, git, commit_id, branch, remote, dirty, host, user_name,
      parent, note, status, exit, started, ended, evidence, wall, user_time, system_time, memory, deleted, record,
      writers.id, inputs, outputs, streams, run_name, experiment, origin
    FROM runs JOIN writers ON writers.n = runs.started_source WHERE runs.id = ? AND started IS NOT NULL
    """

  private func record(_ row: Columns) throws -> RunRecord {
    var git: GitState?
    if try row.flag(5) {
      git = GitState(
        commit: try row.optionalText(6), branch: try row.optionalText(7), remote: try row.optionalText(8),
        isDirty: try row.flag(9))
    }
    var usage: RunUsage?
    if let wall = try row.optionalInt(19) {
      usage = RunUsage(wall: wall, user: try row.int(20), system: try row.int(21), memory: try row.int(22))
    }
    return RunRecord(
      id: try row.run(1), component: try row.text(2), command: try Self.command(row, 3), directory: try row.text(4),
      git: git, host: try row.text(10), user: try row.text(11), parent: try row.optionalRun(12), parameters: [:],
      tags: [:], note: try row.optionalText(13), status: try row.known(StoredArtifact.status(try row.int(14))),
      exit: try row.optionalInt(15), started: try row.time(16), ended: try row.optionalTime(17),
      evidence: try row.optionalInt(18).map { try row.known(StoredArtifact.evidence($0)) }, usage: usage, hazards: [],
      removed: [], isDeleted: try row.flag(23), record: try row.optionalContent(24),
      writer: try row.known(WriterID(bytes: try row.bytes(25) ?? [])), metricsLatest: [:],
      inputCount: try row.int(26), outputCount: try row.int(27), streams: try streams(row),
      name: try row.optionalText(29), experiment: try row.optionalText(30), origin: try origin(row, 31))
  }

  private func streams(_ row: Columns) throws -> RunStreams {
    if try row.optionalText(28) == nil { return RunStreams() }
    let fields = try row.known(try row.json(28).object)
    return try row.known(try? RunStreams(fields: fields))
  }

  private func origin(_ row: Columns, _ index: Int) throws -> RunOrigin? {
    if try row.optionalText(index) == nil { return nil }
    let fields = try row.known(try row.json(index).object)
    return try row.known(try? RunOrigin(fields: fields))
  }

  private static func command(_ row: Columns, _ index: Int) throws -> [String] {
    let elements = try row.known(try row.json(index).array)
    return try elements.map { try row.known($0.string) }
  }

  /// The keys that a run's record is said to be signed with, each once, the earliest first; nothing was checked.
  ///
  /// Signatures of another record than the one that the run has don't count.
  public func signingKeys(of run: RunID) throws(IndexError) -> [String] {
    let keys = try read { db in
      try db.all(
        """
        SELECT key FROM signatures JOIN runs ON runs.n = run
        WHERE runs.id = ? AND runs.record = signatures.record ORDER BY at, key
        """, [.id(run)]
      ) { try $0.text(0) }
    }
    var seen: Set<String> = []
    return keys.filter { seen.insert($0).inserted }
  }

  /// What came of making a run again, each time that somebody did, the earliest first.
  public func replications(of run: RunID) throws(IndexError) -> [(at: Timestamp, fact: RunReplicated)] {
    try read { db in
      try db.all(
        "SELECT at, fields FROM replications JOIN runs ON runs.n = run WHERE runs.id = ? ORDER BY at, fields",
        [.id(run)]
      ) { row in
        let fields = try row.known(try row.json(1).object)
        return (try row.time(0), try row.known(try? RunReplicated(fields: fields)))
      }
    }
  }

  /// What a run stood on; nil if nothing is known of it.
  public func environment(of run: RunID) throws(IndexError) -> RunEnvironment? {
    try read { db in
      try db.first(
        "SELECT fields FROM runs JOIN environments ON environments.n = runs.environment WHERE runs.id = ?", [.id(run)]
      ) { row in
        let fields = try row.known(try row.json(0).object)
        return try row.known(try? RunEnvironment(fields: fields))
      }
    }
  }

  /// What a run learned besides contents; nil if that wasn't noted.
  public func lookups(of run: RunID) throws(IndexError) -> RunLookups? {
    try read { db in
      try db.first(
        "SELECT fields FROM runs JOIN environments ON environments.n = runs.lookups WHERE runs.id = ?", [.id(run)]
      ) { row in
        let fields = try row.known(try row.json(0).object)
        return try row.known(try? RunLookups(fields: fields))
      }
    }
  }

  /// The runs that were started within a run, by start.
  public func children(of run: RunID) throws(IndexError) -> [RunID] {
    try read { db in
      try db.all(
        "SELECT id FROM runs WHERE parent = ? AND started IS NOT NULL ORDER BY started, id", [.id(run)]
      ) { try $0.run(0) }
    }
  }

  // MARK: Listings

  static let summaryColumns = """
    runs.id, component, command, started, ended, status, exit, commit_id, branch, dirty, user_name, parent, note,
    inputs, outputs, wall,
    (SELECT json_group_object(key, value) FROM tags WHERE tags.run = runs.n AND value IS NOT NULL),
    (SELECT writers.id FROM writers WHERE writers.n = started_source),
    EXISTS (SELECT 1 FROM signatures WHERE run = runs.n AND signatures.record = runs.record), run_name, experiment
    """

  static func summary(_ row: Columns) throws -> RunSummary {
    RunSummary(
      id: try row.run(0), component: try row.text(1), command: try command(row, 2), started: try row.time(3),
      ended: try row.optionalTime(4), status: try row.known(StoredArtifact.status(try row.int(5))),
      exit: try row.optionalInt(6), commit: try row.optionalText(7), branch: try row.optionalText(8),
      isDirty: try row.flag(9), user: try row.text(10), parent: try row.optionalRun(11),
      note: try row.optionalText(12), inputCount: try row.int(13), outputCount: try row.int(14),
      wall: try row.optionalInt(15), tags: try tags(row, 16),
      writer: try row.known(WriterID(bytes: try row.bytes(17) ?? [])), isSigned: try row.flag(18),
      name: try row.optionalText(19), experiment: try row.optionalText(20))
  }

  private static func tags(_ row: Columns, _ index: Int) throws -> [String: String] {
    // Few runs have any.
    if try row.text(index) == "{}" { return [:] }
    let members = try row.known(try row.json(index).object).members
    return Dictionary(
      try members.map { ($0.key, try row.known($0.value.string)) }, uniquingKeysWith: { $1 })
  }

  /// What a listing shows of runs, in the order asked for; unknown ones are left out.
  public func summaries(_ ids: [RunID]) throws(IndexError) -> [RunSummary] {
    try readTogether { db in
      try ids.compactMap { id in
        try db.first(
          "SELECT \(Self.summaryColumns) FROM runs WHERE id = ? AND started IS NOT NULL", [.id(id)],
          Self.summary)
      }
    }
  }

  /// The runs that match a query, by start, then by id.
  public func runs(_ query: RunQuery) throws(IndexError) -> [RunSummary] {
    if let limit = query.limit, limit <= 0 { return [] }
    return try readTogether { db in
      // Everything stands below the root: looking at each path would find, in long, all runs.
      guard let path = query.path, path != "." else {
        let select = RunSelection(query, restrictedTo: nil)
        return try db.all(select.sql, select.values, Self.summary)
      }
      return try PathRuns(db, query).summaries(touching: path)
    }
  }

  /// The runs that were taken over from another tool's run; mostly one, and none if it wasn't yet.
  public func runs(from origin: RunOrigin) throws(IndexError) -> [RunID] {
    try read { db in
      try db.all(
        "SELECT id FROM runs WHERE origin_key = ? AND origin = ? AND started IS NOT NULL ORDER BY started, id",
        [.int(ContentKey.key(origin.key)), .text(JSON.object(origin.fields).canonicalText)]
      ) { try $0.run(0) }
    }
  }

  /// The ids of all runs, by start, then by id; deleted ones left out.
  ///
  /// - Parameter since: only runs that started at or after this moment.
  public func runIDs(since: Timestamp?) throws(IndexError) -> [RunID] {
    try read { db in
      try db.all(
        """
        SELECT id FROM runs WHERE started >= ? AND deleted = 0 ORDER BY started, id
        """, [.time(since ?? Timestamp(microseconds: .min))]
      ) { try $0.run(0) }
    }
  }

  /// The runs of which no end is known, by start.
  public func unfinishedRuns() throws(IndexError) -> [RunSummary] {
    var query = RunQuery()
    query.outcome = .running
    query.newestFirst = false
    query.includesDeleted = true
    return try runs(query)
  }

  // MARK: Components

  /// All components that were described or have runs, by name.
  public func components() throws(IndexError) -> [ComponentRecord] {
    try readTogether { db in
      let runs = try db.all(
        """
        SELECT component, sum(deleted = 0), max(CASE WHEN deleted = 0 THEN started END)
        FROM runs WHERE started IS NOT NULL GROUP BY component
        """
      ) { (try $0.text(0), try $0.int(1), try $0.optionalTime(2)) }
      var records: [ExactText: ComponentRecord] = [:]
      for (name, count, last) in runs { records[ExactText(name)] = Self.component(name, count, last) }
      try db.each("SELECT name, field, value FROM components") { row in
        let name = try row.text(0)
        try Self.set(try row.text(1), row, &records[ExactText(name), default: Self.component(name, 0, nil)])
        return true
      }
      return records.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
  }

  /// One component; nil if it was never described and has no runs.
  public func component(_ name: String) throws(IndexError) -> ComponentRecord? {
    try readTogether { db in
      let runs = try db.first(
        """
        SELECT count(*), ifnull(sum(deleted = 0), 0), max(CASE WHEN deleted = 0 THEN started END)
        FROM runs WHERE component = ? AND started IS NOT NULL
        """, [.text(name)]
      ) { (try $0.int(0), try $0.int(1), try $0.optionalTime(2)) }
      var record = Self.component(name, runs?.1 ?? 0, runs?.2)
      var isKnown = (runs?.0 ?? 0) > 0
      try db.each("SELECT name, field, value FROM components WHERE name = ?", [.text(name)]) { row in
        isKnown = true
        try Self.set(try row.text(1), row, &record)
        return true
      }
      return isKnown ? record : nil
    }
  }

  private static func component(_ name: String, _ count: Int64, _ last: Timestamp?) -> ComponentRecord {
    ComponentRecord(name: name, summary: nil, owner: nil, tags: [], runCount: count, lastStarted: last)
  }

  private static func set(_ field: String, _ row: Columns, _ record: inout ComponentRecord) throws {
    switch field {
    case "summary": record.summary = try row.text(2)
    case "owner": record.owner = try row.text(2)
    case "described": break
    case "checks": record.checks = try ComponentChecks(fields: row.known(try row.json(2).object))
    default: record.tags = try row.known(try row.json(2).array).map { try row.known($0.string) }
    }
  }
}
