internal import Glibc
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Does what a plan says, file by file: each is written beside its place and renamed into it when it is whole.
///
/// What stands there by then must still be what the plan saw, or be stored too, unless content may be lost.
///
/// Bytes that stand elsewhere in the work tree are shared with that file where the file system can (`FICLONE`) and the
/// stat cache vouches for them. What was written is known to the stat cache afterwards.
struct Restoration {
  let workspace: Workspace
  let store: ObjectStore
  let catalog: ContentCatalog
  private let isForced: Bool
  /// From this size on it pays to look for a file to share bytes with.
  private static let sizeWorthSharing: Int64 = 1 << 20

  private let seen = SeenFiles()
  private var written: [WorkPath] = []
  private var donors: [ContentID: [WorkPath]]?
  private var tidied: Set<FilePath> = []

  /// - Parameter isForced: whether content that isn't stored may be overwritten and removed.
  init(_ workspace: Workspace, _ catalog: ContentCatalog, isForced: Bool = false) throws {
    self.workspace = workspace
    self.catalog = catalog
    self.isForced = isForced
    store = try workspace.store
  }

  private var root: FilePath { workspace.root }
  private var monitor: Monitor { workspace.monitor }

  /// Does all steps of a plan.
  ///
  /// - Throws: ``WorkspaceError/unsavedContent(_:)`` if a file came to be where one is to be written or removed, or has
  ///   changed, since the plan was made; what is done by then stays. Failures of the store and of writing.
  mutating func run(_ plan: RestorePlan) throws {
    // What could be written is worth remembering even if the rest fails.
    defer { catalog.learn(written, from: seen) }
    for step in plan.steps {
      if monitor.isCancelled?() == true { throw StorageError.cancelled }
      if let path = step.path, !isForced {
        try run(step, at: path, seen: plan.seen[path])
      } else {
        try run(step, replacing: .anything)
      }
    }
  }

  private mutating func run(_ step: RestorePlan.Step, at path: WorkPath, seen: FileStatus?) throws {
    var seen = seen
    while true {
      do {
        return try run(step, replacing: .only(seen))
      } catch StorageError.changedMeanwhile {
        seen = try FileStatus(at: path.filePath(in: root))
        // Another restoration may have been there.
        if let seen, try !catalog.isSaved(path, seen, in: store) { throw WorkspaceError.unsavedContent([path.text]) }
      }
    }
  }

  private mutating func run(_ step: RestorePlan.Step, replacing replaceable: Replaceable) throws {
    switch step {
    case .file(let entry, let source):
      let file = try place(for: entry)
      let isExecutable = entry.kind == .executable
      switch source {
      case .store:
        if try !share(entry, at: file, replacing: replaceable) {
          try store.restoreFile(
            entry.content, to: file, executable: isExecutable, replacing: replaceable, progress: monitor.restored,
            isCancelled: monitor.isCancelled, seen: seen.note)
        }
        written.append(entry.path)
        tidy(beside: file)
      case .git(let bytes):
        let permissions = FilePermissions(rawValue: isExecutable ? 0o755 : 0o644)
        try replaceable.check(file)
        try FileOperations.replace(file, with: bytes, permissions: permissions)
      case .workTree: return
      }
    case .link(let entry):
      let link = try place(for: entry)
      try store.restoreLink(entry.content, to: link, replacing: replaceable)
      tidy(beside: link)
    case .tree(let entry):
      try store.restoreTree(
        entry.content, to: place(for: entry), allowingLinksOut: true, progress: monitor.restored,
        isCancelled: monitor.isCancelled, seen: seen.note)
      try noteFiles(of: entry)
    case .mode(let entry):
      let file = entry.path.filePath(in: root)
      if let status = try FileStatus(at: file), try catalog.known(entry.path, status) == entry.content {
        seen.note(entry.content, status)
        written.append(entry.path)
      }
      try FileOperations.setExecutable(entry.kind == .executable, file)
    case .remove(let path):
      do {
        try replaceable.check(path.filePath(in: root))
        try FileOperations.remove(path.filePath(in: root))
      } catch let error as SystemCallError where error.errno == .noSuchFileOrDirectory {
        return  // it is what was wanted
      }
    case .removeFolder(let path): try FileOperations.removeEmptyFolder(path.filePath(in: root))
    }
  }

  private func place(for entry: LockEntry) throws -> FilePath {
    if let parent = entry.path.parent { try FileOperations.createFolder(parent.filePath(in: root)) }
    return entry.path.filePath(in: root)
  }

  /// Removes what killed processes left in a folder where something has been put, once for each folder.
  private mutating func tidy(beside file: FilePath) {
    let folder = file.removingLastComponent()
    // What was just put there has the time of the file system's own clock.
    guard tidied.insert(folder).inserted, let now = try? FileStatus(at: file)?.changed else { return }
    FileOperations.removeStaleTemporaries(in: folder, asOf: now)
  }

  private mutating func noteFiles(of entry: LockEntry) throws {
    var pending = [entry]
    while let next = pending.popLast() {
      if next.kind == .tree {
        pending += try store.tree(next.content).entries.map { LockEntry($0, at: next.path.appending($0.name)) }
      } else if next.kind != .link {
        written.append(next.path)
      }
    }
  }

  // MARK: Sharing bytes

  /// Makes the file share the bytes of another in the work tree; false if there is none or the file system can't.
  private mutating func share(
    _ entry: LockEntry, at file: FilePath, replacing replaceable: Replaceable
  ) throws -> Bool {
    guard entry.size >= Self.sizeWorthSharing else { return false }
    if donors == nil { donors = canShare() ? try catalog.pathsByContent() : [:] }
    for donor in donors?[entry.content] ?? [] where donor != entry.path {
      // Sharing only saves work: whatever stands in its way, the bytes are unpacked.
      if (try? clone(donor, entry, to: file, replacing: replaceable)) == true { return true }
    }
    return false
  }

  private func clone(
    _ donor: WorkPath, _ entry: LockEntry, to file: FilePath, replacing replaceable: Replaceable
  ) throws -> Bool {
    let path = donor.filePath(in: root)
    let source = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
    return try source.closeAfter {
      let status = try FileStatus(of: source, path: path)
      guard try catalog.known(donor, status) == entry.content else { return false }
      let name = FileOperations.temporaryPrefix + Hex.encode(FileOperations.randomBytes(8))
      let temporary = file.removingLastComponent().appending(name)
      let permissions = FilePermissions(rawValue: entry.kind == .executable ? 0o777 : 0o666)
      let target = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: permissions)
      do {
        let isShared = try target.closeAfter {
          // Whoever wrote to it meanwhile has changed its times, too.
          let isDone = try FileOperations.clone(source, into: target) && FileStatus(of: source, path: path) == status
          if isDone { seen.note(entry.content, try FileStatus(of: target, path: temporary)) }
          return isDone
        }
        guard isShared else {
          try FileOperations.remove(temporary)
          return false
        }
        try replaceable.check(file)
        try FileOperations.rename(temporary, to: file)
      } catch {
        try? FileOperations.remove(temporary)  // the bytes are unpacked instead
        throw error
      }
      return true
    }
  }

  /// Whether the file system of the work tree shares bytes between files at all, found out with two empty files.
  private func canShare() -> Bool {
    let names = (0..<2).map { _ in
      root.appending(FileOperations.temporaryPrefix + Hex.encode(FileOperations.randomBytes(8)))
    }
    defer { for name in names { try? FileOperations.remove(name) } }  // nothing is in them
    do {
      try FileOperations.replace(names[0], with: Array("mlt\n".utf8), sync: false)
      let source = try FileDescriptor.open(names[0], .readOnly, options: [.closeOnExec])
      return try source.closeAfter {
        let target = try FileDescriptor.open(
          names[1], .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
        return try target.closeAfter { FileOperations.clone(source, into: target) }
      }
    } catch {
      return false
    }
  }
}

extension ContentCatalog {
  /// Where in the work tree contents were last found, by content; the paths sorted.
  func pathsByContent() throws -> [ContentID: [WorkPath]] {
    var paths: [ContentID: [WorkPath]] = [:]
    try index.cachedContents(below: ".").forEach { text, cached in
      if let path = WorkPath(text: text), !path.isOutside { paths[cached.content, default: []].append(path) }
    }
    return paths.mapValues { $0.sorted() }
  }
}
