public import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What `mlt checkout` is asked to do.
public struct CheckoutRequest: Sendable {
  /// The paths to restore, each from the lock file or, as `PATH@RUN`, from a run; none for all that is tracked.
  public var pointers: [String]
  /// The run to restore from; nil for the lock file.
  public var run: String?
  /// Whether content that isn't stored may be overwritten.
  public var isForced: Bool

  /// Takes the request.
  public init(pointers: [String], run: String? = nil, isForced: Bool = false) {
    self.pointers = pointers
    self.run = run
    self.isForced = isForced
  }
}

/// What `mlt checkout` did.
public struct CheckoutReport: Sendable {
  /// The paths that were written, sorted.
  public var restored: [ArtifactRecord]
  /// How many paths had the right content already.
  public var unchanged: Int
}

extension Workspace {
  /// Puts tracked paths back as the lock file or a run has them.
  ///
  /// Everything is looked at before anything is written: a path that would lose content which the store hasn't got
  /// stops the whole operation, unless forced.
  ///
  /// - Throws: ``WorkspaceError/untracked(_:similar:)``, ``WorkspaceError/unsavedContent(_:)``,
  ///   ``WorkspaceError/absentContent(_:path:)``, and what pointers and store throw.
  public func checkout(_ request: CheckoutRequest) throws -> CheckoutReport {
    let wanted = try wanted(by: request)
    let catalog = ContentCatalog(root: root, index: try index, rules: IgnoreFilter(try rules))
    var report = CheckoutReport(restored: [], unchanged: 0)
    var pending: [(path: WorkPath, artifact: ArtifactRecord, content: ContentID)] = []
    for artifact in wanted {
      guard let path = WorkPath(text: artifact.path), let content = artifact.content else {
        throw WorkspaceError.unsuitablePointer(artifact.path, wanted: .file)
      }
      guard LockFile.isTrackable(path) else { throw WorkspaceError.outsideWorkTree(path.text) }
      try checkFolders(above: path)
      let present = try catalog.identity(of: path)
      if let present, present.content == content, present.kind == artifact.kind,
        present.isExecutable == artifact.isExecutable
      {
        report.unchanged += 1
        continue
      }
      if !request.isForced, try !isSaved(path, catalog) { throw WorkspaceError.unsavedContent([path.text]) }
      pending.append((path, artifact, content))
    }
    let contents = try pending.map { try bytesAreAvailable($0.content, $0.artifact) }
    for (item, source) in zip(pending, contents) {
      try restore(item.artifact, item.content, from: source, to: item.path)
      report.restored.append(item.artifact)
    }
    let lock = try readLock()
    try ignoreInGit(wanted.compactMap { WorkPath(text: $0.path) }.filter { lock[$0] != nil })
    try catalog.remember()
    return report
  }

  private func wanted(by request: CheckoutRequest) throws -> [ArtifactRecord] {
    let lock = try readLock()
    if let pointer = request.run {
      let run = try run(of: pointer)
      if request.pointers.isEmpty {
        return try index.files(of: run, role: .output).filter { output in
          WorkPath(text: output.path).map { LockFile.isTrackable($0) } ?? false && output.content != nil
        }
      }
      return try request.pointers.map { try artifact(of: "\($0)@\(run.hex)").artifact }
    }
    if request.pointers.isEmpty { return lock.entries.map(Self.record(of:)) }
    var wanted: [String: ArtifactRecord] = [:]
    for pointer in request.pointers {
      let path = path(of: pointer)
      if let locked = try lockedArtifact(path) {
        wanted[locked.path] = locked
      } else if case let below = lock.entries(below: path), !below.isEmpty || path.isRoot {
        for entry in below { wanted[entry.path.text] = Self.record(of: entry) }
      } else if Self.split(pointer) != nil {
        let artifact = try artifact(of: pointer).artifact
        wanted[artifact.path] = artifact
      } else {
        let similar = Similarity.nearest(to: path.text, among: lock.entries.map(\.path.text), limit: 3)
        throw WorkspaceError.untracked(pointer, similar: similar)
      }
    }
    return wanted.values.sorted { $0.path < $1.path }
  }

  /// Refuses a path that leads over a symbolic link, and with it perhaps out of the work tree.
  private func checkFolders(above path: WorkPath) throws {
    var folder = path.parent
    while let next = folder, !next.isRoot {
      if let status = try FileStatus(at: next.filePath(in: root)), status.kind != .directory {
        throw WorkspaceError.notAFolder(next.text)
      }
      folder = next.parent
    }
  }

  /// Whether nothing would be lost if what stands at a path went away.
  private func isSaved(_ path: WorkPath, _ catalog: ContentCatalog) throws -> Bool {
    var pending = [path]
    while let next = pending.popLast() {
      let file = next.filePath(in: root)
      guard let status = try FileStatus(at: file) else { continue }
      switch status.kind {
      case .special: return false
      case .directory: pending += try FileOperations.names(in: file).map { next.appending($0.bytes) }
      case .regular, .symbolicLink:
        guard let identity = try catalog.identity(of: next), try store.containsFile(identity.content) else {
          return false
        }
      }
    }
    return true
  }

  private func restore(
    _ artifact: ArtifactRecord, _ content: ContentID, from source: ByteSource, to path: WorkPath
  ) throws {
    let file = path.filePath(in: root)
    if let parent = path.parent { try FileOperations.createFolder(parent.filePath(in: root)) }
    let standing = try FileStatus(at: file)
    if artifact.kind == .tree {
      if let standing, standing.kind != .directory { try FileOperations.remove(file) }
      return try store.restoreTree(content, to: file, removingOthers: true, allowingLinksOut: true)
    }
    if standing?.kind == .directory { try FileOperations.removeTree(file) }
    switch (artifact.kind, source) {
    case (.link, .store): try store.restoreLink(content, to: file)
    case (_, .store): try store.restoreFile(content, to: file, executable: artifact.isExecutable)
    case (_, .git(let bytes)):
      try FileOperations.replace(
        file, with: bytes, permissions: FilePermissions(rawValue: artifact.isExecutable ? 0o755 : 0o644))
    case (_, .workTree): break
    }
  }
}
