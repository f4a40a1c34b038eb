internal import GRDB
public import Journaling
public import MLTBase

/// A run of many that are looked at together: what groups are made by, under the index's own number.
public struct NumberedRun: Hashable, Sendable {
  /// The index's number for it, good until the index is made anew.
  public var number: Int64
  /// The run.
  public var id: RunID
  /// The component's name.
  public var component: String
  /// When it started.
  public var started: Timestamp
  /// When it ended; nil while running.
  public var ended: Timestamp?
  /// How the command ended.
  public var status: RunStatus
  /// Whether it is left out of listings.
  public var isDeleted: Bool
  /// The commit of HEAD, if there was one.
  public var commit: String?
  /// The machine's host name.
  public var host: String
  /// Who started it.
  public var user: String
  /// The number of its environment; runs with the same number stood on the same.
  public var environment: Int64?
}

/// A file of one of many runs.
public struct NumberedFile: Hashable, Sendable {
  /// The number of the run that read or wrote it.
  public var run: Int64
  /// The number of its path.
  public var path: Int64
  /// Its content; nil if that wasn't learned.
  public var content: ContentID?
  /// What stands there.
  public var kind: ArtifactRecord.Kind
  /// Its size in bytes.
  public var size: Int64
  /// Whether git had these bytes there.
  public var isInGit: Bool
}

/// A run that wrote something, in few words.
public struct NumberedWriting: Hashable, Sendable {
  /// The run's number.
  public var run: Int64
  /// The run.
  public var id: RunID
  /// When it started.
  public var started: Timestamp
  /// When it ended.
  public var ended: Timestamp
}

/// Looks up many runs and their files at once, by numbers: for questions about thousands of outputs.
///
/// What one object answers belongs together as far as nothing is indexed meanwhile; facts are never taken back.
public struct RunLookup: Sendable {
  private let index: LineageIndex

  /// Looks things up in an index.
  public init(_ index: LineageIndex) {
    self.index = index
  }

  private func list(_ numbers: some Sequence<Int64>) -> DatabaseValue {
    var text = "["
    for number in numbers {
      if text.utf8.count > 1 { text += "," }
      text += String(number)
    }
    return .text(text + "]")
  }

  // MARK: Runs

  private static let columns = """
    runs.n, runs.id, component, started, ended, status, deleted, commit_id, host, user_name, environment
    """

  private static func run(_ row: Columns) throws -> NumberedRun {
    NumberedRun(
      number: try row.int(0), id: try row.run(1), component: try row.text(2), started: try row.time(3),
      ended: try row.optionalTime(4), status: try row.known(StoredArtifact.status(try row.int(5))),
      isDeleted: try row.flag(6), commit: try row.optionalText(7), host: try row.text(8), user: try row.text(9),
      environment: try row.optionalInt(10))
  }

  /// The runs with these numbers, by number.
  public func runs(_ numbers: [Int64]) throws(IndexError) -> [NumberedRun] {
    try index.read { db in
      try db.all(
        """
        SELECT \(Self.columns) FROM (SELECT value AS n FROM json_each(?)) AS wanted CROSS JOIN runs ON runs.n = wanted.n
        WHERE started IS NOT NULL ORDER BY runs.n
        """, [list(numbers)], Self.run)
    }
  }

  /// The numbers of runs; those that aren't known are left out.
  public func numbers(of runs: [RunID]) throws(IndexError) -> [RunID: Int64] {
    try index.read { db in
      var numbers: [RunID: Int64] = [:]
      for run in runs {
        numbers[run] = try db.first("SELECT n FROM runs WHERE id = ? AND started IS NOT NULL", [.id(run)]) {
          try $0.int(0)
        }
      }
      return numbers
    }
  }

  /// The ended runs of a component that aren't deleted, the latest start first.
  public func runs(
    ofComponent name: String, since: Timestamp? = nil, limit: Int
  ) throws(IndexError) -> [NumberedRun] {
    try index.read { db in
      try db.all(
        """
        SELECT \(Self.columns) FROM runs INDEXED BY runs_component
        WHERE component = ? AND started >= ? AND deleted = 0 AND ended IS NOT NULL ORDER BY started DESC, runs.n LIMIT ?
        """, [.text(name), .int(since?.microseconds ?? .min), .int(Int64(limit))], Self.run)
    }
  }

  // MARK: Files

  /// The inputs or outputs of runs, in the order of the runs.
  public func files(of runs: [Int64], role: FileRole) throws(IndexError) -> [NumberedFile] {
    try index.read { db in
      try db.all(
        """
        SELECT file >> 22, path, content, kind, size, flags FROM (SELECT value AS n FROM json_each(?)) AS wanted
        CROSS JOIN files ON file >= (wanted.n * 2 + ?) << 21 AND file < (wanted.n * 2 + ? + 1) << 21
        """, [list(runs), .int(role.rawValue), .int(role.rawValue)]
      ) { row in
        NumberedFile(
          run: try row.int(0), path: try row.int(1), content: try row.optionalContent(2),
          kind: try row.known(StoredArtifact.kind(try row.int(3))), size: try row.int(4),
          isInGit: try row.int(5) & 4 != 0)
      }
    }
  }

  /// The paths with these numbers.
  public func paths(_ numbers: Set<Int64>) throws(IndexError) -> [Int64: String] {
    try index.read { db in
      var paths: [Int64: String] = [:]
      try db.each(
        "SELECT paths.n, path FROM (SELECT value AS n FROM json_each(?)) AS wanted CROSS JOIN paths ON paths.n = wanted.n",
        [list(numbers.sorted())]
      ) { row in
        paths[try row.int(0)] = try row.text(1)
        return true
      }
      return paths
    }
  }

  // Lists of this length are some hundred kilobytes of JSON.
  private static let batch = 10_000

  /// The runs that wrote contents at paths, for each of these in the order in which they ended.
  public func writers(of places: [(path: Int64, content: ContentID)]) throws(IndexError) -> [[NumberedWriting]] {
    var writers = places.map { _ in [NumberedWriting]() }
    try index.read { db in
      for start in stride(from: 0, to: places.count, by: Self.batch) {
        let part = places[start..<min(start + Self.batch, places.count)]
        let list = part.map { "[\($0.path),\(ContentKey.key($0.content))]" }.joined(separator: ",")
        try db.each(
          """
          SELECT runs.n, runs.id, runs.started, files.ended, place, content
          FROM (
            SELECT key AS place, json_extract(value, '$[0]') AS wanted_path, json_extract(value, '$[1]') AS wanted_key
            FROM json_each(?)
          ) AS wanted
          CROSS JOIN files INDEXED BY files_both ON path = wanted_path AND files.key = wanted_key AND role = 1
          CROSS JOIN runs ON runs.n = file >> 22
          WHERE runs.started IS NOT NULL
          """, [.text("[" + list + "]")]
        ) { row in
          let place = start + Int(try row.int(4))
          if try row.optionalContent(5) == places[place].content { writers[place].append(try Self.writing(row)) }
          return true
        }
      }
    }
    return writers.map { $0.sorted { ($0.ended, $0.id) < ($1.ended, $1.id) } }
  }

  private static func writing(_ row: Columns) throws -> NumberedWriting {
    NumberedWriting(run: try row.int(0), id: try row.run(1), started: try row.time(2), ended: try row.time(3))
  }

  /// The outputs that have a content: the runs and the paths, by run.
  public func outputs(holding content: ContentID) throws(IndexError) -> [(run: Int64, path: Int64)] {
    try index.read { db in
      try db.all(
        """
        SELECT file >> 22, path FROM files INDEXED BY files_content
        WHERE key = ? AND role = 1 AND content = ? ORDER BY file
        """, [.int(ContentKey.key(content)), .id(content)]
      ) { (try $0.int(0), try $0.int(1)) }
    }
  }

  /// The outputs at a path (``PathText``), with one content or any: the runs and the path, by run.
  public func outputs(at path: String, content: ContentID?) throws(IndexError) -> [(run: Int64, path: Int64)] {
    try index.read { db in
      try db.all(
        """
        SELECT file >> 22, path FROM files INDEXED BY files_path
        WHERE path = (SELECT n FROM paths WHERE path = ?) AND role = 1\(content == nil ? "" : " AND content = ?")
        ORDER BY file
        """, [.text(path)] + (content.map { [.id($0)] } ?? [])
      ) { (try $0.int(0), try $0.int(1)) }
    }
  }

  /// Those of some paths that anybody ever wrote, whatever it was.
  public func written(paths: Set<Int64>) throws(IndexError) -> Set<Int64> {
    try index.read { db in
      Set(
        try db.all(
          """
          SELECT n FROM (SELECT value AS n FROM json_each(?)) AS wanted
          WHERE EXISTS (SELECT 1 FROM files INDEXED BY files_path WHERE path = wanted.n AND role = 1)
          """, [list(paths.sorted())]
        ) { try $0.int(0) })
    }
  }

  /// Whether anybody ever read a path, whatever it held.
  public func isRead(path: Int64) throws(IndexError) -> Bool {
    try index.read { db in
      try db.first("SELECT 1 FROM files INDEXED BY files_path WHERE path = ? AND role = 0", [.int(path)]) { _ in true }
        ?? false
    }
  }

  /// Those of some contents that anybody ever wrote, wherever.
  public func written(contents: Set<ContentID>) throws(IndexError) -> Set<ContentID> {
    let keys = Set(contents.map(ContentKey.key))
    return try index.read { db in
      var written: Set<ContentID> = []
      try db.each(
        """
        SELECT DISTINCT content FROM (SELECT value AS wanted_key FROM json_each(?)) AS wanted
        CROSS JOIN files INDEXED BY files_content ON files.key = wanted_key AND role = 1
        """, [list(keys.sorted())]
      ) { row in
        if let content = try row.optionalContent(0), contents.contains(content) { written.insert(content) }
        return true
      }
      return written
    }
  }

  /// Whether a folder was ever written as a whole at a path (``PathText``).
  public func isTreeWritten(at path: String) throws(IndexError) -> Bool {
    try index.read { db in
      try db.first(
        """
        SELECT 1 FROM files INDEXED BY files_path
        WHERE path = (SELECT n FROM paths WHERE path = ?) AND role = 1 AND kind = \(StoredArtifact.treeKind)
        """, [.text(path)]
      ) { _ in true } ?? false
    }
  }

  // MARK: What runs were told and stood on

  /// Gives each parameter of runs to `body`.
  public func parameters(of runs: [Int64], _ body: (_ run: Int64, _ key: String, _ value: String) -> Void)
    throws(IndexError)
  {
    try index.read { db in
      try db.each(
        "SELECT run, key, params.value FROM (SELECT value AS n FROM json_each(?)) AS wanted CROSS JOIN params ON run = wanted.n",
        [list(runs)]
      ) { row in
        body(try row.int(0), try row.text(1), try row.text(2))
        return true
      }
    }
  }

  /// The environments with these numbers.
  public func environments(_ numbers: Set<Int64>) throws(IndexError) -> [Int64: RunEnvironment] {
    try index.read { db in
      var environments: [Int64: RunEnvironment] = [:]
      for number in numbers.sorted() {
        environments[number] = try db.first("SELECT fields FROM environments WHERE n = ?", [.int(number)]) { row in
          let fields = try row.known(try row.json(0).object)
          return try row.known(try? RunEnvironment(fields: fields))
        }
      }
      return environments
    }
  }

  /// The arguments of runs' commands.
  public func commands(of runs: [Int64]) throws(IndexError) -> [Int64: [String]] {
    try index.read { db in
      var commands: [Int64: [String]] = [:]
      try db.each(
        "SELECT runs.n, command FROM (SELECT value AS n FROM json_each(?)) AS wanted CROSS JOIN runs ON runs.n = wanted.n WHERE command IS NOT NULL",
        [list(runs)]
      ) { row in
        commands[try row.int(0)] = try row.known(try row.json(1).array).compactMap(\.string)
        return true
      }
      return commands
    }
  }
}
