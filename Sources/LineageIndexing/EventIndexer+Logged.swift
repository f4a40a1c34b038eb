internal import GRDB
internal import Journaling
internal import MLTBase

extension EventIndexer {
  func add(_ fact: RunLogged, _ stamp: Stamp, sequence: Int64) throws {
    let state = try stateOrNew(fact.run)
    try db.run("UPDATE runs SET logged = 1 WHERE n = ? AND logged = 0", [.int(state.n)])
    // A writer's events come in their order, so that the first stays.
    try db.run(
      "INSERT OR IGNORE INTO loggers VALUES (?, ?, ?)", [.int(state.n), .int(stamp.source), .int(sequence)])
    try set(fact.parameters, in: "params", state.n, stamp, keepsFirst: true)
    try set(fact.tags, in: "tags", state.n, stamp)
    try note(Saying(.run(fact.run), Attribution(), stamp), Self.tagChanges(fact.tags))
    for series in MetricPoints.divide(fact.metrics) { try add(series, state.n, stamp) }
    if !fact.inputs.isEmpty || !fact.outputs.isEmpty {
      let files = RunLogged(run: fact.run, inputs: fact.inputs, outputs: fact.outputs)
      try db.run(
        "INSERT INTO logged_files VALUES (?, ?, ?)",
        [.int(state.n), .int(stamp.at), .text(JSON.object(files.fields).canonicalText)])
    }
    remember(state, fact.run)
  }

  private func add(_ series: MetricPoints, _ run: Int64, _ stamp: Stamp) throws {
    try db.run(
      "INSERT INTO metrics (run, key, at, source, points) VALUES (?, ?, ?, ?, ?)",
      [.int(run), .text(series.key), .int(stamp.at), .int(stamp.source), .blob(series.packed)])
    guard let latest = series.latest else { return }
    // NULL stands for NaN, which is less than any number here.
    try db.run(
      """
      INSERT INTO latest_metrics VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (run, key) DO UPDATE SET step = excluded.step, at = excluded.at, value = excluded.value
      WHERE (excluded.step, excluded.at, excluded.value IS NOT NULL, ifnull(excluded.value, 0))
        > (step, at, value IS NOT NULL, ifnull(value, 0))
      """, [.int(run), .text(series.key), .int(latest.step), .time(latest.at), .real(latest.value)])
  }
}
