internal import GRDB
public import Journaling
public import MLTBase

extension LineageIndex {
  /// The runs that were made on a commit, by start.
  ///
  /// - Parameter commit: its 40 hexadecimal digits.
  public func runs(atCommit commit: String) throws(IndexError) -> [RunID] {
    try read { db in
      try db.all(
        """
        SELECT id FROM runs INDEXED BY runs_commit
        WHERE commit_id IS NOT NULL AND substr(commit_id, 1, 8) = ? AND commit_id = ? AND started IS NOT NULL
        ORDER BY started, id
        """, [.text(String(commit.prefix(8))), .text(commit)]
      ) { try $0.run(0) }
    }
  }

  /// The runs of a component, by start.
  public func runs(ofComponent name: String) throws(IndexError) -> [RunID] {
    try read { db in
      try db.all(
        "SELECT id FROM runs WHERE component = ? AND started IS NOT NULL ORDER BY started, id", [.text(name)]
      ) { try $0.run(0) }
    }
  }

  /// The runs that loaded a package, by start, with the package as each had it.
  ///
  /// - Parameters:
  ///   - name: the package's name; letters' case and what separates its words don't count.
  ///   - matches: whether a package with such a name is meant.
  public func runs(
    loading name: String, where matches: (RunEnvironment.Package) -> Bool
  ) throws(IndexError) -> [(run: RunID, package: RunEnvironment.Package)] {
    try readTogether { db in
      var found: [(started: Int64, run: RunID, package: RunEnvironment.Package)] = []
      // From environment to environment, not from run to run: a thousand runs share one. In a pattern `_` is any letter.
      let pattern = "%\"" + String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" }) + "\"%"
      var next = try db.first("SELECT min(environment) FROM runs WHERE environment IS NOT NULL") {
        try $0.optionalInt(0)
      }
      while let number = next ?? nil {
        let package = try db.first(
          "SELECT fields FROM environments WHERE n = ? AND fields LIKE ?", [.int(number), .text(pattern)]
        ) { row in
          let fields = try row.known(try row.json(0).object)
          return try row.known(try? RunEnvironment(fields: fields)).packages.first(where: matches)
        }
        if let package = package ?? nil {
          try db.each("SELECT started, id FROM runs WHERE environment = ? AND started IS NOT NULL", [.int(number)]) {
            found.append((try $0.int(0), try $0.run(1), package))
            return true
          }
        }
        next = try db.first("SELECT min(environment) FROM runs WHERE environment > ?", [.int(number)]) {
          try $0.optionalInt(0)
        }
      }
      return found.sorted { ($0.started, $0.run) < ($1.started, $1.run) }.map { ($0.run, $0.package) }
    }
  }

  /// The recorded paths below a folder, and the folder's own, that match, sorted as the index sorts texts.
  public func paths(in folder: String, where matches: (String) -> Bool) throws(IndexError) -> [String] {
    try readTogether { db in
      var found: [String] = []
      func take(_ row: Columns) throws -> Bool {
        let path = try row.text(0)
        if matches(path) { found.append(path) }
        return true
      }
      try db.each("SELECT path FROM paths WHERE path = ?", [.text(folder)], take)
      guard let ranges = PathRange.below(folder) else {
        try db.each("SELECT path FROM paths WHERE path != '.' ORDER BY path") { row in
          try PathRange.isInWorkTree(try row.text(0)) ? take(row) : true
        }
        return found
      }
      for range in ranges {
        try db.each(
          "SELECT path FROM paths WHERE path >= ? AND path < ? ORDER BY path", [.text(range.low), .text(range.high)],
          take)
      }
      return found
    }
  }
}
