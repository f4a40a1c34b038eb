internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Which content is the latest at a path: what stands there, else what the lock file says, else what a run wrote last.
final class PresentContents {
  /// What was found at a path.
  enum Present: Equatable {
    /// This content.
    case content(ContentID)
    /// Another one than was asked about; which one would take long to find out.
    case other
    /// Nobody knows.
    case unknown
  }

  private let index: LineageIndex
  private let catalog: ContentCatalog
  private let lock: LockFile
  private let store: ObjectStore
  private var known: [String: Present] = [:]

  /// Files up to this size are read if need be; of larger ones only what the stat cache knows, or their size, counts.
  private static let readLimit: Int64 = 16 << 20

  init(index: LineageIndex, catalog: ContentCatalog, lock: LockFile, store: ObjectStore) {
    self.index = index
    self.catalog = catalog
    self.lock = lock
    self.store = store
  }

  /// Whether a path has another content by now than the record says; false if nobody knows.
  func differs(from record: ArtifactRecord) throws -> Bool {
    guard let content = record.content, record.kind != .uri else { return false }
    switch try present(record) {
    case .content(let present): return present != content
    case .other: return true
    case .unknown: return false
    }
  }

  /// Whether a path has just the content that the record says.
  func holds(_ record: ArtifactRecord) throws -> Bool {
    guard let content = record.content else { return true }
    return try present(record) == .content(content)
  }

  private func present(_ record: ArtifactRecord) throws -> Present {
    if let known = known[record.path] { return known }
    let (present, isLasting) = try find(record)
    if isLasting { known[record.path] = present }
    return present
  }

  private func find(_ record: ArtifactRecord) throws -> (Present, isLasting: Bool) {
    guard let path = WorkPath(text: record.path) else { return (.unknown, true) }
    // Folders aren't walked for this: what is recorded of them has to do.
    if record.kind != .tree, let status = try? FileStatus(at: path.filePath(in: catalog.root)) {
      switch status.kind {
      case .regular:
        if let content = try catalog.known(path, status) { return (.content(content), true) }
        if status.size <= Self.readLimit {
          let identity = try? catalog.identity(of: path, status: status)
          return (identity.map { .content($0.content) } ?? .unknown, true)
        }
        return (status.size == record.size ? .unknown : .other, false)
      case .symbolicLink:
        let identity = try? catalog.identity(of: path, status: status)
        return (identity.map { .content($0.content) } ?? .unknown, true)
      case .directory, .special: return (.unknown, true)
      }
    }
    if let entry = lock[path] { return (.content(entry.content), true) }
    if let tree = lock.tree(around: path), let names = path.components(below: tree.path),
      try store.containsTree(tree.content), let entry = try store.entry(at: names, in: tree.content)
    {
      return (.content(entry.content), true)
    }
    guard let content = try index.lastWriter(path: record.path)?.artifact.content else { return (.unknown, true) }
    return (.content(content), true)
  }
}
