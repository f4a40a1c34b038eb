internal import GRDB
public import Journaling
public import MLTBase

extension LineageIndex {
  // MARK: A run's files

  /// The inputs, outputs or both of a run, by path; both come with the inputs first.
  public func files(of run: RunID, role: FileRole?) throws(IndexError) -> [ArtifactRecord] {
    try files(of: run).filter { role == nil || $0.role == role }.map(\.artifact)
  }

  /// The inputs and then the outputs of a run, each by path; of one without an end those that it said by itself.
  public func files(of run: RunID) throws(IndexError) -> [RunFile] {
    try read { db in
      let found = try db.first(
        "SELECT n, logged <> 0 AND ended IS NULL FROM runs WHERE id = ?", [.id(run)],
        { (try $0.int(0), try $0.flag(1)) })
      guard let (n, isUnfinished) = found else { return [] }
      if isUnfinished { return try Self.unfinishedFiles(db, of: run, n) }
      let files = try db.all(
        """
        SELECT role, paths.path, content, \(StoredArtifact.columns("files"))
        FROM files JOIN paths ON paths.n = files.path WHERE file >= ? AND file < ?
        """, [.int(FileNumber.first(n, .input)), .int(FileNumber.first(n + 1, .input))]
      ) { row in
        RunFile(
          run: run, role: try row.known(FileRole(rawValue: try row.int(0))),
          artifact: try StoredArtifact.artifact(
            row, path: try row.text(1), content: try row.optionalContent(2), from: 3))
      }
      return files.sorted { left, right in
        left.role != right.role
          ? left.role == .input
          : left.artifact.path.utf8.lexicographicallyPrecedes(right.artifact.path.utf8)
      }
    }
  }

  // MARK: Who wrote

  /// The runs that wrote a content at a path, latest end first, then by id downwards.
  ///
  /// - Parameters:
  ///   - before: only runs that ended before this.
  ///   - limit: the most to return.
  public func writers(
    path: String, content: ContentID, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Writing] {
    try uses(.output, path: path, content: content, FileUseFilter(before: before, limit: limit))
  }

  /// The runs that wrote a content at any path, latest end first.
  public func writers(
    content: ContentID, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Writing] {
    try uses(.output, path: nil, content: content, FileUseFilter(before: before, limit: limit))
  }

  /// The run that wrote a path last.
  ///
  /// - Parameter before: only runs that ended before this.
  public func lastWriter(path: String, before: Timestamp? = nil) throws(IndexError) -> Writing? {
    try uses(.output, path: path, content: nil, FileUseFilter(before: before, limit: 1)).first
  }

  /// All runs that wrote a path, latest end first.
  public func writers(
    path: String, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Writing] {
    try uses(.output, path: path, content: nil, FileUseFilter(before: before, limit: limit))
  }

  /// The trees that runs wrote at folders above a path, latest end first.
  public func treeWriters(
    ofPathsAbove path: String, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Writing] {
    try treeUses(.output, above: path, FileUseFilter(before: before, limit: limit, kind: StoredArtifact.treeKind))
  }

  /// The latest output at each path below a folder, by path.
  public func outputsBelow(
    path folder: String, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Writing] {
    try readTogether { db in
      let lookup = FileUseLookup(db)
      var found: [Writing] = []
      let filter = FileUseFilter(before: before, limit: 1, isLocal: true)
      try PathLookup(db).eachNumber(below: folder) { n in
        if let limit, found.count >= limit { return false }
        found += try lookup.uses(.output, path: n, content: nil, filter)
        return true
      }
      return found.sorted { $0.artifact.path.utf8.lexicographicallyPrecedes($1.artifact.path.utf8) }
    }
  }

  /// The runs that wrote a path while any of the time from `start` to `end` was part of their own, latest end first.
  public func concurrentWriters(
    path: String, from start: Timestamp, to end: Timestamp, excluding run: RunID
  ) throws(IndexError) -> [Writing] {
    // A run that overlaps ended after the start; how long ago it had started can't be said, so ends decide the search.
    let after = try uses(.output, path: path, content: nil, FileUseFilter(endedFrom: start))
    return after.filter { $0.started <= end && $0.run != run }
  }

  // MARK: Who read

  /// The runs that read a content at any path, latest end first.
  public func readers(
    content: ContentID, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Reading] {
    try uses(.input, path: nil, content: content, FileUseFilter(before: before, limit: limit))
  }

  /// The runs that read a path, whatever its content, latest end first.
  public func readers(
    path: String, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Reading] {
    try uses(.input, path: path, content: nil, FileUseFilter(before: before, limit: limit))
  }

  /// The runs that read a content at a path, latest end first.
  public func readers(
    path: String, content: ContentID, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Reading] {
    try uses(.input, path: path, content: content, FileUseFilter(before: before, limit: limit))
  }

  /// The runs that read something below a folder, by path, then latest end first.
  public func readersBelow(
    path folder: String, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Reading] {
    try readTogether { db in
      let lookup = FileUseLookup(db)
      var found: [Reading] = []
      try PathLookup(db).eachNumber(below: folder) { n in
        let rest = limit.map { $0 - found.count }
        if let rest, rest <= 0 { return false }
        found += try lookup.uses(
          .input, path: n, content: nil, FileUseFilter(before: before, limit: rest, isLocal: true))
        return true
      }
      return found
    }
  }

  /// The trees that runs read at folders above a path, latest end first.
  public func treeReaders(
    ofPathsAbove path: String, before: Timestamp? = nil, limit: Int? = nil
  ) throws(IndexError) -> [Reading] {
    try treeUses(.input, above: path, FileUseFilter(before: before, limit: limit, kind: StoredArtifact.treeKind))
  }

  private func uses(
    _ role: FileRole, path: String?, content: ContentID?, _ filter: FileUseFilter
  ) throws(IndexError) -> [FileUse] {
    try read { db in
      guard let path else { return try FileUseLookup(db).uses(role, path: nil, content: content, filter) }
      guard let n = try PathLookup(db).numbers(at: path).first else { return [] }
      return try FileUseLookup(db).uses(role, path: n, content: content, filter)
    }
  }

  private func treeUses(
    _ role: FileRole, above path: String, _ filter: FileUseFilter
  ) throws(IndexError) -> [FileUse] {
    try read { db in
      let lookup = FileUseLookup(db)
      let found = try PathRange.above(path).flatMap { folder in
        try PathLookup(db).numbers(at: folder).flatMap { try lookup.uses(role, path: $0, content: nil, filter) }
      }
      return FileUseLookup.sorted(found, limit: filter.limit)
    }
  }

  // MARK: What was added

  /// Artifacts that were put under mlt's care by hand, latest first.
  ///
  /// - Parameters:
  ///   - path: only at this path.
  ///   - content: only with this content.
  public func added(path: String? = nil, content: ContentID? = nil) throws(IndexError) -> [Addition] {
    try read { db in
      var conditions = ["1"]
      var values: [DatabaseValue] = []
      if let path {
        conditions.append("paths.path = ?")
        values.append(.text(path))
      }
      if let content {
        conditions.append("added.key = ? AND added.content = ?")
        values += [.int(ContentKey.key(content)), .id(content)]
      }
      return try db.all(
        """
        SELECT at, writers.id, paths.path, content, \(StoredArtifact.columns("added"))
        FROM added JOIN paths ON paths.n = added.path JOIN writers ON writers.n = added.source
        WHERE \(conditions.joined(separator: " AND ")) ORDER BY at DESC, writers.id DESC, paths.path, content
        """, values
      ) { row in
        Addition(
          at: try row.time(0), writer: try row.known(WriterID(bytes: try row.bytes(1) ?? [])),
          artifact: try StoredArtifact.artifact(
            row, path: try row.text(2), content: try row.optionalContent(3), from: 4))
      }
    }
  }
}
