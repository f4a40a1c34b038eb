internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// Returns for each version of a file at the root that the commits or those before them have one commit that has it.
  func versions(
    of name: [UInt8], in commits: [String], withHistory: Bool, without known: [String]
  ) throws(GitError) -> [String] {
    var seen: Set<[UInt8]> = []
    var found: [String] = []
    func visit(_ id: git_oid) throws(GitError) {
      if let version = try version(of: name, in: id), seen.insert(version).inserted { found.append(Self.hex(id)) }
    }
    try forEachCommit(in: commits, withHistory: withHistory, without: known, visit)
    return found
  }

  /// The id of the blob that a commit has under a name at its root; nil if it has no file there.
  private func version(of name: [UInt8], in commit: git_oid) throws(GitError) -> [UInt8]? {
    let repository = handle.pointer
    let found = try OwnedPointer.finding("read commit", commonFolder, free: git_commit_free) { object in
      withUnsafePointer(to: commit) { git_commit_lookup(&object, repository, $0) }
    }
    guard let found else { return nil }
    let tree = try OwnedPointer.making("read commit", commonFolder, free: git_tree_free) {
      git_commit_tree(&$0, found.pointer)
    }
    return GitLibrary.withCString(name) { name -> [UInt8]? in
      guard let entry = git_tree_entry_byname(tree.pointer, name), git_tree_entry_type(entry) == GIT_OBJECT_BLOB,
        let id = git_tree_entry_id(entry)
      else { return nil }
      return withUnsafeBytes(of: id.pointee.id) { Array($0) }
    }
  }

  private func forEachCommit(
    in commits: [String], withHistory: Bool, without known: [String], _ body: (git_oid) throws(GitError) -> Void
  ) throws(GitError) {
    var ids: [git_oid] = []
    for commit in commits {
      var id = git_oid()
      guard GitLibrary.withCString(Array(commit.utf8), { git_oid_fromstr(&id, $0) }) >= 0 else {
        throw GitError.noSuchCommit(commit)
      }
      ids.append(id)
    }
    guard withHistory else {
      for id in ids { try body(id) }
      return
    }
    let repository = handle.pointer
    let walk = try OwnedPointer.making("walk history", commonFolder, free: git_revwalk_free) {
      git_revwalk_new(&$0, repository)
    }
    for index in ids.indices {
      try GitLibrary.check(git_revwalk_push(walk.pointer, &ids[index]), "walk history", commonFolder)
    }
    for commit in known {
      var id = git_oid()
      guard commit.utf8.count == 40, git_oid_fromstr(&id, commit) >= 0 else { throw GitError.noSuchCommit(commit) }
      let code = git_revwalk_hide(walk.pointer, &id)
      // What isn't here hides nothing.
      if code != GitLibrary.notFound { try GitLibrary.check(code, "walk history", commonFolder) }
    }
    while true {
      var id = git_oid()
      let code = git_revwalk_next(&id, walk.pointer)
      if code == GIT_ITEROVER.rawValue { return }
      try GitLibrary.check(code, "walk history", commonFolder)
      try body(id)
    }
  }

  /// The roots of all work trees that are there: the main one and those linked to it.
  func workTrees() throws(GitError) -> [FilePath] {
    var roots = [mainWorkTree, workTree].compactMap { $0 }
    let linked = commonFolder.appending("worktrees")
    guard try systemCall({ () throws(SystemCallError) in try FileStatus(at: linked) }) != nil else {
      return unique(roots)
    }
    for name in try systemCall({ () throws(SystemCallError) in try FileOperations.names(in: linked) }) {
      let note = linked.appending(name).appending("gitdir")
      let bytes = try systemCall { () throws(SystemCallError) in try FileOperations.contents(of: note, limit: 1 << 16) }
      // The note names the `.git` file in the work tree's root; one on a disk that isn't there is passed over.
      guard let line = bytes?.split(separator: UInt8(ascii: "\n")).first, let file = FilePath(bytes: Array(line)),
        let root = FileOperations.resolved(file.removingLastComponent())
      else { continue }
      roots.append(root)
    }
    return unique(roots)
  }

  private func unique(_ paths: [FilePath]) -> [FilePath] {
    var seen: Set<FilePath> = []
    return paths.filter { seen.insert($0).inserted }
  }
}
