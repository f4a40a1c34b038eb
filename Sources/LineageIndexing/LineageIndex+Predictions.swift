internal import GRDB
public import Journaling
public import MLTBase

/// A log of predictions, as far as looking for one needs it.
public struct PredictionLogEntry: Hashable, Sendable {
  /// By which ``LineageIndex/predictions(_:)`` finds all of it, as long as this process has the index open.
  public var number: Int64
  /// When it was logged.
  public var at: Timestamp
  /// What it is called: the file's path (``PathText``).
  public var name: String
  /// The file's content.
  public var content: ContentID
  /// The file's size in bytes.
  public var size: Int64
  /// The name of the way its rows are read (``PredictionsLogged/Columns/id``).
  public var columns: ContentID
}

/// A fact of predictions, with when it was recorded.
public struct RecordedPredictions: Hashable, Sendable {
  /// When it was recorded.
  public var at: Timestamp
  /// What was recorded.
  public var fact: PredictionsLogged
}

extension LineageIndex {
  // Files may have the same bytes, above all empty ones: each is a log.
  private struct LogIdentity: Hashable {
    var name: String
    var content: ContentID
  }

  /// All files of predictions that were logged, the latest first; of one content under one name, how it was logged last.
  public func predictionLogs() throws(IndexError) -> [PredictionLogEntry] {
    try read { db in
      var seen: Set<LogIdentity> = []
      return try db.all(
        """
        SELECT predictions.n, at, paths.path, content, size, columns FROM predictions
        JOIN paths ON paths.n = predictions.path JOIN writers ON writers.n = predictions.source
        WHERE content IS NOT NULL ORDER BY at DESC, writers.id DESC
        """
      ) { row in
        PredictionLogEntry(
          number: try row.int(0), at: try row.time(1), name: try row.text(2), content: try row.content(3),
          size: try row.int(4), columns: try row.content(5))
      }.filter { seen.insert(LogIdentity(name: $0.name, content: $0.content)).inserted }
    }
  }

  /// What was recorded of a log.
  public func predictions(_ entry: PredictionLogEntry) throws(IndexError) -> RecordedPredictions? {
    try read { db in
      try db.first("SELECT at, fields FROM predictions WHERE n = ?", [.int(entry.number)], Self.predictions)
    }
  }

  /// Predictions that were logged by themselves, the latest first.
  ///
  /// - Parameter key: only events that may hold one with this key (``PredictionsLogged/Record/keyID``); nil for all.
  public func singlePredictions(key: ContentID? = nil) throws(IndexError) -> [RecordedPredictions] {
    try read { db in
      let condition = key == nil ? "" : "AND predictions.n IN (SELECT log FROM prediction_keys WHERE hash = ?)"
      return try db.all(
        """
        SELECT at, fields FROM predictions JOIN writers ON writers.n = predictions.source
        WHERE content IS NULL \(condition) ORDER BY at DESC, writers.id DESC
        """, key.map { [.int(ContentKey.key($0))] } ?? [], Self.predictions)
    }
  }

  private static func predictions(_ row: Columns) throws -> RecordedPredictions {
    let fact = try row.json(1).object.flatMap { try? PredictionsLogged(fields: $0) }
    return RecordedPredictions(at: try row.time(0), fact: try row.known(fact))
  }
}
