internal import GRDB
public import Journaling
public import MLTBase

/// A check of a run, with when it was made.
public struct RecordedCheck: Hashable, Sendable {
  /// When.
  public var at: Timestamp
  /// By which writer it was recorded.
  public var writer: WriterID
  /// What was checked, and what came of it.
  public var fact: RunChecked
}

/// A check that a run hasn't passed, and that speaks against what the run made.
public struct FailedCheck: Hashable, Sendable {
  /// The run.
  public var run: RunID
  /// Its component.
  public var component: String
  /// The check, as it was made last.
  public var check: RecordedCheck
  /// Whether another run of the component has started since and ended well.
  public var isOutdated: Bool
}

extension LineageIndex {
  /// What makes two checks the same check.
  private struct Thing: Hashable {
    var phase: RunChecked.Phase
    var command: String

    init(_ check: RecordedCheck) {
      phase = check.fact.phase
      command = check.fact.command
    }
  }

  /// The checks of a run, the earliest first.
  ///
  /// One that was to be made and never was is among them only if the run ended well: it says that nobody knows.
  public func checks(of run: RunID) throws(IndexError) -> [RecordedCheck] {
    try read { db in try Self.checks(of: run, db) }
  }

  /// The checks that a run hasn't passed and that don't only warn, the earliest first; of one made several times, the last counts.
  public func failedChecks(of run: RunID) throws(IndexError) -> [RecordedCheck] {
    try read { db in Self.failed(try Self.checks(of: run, db)) }
  }

  /// The runs that haven't passed all their checks, or had not at first.
  public func doubtedRuns() throws(IndexError) -> Set<RunID> {
    try read { db in
      Set(
        try db.all(
          """
          SELECT DISTINCT runs.id FROM checks INDEXED BY checks_failed JOIN runs ON runs.n = run
          WHERE failed = 1 AND runs.started IS NOT NULL
          """, []
        ) { try $0.run(0) })
    }
  }

  /// The checks that failed and don't only warn, of runs that aren't deleted, the latest first.
  ///
  /// Of a check that was made several times with one run, the last time counts.
  public func failedChecks() throws(IndexError) -> [FailedCheck] {
    try readTogether { db in
      let runs = try db.all(
        """
        SELECT DISTINCT runs.n, runs.id, component, runs.started,
          EXISTS (SELECT 1 FROM runs AS later WHERE \(Self.isLater)
            AND NOT EXISTS (SELECT 1 FROM checks AS warned WHERE warned.run = later.n AND warned.failed = 2))
        FROM checks INDEXED BY checks_failed JOIN runs ON runs.n = run
        WHERE failed = 1 AND runs.started IS NOT NULL AND deleted = 0
        """, []
      ) { (n: try $0.int(0), id: try $0.run(1), component: try $0.text(2), isOutdated: try $0.flag(4)) }
      var failed: [FailedCheck] = []
      for run in runs {
        let open = Self.failed(try Self.checks(of: run.id, db))
        if open.isEmpty { continue }
        // A later run that was only warned by the same check hasn't passed it.
        let warned = run.isOutdated ? [] : try Self.warnedRuns(after: run.n, db)
        for check in open {
          let isSettled = run.isOutdated || warned.contains { !$0.contains(Thing(check)) }
          failed.append(FailedCheck(run: run.id, component: run.component, check: check, isOutdated: isSettled))
        }
      }
      return failed.sorted {
        ($0.check.at, $0.run, $0.check.fact.command) > ($1.check.at, $1.run, $1.check.fact.command)
      }
    }
  }

  private static let isLater = """
    later.component = runs.component AND later.started > runs.started AND later.deleted = 0 AND later.status = 1
    """

  // What the later runs of a component that ended well, and were warned by checks, were warned by.
  private static func warnedRuns(after run: Int64, _ db: Database) throws -> [Set<Thing>] {
    let ids = try db.all(
      """
      SELECT later.id FROM runs JOIN runs AS later ON \(isLater)
      WHERE runs.n = ? AND EXISTS (SELECT 1 FROM checks AS warned WHERE warned.run = later.n AND warned.failed = 2)
      """, [.int(run)]
    ) { try $0.run(0) }
    return try ids.map {
      Set(last(try checks(of: $0, db)).filter { $0.fact.hasFailed && $0.fact.onlyWarns }.map { Thing($0) })
    }
  }

  // Of each check the last time it was made, in the order of these.
  private static func last(_ checks: [RecordedCheck]) -> [RecordedCheck] {
    var seen: Set<Thing> = []
    return checks.reversed().filter { seen.insert(Thing($0)).inserted }.reversed()
  }

  private static func failed(_ checks: [RecordedCheck]) -> [RecordedCheck] {
    last(checks).filter { $0.fact.hasFailed && !$0.fact.onlyWarns }
  }

  private static func checks(of run: RunID, _ db: Database) throws -> [RecordedCheck] {
    let found = try db.all(
      """
      SELECT checks.at, writers.id, fields, status FROM checks JOIN runs ON runs.n = run
      JOIN writers ON writers.n = writer WHERE runs.id = ? ORDER BY checks.at, writers.id, fields
      """, [.id(run)]
    ) { (check: try Self.check($0, from: 0), hasEndedWell: try $0.int(3) == 1) }
    let made = Set(found.filter { !$0.check.fact.isPending }.map { Thing($0.check) })
    return found.filter { check, hasEndedWell in
      !check.fact.isPending || hasEndedWell && !made.contains(Thing(check))
    }.map(\.check)
  }

  private static func check(_ row: Columns, from first: Int) throws -> RecordedCheck {
    let fields = try row.known(try row.json(first + 2).object)
    return RecordedCheck(
      at: try row.time(first), writer: try row.known(WriterID(bytes: try row.bytes(first + 1) ?? [])),
      fact: try row.known(try? RunChecked(fields: fields)))
  }
}
