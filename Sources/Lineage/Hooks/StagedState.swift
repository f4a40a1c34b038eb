internal import GitAccess
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What a commit is about to take: git's files and what the lock file names, beside the commits before it.
final class StagedState {
  let workspace: Workspace
  let repository: GitRepository
  /// Where git's files differ from HEAD.
  let changes: [StagedChange]
  /// What the staged lock file says.
  let lock: LockFile
  /// What the lock file in the work tree says; nothing if it can't be understood, which is for whoever needs it.
  let workTreeLock: LockFile
  /// The commits before, HEAD first; none before the first commit.
  let parents: [Parent]

  /// A commit before this one.
  struct Parent {
    /// Its 40 hexadecimal digits.
    let commit: String
    /// What its lock file says.
    let lock: LockFile
    /// Where git's files and the lock file's differ from it.
    let changed: Set<WorkPath>
  }

  private var contents: [WorkPath: ContentID?] = [:]
  private var workTree: ContentCatalog?

  /// - Throws: `LockFile.ParseError` if the staged lock file can't be understood; what git throws.
  init(_ workspace: Workspace, _ repository: GitRepository, merging others: [String]) throws {
    self.workspace = workspace
    self.repository = repository
    let head = try repository.head().commit
    changes = try repository.stagedChanges(since: head)
    let bytes = try repository.stagedBytes(at: Array(LockFile.name.utf8), limit: Workspace.largestLock)
    let lock = try bytes.map { bytes throws(LockFile.ParseError) in try LockFile(parsing: bytes) } ?? LockFile()
    self.lock = lock
    let here = try FileOperations.contents(of: workspace.lockPath, limit: Workspace.largestLock)
    // Nearly always they are the same, and reading one takes a while.
    workTreeLock = here == bytes ? lock : here.flatMap { try? LockFile(parsing: $0) } ?? LockFile()
    let isLockChanged = changes.contains { $0.path == Array(LockFile.name.utf8) }
    var parents: [Parent] = []
    if let head {
      let before = isLockChanged ? Self.lock(of: head, repository) : lock
      parents.append(Parent(commit: head, lock: before, changed: Self.changed(changes, before, lock)))
    }
    for commit in try others.compactMap({ try repository.commit(of: $0) }) where commit != head {
      let before = Self.lock(of: commit, repository)
      let changes = try repository.stagedChanges(since: commit)
      parents.append(Parent(commit: commit, lock: before, changed: Self.changed(changes, before, lock)))
    }
    self.parents = parents
  }

  // A lock file that once was committed in a state that can't be read says nothing.
  private static func lock(of commit: String, _ repository: GitRepository) -> LockFile {
    let bytes = try? repository.blob(at: Array(LockFile.name.utf8), commit: commit, limit: Workspace.largestLock)
    return bytes.flatMap { try? LockFile(parsing: $0) } ?? LockFile()
  }

  private static func changed(_ changes: [StagedChange], _ before: LockFile, _ after: LockFile) -> Set<WorkPath> {
    var paths = Set(changes.lazy.filter { $0.staged?.kind != .submodule }.map { WorkPath(normal: $0.path) })
    if before == after { return paths }
    // Both are sorted by path.
    var (old, new) = (before.lines[...], after.lines[...])
    while let line = old.first ?? new.first {
      let path = new.first.map { min($0.path, line.path) } ?? line.path
      let was = old.first.flatMap { $0.path == path ? $0 : nil }
      let now = new.first.flatMap { $0.path == path ? $0 : nil }
      if was != now { paths.insert(path) }
      if was != nil { old.removeFirst() }
      if now != nil { new.removeFirst() }
    }
    return paths
  }

  /// The paths of git's files and the lock file's that are otherwise than in HEAD; all before the first commit.
  private(set) lazy var changedPaths = parents.first?.changed ?? Self.changed(changes, LockFile(), lock)

  /// Whether what some paths have together is as no commit before has it: what a merge takes as one side has it isn't.
  func isNew(_ paths: some Sequence<WorkPath>) -> Bool {
    let paths = Array(paths)
    return parents.allSatisfy { parent in
      paths.contains { path in
        parent.changed.contains(path)
          || parent.lock.tree(around: path).map { parent.changed.contains($0.path) } ?? false
      }
    }
  }

  /// The runs that read something at a path, of a tracked folder also below it, or a folder around it.
  func readings(of path: WorkPath, in index: LineageIndex) throws -> [Reading] {
    let isTree = ([lock] + parents.map(\.lock)).contains { $0[path]?.kind == .tree }
    return try index.readers(path: path.text) + index.treeReaders(ofPathsAbove: path.text)
      + (isTree ? index.readersBelow(path: path.text) : [])
  }

  /// The content that a checkout of the commit would put at a path; nil if it has no file or tracked folder there.
  func content(of path: WorkPath) throws -> ContentID? {
    if let known = contents[path] { return known }
    let content = try find(path)
    contents[path] = content
    return content
  }

  /// What lies in the work tree.
  func catalog() throws -> ContentCatalog {
    if let workTree { return workTree }
    let catalog = try workspace.makeCatalog()
    workTree = catalog
    return catalog
  }

  private func find(_ path: WorkPath) throws -> ContentID? {
    if path.isOutside { return nil }
    if let entry = lock[path] { return entry.content }
    if let tree = lock.tree(around: path), let names = path.components(below: tree.path) {
      return try workspace.store.entry(at: names, in: tree.content)?.content
    }
    return try repository.stagedContent(at: path.bytes)
  }
}
