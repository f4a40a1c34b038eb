internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What runs of stages are compared with is the commit, and where neither git nor the lock file keeps something, what
/// lies there.
extension StagedState: FileView {
  func identity(of path: WorkPath) throws -> ContentCatalog.Identity? {
    if let identity = try kept(path) { return identity }
    return try isLeftAlone(path) ? catalog().identity(of: path) : nil
  }

  func exists(_ path: WorkPath) -> Bool {
    do {
      if try kept(path) != nil { return true }
      if try isFolder(path) { return true }
      // What git and mlt don't keep isn't committed, so that inside the work tree it is as if it weren't there.
      return path.isOutside ? try catalog().exists(path) : false
    } catch {
      return true
    }
  }

  func prefetch(_ paths: [WorkPath]) throws {}

  func prefetch(below folder: WorkPath) throws {}

  /// Whether the commit has files below a path.
  func isFolder(_ path: WorkPath) throws -> Bool {
    if path.isOutside { return false }
    if path.isRoot || lock.holds(below: path) { return true }
    return try repository.hasTracked(below: path.bytes)
  }

  /// Whether a path is one that neither git nor the lock file kept in HEAD or keeps now.
  func isLeftAlone(_ path: WorkPath) throws -> Bool {
    if path.isOutside { return true }
    return try !changedPaths.contains(path) && !isFolder(path)
  }

  /// What git or the lock file keep at a path.
  private func kept(_ path: WorkPath) throws -> ContentCatalog.Identity? {
    if path.isOutside { return nil }
    if let entry = lock[path] {
      return identity(entry.kind, entry.content, size: entry.size, count: entry.count)
    }
    if let tree = lock.tree(around: path), let names = path.components(below: tree.path) {
      guard let entry = try workspace.store.entry(at: names, in: tree.content) else { return nil }
      let kind: LockEntry.Kind =
        switch entry.mode {
        case .file: .file
        case .executable: .executable
        case .link: .link
        case .tree: .tree
        }
      return identity(kind, entry.content, size: entry.size, count: entry.count)
    }
    if let file = try repository.stagedFile(at: path.bytes), file.kind != .submodule {
      guard let content = try content(of: path) else { return nil }
      let kind: LockEntry.Kind =
        switch file.kind {
        case .link: .link
        case .executable: .executable
        case .file, .submodule: .file
        }
      return identity(kind, content, size: 0)
    }
    return try folder(path)
  }

  private func identity(
    _ kind: LockEntry.Kind, _ content: ContentID, size: Int64, count: Int64 = 1
  ) -> ContentCatalog.Identity {
    let recorded: ArtifactRecord.Kind =
      switch kind {
      case .file, .executable: .file
      case .link: .link
      case .tree: .tree
      }
    return ContentCatalog.Identity(
      kind: recorded, content: content, size: size, count: count, isExecutable: kind == .executable)
  }

  /// The tree of those files below a path that git keeps.
  private func folder(_ path: WorkPath) throws -> ContentCatalog.Identity? {
    if path.isRoot { return nil }
    let files = try repository.trackedPaths(below: path.bytes)
    if files.isEmpty { return nil }
    let assembly = TreeAssembly()
    for file in files {
      let file = WorkPath(normal: file)
      guard let names = file.components(below: path), let identity = try kept(file) else { continue }
      assembly.add(names, identity)
    }
    let tree = try assembly.tree()
    return identity(.tree, tree.id, size: tree.size, count: tree.count)
  }
}
