internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// Makes a repository that borrows this one's objects, with HEAD at a commit and its files laid out.
  func layOut(commit: String, in folder: FilePath) throws(GitError) {
    var id = git_oid()
    guard GitLibrary.withCString(Array(commit.utf8), { git_oid_fromstr(&id, $0) }) >= 0 else {
      throw .noSuchCommit(commit)
    }
    let own = handle.pointer
    let found = try OwnedPointer.finding("read commit", commonFolder, free: git_commit_free) { object in
      withUnsafePointer(to: id) { git_commit_lookup(&object, own, $0) }
    }
    guard found != nil else { throw .noSuchCommit(commit) }
    let made = try OwnedPointer.making("make repository", folder, free: git_repository_free) { repository in
      GitLibrary.withCString(folder.bytes) { git_repository_init(&repository, $0, 0) }
    }
    // Read when objects are first asked for; git's own name for borrowing (gitrepository-layout(5)).
    let alternates = folder.appending(".git").appending("objects").appending("info").appending("alternates")
    let objects = commonFolder.appending("objects").bytes + [UInt8(ascii: "\n")]
    try systemCall { () throws(SystemCallError) in
      try FileOperations.createFolder(alternates.removingLastComponent())
      try FileOperations.replace(alternates, with: objects, sync: false)
    }
    let repository = try OwnedPointer.making("open repository", folder, free: git_repository_free) { repository in
      GitLibrary.withCString(folder.bytes) { git_repository_open(&repository, $0) }
    }
    _ = consume made
    try GitLibrary.check(git_repository_set_head_detached(repository.pointer, &id), "check out commit", folder)
    var options = git_checkout_options()
    try GitLibrary.check(
      git_checkout_options_init(&options, CUnsignedInt(GIT_CHECKOUT_OPTIONS_VERSION)), "check out commit", folder)
    options.checkout_strategy = GIT_CHECKOUT_FORCE.rawValue
    try GitLibrary.check(git_checkout_head(repository.pointer, &options), "check out commit", folder)
  }

  /// Whether a commit is another one or comes after it; false if this repository lacks either.
  func isCommit(_ commit: String, atOrAfter ancestor: String) -> Bool {
    if commit == ancestor { return true }
    var (id, other) = (git_oid(), git_oid())
    guard GitLibrary.withCString(Array(commit.utf8), { git_oid_fromstr(&id, $0) }) >= 0,
      GitLibrary.withCString(Array(ancestor.utf8), { git_oid_fromstr(&other, $0) }) >= 0
    else { return false }
    return git_graph_descendant_of(handle.pointer, &id, &other) == 1
  }

  /// Whether this repository holds a commit.
  func holds(commit: String) -> Bool {
    var id = git_oid()
    guard GitLibrary.withCString(Array(commit.utf8), { git_oid_fromstr(&id, $0) }) >= 0 else { return false }
    var object: OpaquePointer?
    guard git_commit_lookup(&object, handle.pointer, &id) >= 0, let object else { return false }
    git_commit_free(object)
    return true
  }
}
