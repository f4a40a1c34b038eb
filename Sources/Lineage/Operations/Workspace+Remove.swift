internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What `mlt rm` is asked to do.
public struct RemoveRequest: Sendable {
  /// The tracked paths, or patterns of such.
  public var paths: [String]
  /// Whether the files stay where they are, and only aren't tracked any more.
  public var keepsFiles: Bool
  /// Whether folders may be named.
  public var isRecursive: Bool
  /// Whether content that isn't stored may be lost.
  public var isForced: Bool

  /// Takes the request.
  public init(paths: [String], keepsFiles: Bool = false, isRecursive: Bool = false, isForced: Bool = false) {
    self.paths = paths
    self.keepsFiles = keepsFiles
    self.isRecursive = isRecursive
    self.isForced = isForced
  }
}

extension Workspace {
  /// Stops tracking paths, and removes them from the work tree; the store keeps their bytes.
  ///
  /// Files go first, then their lines in the lock file, then those in `.gitignore`: wherever it is interrupted, the rest
  /// can be done by asking again, and what is gone can be had back by a checkout.
  ///
  /// - Returns: what isn't tracked any more, sorted by path.
  /// - Throws: ``WorkspaceError/untracked(_:similar:)``, ``WorkspaceError/noMatch(_:)``,
  ///   ``WorkspaceError/isAFolder(_:)``, ``WorkspaceError/unsavedContent(_:)``; ``WorkspaceError/partOfTree(_:tree:)``
  ///   if a part of a tracked folder is to stay there.
  public func remove(_ request: RemoveRequest) throws -> [LockEntry] {
    let lock = try readLock()
    let targets = try targets(of: request, lock)
    let catalog = try makeCatalog()
    if !request.keepsFiles {
      var planner = try RestorePlanner(self, catalog)
      for target in targets {
        let path = target.entry.path
        try checkFolders(above: path)
        guard let status = try FileStatus(at: path.filePath(in: root)) else { continue }
        try planner.remove(path, status, keepingIgnored: true)
      }
      if !request.isForced, !planner.plan.unsaved.isEmpty {
        throw WorkspaceError.unsavedContent(Set(planner.plan.unsaved).sorted().map(\.text))
      }
      var restoration = try Restoration(self, catalog, isForced: request.isForced)
      try restoration.run(planner.plan)
    }
    try changeLockAndTrees { lock, editor in
      for target in targets {
        guard let tree = target.tree else {
          lock.remove(target.entry.path)
          continue
        }
        if let present = lock[tree.path], present.kind == .tree {
          lock.set(try editor.replacing(target.entry.path, in: present, with: nil))
        }
      }
    }
    let own = targets.filter { $0.tree == nil }.map(\.entry.path)
    try showToGit(own)
    if !request.keepsFiles { try removeEmptyFolders(above: own) }
    try catalog.remember()
    return targets.map(\.entry)
  }

  private func targets(of request: RemoveRequest, _ lock: LockFile) throws -> [TrackedTarget] {
    var targets: [WorkPath: TrackedTarget] = [:]
    for argument in request.paths {
      let path = path(of: argument)
      var found: [TrackedTarget]
      if PatternSearch.isPattern(argument), lock[path] == nil, try FileStatus(at: path.filePath(in: root)) == nil {
        found = tracked(matching: path, lock).map { TrackedTarget(entry: $0) }
        if found.isEmpty { throw WorkspaceError.noMatch(argument) }
      } else {
        found = try trackedTargets(at: path, lock, argument: argument)
      }
      for target in found {
        if !request.isRecursive, target.entry.kind == .tree || target.entry.path.isBelow(path) {
          throw WorkspaceError.isAFolder(target.entry.kind == .tree ? target.entry.path.text : path.text)
        }
        if request.keepsFiles, let tree = target.tree {
          throw WorkspaceError.partOfTree(target.entry.path.text, tree: tree.path.text)
        }
        targets[target.entry.path] = target
      }
    }
    // What lies in another of them goes with it.
    return targets.values.filter { target in
      var folder = target.entry.path.parent
      while let next = folder, !next.isRoot {
        if targets[next] != nil { return false }
        folder = next.parent
      }
      return true
    }.sorted { $0.entry.path < $1.entry.path }
  }

  /// Removes the folders around paths in which nothing is left.
  func removeEmptyFolders(above paths: [WorkPath]) throws {
    for path in paths {
      var folder = path.parent
      while let next = folder, !next.isRoot {
        // Somebody stands in the working directory.
        if next == self.path(of: ".") { break }
        guard try FileStatus(at: next.filePath(in: root))?.kind == .directory,
          try FileOperations.removeEmptyFolder(next.filePath(in: root))
        else { break }
        folder = next.parent
      }
    }
  }
}
