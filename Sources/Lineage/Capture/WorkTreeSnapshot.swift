internal import FileTracing
internal import MLTBase
internal import SystemPackage

/// What stood in the work tree at one moment, for finding changes without having seen them happen.
struct WorkTreeSnapshot {
  private let statuses: [WorkPath: FileStatus]

  private static let skippedFolders: Set<[UInt8]> = Set(
    [".git", ".mlt", "node_modules", "__pycache__", "site-packages"].map { Array($0.utf8) })

  /// Looks at every file of the work tree, leaving out what is never an output.
  init(root: FilePath, filter: IgnoreFilter) {
    var statuses: [WorkPath: FileStatus] = [:]
    var pending: [WorkPath] = [WorkPath(normal: [0x2E])]
    while let folder = pending.popLast() {
      let place = folder.filePath(in: root)
      // A folder that vanishes or can't be read meanwhile has nothing to show.
      guard let names = try? FileOperations.names(in: place) else { continue }
      if names.contains(where: { $0.string == "pyvenv.cfg" || $0.string == "conda-meta" }), !folder.isRoot { continue }
      for name in names {
        let path = folder.appending(name.bytes)
        guard let status = (try? FileStatus(at: place.appending(name))) ?? nil else { continue }
        if status.kind == .directory {
          if !Self.skippedFolders.contains(path.name), !filter.isIgnored(path, isFolder: true) { pending.append(path) }
        } else if status.kind != .special {
          statuses[path] = status
        }
      }
    }
    self.statuses = statuses
  }

  /// Returns a ledger of what differs from an earlier snapshot: new and changed files written, others removed.
  func ledger(since earlier: WorkTreeSnapshot, root: FilePath, like empty: AccessLedger) -> AccessLedger {
    var ledger = empty
    func event(_ kind: AccessEvent.Kind) -> AccessEvent { AccessEvent(kind, process: 0, time: 0) }
    for (path, status) in statuses where earlier.statuses[path] != status {
      let bytes = path.filePath(in: root).bytes
      // A link is recorded as itself, not as the file it leads to.
      ledger.fold(event(status.kind == .symbolicLink ? .symlinked(bytes, target: []) : .write(bytes, [])))
    }
    for path in earlier.statuses.keys where statuses[path] == nil {
      ledger.fold(event(.removed(path.filePath(in: root).bytes)))
    }
    return ledger
  }
}
