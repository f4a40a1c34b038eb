internal import CLibgit2
internal import MLTBase

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
}
