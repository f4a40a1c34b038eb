internal import GRDB
internal import Journaling
public import MLTBase

extension LineageIndex {
  /// Gives every place that names a content to `body`, until that returns false: inputs, outputs and what stood there
  /// before, of the runs that keep theirs (of those without an end what they said by themselves), and whatever was added by hand or is a log of predictions.
  ///
  /// Additions and logs belong to no run, so that no retention leaves them out. A content comes as often as it is named, in no
  /// order. One place at a time is held, and the index is read as it stands at the beginning; `body` must not ask it.
  ///
  /// - Parameter retention: which runs keep their contents: those that are among the latest of their component or
  ///   started late enough, where either is said.
  public func forEachContent(
    keptBy retention: Retention = Retention(), _ body: (ContentReference) -> Bool
  ) throws(IndexError) {
    try readTogether { db in
      let kept = try KeptRuns(db, retention)
      var goesOn = true
      try db.each("SELECT id, component, started, deleted, n FROM runs WHERE ended IS NOT NULL") { row in
        let run = try ReferringRun(row, from: 0)
        if kept.keeps(id: run.id, component: run.component, started: run.started, isDeleted: run.isDeleted) {
          goesOn = try contents(db, of: run, try row.int(4), body)
        }
        return goesOn
      }
      guard goesOn else { return }
      try db.each("SELECT id, component, started, deleted, n FROM runs WHERE ended IS NULL AND logged <> 0") { row in
        let run = try ReferringRun(row, from: 0)
        if kept.keeps(id: run.id, component: run.component, started: run.started, isDeleted: run.isDeleted) {
          for file in try Self.unfinishedFiles(db, of: run.id, try row.int(4)) where goesOn {
            if let content = file.artifact.content { goesOn = body(Self.reference(file, content, run)) }
          }
        }
        return goesOn
      }
      guard goesOn else { return }
      try db.each(Self.additions + " WHERE content IS NOT NULL") { row in
        goesOn = body(try Self.addition(row))
        return goesOn
      }
      guard goesOn else { return }
      try db.each(Self.logs + " WHERE content IS NOT NULL") { body(try Self.log($0)) }
    }
  }

  // Whether `body` wants more.
  private func contents(
    _ db: Database, of run: ReferringRun, _ number: Int64, _ body: (ContentReference) -> Bool
  ) throws -> Bool {
    var goesOn = true
    try db.each(
      """
      SELECT kind, paths.path, flags, role, content, before FROM files CROSS JOIN paths ON paths.n = files.path
      WHERE file >= ? AND file < ?
      """, [.int(FileNumber.first(number, .input)), .int(FileNumber.first(number + 1, .input))]
    ) { row in
      if let content = try row.optionalContent(4) {
        goesOn = body(try Self.reference(row, content, try row.known(.init(rawValue: try row.int(3))), run))
      }
      if goesOn, let before = try row.optionalContent(5) {
        goesOn = body(try Self.reference(row, before, .before, run))
      }
      return goesOn
    }
    return goesOn
  }

  /// The first place that names a content: an output if any run wrote it, else an input, else an addition, else a log, else what
  /// stood somewhere before a run changed it; of several the one of the earliest end, or addition.
  ///
  /// - Returns: nil if no fact names the content; which trees hold it isn't known here.
  public func firstUse(of content: ContentID) throws(IndexError) -> ContentReference? {
    try readTogether { db in
      for role in [ContentReference.Role.output, .input] {
        let use = try firstUse(
          db, of: content, as: role, index: "files_content", "key = ? AND content = ? AND role = ?",
          [.int(ContentKey.key(content)), .id(content), .int(role.rawValue)])
        if let use { return use }
      }
      let added = try db.first(
        Self.additions + " WHERE key = ? AND content = ? ORDER BY at, paths.path LIMIT 1",
        [.int(ContentKey.key(content)), .id(content)], Self.addition)
      let logged = try db.first(
        Self.logs + " WHERE key = ? AND content = ? ORDER BY at, paths.path LIMIT 1",
        [.int(ContentKey.key(content)), .id(content)], Self.log)
      return try added ?? logged
        ?? firstUse(db, of: content, as: .before, index: "files_before", "before = ?", [.id(content)])
    }
  }

  private func firstUse(
    _ db: Database, of content: ContentID, as role: ContentReference.Role, index: String, _ condition: String,
    _ values: [DatabaseValue]
  ) throws -> ContentReference? {
    try db.first(
      """
      SELECT kind, paths.path, flags, runs.id, component, started, deleted FROM files INDEXED BY \(index)
      CROSS JOIN paths ON paths.n = files.path CROSS JOIN runs ON runs.n = file >> 22
      WHERE \(condition) ORDER BY files.ended, runs.id, paths.path LIMIT 1
      """, values
    ) { try Self.reference($0, content, role, try ReferringRun($0, from: 3)) }
  }

  // What is told of a run with each of its files.
  private struct ReferringRun {
    let id: RunID
    let component: String?
    let started: Timestamp?
    let isDeleted: Bool

    init(_ row: Columns, from first: Int) throws {
      id = try row.run(first)
      component = try row.optionalText(first + 1)
      started = try row.optionalTime(first + 2)
      isDeleted = try row.flag(first + 3)
    }
  }

  // From a row that begins with kind, path and flags.
  private static func reference(
    _ row: Columns, _ content: ContentID, _ role: ContentReference.Role, _ run: ReferringRun
  ) throws -> ContentReference {
    ContentReference(
      content: content, role: role, kind: try row.known(StoredArtifact.kind(try row.int(0))), path: try row.text(1),
      run: run.id, component: run.component, started: run.started,
      isStored: role == .before ? false : StoredArtifact.isStored(flags: try row.int(2)), isDeleted: run.isDeleted)
  }

  private static func reference(_ file: RunFile, _ content: ContentID, _ run: ReferringRun) -> ContentReference {
    ContentReference(
      content: content, role: file.role == .input ? .input : .output, kind: file.artifact.kind,
      path: file.artifact.path, run: run.id, component: run.component, started: run.started,
      isStored: file.artifact.isStored, isDeleted: run.isDeleted)
  }

  private static let additions = """
    SELECT kind, paths.path, flags, content, at FROM added CROSS JOIN paths ON paths.n = added.path
    """

  private static func addition(_ row: Columns) throws -> ContentReference {
    ContentReference(
      content: try row.content(3), role: .added, kind: try row.known(StoredArtifact.kind(try row.int(0))),
      path: try row.text(1), run: nil, component: nil, started: try row.time(4),
      isStored: StoredArtifact.isStored(flags: try row.int(2)), isDeleted: false)
  }
  private static let logs = """
    SELECT paths.path, content, at FROM predictions CROSS JOIN paths ON paths.n = predictions.path
    """

  private static func log(_ row: Columns) throws -> ContentReference {
    ContentReference(
      content: try row.content(1), role: .logged, kind: .file, path: try row.text(0), run: nil, component: nil,
      started: try row.time(2), isStored: true, isDeleted: false)
  }
}
