internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Makes a folder hold what a tree says.
struct TreeRestoration {
  let store: ObjectStore
  let removingOthers: Bool
  let monitor: WorkMonitor<RestoreProgress>

  private struct Step {
    var tree: ContentID
    var path: FilePath
    var isRoot = false
    /// Whether it lies in a folder that has its name only at the end.
    var isUnseen = false
  }

  /// Writes what differs.
  func run(_ id: ContentID, to folder: FilePath) throws(StorageError) {
    let newFolders = NewFolders()
    let standing: [Step]
    do throws(StorageError) {
      standing = try write(id, to: folder, newFolders)
    } catch {
      // What they hold is whole. The failure that matters is already being reported.
      do { try newFolders.put() } catch {}
      throw error
    }
    try newFolders.put()
    // Only now, when nothing more of what was asked for can fail.
    for step in standing { try removeOthers(than: store.tree(step.tree), in: step.path) }
  }

  // Writes all there is to write; the folders that were there before, if others are to be removed from them.
  private func write(
    _ id: ContentID, to folder: FilePath, _ newFolders: NewFolders
  ) throws(StorageError) -> [Step] {
    let pool = WorkerPool()
    let work = OrderedWork(pool)
    // No thread may write any more when this ends.
    defer { work.end(takingResults: false) }
    let large = FileRestoration(store, pool, monitor)
    var steps = [Step(tree: id, path: folder, isRoot: true)]
    var batch = RestorationBatch()
    var standing: [Step] = []
    while let step = steps.popLast() {
      let tree = try store.tree(step.tree)
      let (place, isUnseen) = try makeFolder(step, newFolders)
      if !isUnseen, removingOthers { standing.append(step) }
      let prefix = place.bytes + [0x2F]
      for entry in tree.entries {
        try monitor.check()
        guard let path = FilePath(bytes: prefix + entry.name) else { continue }
        switch entry.mode {
        case .tree:
          steps.append(Step(tree: entry.content, path: path, isUnseen: isUnseen))
        case .link:
          try restoreLink(entry, to: path)
          monitor.progress.filesDone += 1
        case .file, .executable:
          if entry.size > FileRestoration.wholeLimit {
            let isThere = try isUnseen ? false : isRight(entry, at: path, IdentifyingSink())
            if !isThere {
              try large.run(
                entry.content, to: path, isExecutable: entry.mode == .executable, removingFolder: removingOthers,
                replacing: .anything)
            }
            monitor.progress.filesDone += 1
          } else {
            batch.append(entry, path, isUnseen: isUnseen)
            if batch.isFull { try start(&batch, work) }
          }
        }
      }
      if batch.isLarge { try start(&batch, work) }
    }
    try start(&batch, work)
    try work.drain()
    return standing
  }

  // Has a batch of small files written by another thread.
  private func start(_ batch: inout RestorationBatch, _ work: OrderedWork) throws(StorageError) {
    let full = batch
    batch = RestorationBatch()
    let job = WorkerPool.Job { [self] _ in run(full) }
    try work.add(job, weight: full.weight) { () throws(StorageError) in
      monitor.progress.filesDone += Int64(full.files.count)
      monitor.progress.filesWritten += full.filesWritten
      monitor.progress.bytesWritten += full.bytesWritten
      if let failure = full.failure { throw failure }
      try monitor.check()
    }
  }

  private func run(_ batch: RestorationBatch) {
    let identity = IdentifyingSink()
    do throws(StorageError) {
      try store.withReader { (reader) throws(StorageError) in
        for file in batch.files {
          if let isCancelled = monitor.isCancelled, isCancelled() { throw .cancelled }
          if !file.isUnseen, try isRight(file.entry, at: file.path, identity) { continue }
          let status = try FileRestoration.run(
            file.entry.content, to: file.path, isExecutable: file.entry.mode == .executable, isUnseen: file.isUnseen,
            removingFolder: removingOthers, reader)
          monitor.seen?(file.entry.content, status)
          batch.filesWritten += 1
          batch.bytesWritten += file.entry.size
        }
      }
    } catch {
      batch.failure = error
    }
  }

  // Makes a step's folder if it isn't there; where to write what is in it, and whether nobody else knows of that.
  private func makeFolder(
    _ step: Step, _ newFolders: NewFolders
  ) throws(StorageError) -> (path: FilePath, isUnseen: Bool) {
    let path = step.path
    if step.isUnseen {
      try stored { () throws(SystemCallError) in try FileOperations.createFolder(path) }
      return (path, true)
    }
    // A link at the root may be the user's way to keep data elsewhere; below it, links belong to the tree.
    let status = try stored { () throws(SystemCallError) in
      try FileStatus(at: path, followingLinks: step.isRoot)
    }
    if status?.kind == .directory { return (path, false) }
    return (try newFolders.make(path), true)
  }

  // Whether a file is there as it should be, its execute bit set right if that was all.
  private func isRight(
    _ entry: TreeEntry, at path: FilePath, _ identity: IdentifyingSink
  ) throws(StorageError) -> Bool {
    let status = try stored { () throws(SystemCallError) in try FileStatus(at: path) }
    let isExecutable = entry.mode == .executable
    if let status, status.kind == .regular, status.size == entry.size,
      // One that can't be read is replaced.
      let there = try? identity.take(fileAt: path, followingLinks: false), there.file.content == entry.content
    {
      if let status = there.status { monitor.seen?(entry.content, status) }
      if status.isExecutable != isExecutable { try setExecutable(isExecutable, path, status) }
      return true
    }
    return false
  }

  private func setExecutable(_ isExecutable: Bool, _ path: FilePath, _ status: FileStatus) throws(StorageError) {
    // Who may read it may execute it.
    let bits = isExecutable ? status.permissions | (status.permissions & 0o444) >> 2 : status.permissions & ~0o111
    guard path.withPlatformString({ chmod($0, mode_t(bits)) }) == 0 else {
      throw .system(SystemCallError("change permissions of", path, Errno(rawValue: errno)))
    }
  }

  private func restoreLink(_ entry: TreeEntry, to path: FilePath) throws(StorageError) {
    let target = try store.linkTarget(entry.content)
    let status = try stored { () throws(SystemCallError) in try FileStatus(at: path) }
    if status?.kind == .symbolicLink {
      let there = try stored { () throws(SystemCallError) in try FileOperations.linkTargetBytes(path) }
      if there == target { return }
    }
    try RestoredFile.link(path, to: target, removingFolder: removingOthers)
  }

  private func removeOthers(than tree: Tree, in folder: FilePath) throws(StorageError) {
    let names = try stored { () throws(SystemCallError) in try FileOperations.nameBytes(in: folder) }
    for name in names where tree[name] == nil && !TreeEntry.isReserved(name) {
      guard let path = FilePath(bytes: folder.bytes + [0x2F] + name) else { continue }
      try stored { () throws(SystemCallError) in
        try FileOperations.removeTree(path, sparing: TreeEntry.isReserved)
      }
    }
  }
}
