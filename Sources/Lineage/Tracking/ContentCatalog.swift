internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// The contents that files in the work tree have now, learned with as little reading as is safe.
///
/// What the stat cache vouches for isn't read. What had to be read is remembered when the catalog is told to.
final class ContentCatalog {
  /// What stands at a path.
  struct Identity: Hashable {
    var kind: ArtifactRecord.Kind
    var content: ContentID
    var size: Int64
    var count: Int64
    var isExecutable: Bool
    /// Whether the file changed while it was read, twice.
    var wasUnstable: Bool

    init(
      kind: ArtifactRecord.Kind, content: ContentID, size: Int64, count: Int64 = 1, isExecutable: Bool = false,
      wasUnstable: Bool = false
    ) {
      self.kind = kind
      self.content = content
      self.size = size
      self.count = count
      self.isExecutable = isExecutable
      self.wasUnstable = wasUnstable
    }
  }

  private let root: FilePath
  private let index: LineageIndex
  private let rules: IgnoreFilter
  private var cached: [WorkPath: CachedContent] = [:]
  private var asked: Set<WorkPath> = []
  /// The folders of which all that is cached is known.
  private var askedFolders: Set<WorkPath> = []
  private var learned: [CachedContent] = []

  init(root: FilePath, index: LineageIndex, rules: IgnoreFilter) {
    self.root = root
    self.index = index
    self.rules = rules
  }

  /// Asks the stat cache for many paths at once, so that later questions needn't.
  func prefetch(_ paths: some Sequence<WorkPath>) throws {
    let missing = paths.filter { asked.insert($0).inserted }
    if !missing.isEmpty { take(try index.cachedContents(for: missing.map(\.text))) }
  }

  /// Asks the stat cache for all that lies in a folder.
  func prefetch(below folder: WorkPath) throws {
    if askedFolders.insert(folder).inserted { take(try index.cachedContents(below: folder.text)) }
  }

  private func take(_ contents: [CachedContent]) {
    for content in contents {
      // What was learned meanwhile is newer.
      if let path = WorkPath(text: content.path), cached[path] == nil { cached[path] = content }
    }
  }

  /// Returns the content that the stat cache vouches for, if the file hasn't changed since.
  func known(_ path: WorkPath, _ status: FileStatus) throws -> ContentID? {
    if !askedFolders.contains(where: { path.isBelow($0) }) { try prefetch(CollectionOfOne(path)) }
    guard let entry = cached[path], entry.holds(for: status) else { return nil }
    return entry.content
  }

  /// Notes a content that was just learned by reading.
  func learn(_ path: WorkPath, _ status: FileStatus, _ content: ContentID) {
    let entry = CachedContent(path: path.text, status: status, content: content, entered: .now())
    cached[path] = entry
    asked.insert(path)
    learned.append(entry)
  }

  /// Writes what was learned to the stat cache.
  func remember() throws {
    if learned.isEmpty { return }
    try index.remember(learned)
    learned = []
  }

  /// Returns what stands at a path now, without storing it; nil if there is nothing, or nothing with content.
  func identity(of path: WorkPath) throws -> Identity? {
    let file = path.filePath(in: root)
    guard let status = try FileStatus(at: file) else { return nil }
    switch status.kind {
    case .special: return nil
    case .symbolicLink:
      let target = try FileOperations.linkTarget(file).bytes
      return Identity(kind: .link, content: ContentHasher.contentID(of: target), size: Int64(target.count))
    case .directory:
      try prefetch(below: path)
      let tree = try FolderIdentity.identify(file, options: folderOptions(for: path))
      return Identity(kind: .tree, content: tree.content, size: tree.size, count: tree.count)
    case .regular:
      if let content = try known(path, status) {
        return Identity(kind: .file, content: content, size: status.size, isExecutable: status.isExecutable)
      }
      let read = try FileIdentity.identify(file)
      if !read.wasUnstable { learn(path, status, read.content) }
      return Identity(
        kind: .file, content: read.content, size: read.size, isExecutable: read.isExecutable,
        wasUnstable: read.wasUnstable)
    }
  }

  /// Returns what stands at a path now, with its bytes put into the store.
  ///
  /// - Parameter status: what was just found there, if somebody looked already.
  func store(
    _ path: WorkPath, status: FileStatus? = nil, with writer: ObjectWriter, store: ObjectStore
  ) throws -> (Identity, StoredTree?)? {
    let file = path.filePath(in: root)
    guard let status = try status ?? FileStatus(at: file) else { return nil }
    switch status.kind {
    case .special: return nil
    case .symbolicLink:
      let target = try FileOperations.linkTarget(file).bytes
      return (Identity(kind: .link, content: try writer.addBytes(target), size: Int64(target.count)), nil)
    case .directory:
      try prefetch(below: path)
      let tree = try writer.addFolder(at: file, options: folderOptions(for: path))
      return (Identity(kind: .tree, content: tree.content, size: tree.size, count: tree.count), tree)
    case .regular:
      if let content = try known(path, status), try store.containsFile(content) {
        return (Identity(kind: .file, content: content, size: status.size, isExecutable: status.isExecutable), nil)
      }
      let stored = try writer.addFile(at: file)
      if !stored.wasUnstable { learn(path, status, stored.content) }
      let identity = Identity(
        kind: .file, content: stored.content, size: stored.size, isExecutable: stored.isExecutable,
        wasUnstable: stored.wasUnstable)
      return (identity, nil)
    }
  }

  /// Returns the contents of the files that lie in a folder now, by their path from it, without storing them.
  func files(in folder: WorkPath) throws -> [[UInt8]: ContentID] {
    try prefetch(below: folder)
    var files: [[UInt8]: ContentID] = [:]
    var pending: [(prefix: [UInt8], folder: WorkPath)] = [([], folder)]
    while let (prefix, place) = pending.popLast() {
      for name in try FileOperations.names(in: place.filePath(in: root)) {
        let path = place.appending(name.bytes)
        guard let status = try FileStatus(at: path.filePath(in: root)), status.kind != .special,
          !rules.isLeftOut(path, isFolder: status.kind == .directory)
        else { continue }
        if status.kind == .directory {
          pending.append((prefix + name.bytes + [0x2F], path))
        } else if !IgnoreFilter.isNoise(path), let identity = try identity(of: path) {
          files[prefix + name.bytes] = identity.content
        }
      }
    }
    return files
  }

  /// The options for walking a folder: what is left out, and what the stat cache knows.
  func folderOptions(for folder: WorkPath) -> FolderOptions {
    FolderOptions(
      isIgnored: { [rules] relative, isFolder in
        rules.isLeftOut(WorkPath(normal: folder.bytes + [UInt8(ascii: "/")] + relative), isFolder: isFolder)
      },
      known: { [self] file, status in
        // A cache that can't be asked only costs a read.
        (try? known(path(of: file), status)) ?? nil
      },
      learned: { [self] file, status, content in learn(path(of: file), status, content) })
  }

  private func path(of file: FilePath) -> WorkPath {
    let bytes = file.bytes
    let prefix = root.bytes
    guard bytes.count > prefix.count + 1, bytes.starts(with: prefix) else { return WorkPath(normal: bytes) }
    return WorkPath(normal: Array(bytes[(prefix.count + 1)...]))
  }
}
