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
    let catalog = try makeCatalog()
    let paths = try paths(toAdd: arguments, lock)
    let items = try storing { writer in
      try paths.map { try item($0, lock, catalog, writer) }
    } thenRecord: { items in
      let changed = items.filter { $0.before?.content != $0.artifact.content }
      if !changed.isEmpty { try record(changed.map { ArtifactAdded($0.artifact) }, durable: true) }
      try changeLock { lock in
        for entry in items.compactMap({ LockEntry($0.artifact) }) {
          lock.removeFiles(above: entry.path)
          if let tree = lock.tree(around: entry.path) { try refresh(tree, in: &lock, catalog) } else { lock.set(entry) }
        }
      }
      return items
    }
    try ignoreInGit(paths)
    try catalog.remember()
    return AddReport(items: items)
  }

  /// How many bytes the files at and below some paths have together, as far as that can be told; what is left out when
  /// they are added may count.
  public func size(of arguments: [String]) -> Int64 {
    var pending = arguments.map { path(of: $0).filePath(in: root) }
    var size: Int64 = 0
    while let next = pending.popLast() {
      guard let status = try? FileStatus(at: next) else { continue }
      if status.kind == .regular { size += status.size }
      if status.kind == .directory {
        pending += ((try? FileOperations.names(in: next)) ?? []).map { next.appending($0) }
      }
    }
    return size
  }

  /// Stores what stands at a path.
  private func item(
    _ path: WorkPath, _ lock: LockFile, _ catalog: ContentCatalog, _ writer: ObjectWriter
  ) throws -> AddReport.Item {
    try checkAddable(path)
    guard let identity = try catalog.store(path, with: writer) else { throw WorkspaceError.missingFile(path.text) }
    for skipped in identity.skipped { notices.append(.skipped(skipped, in: path)) }
    for name in identity.unstable { notices.append(.unstable(path: path.appending(name).text)) }
    if identity.wasUnstable, identity.kind != .tree { notices.append(.unstable(path: path.text)) }
    var artifact = identity.record(at: path, evidence: .declared)
    artifact.isStored = true
    if identity.wasUnstable { artifact.problem = "changed while it was stored" }
    return AddReport.Item(artifact: artifact, before: lock[path])
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
      let search = PatternSearch(root: root, rules: try filter, repository: repository, lock: lock)
      let found = try search.paths(matching: path)
      if found.isEmpty { throw WorkspaceError.noMatch(argument) }
      paths.formUnion(found)
    }
    return paths.sorted()
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
