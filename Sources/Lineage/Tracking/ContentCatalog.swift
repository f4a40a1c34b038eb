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
  struct Identity {
    var kind: ArtifactRecord.Kind
    var content: ContentID
    var size: Int64
    var count: Int64 = 1
    var isExecutable = false
    /// Whether the file changed while it was read, twice.
    var wasUnstable = false
    /// What a tree is without.
    var skipped: [StoredTree.Skipped] = []
    /// The paths, from a tree, of files that changed while they were read, twice.
    var unstable: [[UInt8]] = []

    /// The record of an artifact that stands at `path`.
    func record(at path: WorkPath, evidence: Evidence) -> ArtifactRecord {
      ArtifactRecord(
        path: path.text, kind: kind, content: content, size: size, count: kind == .tree ? count : nil,
        isExecutable: isExecutable, evidence: evidence)
    }
  }

  let root: FilePath
  let index: LineageIndex
  let rules: IgnoreFilter
  private let monitor: Monitor
  private(set) var cached: [WorkPath: CachedContent] = [:]
  private var asked: Set<WorkPath> = []
  /// The folders of which all that is cached is known.
  private var askedFolders: Set<WorkPath> = []
  private var learned: [CachedContent] = []

  init(root: FilePath, index: LineageIndex, rules: IgnoreFilter, monitor: Monitor = Monitor()) {
    self.monitor = monitor
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
    if cached[path] == nil, !askedFolders.contains(where: { path.isBelow($0) }) {
      try prefetch(CollectionOfOne(path))
    }
    guard let entry = cached[path], entry.holds(for: status) else { return nil }
    return entry.content
  }

  /// Notes a content that was just learned by reading, which began after `entered`.
  func learn(_ path: WorkPath, _ status: FileStatus, _ content: ContentID, entered: Timestamp) {
    let entry = CachedContent(path: path.text, status: status, content: content, entered: entered)
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
  ///
  /// - Parameter status: what was just found there, if somebody looked already.
  func identity(of path: WorkPath, status: FileStatus? = nil) throws -> Identity? {
    try look(at: path, status, nil)
  }

  /// Returns what stands at a path now, with its bytes put into the store.
  ///
  /// - Parameter status: what was just found there, if somebody looked already.
  func store(_ path: WorkPath, status: FileStatus? = nil, with writer: ObjectWriter) throws -> Identity? {
    try look(at: path, status, writer)
  }

  private func look(at path: WorkPath, _ status: FileStatus?, _ writer: ObjectWriter?) throws -> Identity? {
    let file = path.filePath(in: root)
    guard let status = try status ?? FileStatus(at: file) else { return nil }
    switch status.kind {
    case .special: return nil
    case .symbolicLink:
      let target = try FileOperations.linkTargetBytes(file)
      let content = try writer?.addBytes(target) ?? ContentHasher.contentID(of: target)
      return Identity(kind: .link, content: content, size: Int64(target.count))
    case .directory:
      try prefetch(below: path)
      let options = folderOptions(for: path)
      let tree = try writer?.addFolder(at: file, options: options) ?? FolderIdentity.identify(file, options: options)
      return Identity(
        kind: .tree, content: tree.content, size: tree.size, count: tree.count,
        wasUnstable: !tree.unstable.isEmpty, skipped: tree.skipped, unstable: tree.unstable)
    case .regular:
      if let content = try known(path, status), try writer?.containsFile(content) ?? true {
        return Identity(kind: .file, content: content, size: status.size, isExecutable: status.isExecutable)
      }
      let entered = Timestamp.now()
      let read = try writer?.addFile(at: file) ?? FileIdentity.identify(file)
      if !read.wasUnstable { learn(path, status, read.content, entered: entered) }
      return Identity(
        kind: .file, content: read.content, size: read.size, isExecutable: read.isExecutable,
        wasUnstable: read.wasUnstable)
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
  private func folderOptions(for folder: WorkPath) -> FolderOptions {
    // Whatever the walk reads, it reads after now.
    let entered = Timestamp.now()
    return FolderOptions(
      isIgnored: { [rules] relative, isFolder in
        rules.isLeftOut(WorkPath(normal: folder.bytes + [UInt8(ascii: "/")] + relative), isFolder: isFolder)
      },
      known: { [self] file, status in
        // A cache that can't be asked only costs a read.
        (try? known(path(of: file), status)) ?? nil
      },
      learned: { [self] file, status, content in learn(path(of: file), status, content, entered: entered) },
      progress: monitor.stored, isCancelled: monitor.isCancelled)
  }

  private func path(of file: FilePath) -> WorkPath {
    let bytes = file.bytes
    let prefix = root.bytes
    guard bytes.count > prefix.count + 1, bytes.starts(with: prefix) else { return WorkPath(normal: bytes) }
    return WorkPath(normal: Array(bytes[(prefix.count + 1)...]))
  }
}
