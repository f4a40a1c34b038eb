internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// What the repository is in the middle of.
  func operation() -> GitOperation? {
    let state = git_repository_state_t(UInt32(truncatingIfNeeded: git_repository_state(handle.pointer)))
    return switch state {
    case GIT_REPOSITORY_STATE_MERGE: .merge
    case GIT_REPOSITORY_STATE_REVERT, GIT_REPOSITORY_STATE_REVERT_SEQUENCE: .revert
    case GIT_REPOSITORY_STATE_CHERRYPICK, GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE: .cherryPick
    case GIT_REPOSITORY_STATE_BISECT: .bisect
    case GIT_REPOSITORY_STATE_REBASE, GIT_REPOSITORY_STATE_REBASE_INTERACTIVE, GIT_REPOSITORY_STATE_REBASE_MERGE,
      GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE:
      .rebase
    case GIT_REPOSITORY_STATE_APPLY_MAILBOX: .applyMailbox
    default: nil
    }
  }

  /// Whether a rebase or a series of patches goes on that has commits still to make.
  func hasCommitsToRepeat() throws(GitError) -> Bool {
    guard let operation = operation() else { return false }
    if operation == .applyMailbox { return true }
    guard operation == .rebase else { return false }
    // git takes each step out of the list as it begins with it, and checks out the base before the first.
    let list = gitFolder.appending("rebase-merge").appending("git-rebase-todo")
    let bytes = try systemCall { () throws(SystemCallError) in try FileOperations.contents(of: list, limit: 1 << 26) }
    guard let bytes else { return true }
    return bytes.split(separator: UInt8(ascii: "\n")).contains { line in
      line.first != UInt8(ascii: "#") && !line.elementsEqual("noop".utf8)
    }
  }

  /// The commits that HEAD is being merged with.
  func mergedCommits() throws(GitError) -> [String] {
    let note = gitFolder.appending("MERGE_HEAD")
    let bytes = try systemCall { () throws(SystemCallError) in try FileOperations.contents(of: note, limit: 1 << 20) }
    return (bytes ?? []).split(separator: UInt8(ascii: "\n")).compactMap { line in
      line.count == 40 ? String(validating: line, as: UTF8.self) : nil
    }
  }

  /// Where git looks for hooks (githooks(5)).
  func hooksFolder() throws(GitError) -> HooksFolder {
    guard let setting = try hooksSetting() else {
      return HooksFolder(path: commonFolder.appending("hooks"), setting: nil, isOwn: true)
    }
    // A relative path begins where hooks are run: at the work tree's root.
    let named = (workTree ?? gitFolder).pushing(setting).lexicallyNormalized()
    let path = FileOperations.resolved(named) ?? named
    let homes = [workTree, commonFolder].compactMap { $0 }
    return HooksFolder(
      path: path, setting: setting.text, isOwn: homes.contains { path != $0 && path.starts(with: $0) })
  }

  private func hooksSetting() throws(GitError) -> FilePath? {
    var buffer = git_buf()
    defer { git_buf_dispose(&buffer) }
    // Of this work tree alone (git-worktree(1)), which not every libgit2 reads by itself.
    let own = gitFolder.appending("config.worktree")
    if try systemCall({ () throws(SystemCallError) in try FileStatus(at: own, followingLinks: true) }) != nil {
      let shared = try configuration()
      if Self.flag("extensions.worktreeconfig", in: shared, fallback: false) {
        let configuration = try Configuration.open(own)
        if git_config_get_path(&buffer, configuration.pointer, "core.hookspath") >= 0, let name = buffer.ptr {
          return FilePath(platformString: name)
        }
      }
    }
    let configuration = try configuration()
    guard git_config_get_path(&buffer, configuration.pointer, "core.hookspath") >= 0, let name = buffer.ptr,
      name.pointee != 0
    else { return nil }
    return FilePath(platformString: name)
  }
}
