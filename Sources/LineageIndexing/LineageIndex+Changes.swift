internal import GRDB
internal import Journaling
public import MLTBase

extension LineageIndex {
  private static let changeColumns = """
    changes.kind, key, field, name, value, why, user_name, at, ordered, writers.id, paths.path, artifact_kind, content,
    size
    """
  private static let changeTables =
    "changes JOIN writers ON writers.n = changes.source LEFT JOIN paths ON paths.n = changes.path"
  // By when they count, the last first: see "What counts" in the journal's format.
  private static let changeOrder = "ordered DESC, writers.id DESC, at DESC, part DESC"

  /// All that was said of some subjects, what counts latest first.
  ///
  /// - Parameter path: a path (``PathText``) or URI, by which artifacts were named that count among the subjects too,
  ///   whatever content they had.
  public func changes(of subjects: [Subject], path: String? = nil) throws(IndexError) -> [RecordedChange] {
    try readTogether { db in
      var all = Set(subjects)
      if let path {
        try db.each(
          "SELECT DISTINCT changes.kind, key FROM changes WHERE changes.path = (SELECT n FROM paths WHERE path = ?)",
          [.text(path)]
        ) { row in
          all.insert(try Subject(row, kind: 0, key: 1))
          return true
        }
      }
      return Self.sorted(try all.flatMap { try Self.changes(of: $0, db) })
    }
  }

  private static func changes(of subject: Subject, _ db: Database) throws -> [RecordedChange] {
    let found = try db.all(
      """
      SELECT \(changeColumns) FROM \(changeTables) WHERE changes.kind = ? AND key = ? ORDER BY \(changeOrder)
      """, [.int(subject.kind), subject.key], change)
    return markingLatest(found)
  }

  /// The latest time by which anything counts that was said of a subject; nil if nothing was.
  public func latestChange(of subject: Subject) throws(IndexError) -> Timestamp? {
    try read { db in
      try db.first(
        "SELECT max(ordered) FROM changes WHERE kind = ? AND key = ?", [.int(subject.kind), subject.key]
      ) { try $0.optionalTime(0) } ?? nil
    }
  }

  /// The flags that were neither taken back nor closed, each as it was said last, the latest first.
  public func openFlags() throws(IndexError) -> [RecordedChange] {
    try flags().filter { !$0.isClosed }
  }

  /// The flags that weren't taken back, closed ones too, each as it was said last, the latest first.
  public func flags() throws(IndexError) -> [RecordedChange] {
    try read { db in
      let found = try db.all(
        "SELECT \(Self.changeColumns) FROM \(Self.changeTables) WHERE field = 2 ORDER BY \(Self.changeOrder)", [],
        Self.change)
      return Self.markingLatest(found).filter { $0.isLatest && $0.value != nil }
    }
  }

  /// The artifacts that have a tag with a value, the latest tagged first, each content once.
  public func artifacts(tagged name: String, value: String, limit: Int) throws(IndexError) -> [NamedArtifact] {
    try read { db in
      let found = try db.all(
        """
        SELECT \(Self.changeColumns) FROM \(Self.changeTables) WHERE field = ? AND changes.name = ?
        ORDER BY \(Self.changeOrder)
        """, [.int(RecordedChange.Field.tag.rawValue), .text(name)], Self.change)
      var seen: Set<ContentID> = []
      let artifacts = Self.markingLatest(found).filter { $0.isLatest && $0.value == value }
        .compactMap(\.artifact).filter { artifact in artifact.content.map { seen.insert($0).inserted } ?? false }
      return Array(artifacts.prefix(limit))
    }
  }

  /// The labels that stand on artifacts, each as it was put there last, by label, then the latest first.
  public func labels() throws(IndexError) -> [RecordedChange] {
    try read { db in
      try Self.open(.label, db).sorted { left, right in
        left.name == right.name ? left.order > right.order : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
      }
    }
  }

  /// The labels that are retracted, each as that was said last, by name.
  public func retractions() throws(IndexError) -> [RecordedChange] {
    try read { db in
      try Self.open(.retraction, db).sorted { left, right in
        guard case .label(let mine) = left.subject, case .label(let yours) = right.subject else { return false }
        return mine.utf8.lexicographicallyPrecedes(yours.utf8)
      }
    }
  }

  private static func open(_ field: RecordedChange.Field, _ db: Database) throws -> [RecordedChange] {
    // The number stands in the text, for the partial index to be used.
    let found = try db.all(
      "SELECT \(changeColumns) FROM \(changeTables) WHERE field = \(field.rawValue) ORDER BY \(changeOrder)", [],
      change)
    return markingLatest(found).filter { $0.isLatest && $0.value != nil }
  }

  // Of each thing that was said something about, the first one in order is the latest.
  private static func markingLatest(_ changes: [RecordedChange]) -> [RecordedChange] {
    struct Thing: Hashable {
      var kind: Int64
      var key: DatabaseValue
      var field: RecordedChange.Field
      var name: ExactText
    }
    var seen: Set<Thing> = []
    return changes.map { change in
      let thing = Thing(
        kind: change.subject.kind, key: change.subject.key, field: change.field, name: ExactText(change.name))
      var change = change
      change.isLatest = seen.insert(thing).inserted
      return change
    }
  }

  // Changes of several subjects, those of each in order.
  private static func sorted(_ changes: [RecordedChange]) -> [RecordedChange] {
    let sorted = changes.enumerated().sorted { left, right in
      let (mine, yours) = (left.element, right.element)
      if mine.order != yours.order { return mine.order > yours.order }
      if mine.writer != yours.writer { return mine.writer > yours.writer }
      // One writer's events differ in time, and one event speaks of one subject.
      return mine.at != yours.at ? mine.at > yours.at : left.offset < right.offset
    }
    return sorted.map(\.element)
  }

  private static func change(_ row: Columns) throws -> RecordedChange {
    var artifact: NamedArtifact?
    if let path = try row.optionalText(10) {
      artifact = NamedArtifact(
        path: path, kind: try row.known(StoredArtifact.kind(try row.int(11))), content: try row.optionalContent(12),
        size: try row.int(13))
    }
    return RecordedChange(
      subject: try Subject(row, kind: 0, key: 1), field: try row.known(RecordedChange.Field(rawValue: try row.int(2))),
      name: try row.text(3), value: try row.optionalText(4), why: try row.optionalText(5),
      user: try row.optionalText(6), at: try row.time(7), order: try row.time(8),
      writer: try row.known(WriterID(bytes: try row.bytes(9) ?? [])), artifact: artifact, isLatest: false)
  }
}
