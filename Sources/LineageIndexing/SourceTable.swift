internal import GRDB
internal import Journaling
internal import MLTBase

/// The writers by the small numbers that rows name them by, and how far each has been read.
struct SourceTable {
  struct Source {
    let n: Int64
    let writer: WriterID
    var position: JournalPosition
  }

  private(set) var byWriter: [WriterID: Source] = [:]
  private(set) var writers: [Int64: WriterID] = [:]

  init(_ db: Database) throws {
    let sources = try db.all("SELECT n, id, sequence, segment, offset, last FROM writers") { row in
      Source(
        n: try row.int(0), writer: try row.known(WriterID(bytes: try row.bytes(1) ?? [])),
        position: JournalPosition(
          sequence: try row.int(2), segment: try row.int(3), offset: try row.int(4), last: try row.optionalContent(5)))
    }
    for source in sources {
      byWriter[source.writer] = source
      writers[source.n] = source.writer
    }
  }

  /// Whether more was read than the journal holds.
  func isAhead(of tails: [JournalTail]) -> Bool {
    let known = Set(tails.map(\.writer))
    return byWriter.values.contains { $0.position.sequence > 0 && !known.contains($0.writer) }
      || tails.contains { $0.isShort(of: byWriter[$0.writer]?.position ?? .start) }
  }

  /// Whether the journal may hold events that weren't read.
  func isBehind(_ tails: [JournalTail]) -> Bool {
    tails.contains { $0.hasEvents(after: byWriter[$0.writer]?.position ?? .start) }
  }

  /// The writer's number, a new one if it has none yet.
  mutating func source(_ writer: WriterID, _ db: Database) throws -> Source {
    if let source = byWriter[writer] { return source }
    try db.run(
      "INSERT INTO writers (id, sequence, segment, offset) VALUES (?, 0, 0, 0)", [.blob(writer.bytes)])
    let source = Source(n: db.lastInsertedRowID, writer: writer, position: .start)
    byWriter[writer] = source
    writers[source.n] = writer
    return source
  }

  /// Notes how far a writer has been read.
  mutating func move(_ writer: WriterID, to position: JournalPosition, _ db: Database) throws {
    let source = try source(writer, db)
    try db.run(
      "UPDATE writers SET sequence = ?, segment = ?, offset = ?, last = ? WHERE n = ?",
      [
        .int(position.sequence), .int(position.segment), .int(position.offset), .id(position.last), .int(source.n),
      ])
    byWriter[writer]?.position = position
  }
}

/// Which of two facts about one thing is the later: by time, then by writer, then by place in the writer's chain.
///
/// Within a writer time only grows, so that two facts of one writer at one time are met in the chain's order.
struct Stamp: Hashable {
  let at: Int64
  let source: Int64
}
