internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// The paths that a commit has otherwise than its first parent, or than nothing; those that it removed left out.
  func pathsChanged(by commit: String) throws(GitError) -> [[UInt8]] {
    guard let tree = try tree(ofCommit: commit) else { throw .noSuchCommit(commit) }
    var former: OwnedPointer?
    if let parent = try self.commit(of: commit + "^1") {
      // One that a shallow clone hasn't got leaves nothing to compare with.
      former = try self.tree(ofCommit: parent)
    }
    var options = git_diff_options()
    try GitLibrary.check(git_diff_options_init(&options, CUnsignedInt(GIT_DIFF_OPTIONS_VERSION)), "compare commits")
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE.rawValue | GIT_DIFF_SKIP_BINARY_CHECK.rawValue
    let (repository, before, after) = (handle.pointer, former?.pointer, tree.pointer)
    let diff = try OwnedPointer.making("compare commits", gitFolder, free: git_diff_free) {
      git_diff_tree_to_tree(&$0, repository, before, after, &options)
    }
    return (0..<git_diff_num_deltas(diff.pointer)).compactMap { number in
      guard let delta = git_diff_get_delta(diff.pointer, number)?.pointee, delta.status != GIT_DELTA_DELETED,
        UInt32(delta.new_file.mode) != GIT_FILEMODE_COMMIT.rawValue, let path = delta.new_file.path
      else { return nil }
      return GitLibrary.bytes(path)
    }
  }

  /// The files and links that a commit has below a folder, an empty one for all, in no order; nil if it has no such folder.
  func files(below folder: [UInt8], commit: String) throws(GitError) -> [CommitFile]? {
    guard folder.isEmpty || Self.isPlain(folder) else { return nil }
    guard let root = try tree(ofCommit: commit) else { throw .noSuchCommit(commit) }
    let (top, subject, repository) = (root.pointer, FilePath(bytes: folder), handle.pointer)
    let start: git_oid
    if folder.isEmpty {
      guard let id = git_tree_id(top) else { return nil }
      start = id.pointee
    } else {
      let found = try OwnedPointer.finding("read tree", subject, free: git_tree_entry_free) { entry in
        GitLibrary.withCString(folder) { git_tree_entry_bypath(&entry, top, $0) }
      }
      guard let found, git_tree_entry_filemode(found.pointer) == GIT_FILEMODE_TREE,
        let id = git_tree_entry_id(found.pointer)
      else { return nil }
      start = id.pointee
    }
    var files: [CommitFile] = []
    var pending: [(prefix: [UInt8], id: git_oid)] = [([], start)]
    while let next = pending.popLast() {
      var id = next.id
      let tree = try OwnedPointer.making("read tree", subject, free: git_object_free) {
        git_object_lookup(&$0, repository, &id, GIT_OBJECT_TREE)
      }
      for place in 0..<git_tree_entrycount(tree.pointer) {
        guard let entry = git_tree_entry_byindex(tree.pointer, place), let name = git_tree_entry_name(entry) else {
          continue
        }
        let path = next.prefix + GitLibrary.bytes(name)
        switch git_tree_entry_filemode(entry) {
        case GIT_FILEMODE_TREE:
          if let id = git_tree_entry_id(entry) { pending.append((path + [UInt8(ascii: "/")], id.pointee)) }
        // What belongs to another repository isn't in this one.
        case GIT_FILEMODE_COMMIT: continue
        case let mode:
          files.append(
            CommitFile(
              path: path, isExecutable: mode == GIT_FILEMODE_BLOB_EXECUTABLE, isLink: mode == GIT_FILEMODE_LINK))
        }
      }
    }
    return files
  }
}
