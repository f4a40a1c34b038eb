internal import GitAccess
internal import MLTBase
internal import SystemPackage

extension Workspace {
  /// Returns the commit that a revision names; nil if there is none, or no git.
  func commit(of revision: String) throws -> String? {
    try repository?.commit(of: revision)
  }

  /// Returns the commit that a revision names.
  ///
  /// - Throws: ``WorkspaceError/unknownRevision(_:similar:)``.
  func requireCommit(of revision: String) throws -> String {
    if let commit = try commit(of: revision) { return commit }
    let known = try repository?.revisionNames() ?? []
    throw WorkspaceError.unknownRevision(
      revision, similar: Similarity.nearest(to: revision, among: known, limit: 3))
  }

  /// Returns what a commit's lock file says; one that has none tracks nothing.
  ///
  /// - Throws: ``WorkspaceError/malformedLock(_:_:)`` if it can't be understood.
  func lock(ofCommit commit: String) throws -> LockFile {
    guard
      let bytes = try repository?.blob(at: Array(LockFile.name.utf8), commit: commit, limit: Self.largestLock)
    else { return LockFile() }
    return try Self.parseLock(bytes, FilePath("\(commit.prefix(10)):\(LockFile.name)"))
  }
}
