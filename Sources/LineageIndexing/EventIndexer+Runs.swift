internal import GRDB
internal import Journaling
internal import MLTBase

/// What indexing must know of a run to place further facts about it.
struct RunState {
  let n: Int64
  var started: Stamp?
  var ended: Stamp?
  var note: Stamp?
  var deleted: Stamp?
}

/// The numbers of a run's rows in `files`: the run's number, the role and a count, so that they lie together.
enum FileNumber {
  /// How many inputs or outputs a run may have; a line of the greatest length holds fewer.
  static let limit: Int64 = 1 << 21

  /// The first number of a run's inputs or outputs.
  static func first(_ run: Int64, _ role: FileRole) -> Int64 { run << 22 | role.rawValue << 21 }

  /// The number of the run that a file belongs to.
  static func run(_ file: Int64) -> Int64 { file >> 22 }
}

extension EventIndexer {
  private func state(of run: RunID) throws -> RunState? {
    if let state = runs[run] { return state }
    findRun.setUncheckedArguments(StatementArguments([DatabaseValue.id(run)]))
    guard let row = try Row.fetchOne(findRun) else { return nil }
    let columns = Columns(row: row)
    func stamp(_ index: Int) throws -> Stamp? {
      guard let at = try columns.optionalInt(index) else { return nil }
      return Stamp(at: at, source: try columns.int(index + 1))
    }
    let state = RunState(
      n: try columns.int(0), started: try stamp(1), ended: try stamp(3), note: try stamp(5), deleted: try stamp(7))
    remember(state, run)
    return state
  }

  func remember(_ state: RunState, _ run: RunID) {
    if runs.count >= Self.cacheLimit { runs.removeAll(keepingCapacity: true) }
    runs[run] = state
  }

  // The state of a run of which any fact is known; its start may be in another writer's events, still to be read.
  func stateOrNew(_ run: RunID) throws -> RunState {
    if let state = try state(of: run) { return state }
    let state = RunState(n: nextRun)
    nextRun += 1
    try db.run("INSERT INTO runs (n, id) VALUES (?, ?)", [.int(state.n), .id(run)])
    return state
  }

  func add(_ fact: RunStarted, _ stamp: Stamp, sequence: Int64) throws {
    let known = try state(of: fact.run)
    var state = known ?? RunState(n: nextRun)
    let begun = fact.began.map { Stamp(at: $0.microseconds, source: stamp.source) } ?? stamp
    if wins(begun, over: state.started) {
      let values = startValues(fact, begun) + [.int(sequence)]
      if known == nil {
        nextRun += 1
        try db.run(
          """
          INSERT INTO runs (started, started_source, component, command, directory, git, commit_id, branch, remote,
            dirty, host, user_name, parent, streams, run_name, experiment, origin, origin_key, start_sequence, id, n)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """, values + [.id(fact.run), .int(state.n)])
      } else {
        try db.run(
          """
          UPDATE runs SET started = ?, started_source = ?, component = ?, command = ?, directory = ?, git = ?,
            commit_id = ?, branch = ?, remote = ?, dirty = ?, host = ?, user_name = ?, parent = ?, streams = ?,
            run_name = ?, experiment = ?, origin = ?, origin_key = ?, start_sequence = ?
          WHERE n = ?
          """, values + [.int(state.n)])
      }
      if state.started != nil { try db.run("DELETE FROM stages WHERE run = ?", [.int(state.n)]) }
      if let stage = fact.stage { try add(stage, state.n) }
      state.started = begun
    }
    try setNote(fact.note, &state, stamp)
    // What a run was started with nobody says earlier, whatever their clock shows.
    try set(fact.parameters, in: "params", state.n, Stamp(at: .min, source: stamp.source), keepsFirst: true)
    try set(fact.tags, in: "tags", state.n, stamp)
    try note(
      Saying(.run(fact.run), Attribution(user: fact.user), stamp),
      Self.tagChanges(fact.tags) + Self.noteChanges(fact.note))
    remember(state, fact.run)
  }

  private func add(_ stage: RunStage, _ run: Int64) throws {
    try db.run(
      "INSERT INTO stages VALUES (?, ?, ?, ?, ?)",
      [
        .int(run), .text(stage.file), .text(stage.name), .id(stage.definition),
        .int(try stage.declared?.object.flatMap { try shared($0) }),
      ])
  }

  private func startValues(_ fact: RunStarted, _ stamp: Stamp) -> [DatabaseValue] {
    let streams = fact.streams.fields
    return [
      .int(stamp.at), .int(stamp.source), .text(fact.component),
      .text(JSON.array(fact.command.map { .string($0) }).canonicalText), .text(fact.directory),
      .flag(fact.git != nil), .text(fact.git?.commit), .text(fact.git?.branch), .text(fact.git?.remote),
      .flag(fact.git?.isDirty ?? false), .text(fact.host), .text(fact.user), fact.parent.map { .id($0) } ?? .null,
      streams.members.isEmpty ? .null : .text(JSON.object(streams).canonicalText),
      .text(fact.name), .text(fact.experiment),
      .text(fact.origin.map { JSON.object($0.fields).canonicalText }),
      .int(fact.origin.map { ContentKey.key($0.key) }),
    ]
  }

  func add(_ fact: RunEnded, _ stamp: Stamp) throws {
    guard fact.inputs.count < FileNumber.limit, fact.outputs.count < FileNumber.limit else {
      throw FactError(fact.inputs.count < FileNumber.limit ? "outputs" : "inputs")
    }
    let stamp = fact.finished.map { Stamp(at: $0.microseconds, source: stamp.source) } ?? stamp
    var state = try stateOrNew(fact.run)
    guard wins(stamp, over: state.ended) else { return remember(state, fact.run) }
    if state.ended != nil { try removeEnd(state.n) }
    state.ended = stamp
    try db.run(
      """
      UPDATE runs SET status = ?, exit = ?, ended = ?, ended_source = ?, evidence = ?, environment = ?, lookups = ?,
        record = ?, wall = ?, user_time = ?, system_time = ?, memory = ?, inputs = ?, outputs = ? WHERE n = ?
      """,
      [
        .int(StoredArtifact.number(fact.status)), .int(fact.exit), .int(stamp.at), .int(stamp.source),
        .int(StoredArtifact.number(fact.evidence)), .int(try shared(fact.environment.fields)),
        .int(try fact.lookups.flatMap { try shared($0.fields) }), .id(fact.record),
        .int(fact.usage?.wall), .int(fact.usage?.user), .int(fact.usage?.system), .int(fact.usage?.memory),
        .int(Int64(fact.inputs.count)), .int(Int64(fact.outputs.count)), .int(state.n),
      ])
    for (role, artifacts) in [(FileRole.input, fact.inputs), (.output, fact.outputs)] {
      let first = FileNumber.first(state.n, role)
      for (index, artifact) in artifacts.enumerated() {
        try addFile(first + Int64(index), role, artifact, ended: stamp.at)
      }
    }
    for path in fact.removed {
      try db.run("INSERT OR IGNORE INTO removed VALUES (?, ?)", [.int(state.n), .int(try self.path(path))])
    }
    try addHazards(fact.hazards, state.n, late: false)
    remember(state, fact.run)
  }

  private func removeEnd(_ run: Int64) throws {
    try db.run(
      "DELETE FROM files WHERE file >= ? AND file < ?",
      [.int(FileNumber.first(run, .input)), .int(FileNumber.first(run + 1, .input))])
    try db.run("DELETE FROM removed WHERE run = ?", [.int(run)])
    try db.run("DELETE FROM hazards WHERE run = ? AND late = 0", [.int(run)])
  }

  func add(_ fact: RunAnnotated, _ stamp: Stamp) throws {
    var state = try stateOrNew(fact.run)
    let saying = Saying(.run(fact.run), fact.said, stamp)
    try setNote(fact.note, &state, saying.stamp)
    for key in fact.untagged {
      try upsert("tags", "run", [.int(state.n), .text(key)], keyColumn: "key", nil, saying.stamp)
    }
    try set(fact.tags, in: "tags", state.n, saying.stamp)
    try note(saying, Self.tagChanges(fact.tags, fact.untagged) + Self.noteChanges(fact.note))
    try addHazards(fact.hazards, state.n, late: true)
    remember(state, fact.run)
  }

  func add(_ fact: RunSigned, _ stamp: Stamp) throws {
    let state = try stateOrNew(fact.run)
    try db.run(
      "INSERT INTO signatures VALUES (?, ?, ?, ?)",
      [.int(state.n), .int(stamp.at), .id(fact.record), .text(fact.key)])
    remember(state, fact.run)
  }

  func add(_ fact: RunReplicated, _ stamp: Stamp) throws {
    let state = try stateOrNew(fact.run)
    try db.run(
      "INSERT INTO replications VALUES (?, ?, ?)",
      [.int(state.n), .int(stamp.at), .text(JSON.object(fact.fields).canonicalText)])
    remember(state, fact.run)
  }

  func add(_ fact: RunChecked, _ stamp: Stamp) throws {
    let state = try stateOrNew(fact.run)
    // A check that was announced and is made, or was made already, isn't open any more.
    let others = try db.all("SELECT rowid, fields FROM checks WHERE run = ?", [.int(state.n)]) { row in
      (row: try row.int(0), fact: try row.json(1).object.flatMap { try? RunChecked(fields: $0) })
    }.filter { $0.fact?.phase == fact.phase && $0.fact?.command == fact.command }
    if !fact.isPending {
      for other in others where other.fact?.isPending == true {
        try db.run("UPDATE checks SET failed = 0 WHERE rowid = ?", [.int(other.row)])
      }
    }
    let isMade = fact.isPending && others.contains { $0.fact?.isPending == false }
    let standing: Int64 = isMade || !fact.hasFailed ? 0 : fact.onlyWarns ? 2 : 1
    try db.run(
      "INSERT INTO checks VALUES (?, ?, ?, ?, ?)",
      [
        .int(state.n), .int(stamp.at), .int(stamp.source), .int(standing),
        .text(JSON.object(fact.fields).canonicalText),
      ])
    remember(state, fact.run)
  }

  func setDeleted(_ isDeleted: Bool, _ run: RunID, _ stamp: Stamp) throws {
    var state = try stateOrNew(run)
    if wins(stamp, over: state.deleted) {
      state.deleted = stamp
      try db.run(
        "UPDATE runs SET deleted = ?, deleted_at = ?, deleted_source = ? WHERE n = ?",
        [.flag(isDeleted), .int(stamp.at), .int(stamp.source), .int(state.n)])
    }
    try note(Saying(.run(run), Attribution(), stamp), [(.deleted, "", isDeleted ? "" : nil)])
    remember(state, run)
  }

  private func setNote(_ note: String?, _ state: inout RunState, _ stamp: Stamp) throws {
    guard let note, wins(stamp, over: state.note) else { return }
    state.note = stamp
    try db.run(
      "UPDATE runs SET note = ?, note_at = ?, note_source = ? WHERE n = ?",
      [note.isEmpty ? .null : .text(note), .int(stamp.at), .int(stamp.source), .int(state.n)])
  }

  private func addHazards(_ hazards: [Hazard], _ run: Int64, late: Bool) throws {
    for hazard in hazards {
      try db.run(
        "INSERT INTO hazards VALUES (?, ?, ?, ?, ?)",
        [.int(run), .flag(late), .text(hazard.kind.rawValue), .text(hazard.path), .text(hazard.detail)])
    }
  }

  func set(
    _ values: [String: String], in table: String, _ run: Int64, _ stamp: Stamp, keepsFirst: Bool = false
  ) throws {
    if values.isEmpty { return }
    let owner: [DatabaseValue] = [.int(run)]
    // In order, for two keys that SQLite takes for one to give the same row each time.
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      try upsert(table, "run", owner + [.text(key)], keyColumn: "key", value, stamp, keepsFirst: keepsFirst)
    }
  }

  /// Sets a value under a two-part key, or none, unless a later fact has set it; an earlier one, if the first is to be kept.
  func upsert(
    _ table: String, _ ownerColumn: String, _ key: [DatabaseValue], keyColumn: String, _ value: String?, _ stamp: Stamp,
    keepsFirst: Bool = false
  ) throws {
    let wins = keepsFirst ? "<" : ">"
    // Within a writer no two facts have one time; two values of one fact are given in order.
    let replacesItsOwn = keepsFirst ? "0" : "excluded.source = source"
    try db.run(
      """
      INSERT INTO \(table) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (\(ownerColumn), \(keyColumn)) DO UPDATE
      SET value = excluded.value, at = excluded.at, source = excluded.source
      WHERE excluded.at \(wins) at OR (excluded.at = at AND (\(replacesItsOwn) OR
        (SELECT id FROM writers WHERE n = excluded.source) \(wins) (SELECT id FROM writers WHERE n = source)))
      """, key + [.text(value), .int(stamp.at), .int(stamp.source)])
  }
}
