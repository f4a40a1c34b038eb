internal import GRDB
public import Journaling
public import MLTBase

/// A run of a command, as far as that tells whether another run would be the same.
public struct Repetition: Hashable, Sendable {
  /// The run.
  public var run: RunID
  /// How it ended.
  public var status: RunStatus
  /// When it started.
  public var started: Timestamp
  /// The parameters that it was started with; none of those that it logged.
  public var parameters: [String: String]
}

extension LineageIndex {
  /// How many of a component's runs are looked through, the latest first: more would take longer than it may save.
  static let repetitionScan = 20_000

  /// The runs of one command line in one folder, the latest start first; deleted ones left out.
  public func repetitions(
    component: String, command: [String], directory: String, limit: Int
  ) throws(IndexError) -> [Repetition] {
    try readTogether { db in
      let found = try db.all(
        """
        SELECT n, id, status, started FROM (
          SELECT n, id, status, started, command, directory FROM runs
          WHERE component = ? AND deleted = 0 AND started IS NOT NULL ORDER BY started DESC LIMIT ?)
        WHERE command = ? AND directory = ? ORDER BY started DESC, id DESC LIMIT ?
        """,
        [
          .text(component), .int(Int64(Self.repetitionScan)),
          .text(JSON.array(command.map { .string($0) }).canonicalText), .text(directory), .int(Int64(limit)),
        ]
      ) { row in
        (
          n: try row.int(0),
          repetition: Repetition(
            run: try row.run(1), status: try row.known(StoredArtifact.status(try row.int(2))),
            started: try row.time(3), parameters: [:])
        )
      }
      return try found.map { n, repetition in
        var repetition = repetition
        let pairs = try db.all(
          """
          SELECT key, value FROM params JOIN runs ON runs.n = run
          WHERE run = ? AND at = ? AND source = runs.started_source
          """, [.int(n), .int(.min)]
        ) { (try $0.text(0), try $0.text(1)) }
        repetition.parameters = Dictionary(pairs, uniquingKeysWith: { $1 })
        return repetition
      }
    }
  }
}
