internal import Journaling
internal import MLTBase
internal import ObjectStorage

/// Compares what a run read or wrote with what is there now.
struct FileComparison {
  /// How something differs.
  enum Difference: Hashable {
    /// It has other content, or is of another kind.
    case changed(WorkPath)
    /// It isn't there.
    case gone(WorkPath)
    /// What the run found isn't known.
    case unknown(String)
    /// The listing of a folder isn't in the store, so that its files can't be compared.
    case unlisted(WorkPath)
  }

  let view: any FileView
  let store: ObjectStore

  /// Says that these will be compared.
  func prefetch(_ records: [ArtifactRecord]) throws {
    try view.prefetch(records.lazy.filter { $0.kind == .file }.compactMap { WorkPath(text: $0.path) })
  }

  /// Returns how what a run had at a path differs from what is there; nil if it doesn't.
  ///
  /// - Parameter isPart: whether of a folder only those files count that the run had; nil leaves it to how it is known.
  func difference(of record: ArtifactRecord, isPart: Bool? = nil) throws -> Difference? {
    guard record.kind != .uri, let content = record.content, let path = WorkPath(text: record.path) else {
      return .unknown(record.path)
    }
    if record.kind == .tree, isPart ?? (record.evidence != .declared) { return try treeDifference(content, path) }
    let mode: TreeEntry.Mode =
      switch record.kind {
      case .link: .link
      case .tree: .tree
      default: record.isExecutable ? .executable : .file
      }
    return try difference(at: path, content, mode)
  }

  /// Compares those files of a folder that the run had.
  private func treeDifference(_ tree: ContentID, _ folder: WorkPath) throws -> Difference? {
    guard try store.containsTree(tree) else {
      // All of the folder may be what it had.
      return try present(folder)?.content == tree ? nil : .unlisted(folder)
    }
    try view.prefetch(below: folder)
    var found: Difference?
    struct Enough: Error {}
    do {
      try TreeFiles.entries(of: tree, at: folder, store) { path, entry in
        found = try difference(at: path, entry.content, entry.mode)
        if found != nil { throw Enough() }
      }
    } catch is Enough {
    }
    return found
  }

  private func difference(at path: WorkPath, _ content: ContentID, _ mode: TreeEntry.Mode) throws -> Difference? {
    guard let now = try present(path) else { return view.exists(path) ? .changed(path) : .gone(path) }
    let isSame =
      switch mode {
      case .link: now.kind == .link
      case .tree: now.kind == .tree
      case .file: now.kind == .file
      // Without the permission it may not be read in the same way; with it, a file is read as before.
      case .executable: now.kind == .file && now.isExecutable
      }
    return isSame && now.content == content && !now.wasUnstable ? nil : .changed(path)
  }

  private func present(_ path: WorkPath) throws -> ContentCatalog.Identity? {
    do {
      return try view.identity(of: path)
    } catch StorageError.unreadable, StorageError.notAFile {
      return nil
    }
  }
}
