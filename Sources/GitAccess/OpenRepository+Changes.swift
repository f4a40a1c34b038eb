internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// Whether a tracked file, other than those ignored, differs from HEAD.
  mutating func hasChanges(ignoring isIgnored: @Sendable (_ path: [UInt8]) -> Bool) throws(GitError) -> Bool {
    guard !isBare, let workTree else { return false }
    try readIndex()
    try readHeadTree()
    let settings = try readSettings()
    if try isStaged(isIgnored) { return true }
    return try isModified(workTree, settings, isIgnored)
  }

  /// Whether the work tree's file holds what HEAD has at the path.
  mutating func matchesHead(_ path: [UInt8]) throws(GitError) -> Bool {
    guard let workTree, let relative = FilePath(bytes: path), let blob = try headEntry(at: path) else { return false }
    let settings = try readSettings()
    try readIndex()
    let file = workTree.pushing(relative)
    guard let status = try systemCall({ () throws(SystemCallError) in try FileStatus(at: file) }) else { return false }
    let entry = try GitLibrary.withCString(path) { name throws(GitError) in index?.entry(for: name) }
    if let entry, Self.same(entry.id, blob.id), Self.hasKind(status, mode: blob.mode, settings),
      index?.vouches(for: entry, status, settings) == true
    {
      return true
    }
    return try holds(blob, file, path, status, settings)
  }

  /// Whether the index differs from HEAD's tree.
  private mutating func isStaged(_ isIgnored: @Sendable (_ path: [UInt8]) -> Bool) throws(GitError) -> Bool {
    guard let tree = headTree?.pointer else { return hasEntries(isIgnored) }
    var options = git_diff_options()
    try GitLibrary.check(git_diff_options_init(&options, CUnsignedInt(GIT_DIFF_OPTIONS_VERSION)), "compare index")
    let (repository, entries) = (handle.pointer, index?.pointer)
    var found = false
    let code = withoutActuallyEscaping(isIgnored) { isIgnored in
      var search = ChangeSearch(isIgnored: isIgnored)
      let code = withUnsafeMutablePointer(to: &search) { search in
        options.payload = UnsafeMutableRawPointer(search)
        options.notify_cb = { _, delta, _, payload in
          guard let search = payload?.assumingMemoryBound(to: ChangeSearch.self) else { return 0 }
          if let path = delta?.pointee.new_file.path, search.pointee.isIgnored(GitLibrary.bytes(path)) { return 1 }
          search.pointee.found = true
          return GIT_EUSER.rawValue  // one difference is enough: ends the comparison
        }
        var diff: OpaquePointer?
        let code = git_diff_tree_to_index(&diff, repository, tree, entries, &options)
        git_diff_free(diff)
        return code
      }
      found = search.found
      return code
    }
    if found { return true }
    try GitLibrary.check(code, "compare index", gitFolder)
    return false
  }

  // What a comparison of trees is told, through libgit2's untyped pointer.
  private struct ChangeSearch {
    let isIgnored: @Sendable (_ path: [UInt8]) -> Bool
    var found = false
  }

  private func hasEntries(_ isIgnored: @Sendable (_ path: [UInt8]) -> Bool) -> Bool {
    var position = 0
    while let entry = index?.entry(at: position) {
      position += 1
      if let path = entry.path, !isIgnored(GitLibrary.bytes(path)) { return true }
    }
    return false
  }

  /// Whether a file of the work tree differs from the index.
  private func isModified(
    _ workTree: FilePath, _ settings: ComparisonSettings, _ isIgnored: @Sendable (_ path: [UInt8]) -> Bool
  ) throws(GitError) -> Bool {
    var position = 0
    while let entry = index?.entry(at: position) {
      position += 1
      let extended = UInt32(entry.flags_extended)
      let isInConflict = entry.flags & UInt16(GIT_INDEX_ENTRY_STAGEMASK) != 0
      if isInConflict || extended & GIT_INDEX_ENTRY_INTENT_TO_ADD.rawValue != 0 {
        if isIgnored(entry.path.map { GitLibrary.bytes($0) } ?? []) { continue }
        return true
      }
      // The user has told git not to look at the file (git-update-index(1)), or the checkout is sparse.
      if extended & GIT_INDEX_ENTRY_SKIP_WORKTREE.rawValue != 0 { continue }
      if UInt32(entry.flags) & GIT_INDEX_ENTRY_VALID.rawValue != 0 { continue }
      if try differs(entry, workTree, settings), !isIgnored(entry.path.map { GitLibrary.bytes($0) } ?? []) {
        return true
      }
    }
    return false
  }

  private func differs(
    _ entry: git_index_entry, _ workTree: FilePath, _ settings: ComparisonSettings
  ) throws(GitError) -> Bool {
    guard let path = entry.path else { return false }
    let file = workTree.pushing(FilePath(platformString: path))
    guard let status = try systemCall({ () throws(SystemCallError) in try FileStatus(at: file) }) else { return true }
    if entry.mode == GIT_FILEMODE_COMMIT.rawValue { return try submoduleDiffers(file, status, entry.id) }
    guard Self.hasKind(status, mode: entry.mode, settings) else { return true }
    if settings.keepsModes, status.kind == .regular,
      status.isExecutable != (entry.mode == GIT_FILEMODE_BLOB_EXECUTABLE.rawValue)
    {
      return entry.mode != GIT_FILEMODE_LINK.rawValue
    }
    if index?.vouches(for: entry, status, settings) == true { return false }
    return try !holds(TreeFile(id: entry.id, mode: entry.mode), file, GitLibrary.bytes(path), status, settings)
  }

  /// Whether a submodule isn't at the commit that the index has, or has changes of its own.
  private func submoduleDiffers(_ folder: FilePath, _ status: FileStatus, _ commit: git_oid) throws(GitError) -> Bool {
    guard status.kind == .directory else { return true }
    // A submodule that isn't checked out has nothing that could differ.
    guard var submodule = try OpenRepository.open(folder, searchingUpwards: false) else { return false }
    // A `.git` file may point anywhere, back to this repository too: only a work tree of the folder is its submodule.
    guard submodule.workTree == FileOperations.resolved(folder) else { return true }
    guard let checkedOut = try submodule.headCommit(), Self.same(checkedOut, commit) else { return true }
    return try submodule.hasChanges { _ in false }
  }

  /// Whether a file is of the kind that git has: a link, or a file that may stand for one.
  private static func hasKind(_ status: FileStatus, mode: UInt32, _ settings: ComparisonSettings) -> Bool {
    mode == GIT_FILEMODE_LINK.rawValue && settings.keepsLinks ? status.kind == .symbolicLink : status.kind == .regular
  }

  /// Whether two names of objects are the same.
  static func same(_ left: git_oid, _ right: git_oid) -> Bool {
    withUnsafeBytes(of: left) { left in withUnsafeBytes(of: right) { left.elementsEqual($0) } }
  }
}
