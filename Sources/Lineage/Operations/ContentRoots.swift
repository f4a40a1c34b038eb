internal import GitAccess
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

/// Finds every content that somebody may still want: what runs refer to, and what lock files have.
struct ContentRoots {
  let workspace: Workspace
  let retention: Retention
  /// Whether lock files of commits before those that git has a name for count, too.
  let withHistory: Bool

  /// Returns the contents; looked for anew each time.
  ///
  /// - Throws: ``WorkspaceError/malformedLock(_:_:)`` for a lock file in a work tree that can't be read, since nobody
  ///   knows what it keeps; failures of git and the index.
  func find() throws -> Set<ContentID> {
    var roots: Set<ContentID> = []
    try workspace.index.catchUp(workspace.journal)
    // Of what was added by hand the lock files say whether it is still wanted.
    try workspace.index.forEachContent(keptBy: retention) { reference in
      if reference.role != .added { roots.insert(reference.content) }
      return true
    }
    try forEachLock { lock in
      for entry in lock.entries { roots.insert(entry.content) }
    }
    roots.formUnion(try workspace.registeredContents())
    return try roots.subtracting(workspace.purgedContents())
  }

  /// Calls `body` with every lock file that counts: those in work trees, and those of commits.
  func forEachLock(_ body: (LockFile) throws -> Void) throws {
    guard let repository = workspace.repository else { return try body(workspace.readLock()) }
    for root in try repository.workTrees() {
      let path = root.appending(LockFile.name)
      if let bytes = try FileOperations.contents(of: path, limit: Workspace.largestLock) {
        try body(Workspace.parseLock(bytes, path))
      }
    }
    let commits = Set(try repository.references().map(\.commit)).sorted()
    let name = Array(LockFile.name.utf8)
    for commit in try repository.versions(of: name, in: commits, withHistory: withHistory) {
      guard let bytes = try repository.blob(at: name, commit: commit, limit: Workspace.largestLock) else { continue }
      // What once was committed in a state that can't be read keeps nothing, and hinders nobody for ever.
      if let lock = try? LockFile(parsing: bytes) { try body(lock) }
    }
  }
}
