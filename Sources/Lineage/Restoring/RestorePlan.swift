internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What has to be written and removed so that paths of the work tree hold what they should, found before any of it is
/// done.
struct RestorePlan {
  /// One thing to do.
  enum Step {
    /// Put a file there, in place of the file or link that may stand there.
    case file(LockEntry, ByteSource)
    /// Put a symbolic link there, likewise.
    case link(LockEntry)
    /// Put a folder there with all that its tree names; nothing stands there.
    case tree(LockEntry)
    /// Give or take the permission to execute; the bytes are right.
    case mode(LockEntry)
    /// Remove a file or link.
    case remove(WorkPath)
    /// Remove a folder, if nothing is left in it.
    case removeFolder(WorkPath)

    /// The file or link that is written or removed; nil for folders and modes.
    var path: WorkPath? {
      switch self {
      case .file(let entry, _), .link(let entry): entry.path
      case .remove(let path): path
      case .tree, .mode, .removeFolder: nil
      }
    }
  }

  /// What to do, in this order.
  var steps: [Step] = []
  /// Files that would be lost, since their content is stored nowhere else.
  var unsaved: [WorkPath] = []
  /// The files and links that are replaced or removed, as they were when it was decided that they may be.
  var seen: [WorkPath: FileStatus] = [:]
}

/// Makes a plan, looking at the work tree file by file.
///
/// What the stat cache vouches for isn't read. What `.mltignore` names in a folder is left where it is.
struct RestorePlanner {
  let workspace: Workspace
  let store: ObjectStore
  let catalog: ContentCatalog
  private(set) var plan = RestorePlan()
  /// Whether what a tree doesn't name stays: for trees of which only a part is known.
  var keepsOthers = false
  /// Contents that are to be nowhere: folders are restored without the files that have them.
  var purged: Set<ContentID> = []
  /// The files in folders that were left out for that.
  private(set) var skipped: [WorkPath] = []

  init(_ workspace: Workspace, _ catalog: ContentCatalog) throws {
    self.workspace = workspace
    self.catalog = catalog
    store = try workspace.store
  }

  private var root: FilePath { workspace.root }

  /// Plans to make a path hold what an entry says.
  ///
  /// - Parameter source: where the bytes of a file come from.
  /// - Throws: ``WorkspaceError/absentContent(_:path:)`` if bytes that have to be written aren't to be had.
  mutating func restore(_ entry: LockEntry, from source: ByteSource) throws {
    var pending = [(entry: entry, source: source)]
    while let (entry, source) = pending.popLast() {
      let path = entry.path
      if entry.kind != .tree, purged.contains(entry.content) {
        skipped.append(path)
        continue
      }
      guard let status = try FileStatus(at: path.filePath(in: root)) else {
        try write(entry, source)
        continue
      }
      switch (entry.kind, status.kind) {
      case (.tree, .directory):
        for child in try visit(entry) { pending.append((child, .store)) }
      case (.link, .symbolicLink):
        // As it is: a path would lose slashes at its end.
        let target = try FileOperations.linkTargetBytes(path.filePath(in: root))
        if ContentHasher.contentID(of: target) == entry.content { continue }
        try replace(entry, source, status)
      case (.file, .regular), (.executable, .regular):
        if status.size == entry.size, try catalog.identity(of: path, status: status)?.content == entry.content {
          if status.isExecutable != (entry.kind == .executable) { plan.steps.append(.mode(entry)) }
          continue
        }
        try replace(entry, source, status)
      default: try replace(entry, source, status)
      }
    }
  }

  /// Compares a folder with a tree: plans to remove what the tree doesn't have, and returns what to look at next.
  private mutating func visit(_ folder: LockEntry) throws -> [LockEntry] {
    let tree = try listing(folder)
    let names = keepsOthers ? [] : try FileOperations.nameBytes(in: folder.path.filePath(in: root))
    for name in names where tree[name] == nil {
      let path = folder.path.appending(name)
      guard let status = try FileStatus(at: path.filePath(in: root)) else { continue }
      try remove(path, status, keepingIgnored: true)
    }
    return try tree.entries.reversed().map { try child($0, of: folder.path) }
  }

  private func child(_ entry: TreeEntry, of folder: WorkPath) throws -> LockEntry {
    let path = folder.appending(entry.name)
    // Of these nothing is ever written, whoever made the tree; a listing has no other illegal names.
    guard !TreeEntry.isReserved(entry.name) else {
      throw StorageError.unsafeEntry(path.bytes, .reservedName)
    }
    return LockEntry(entry, at: path)
  }

  private func listing(_ folder: LockEntry) throws -> Tree {
    guard try store.containsTree(folder.content) else {
      throw WorkspaceError.absentContent(folder.content, path: folder.path.text)
    }
    return try store.tree(folder.content)
  }

  private mutating func replace(_ entry: LockEntry, _ source: ByteSource, _ status: FileStatus) throws {
    if status.kind == .directory || entry.kind == .tree {
      try remove(entry.path, status, keepingIgnored: false)
    } else {
      if try !catalog.isSaved(entry.path, status, in: store) { plan.unsaved.append(entry.path) }
      plan.seen[entry.path] = status
    }
    try write(entry, source)
  }

  private mutating func write(_ entry: LockEntry, _ source: ByteSource) throws {
    switch entry.kind {
    case .tree where try holdsPurged(entry):
      // File by file, since not all of it is to be had.
      var pending = [entry]
      while let next = pending.popLast() {
        if next.kind == .tree {
          pending += try listing(next).entries.reversed().map { try child($0, of: next.path) }
        } else if purged.contains(next.content) {
          skipped.append(next.path)
        } else {
          try write(next, .store)
        }
      }
    case .tree:
      try checkAvailable(entry)
      plan.steps.append(.tree(entry))
    case .link:
      try checkAvailable(entry)
      plan.steps.append(.link(entry))
    default:
      if case .store = source { try checkAvailable(entry) }
      plan.steps.append(.file(entry, source))
    }
  }

  private func holdsPurged(_ folder: LockEntry) throws -> Bool {
    if purged.isEmpty { return false }
    var pending = [folder]
    while let next = pending.popLast() {
      for entry in try listing(next).entries {
        if entry.mode != .tree, purged.contains(entry.content) { return true }
        if entry.mode == .tree { pending.append(try child(entry, of: next.path)) }
      }
    }
    return false
  }

  /// Refuses what the store hasn't got whole.
  private func checkAvailable(_ entry: LockEntry) throws {
    var pending = [entry]
    while let next = pending.popLast() {
      if next.kind == .tree {
        pending += try listing(next).entries.map { try child($0, of: next.path) }
      } else if try !store.containsFile(next.content) {
        throw WorkspaceError.absentContent(next.content, path: next.path.text)
      }
    }
  }

  /// Plans to remove what stands at a path, children before their folder.
  mutating func remove(_ path: WorkPath, _ status: FileStatus, keepingIgnored: Bool) throws {
    var pending = [(path: path, status: status, isEmptied: false)]
    while let (path, status, isEmptied) = pending.popLast() {
      let isFolder = status.kind == .directory
      if isEmptied {
        plan.steps.append(.removeFolder(path))
      } else if keepingIgnored, catalog.rules.isLeftOut(path, isFolder: isFolder) {
        continue
      } else if isFolder {
        pending.append((path, status, true))
        for name in try FileOperations.nameBytes(in: path.filePath(in: root)) {
          let child = path.appending(name)
          guard let status = try FileStatus(at: child.filePath(in: root)) else { continue }
          pending.append((child, status, false))
        }
      } else {
        if try !catalog.isSaved(path, status, in: store) { plan.unsaved.append(path) }
        plan.seen[path] = status
        plan.steps.append(.remove(path))
      }
    }
  }

  /// Adds what another plan has.
  mutating func append(_ other: RestorePlan) {
    plan.steps += other.steps
    plan.unsaved += other.unsaved
    plan.seen.merge(other.seen) { $1 }
  }
}

extension ContentCatalog {
  /// Whether nothing would be lost if the file or link at a path went away.
  func isSaved(_ path: WorkPath, _ status: FileStatus, in store: ObjectStore) throws -> Bool {
    guard status.kind != .special, let identity = try identity(of: path, status: status) else { return false }
    return try store.containsFile(identity.content)
  }
}
