internal import GRDB
public import Journaling
public import MLTBase

/// Where what a run logged stands in the journal.
public struct RunLogging: Hashable, Sendable {
  /// The writer that recorded its start.
  public var writer: WriterID
  /// The number of the event of its start.
  public var sequence: Int64
  /// Of each writer that logged anything the number of its first such event.
  public var loggers: [WriterID: Int64]
  /// What it said by itself that it read, in the order in which it did.
  public var inputs: [ArtifactRecord]
  /// What it said by itself that it made, likewise.
  public var outputs: [ArtifactRecord]
}

extension LineageIndex {
  /// All values of one metric of a run, by step, time and value, each once; of all its metrics if `key` is nil, by key first.
  public func metrics(of run: RunID, key: String? = nil) throws(IndexError) -> [RunLogged.Metric] {
    let rows = try read { db in
      try db.all(
        """
        SELECT key, points FROM metrics WHERE run = (SELECT n FROM runs WHERE id = ?)\(key == nil ? "" : " AND key = ?")
        ORDER BY key
        """, [.id(run)] + (key.map { [.text($0)] } ?? [])
      ) { row in
        try row.known(MetricPoints(key: try row.text(0), packed: try row.bytes(1) ?? []))
      }
    }
    var values: [RunLogged.Metric] = []
    var next = rows.startIndex
    while next < rows.endIndex {
      let name = ExactText(rows[next].key)
      let end = rows[next...].firstIndex { ExactText($0.key) != name } ?? rows.endIndex
      for point in rows[next..<end].flatMap(\.points).sorted(by: MetricPoints.precedes) {
        if let last = values.last, last.step == point.step, last.at == point.at, ExactText(last.key) == name,
          last.value == point.value || (last.value.isNaN && point.value.isNaN)
        {
          continue
        }
        values.append(point)
      }
      next = end
    }
    return values
  }

  /// Where what a run logged is to be found; nil if its start isn't known.
  public func logging(of run: RunID) throws(IndexError) -> RunLogging? {
    try read { db in
      let found = try db.first(
        """
        SELECT runs.n, writers.id, start_sequence, logged FROM runs JOIN writers ON writers.n = started_source
        WHERE runs.id = ? AND start_sequence IS NOT NULL
        """, [.id(run)]
      ) { (try $0.int(0), try $0.known(WriterID(bytes: try $0.bytes(1) ?? [])), try $0.int(2), try $0.flag(3)) }
      guard let (n, writer, sequence, hasLogged) = found else { return nil }
      var logging = RunLogging(writer: writer, sequence: sequence, loggers: [:], inputs: [], outputs: [])
      guard hasLogged else { return logging }
      let loggers = try db.all(
        "SELECT writers.id, loggers.sequence FROM loggers JOIN writers ON writers.n = loggers.source WHERE run = ?",
        [.int(n)]
      ) { (try $0.known(WriterID(bytes: try $0.bytes(0) ?? [])), try $0.int(1)) }
      logging.loggers = Dictionary(loggers, uniquingKeysWith: { first, _ in first })
      let files = try db.all("SELECT fields FROM logged_files WHERE run = ? ORDER BY at", [.int(n)]) { row in
        let fields = try row.known(try row.json(0).object)
        return try row.known(try? RunLogged(fields: fields))
      }
      logging.inputs = files.flatMap(\.inputs)
      logging.outputs = files.flatMap(\.outputs)
      return logging
    }
  }
}
