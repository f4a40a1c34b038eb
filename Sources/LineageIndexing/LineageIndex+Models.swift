internal import GRDB
internal import Journaling
public import MLTBase

extension LineageIndex {
  /// The names that something is said of as a model, sorted by their bytes; deleted ones too.
  public func modelNames() throws(IndexError) -> [String] {
    try read { db in
      try db.all("SELECT DISTINCT name FROM models ORDER BY name") { try $0.text(0) }
    }
  }

  /// All that is said of a model, in the order in which it counts; empty for a name that nothing is said of.
  public func modelFacts(_ name: String) throws(IndexError) -> [RecordedModelFact] {
    try read { db in try Self.facts(db, "name = ?", [.text(name)]) }
  }

  /// All that is said of any model, in the order in which it counts.
  public func modelFacts() throws(IndexError) -> [RecordedModelFact] {
    try read { db in try Self.facts(db, "1", []) }
  }

  /// The registrations of a content, of whatever model, in the order in which they count.
  public func registrations(of content: ContentID) throws(IndexError) -> [RecordedModelFact] {
    try read { db in
      try Self.facts(db, "key = ? AND content = ?", [.int(ContentKey.key(content)), .id(content)])
    }
  }

  /// The registrations of what a run made, in the order in which they count.
  public func registrations(from run: RunID) throws(IndexError) -> [RecordedModelFact] {
    try read { db in try Self.facts(db, "run = ?", [.id(run)]) }
  }

  private static func facts(
    _ db: Database, _ condition: String, _ values: [DatabaseValue]
  ) throws -> [RecordedModelFact] {
    try db.all(
      """
      SELECT event, at, ordered, writers.id, type, fields FROM models JOIN writers ON writers.n = source
      WHERE \(condition) ORDER BY ordered, writers.id, models.sequence
      """, values
    ) { row in
      let fields = try row.known(try row.json(5).object)
      return RecordedModelFact(
        event: try row.content(0), at: try row.time(1), ordered: try row.time(2),
        writer: try row.known(WriterID(bytes: try row.bytes(3) ?? [])),
        fact: try row.known(try? ModelFact(type: try row.text(4), fields: fields)))
    }
  }
}
