internal import GRDB
internal import Journaling
internal import MLTBase

extension EventIndexer {
  func add(_ fact: ModelFact, _ event: Event, _ stamp: Stamp, sequence: Int64) throws {
    // What is written down has been so by then at the latest: nobody can have it count before all that is still to come.
    let at = min(fact.began ?? event.at, event.at)
    var run: RunID?
    var content: ContentID?
    if case .registered(let version) = fact {
      run = version.run
      content = version.artifact.content
    }
    try db.run(
      """
      INSERT INTO models (event, name, type, ordered, at, source, sequence, run, key, content, fields)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .id(event.id), .text(fact.name), .text(event.type), .time(fact.said.order(at: at)), .time(at),
        .int(stamp.source), .int(sequence), run.map { .id($0) } ?? .null, .int(content.map(ContentKey.key)),
        .id(content), .text(JSON.object(event.fields).canonicalText),
      ])
  }
}
