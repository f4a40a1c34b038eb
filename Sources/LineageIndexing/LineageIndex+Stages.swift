internal import GRDB
public import Journaling
public import MLTBase

/// A run of a pipeline's stage.
public struct StageRun: Hashable, Sendable {
  /// The run.
  public var run: RunID
  /// How it ended.
  public var status: RunStatus
  /// When it started.
  public var started: Timestamp
  /// The stage, as it was then.
  public var stage: RunStage
}

extension LineageIndex {
  /// The runs of stages with a definition, the latest start first; deleted ones left out.
  ///
  /// - Parameter status: how they ended; nil for any.
  public func stageRuns(
    definition: ContentID, status: RunStatus? = nil, limit: Int
  ) throws(IndexError) -> [StageRun] {
    try stageRuns(where: "definition = ?", [.id(definition)], status, limit)
  }

  /// The runs of one stage, whatever its definition was, the latest start first; deleted ones left out.
  ///
  /// - Parameters:
  ///   - file: the pipeline file (``PathText``).
  ///   - status: how they ended; nil for any.
  public func stageRuns(
    file: String, name: String, status: RunStatus? = nil, limit: Int
  ) throws(IndexError) -> [StageRun] {
    try stageRuns(where: "name = ? AND file = ?", [.text(name), .text(file)], status, limit)
  }

  /// The stage that a run is one of; nil for any other run.
  public func stage(of run: RunID) throws(IndexError) -> RunStage? {
    try readTogether { db in
      try db.first(
        "\(Self.stageColumns) WHERE run = (SELECT n FROM runs WHERE id = ? AND started IS NOT NULL)", [.id(run)]
      ) { try Self.stage($0) }
    }
  }

  // The order of a cross join stands: SQLite would rather go through all runs than sort a few.
  private static let stageColumns = """
    SELECT file, name, definition, fields, runs.id, status, started FROM stages
    CROSS JOIN runs ON runs.n = run LEFT JOIN environments ON environments.n = declared
    """

  private func stageRuns(
    where condition: String, _ values: [DatabaseValue], _ status: RunStatus?, _ limit: Int
  ) throws(IndexError) -> [StageRun] {
    let ended = status.map { DatabaseValue.int(StoredArtifact.number($0)) }
    return try read { db in
      try db.all(
        """
        \(Self.stageColumns) WHERE \(condition) AND started IS NOT NULL AND deleted = 0
        \(ended == nil ? "" : "AND status = ?") ORDER BY started DESC, runs.id DESC LIMIT ?
        """, values + [ended].compactMap { $0 } + [.int(Int64(limit))]
      ) { row in
        StageRun(
          run: try row.run(4), status: try row.known(StoredArtifact.status(try row.int(5))),
          started: try row.time(6), stage: try Self.stage(row))
      }
    }
  }

  private static func stage(_ row: Columns) throws -> RunStage {
    RunStage(
      file: try row.text(0), name: try row.text(1), definition: try row.known(try row.optionalContent(2)),
      declared: try row.optionalText(3) == nil ? nil : try row.json(3))
  }
}
