internal import GitAccess
public import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What `mlt add` did.
public struct AddReport: Sendable {
  /// One path that is tracked now.
  public struct Item: Sendable {
    /// The artifact.
    public var artifact: ArtifactRecord
    /// What the lock file said of the path before, if it did.
    public var before: LockEntry?
  }

  /// The paths, sorted.
  public var items: [Item]
}

extension Workspace {
  /// Stores files and folders and tracks them in the lock file.
  ///
  /// An argument with wildcards that names nothing as it stands is a pattern (``PatternSearch``), whose matches are added.
  /// What can't be stored and what changed meanwhile is noted in ``notices``.
  ///
  /// - Throws: ``WorkspaceError/missingFile(_:)``, ``WorkspaceError/outsideWorkTree(_:)``,
  ///   ``WorkspaceError/reservedPath(_:)``, ``WorkspaceError/trackedByGit(_:)``,
  ///   ``WorkspaceError/noMatch(_:)``; failures of store and journal. On a
  ///   failure nothing is tracked anew.
  public func add(_ arguments: [String]) throws -> AddReport {
    let lock = try readLock()
    let catalog = ContentCatalog(root: root, index: try index, rules: IgnoreFilter(try rules))
    let writer = try store.begin()
    var items: [AddReport.Item] = []
    do {
      for path in try paths(toAdd: arguments, lock) {
        try checkAddable(path)
        guard let identity = try catalog.store(path, with: writer) else {
          throw WorkspaceError.missingFile(path.text)
        }
        for skipped in identity.skipped { notices.append(.skipped(skipped, in: path)) }
        var artifact = identity.record(at: path, evidence: .declared)
        artifact.isStored = true
        for name in identity.unstable {
          notices.append(.unstable(path: WorkPath(normal: path.bytes + [UInt8(ascii: "/")] + name).text))
        }
        if identity.wasUnstable, identity.kind != .tree { notices.append(.unstable(path: path.text)) }
        if identity.wasUnstable { artifact.problem = "changed while it was stored" }
        items.append(AddReport.Item(artifact: artifact, before: lock[path]))
      }
      try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
    let changed = items.filter { $0.before?.content != $0.artifact.content }
    if !changed.isEmpty { try record(changed.map { ArtifactAdded($0.artifact) }, durable: true) }
    let entries = items.compactMap { LockEntry($0.artifact) }
    try changeLock { lock in
      for entry in entries {
        lock.removeFiles(above: entry.path)
        if let tree = lock.tree(around: entry.path) { try refresh(tree, in: &lock, catalog) } else { lock.set(entry) }
      }
    }
    try ignoreInGit(entries.map(\.path))
    try catalog.remember()
    return AddReport(items: items)
  }

  /// What the arguments name, sorted, each once.
  private func paths(toAdd arguments: [String], _ lock: LockFile) throws -> [WorkPath] {
    var paths: Set<WorkPath> = []
    for argument in arguments {
      let path = path(of: argument)
      guard PatternSearch.isPattern(argument), try FileStatus(at: path.filePath(in: root)) == nil else {
        paths.insert(path)
        continue
      }
      let search = PatternSearch(root: root, rules: IgnoreFilter(try rules), repository: repository, lock: lock)
      let found = try search.paths(matching: path)
      if found.isEmpty { throw WorkspaceError.noMatch(argument) }
      paths.formUnion(found)
    }
    return paths.sorted()
  }

  /// Brings the entry of a tracked tree up to date with what stands in the folder.
  private func refresh(_ tree: LockEntry, in lock: inout LockFile, _ catalog: ContentCatalog) throws {
    let writer = try store.begin()
    do {
      if let identity = try catalog.store(tree.path, with: writer), identity.kind == .tree {
        lock.set(identity.lockEntry(at: tree.path))
      }
      try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  private func checkAddable(_ path: WorkPath) throws {
    guard !path.isOutside else { throw WorkspaceError.outsideWorkTree(path.text) }
    guard LockFile.isTrackable(path) else { throw WorkspaceError.reservedPath(path.text) }
    guard let status = try FileStatus(at: path.filePath(in: root)), status.kind != .special else {
      throw WorkspaceError.missingFile(path.text)
    }
    guard let repository else { return }
    let isByGit =
      try status.kind == .directory ? repository.hasTracked(below: path.bytes) : repository.isTracked(path.bytes)
    if isByGit { throw WorkspaceError.trackedByGit(path.text) }
  }
}
