internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// Whether the index has the path.
  mutating func isTracked(_ path: [UInt8]) throws(GitError) -> Bool {
    guard !isBare, Self.isPlain(path) else { return false }
    try readIndex()
    return try GitLibrary.withCString(path) { name throws(GitError) in try index?.position(of: name) } != nil
  }

  /// Whether the index has a path below the folder.
  mutating func hasTracked(below folder: [UInt8]) throws(GitError) -> Bool {
    guard !isBare, folder.isEmpty || Self.isPlain(folder) else { return false }
    try readIndex()
    guard !folder.isEmpty else { return (index?.count ?? 0) > 0 }
    return try GitLibrary.withCString(folder + [Self.slash]) { prefix throws(GitError) in
      try index?.position(ofPrefix: prefix)
    } != nil
  }

  /// The paths that the index has below the folder.
  mutating func trackedPaths(below folder: [UInt8]) throws(GitError) -> [[UInt8]] {
    guard !isBare, folder.isEmpty || Self.isPlain(folder) else { return [] }
    try readIndex()
    let prefix = folder.isEmpty ? [] : folder + [Self.slash]
    let ignoresCase = index?.ignoresCase ?? false
    var position = 0
    if !ignoresCase, !prefix.isEmpty {
      let first = try GitLibrary.withCString(prefix) { name throws(GitError) in try index?.position(ofPrefix: name) }
      guard let first else { return [] }
      position = first
    }
    var paths: [[UInt8]] = []
    while let entry = index?.entry(at: position) {
      position += 1
      let path = GitLibrary.bytes(entry.path)
      if !path.starts(with: prefix) {
        if ignoresCase { continue }
        break
      }
      if paths.last != path { paths.append(path) }  // a path in conflict has an entry for each side
    }
    return ignoresCase ? paths.sorted { $0.lexicographicallyPrecedes($1) } : paths
  }

  /// The file that HEAD has at the path.
  mutating func headBlob(at path: [UInt8]) throws(GitError) -> GitBlob? {
    guard let entry = try headEntry(at: path) else { return nil }
    let database = try objects()
    var size = 0
    var kind = GIT_OBJECT_ANY
    var id = entry.id
    try GitLibrary.check(
      git_odb_read_header(&size, &kind, database.pointer, &id), "read object", FilePath(bytes: path))
    return GitBlob(
      id: Self.hex(id), size: UInt64(size), isExecutable: entry.mode == GIT_FILEMODE_BLOB_EXECUTABLE.rawValue,
      isLink: entry.mode == GIT_FILEMODE_LINK.rawValue)
  }

  /// The bytes that a commit has at the path.
  func blob(at path: [UInt8], commit: String, limit: Int) throws(GitError) -> [UInt8]? {
    guard Self.isPlain(path) else { return nil }
    guard let tree = try tree(ofCommit: commit) else { throw .noSuchCommit(commit) }
    guard let entry = try Self.entry(at: path, in: tree.pointer) else { return nil }
    let (repository, subject) = (handle.pointer, FilePath(bytes: path))
    var id = entry.id
    let database = try objects()
    var size = 0
    var kind = GIT_OBJECT_ANY
    try GitLibrary.check(git_odb_read_header(&size, &kind, database.pointer, &id), "read object", subject)
    guard size <= limit else { throw .blobTooLarge(path: path, size: UInt64(size), limit: limit) }
    let blob = try OwnedPointer.making("read object", subject, free: git_blob_free) {
      git_blob_lookup(&$0, repository, &id)
    }
    return Self.bytes(ofBlob: blob)
  }

  /// Whether the path is ignored by git's rules.
  mutating func isIgnored(_ path: [UInt8], isFolder: Bool) throws(GitError) -> Bool {
    guard let workTree else { return false }
    if ignoreMatcher == nil { ignoreMatcher = try gitIgnoreMatcher(workTree) }
    return try ignoreMatcher?.isIgnored(path, isFolder: isFolder) ?? false
  }

  /// What git reads of ignore rules, weakest first (gitignore(5)).
  private func gitIgnoreMatcher(_ workTree: FilePath) throws(GitError) -> IgnoreMatcher {
    let configuration = try configuration()
    let ignoresCase = Self.flag("core.ignorecase", in: configuration, fallback: false)
    var files = GitLibrary.userFolders().map { $0.appending("ignore") }
    var buffer = git_buf()
    if git_config_get_path(&buffer, configuration.pointer, "core.excludesfile") >= 0, let name = buffer.ptr {
      files = [FilePath(platformString: name)]
      git_buf_dispose(&buffer)
    }
    files.append(commonFolder.appending("info").appending("exclude"))
    var matcher = IgnoreMatcher(workTree: workTree, fileName: ".gitignore", ignoresCase: ignoresCase)
    for file in files { try matcher.addRules(of: workTree.pushing(file)) }
    return matcher
  }

  /// An entry of a tree that is a file or link.
  struct TreeFile {
    var id: git_oid
    var mode: UInt32
  }

  /// The file or link that HEAD has at the path.
  mutating func headEntry(at path: [UInt8]) throws(GitError) -> TreeFile? {
    guard Self.isPlain(path) else { return nil }
    try readHeadTree()
    guard let tree = headTree?.pointer else { return nil }
    return try Self.entry(at: path, in: tree)
  }

  private static func entry(at path: [UInt8], in root: OpaquePointer) throws(GitError) -> TreeFile? {
    let found = try OwnedPointer.finding("read tree", FilePath(bytes: path), free: git_tree_entry_free) { entry in
      GitLibrary.withCString(path) { git_tree_entry_bypath(&entry, root, $0) }
    }
    guard let found, let id = git_tree_entry_id(found.pointer) else { return nil }
    let mode = git_tree_entry_filemode(found.pointer).rawValue
    let files = [GIT_FILEMODE_BLOB.rawValue, GIT_FILEMODE_BLOB_EXECUTABLE.rawValue, GIT_FILEMODE_LINK.rawValue]
    return files.contains(mode) ? TreeFile(id: id.pointee, mode: mode) : nil
  }

  /// Reads the index if that hasn't been done.
  mutating func readIndex() throws(GitError) {
    guard index == nil else { return }
    do throws(GitError) {
      if let indexFile {
        index = try IndexSnapshot(at: indexFile)
      } else {
        index = try IndexSnapshot(of: handle, in: gitFolder)
      }
    } catch {
      // libgit2 tells only in words which part of an index it doesn't know.
      guard let kind = try unsupportedIndexKind() else { throw error }
      throw .unsupportedIndex(kind, repository: workTree ?? gitFolder)
    }
  }

  /// The kind of index that the repository has, if it is one that libgit2 doesn't read.
  private func unsupportedIndexKind() throws(GitError) -> IndexKind? {
    if Self.flag("index.sparse", in: try configuration(), fallback: false) || isSparseOfItsOwn() { return .sparse }
    let names = try systemCall { () throws(SystemCallError) in try FileOperations.names(in: gitFolder) }
    return names.contains { $0.string.hasPrefix("sharedindex.") } ? .split : nil
  }

  /// Whether this work tree's own configuration, which not every libgit2 reads by itself, asks for a sparse index.
  private func isSparseOfItsOwn() -> Bool {
    let own = gitFolder.appending("config.worktree")
    guard let configuration = try? Configuration.open(own) else { return false }
    return Self.flag("index.sparse", in: configuration, fallback: false)
  }

  /// Reads HEAD's tree if that hasn't been done.
  mutating func readHeadTree() throws(GitError) {
    guard !hasReadHead else { return }
    if var commit = try headCommit() {
      headTree = try tree(of: &commit)
      guard headTree != nil else { throw .noSuchCommit(Self.hex(commit)) }
    }
    hasReadHead = true
  }

  /// Reads the settings if that hasn't been done.
  mutating func readSettings() throws(GitError) -> ComparisonSettings {
    if let settings { return settings }
    let read = try ComparisonSettings(configuration())
    settings = read
    return read
  }

  /// The repository's objects.
  func objects() throws(GitError) -> OwnedPointer {
    let repository = handle.pointer
    return try OwnedPointer.making("open objects", commonFolder, free: git_odb_free) {
      git_repository_odb(&$0, repository)
    }
  }

  func tree(ofCommit commit: String) throws(GitError) -> OwnedPointer? {
    var id = git_oid()
    // libgit2 reads 40 digits whatever follows them.
    guard commit.utf8.count == 40, git_oid_fromstr(&id, commit) >= 0 else { return nil }
    return try tree(of: &id)
  }

  private func tree(of id: inout git_oid) throws(GitError) -> OwnedPointer? {
    let (repository, commit) = (handle.pointer, id)
    let object = try OwnedPointer.finding("read commit", gitFolder, free: git_object_free) { object in
      withUnsafePointer(to: commit) { git_object_lookup(&object, repository, $0, GIT_OBJECT_ANY) }
    }
    guard let object else { return nil }
    let found = object.pointer
    return try OwnedPointer.making("read tree", gitFolder, free: git_object_free) {
      git_object_peel(&$0, found, GIT_OBJECT_TREE)
    }
  }

  /// The bytes of a blob that has been read.
  static func bytes(ofBlob blob: borrowing OwnedPointer) -> [UInt8] {
    let size = git_blob_rawsize(blob.pointer)
    guard size > 0, let content = git_blob_rawcontent(blob.pointer) else { return [] }
    return Array(UnsafeRawBufferPointer(start: content, count: Int(size)))
  }

  /// Whether the path has the form that git holds paths in.
  static func isPlain(_ path: [UInt8]) -> Bool {
    guard let first = path.first, let last = path.last, first != slash, last != slash else { return false }
    return !path.contains(0)
  }

  private static var slash: UInt8 { UInt8(ascii: "/") }
}
