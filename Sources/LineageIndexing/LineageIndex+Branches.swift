internal import GRDB
public import MLTBase

extension LineageIndex {
  /// Gives every content that runs on a branch read, wrote or replaced to `body`, in no order, and possibly more than once.
  ///
  /// - Parameters:
  ///   - branch: the branch's name; nil for the runs of no branch.
  ///   - body: takes one content; it must not ask the index.
  public func forEachContent(
    ofRunsOn branch: String?, _ body: (ContentID) throws -> Void
  ) throws(IndexError) {
    try readTogether { db in
      try db.each(
        """
        SELECT content, before FROM runs CROSS JOIN files ON file >= runs.n << 22 AND file < (runs.n + 1) << 22
        WHERE branch IS ?
        """, [.text(branch)]
      ) { row in
        if let content = try row.optionalContent(0) { try body(content) }
        if let before = try row.optionalContent(1) { try body(before) }
        return true
      }
    }
  }

  /// Whether a run on a branch read, wrote or replaced a content.
  ///
  /// - Parameters:
  ///   - content: the content.
  ///   - branch: the branch's name; nil for the runs of no branch.
  public func isNamed(_ content: ContentID, byRunsOn branch: String?) throws(IndexError) -> Bool {
    try read { db in
      let branch = DatabaseValue.text(branch)
      let used = try db.first(
        """
        SELECT 1 FROM files INDEXED BY files_content CROSS JOIN runs ON runs.n = file >> 22
        WHERE key = ? AND content = ? AND branch IS ? LIMIT 1
        """, [.int(ContentKey.key(content)), .id(content), branch], { try $0.int(0) })
      if used != nil { return true }
      let replaced = try db.first(
        """
        SELECT 1 FROM files INDEXED BY files_before CROSS JOIN runs ON runs.n = file >> 22
        WHERE before = ? AND branch IS ? LIMIT 1
        """, [.id(content), branch], { try $0.int(0) })
      return replaced != nil
    }
  }
}
