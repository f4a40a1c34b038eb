internal import GRDB
internal import Journaling
internal import MLTBase

/// What an event says of a subject, to be kept beside what others say of it.
struct Saying {
  let subject: Subject
  let said: Attribution
  let artifact: ArtifactRecord?
  let at: Timestamp
  let source: Int64

  init(_ subject: Subject, _ said: Attribution, _ event: Stamp, artifact: ArtifactRecord? = nil) {
    self.subject = subject
    self.said = said
    self.artifact = artifact
    at = Timestamp(microseconds: event.at)
    source = event.source
  }

  /// The stamp by which it counts among others.
  var stamp: Stamp { Stamp(at: said.order(at: at).microseconds, source: source) }
}

extension EventIndexer {
  typealias Change = (field: RecordedChange.Field, name: String, value: String?)

  func add(_ fact: ArtifactAnnotated, _ stamp: Stamp) throws {
    let saying = Saying(Subject(fact.artifact), fact.said, stamp, artifact: fact.artifact)
    try note(saying, Self.tagChanges(fact.tags, fact.untagged) + Self.noteChanges(fact.note))
  }

  func add(_ fact: ArtifactFlagged, _ stamp: Stamp) throws {
    try note(Saying(Subject(fact.artifact), fact.said, stamp, artifact: fact.artifact), [(.flag, "", "")])
  }

  func add(_ fact: ArtifactUnflagged, _ stamp: Stamp) throws {
    try note(Saying(Subject(fact.artifact), fact.said, stamp, artifact: fact.artifact), [(.flag, "", nil)])
  }

  func add(_ fact: ArtifactLabelled, _ stamp: Stamp) throws {
    let changes: [Change] = fact.unlabelled.map { (.label, $0, nil) } + fact.labels.map { (.label, $0, "") }
    try note(Saying(Subject(fact.artifact), fact.said, stamp, artifact: fact.artifact), changes)
  }

  func add(_ fact: LabelRetracted, _ stamp: Stamp) throws {
    try note(Saying(.label(fact.label), fact.said, stamp), [(.retraction, "", "")])
  }

  func add(_ fact: LabelReinstated, _ stamp: Stamp) throws {
    try note(Saying(.label(fact.label), fact.said, stamp), [(.retraction, "", nil)])
  }

  func add(_ fact: ContentsPurged) throws {
    for content in fact.contents {
      try db.run("INSERT OR IGNORE INTO purged VALUES (?, ?)", [.id(content), .text(fact.label)])
    }
  }

  func add(_ fact: ReviewClosed, _ stamp: Stamp) throws {
    try note(
      Saying(Subject(fact.artifact), fact.said, stamp, artifact: fact.artifact), [(.flag, "", RecordedChange.closed)])
  }

  static func tagChanges(_ tags: [String: String], _ untagged: [String] = []) -> [Change] {
    untagged.map { (.tag, $0, nil) }
      // In order, for the same rows each time.
      + tags.sorted { $0.key < $1.key }.map { (.tag, $0.key, $0.value) }
  }

  static func noteChanges(_ note: String?) -> [Change] {
    note.map { [(.note, "", $0.isEmpty ? nil : $0)] } ?? []
  }

  /// Keeps changes for the history of their subject; which of them holds is found out when it is asked for.
  func note(_ saying: Saying, _ changes: [Change]) throws {
    if changes.isEmpty { return }
    let artifact = saying.artifact
    let shared: [DatabaseValue] = [
      .text(saying.said.why), .text(saying.said.user), .int(saying.stamp.at), .int(saying.at.microseconds),
      .int(saying.source), try artifact.map { .int(try path($0.path)) } ?? .null,
      .int(artifact.map { StoredArtifact.number($0.kind) }), .id(artifact?.content), .int(artifact?.size),
    ]
    for (part, change) in changes.enumerated() {
      try db.run(
        """
        INSERT INTO changes (kind, key, field, name, value, part, why, user_name, ordered, at, source, path,
          artifact_kind, content, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          .int(saying.subject.kind), saying.subject.key, .int(change.field.rawValue), .text(change.name),
          .text(change.value), .int(Int64(part)),
        ] + shared)
    }
  }
}
