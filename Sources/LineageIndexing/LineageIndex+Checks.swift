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
  /// The checks of a run, the earliest first.
  public func checks(of run: RunID) throws(IndexError) -> [RecordedCheck] {
    try read { db in
      try db.all(
        """
        SELECT checks.at, writers.id, fields FROM checks JOIN runs ON runs.n = run JOIN writers ON writers.n = writer
        WHERE runs.id = ? ORDER BY checks.at, fields
        """, [.id(run)]
      ) { try Self.check($0, from: 0) }
    }
  }

  /// The checks that failed and don't only warn, of runs that aren't deleted, the latest first.
  ///
  /// Of a check that was made several times with one run, the last time counts.
  public func failedChecks() throws(IndexError) -> [FailedCheck] {
    struct Thing: Hashable {
      var phase: RunChecked.Phase
      var command: String
    }
    return try readTogether { db in
      let runs = try db.all(
        """
        SELECT DISTINCT runs.n, runs.id, component,
          EXISTS (SELECT 1 FROM runs AS later WHERE later.component = runs.component AND later.started > runs.started
            AND later.deleted = 0 AND later.status = 1)
        FROM checks INDEXED BY checks_failed JOIN runs ON runs.n = run
        WHERE failed = 1 AND runs.started IS NOT NULL AND deleted = 0
        """, []
      ) { (n: try $0.int(0), id: try $0.run(1), component: try $0.text(2), isOutdated: try $0.flag(3)) }
      var failed: [FailedCheck] = []
      for run in runs {
        let checks = try db.all(
          """
          SELECT checks.at, writers.id, fields FROM checks JOIN writers ON writers.n = writer
          WHERE run = ? ORDER BY checks.at DESC, writers.id DESC, fields
          """, [.int(run.n)]
        ) { try Self.check($0, from: 0) }
        var seen: Set<Thing> = []
        for check in checks where seen.insert(Thing(phase: check.fact.phase, command: check.fact.command)).inserted {
          guard check.fact.hasFailed, !check.fact.onlyWarns else { continue }
          failed.append(
            FailedCheck(run: run.id, component: run.component, check: check, isOutdated: run.isOutdated))
        }
      }
      return failed.sorted {
        ($0.check.at, $0.run, $0.check.fact.command) > ($1.check.at, $1.run, $1.check.fact.command)
      }
    }
  }

  private static func check(_ row: Columns, from first: Int) throws -> RecordedCheck {
    let fields = try row.known(try row.json(first + 2).object)
    return RecordedCheck(
      at: try row.time(first), writer: try row.known(WriterID(bytes: try row.bytes(first + 1) ?? [])),
      fact: try row.known(try? RunChecked(fields: fields)))
  }
}
