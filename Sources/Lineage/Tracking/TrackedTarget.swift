internal import GitAccess
internal import MLTBase
internal import ObjectStorage

/// Something that is tracked: by an entry of its own, or as a part of a tracked folder.
struct TrackedTarget {
  /// What is tracked there.
  var entry: LockEntry
  /// The folder of which it is a part; nil if it has an entry of its own.
  var tree: LockEntry?
}

extension Workspace {
  /// Finds what is tracked at a path; of a folder that leads to tracked paths, each of those.
  ///
  /// - Parameter argument: what the user wrote, for the error.
  /// - Throws: ``WorkspaceError/untracked(_:similar:)``.
  func trackedTargets(at path: WorkPath, _ lock: LockFile, argument: String) throws -> [TrackedTarget] {
    if let entry = lock[path] { return [TrackedTarget(entry: entry)] }
    if let tree = lock.tree(around: path), let names = path.components(below: tree.path),
      try store.containsTree(tree.content), let entry = try store.entry(at: names, in: tree.content)
    {
      return [TrackedTarget(entry: LockEntry(entry, at: path), tree: tree)]
    }
    let below = lock.entries(below: path)
    if !below.isEmpty { return below.map { TrackedTarget(entry: $0) } }
    let similar = Similarity.nearest(to: path.text, among: lock.entries.map(\.path.text), limit: 3)
    throw WorkspaceError.untracked(argument, similar: similar)
  }

  /// The tracked paths that a pattern matches.
  func tracked(matching pattern: WorkPath, _ lock: LockFile) -> [LockEntry] {
    guard let glob = Glob(pattern.bytes) else { return [] }
    return lock.entries.filter { glob.matches($0.path.bytes[...]) }
  }
}
