internal import GRDB
internal import Journaling
internal import MLTBase

extension EventIndexer {
  func add(_ fact: PredictionsLogged, _ stamp: Stamp) throws {
    let content = fact.artifact?.content
    try db.run(
      """
      INSERT INTO predictions (at, source, path, key, content, size, columns, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .int(stamp.at), .int(stamp.source), .int(try path(fact.name)), .int(content.map(ContentKey.key)), .id(content),
        .int(fact.artifact?.size ?? 0), .id(fact.columns?.id), .text(JSON.object(fact.fields).canonicalText),
      ])
    let log = db.lastInsertedRowID
    for record in fact.records {
      try db.run(
        "INSERT INTO prediction_keys (hash, log) VALUES (?, ?)", [.int(ContentKey.key(record.keyID)), .int(log)])
    }
  }
}
