internal import CLibgit2
internal import MLTBase

extension OpenRepository {
  /// The commit that a revision names, in git's own words (gitrevisions(7)); nil if there is none.
  func commit(of revision: String) throws(GitError) -> String? {
    guard !revision.isEmpty, !revision.utf8.contains(0) else { return nil }
    let repository = handle.pointer
    var object: OpaquePointer?
    let code = git_revparse_single(&object, repository, revision)
    if code == GitLibrary.notFound || code == GitLibrary.invalidName { return nil }
    // git takes no fewer than four digits for the beginning of an id; libgit2 finds two that begin with 'd'.
    if code == GIT_EAMBIGUOUS.rawValue, revision.utf8.count < 4 { return nil }
    if code == GIT_EAMBIGUOUS.rawValue { throw .ambiguousRevision(revision) }
    // `HEAD^2` of a commit with one parent, `@{u}` of a branch without: no failures of the repository.
    guard code >= 0, let object else { return nil }
    let named = OwnedPointer(object, free: git_object_free)
    var commit: OpaquePointer?
    guard git_object_peel(&commit, named.pointer, GIT_OBJECT_COMMIT) >= 0, let commit else { return nil }
    let peeled = OwnedPointer(commit, free: git_object_free)
    return git_object_id(peeled.pointer).map { Self.hex($0.pointee) }
  }

  /// The names of branches, tags and remote branches as a person writes them, sorted.
  func revisionNames() throws(GitError) -> [String] {
    var names = git_strarray()
    try GitLibrary.check(git_reference_list(&names, handle.pointer), "list references", gitFolder)
    defer { git_strarray_dispose(&names) }
    let prefixes = ["refs/heads/", "refs/tags/", "refs/remotes/"]
    var found: Set<String> = []
    for index in 0..<names.count {
      guard let name = names.strings?[index].map({ String(cString: $0) }) else { continue }
      if let prefix = prefixes.first(where: { name.hasPrefix($0) }) {
        found.insert(String(name.dropFirst(prefix.count)))
      }
    }
    return found.sorted()
  }
}
