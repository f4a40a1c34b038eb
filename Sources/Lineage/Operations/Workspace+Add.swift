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
  /// - Throws: ``WorkspaceError/missingFile(_:)``, ``WorkspaceError/outsideWorkTree(_:)``,
  ///   ``WorkspaceError/reservedPath(_:)``, ``WorkspaceError/trackedByGit(_:)``; failures of store and journal. On a
  ///   failure nothing is tracked anew.
  public func add(_ arguments: [String]) throws -> AddReport {
    let lock = try readLock()
    let catalog = try makeCatalog()
    let paths = Set(arguments.map { self.path(of: $0) }).sorted()
    let items = try storing { writer in
      try paths.map { try item($0, lock, catalog, writer) }
    } thenRecord: { items in
      let changed = items.filter { $0.before?.content != $0.artifact.content }
      if !changed.isEmpty { try record(changed.map { ArtifactAdded($0.artifact) }, durable: true) }
      try changeLock { lock in
        for entry in items.compactMap({ LockEntry($0.artifact) }) {
          if let tree = lock.tree(around: entry.path) { try refresh(tree, in: &lock, catalog) } else { lock.set(entry) }
        }
      }
      return items
    }
    try ignoreInGit(paths)
    try catalog.remember()
    return AddReport(items: items)
  }

  /// Stores what stands at a path.
  private func item(
    _ path: WorkPath, _ lock: LockFile, _ catalog: ContentCatalog, _ writer: ObjectWriter
  ) throws -> AddReport.Item {
    try checkAddable(path)
    guard let identity = try catalog.store(path, with: writer) else { throw WorkspaceError.missingFile(path.text) }
    for skipped in identity.skipped { notices.append(.skipped(skipped, in: path)) }
    var artifact = identity.record(at: path, evidence: .declared)
    artifact.isStored = true
    if identity.wasUnstable { artifact.problem = "changed while it was stored" }
    return AddReport.Item(artifact: artifact, before: lock[path])
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
    if isByGit { throw WorkspaceError.trackedByGit(typed(path)) }
  }
}
