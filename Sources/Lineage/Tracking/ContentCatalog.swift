internal import Glibc
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
  private var cached: [WorkPath: CachedContent] = [:]
  private var asked: Set<WorkPath> = []
  /// The folders of which all that is cached is known.
  private var folders: [(path: WorkPath, contents: CachedFolder)] = []
  /// What was learned by reading and isn't in the stat cache yet; the first of these can be found by their path.
  private var learned: [CachedContent] = []
  private var findableCount = 0
  /// Whether the stat cache has more than was asked from it.
  private var isOutdated = false
  private var failure: IndexError?
  // What a million files hold would take more memory than everything else.
  private static let learnedLimit = 50_000

  init(root: FilePath, index: LineageIndex, rules: IgnoreFilter, monitor: Monitor = Monitor()) {
    self.monitor = monitor
    self.root = root
    self.index = index
    self.rules = rules
  }

  /// Asks the stat cache for many paths at once, so that later questions needn't.
  func prefetch(_ paths: some Sequence<WorkPath>) throws {
    let missing = paths.filter { asked.insert($0).inserted }
    if missing.isEmpty { return }
    for content in try index.cachedContents(for: missing.map(\.text)) {
      // What was learned meanwhile is newer.
      if let path = WorkPath(text: content.path), cached[path] == nil { cached[path] = content }
    }
  }

  /// Asks the stat cache for all that lies in a folder.
  func prefetch(below folder: WorkPath) throws {
    if folders.contains(where: { $0.path == folder || folder.isBelow($0.path) }) { return }
    folders.append((folder, try index.cachedContents(below: folder.text)))
  }

  /// Returns the content that the stat cache vouches for, if the file hasn't changed since.
  func known(_ path: WorkPath, _ status: FileStatus) throws -> ContentID? {
    makeLearnedFindable()
    return try lookUp(path, status)
  }

  private func lookUp(_ path: WorkPath, _ status: FileStatus) throws -> ContentID? {
    if !cached.isEmpty, let entry = cached[path] { return entry.holds(for: status) ? entry.content : nil }
    if let folder = folders.first(where: { path.isBelow($0.path) }) {
      return folder.contents.content(of: path.bytes, status)
    }
    try prefetch(CollectionOfOne(path))
    return cached[path].flatMap { $0.holds(for: status) ? $0.content : nil }
  }

  /// Notes a content that was just learned by reading, which began after `entered`.
  func learn(_ path: WorkPath, _ status: FileStatus, _ content: ContentID, entered: Timestamp) {
    learned.append(CachedContent(path: path.text, status: status, content: content, entered: entered))
    guard learned.count >= Self.learnedLimit else { return }
    do throws(IndexError) {
      try remember()
    } catch {
      failure = error
    }
    // What couldn't be written is read again.
    (learned, findableCount) = ([], 0)
  }

  // A walk meets each file once, and most commands end with it: what is learned is made findable when it is asked for.
  private func makeLearnedFindable() {
    if isOutdated {
      (cached, asked, folders) = ([:], [], [])
      (isOutdated, findableCount) = (false, 0)
    }
    for entry in learned[findableCount...] {
      guard let path = WorkPath(text: entry.path) else { continue }
      cached[path] = entry
      asked.insert(path)
    }
    findableCount = learned.count
  }

  /// Writes what was learned to the stat cache.
  ///
  /// What can't be written, as on a full disk, is learned again: the cache only saves work, and what the command is for is
  /// done. Damage is told.
  func remember() throws(IndexError) {
    if let failure { throw failure }
    if learned.isEmpty { return }
    do throws(IndexError) {
      try index.remember(learned)
    } catch  where error.meansDamage {
      throw error
    } catch {
      return
    }
    if findableCount < learned.count { isOutdated = true }
    (learned, findableCount) = ([], 0)
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
      makeLearnedFindable()
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
    let slash = UInt8(ascii: "/")
    return FolderOptions(
      prefix: folder.isRoot ? [] : folder.bytes,
      isIgnored: { [rules] path, isFolder in
        // The folders above were asked for before, and names that are always left out begin with a dot.
        let name = (path.lastIndex(of: slash) ?? -1) + 1
        return path[name...].first == UInt8(ascii: ".")
          ? rules.isLeftOut(WorkPath(normal: path), isFolder: isFolder)
          : rules.isIgnored(WorkPath(normal: path), isFolder: isFolder)
      },
      known: { [self] path, status in
        // A cache that can't be asked only costs a read.
        (try? lookUp(WorkPath(normal: path), status)) ?? nil
      },
      learned: { [self] path, status, content in
        learn(WorkPath(normal: path), status, content, entered: entered)
      },
      progress: monitor.stored, isCancelled: monitor.isCancelled)
  }
}
