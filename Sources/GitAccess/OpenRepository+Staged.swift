internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// Where the index differs from a commit, or from nothing.
  mutating func stagedChanges(since commit: String?) throws(GitError) -> [StagedChange] {
    try readIndex()
    var tree: OwnedPointer?
    if let commit {
      tree = try self.tree(ofCommit: commit)
      if tree == nil { throw .noSuchCommit(commit) }
    }
    var options = git_diff_options()
    try GitLibrary.check(git_diff_options_init(&options, CUnsignedInt(GIT_DIFF_OPTIONS_VERSION)), "compare index")
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE.rawValue | GIT_DIFF_SKIP_BINARY_CHECK.rawValue
    let (repository, entries, commitTree) = (handle.pointer, index?.pointer, tree?.pointer)
    let diff = try OwnedPointer.making("compare index", gitFolder, free: git_diff_free) {
      git_diff_tree_to_index(&$0, repository, commitTree, entries, &options)
    }
    return (0..<git_diff_num_deltas(diff.pointer)).compactMap { number in
      guard let delta = git_diff_get_delta(diff.pointer, number)?.pointee,
        let path = delta.new_file.path ?? delta.old_file.path
      else { return nil }
      let isInCommit = delta.status != GIT_DELTA_ADDED
      let isOnlyIntended = git_index_get_bypath(entries, path, 0).map { Self.isOnlyIntended($0.pointee) } ?? false
      if isOnlyIntended, !isInCommit { return nil }
      return StagedChange(
        path: GitLibrary.bytes(path),
        staged: delta.status == GIT_DELTA_DELETED || isOnlyIntended
          ? nil : Self.stagedFile(delta.new_file.id, mode: UInt32(delta.new_file.mode)),
        committed: isInCommit ? Self.stagedFile(delta.old_file.id, mode: UInt32(delta.old_file.mode)) : nil)
    }
  }

  /// What the index has at a path.
  mutating func stagedFile(at path: [UInt8]) throws(GitError) -> StagedFile? {
    try stagedEntry(at: path).map { Self.stagedFile($0.id, mode: $0.mode) }
  }

  /// The size of what the index has at a path, as git holds it.
  mutating func stagedSize(at path: [UInt8]) throws(GitError) -> UInt64? {
    guard var entry = try stagedBlob(at: path) else { return nil }
    var (size, kind) = (0, GIT_OBJECT_ANY)
    try GitLibrary.check(
      git_odb_read_header(&size, &kind, objects().pointer, &entry.id), "read object", FilePath(bytes: path))
    return UInt64(size)
  }

  /// The bytes of what the index has at a path, as git holds them or as it would put them into the work tree.
  mutating func stagedBytes(
    at path: [UInt8], limit: Int, asInWorkTree isFiltered: Bool
  ) throws(GitError) -> [UInt8]? {
    guard let entry = try stagedBlob(at: path), let size = try stagedSize(at: path) else { return nil }
    guard size <= limit else { throw .blobTooLarge(path: path, size: size, limit: limit) }
    let (repository, subject) = (handle.pointer, FilePath(bytes: path))
    var id = entry.id
    let blob = try OwnedPointer.making("read object", subject, free: git_blob_free) {
      git_blob_lookup(&$0, repository, &id)
    }
    guard isFiltered, entry.mode != GIT_FILEMODE_LINK.rawValue else { return Self.bytes(ofBlob: blob) }
    var list: OpaquePointer?
    let code = GitLibrary.withCString(path) {
      git_filter_list_load(
        &list, repository, blob.pointer, $0, GIT_FILTER_TO_WORKTREE, GIT_FILTER_ALLOW_UNSAFE.rawValue)
    }
    try GitLibrary.check(code, "read attributes", subject)
    guard let list else { return Self.bytes(ofBlob: blob) }
    let filters = OwnedPointer(list, free: git_filter_list_free)
    var filtered = git_buf()
    defer { git_buf_dispose(&filtered) }
    try GitLibrary.check(
      git_filter_list_apply_to_blob(&filtered, filters.pointer, blob.pointer), "read object", subject)
    guard let start = filtered.ptr else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: filtered.size))
  }

  /// The name of the content that the work tree would have of what the index has at a path.
  mutating func stagedContent(at path: [UInt8]) throws(GitError) -> ContentID? {
    guard let bytes = try stagedBytes(at: path, limit: .max, asInWorkTree: true) else { return nil }
    if bytes.count <= LFSPointer.sizeLimit, let pointer = LFSPointer(bytes), try isKeptElsewhere(path) {
      return pointer.content
    }
    return ContentHasher.contentID(of: bytes)
  }

  /// Whether git-lfs keeps the file, and git a pointer to it.
  func isKeptElsewhere(_ path: [UInt8]) throws(GitError) -> Bool {
    let repository = handle.pointer
    var value: UnsafePointer<CChar>?
    let code = GitLibrary.withCString(path) { git_attr_get(&value, repository, 0, $0, "filter") }
    try GitLibrary.check(code, "read attributes", FilePath(bytes: path))
    return value.map { String(cString: $0) } == "lfs"
  }

  private mutating func stagedBlob(at path: [UInt8]) throws(GitError) -> TreeFile? {
    guard let entry = try stagedEntry(at: path), entry.mode != GIT_FILEMODE_COMMIT.rawValue else { return nil }
    return entry
  }

  private mutating func stagedEntry(at path: [UInt8]) throws(GitError) -> TreeFile? {
    guard Self.isPlain(path) else { return nil }
    try readIndex()
    guard let entry = GitLibrary.withCString(path, { index?.entry(for: $0) }), !Self.isOnlyIntended(entry) else {
      return nil
    }
    return TreeFile(id: entry.id, mode: entry.mode)
  }

  /// Whether an entry only says that a file is to be added some time (`git add -N`): no commit takes it.
  private static func isOnlyIntended(_ entry: git_index_entry) -> Bool {
    UInt32(entry.flags_extended) & GIT_INDEX_ENTRY_INTENT_TO_ADD.rawValue != 0
  }

  private static func stagedFile(_ id: git_oid, mode: UInt32) -> StagedFile {
    let kind: StagedFile.Kind =
      switch mode {
      case GIT_FILEMODE_COMMIT.rawValue: .submodule
      case GIT_FILEMODE_LINK.rawValue: .link
      case GIT_FILEMODE_BLOB_EXECUTABLE.rawValue: .executable
      default: .file
      }
    return StagedFile(kind: kind, id: hex(id))
  }
}
