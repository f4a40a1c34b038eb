internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// Returns what keeps commits, sorted by name.
  func references() throws(GitError) -> [GitReference] {
    var found = try namedReferences()
    found += try stashEntries()
    found += try workTreeHeads()
    return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func namedReferences() throws(GitError) -> [GitReference] {
    let repository = handle.pointer
    let iterator = try OwnedPointer.making("list references", commonFolder, free: git_reference_iterator_free) {
      git_reference_iterator_new(&$0, repository)
    }
    var found: [GitReference] = []
    while true {
      var next: OpaquePointer?
      let code = git_reference_next(&next, iterator.pointer)
      if code == GIT_ITEROVER.rawValue { return found }
      try GitLibrary.check(code, "list references", commonFolder)
      guard let next else { return found }
      let reference = OwnedPointer(next, free: git_reference_free)
      guard let name = git_reference_name(next), let commit = try commit(of: reference) else { continue }
      found.append(GitReference(name: String(cString: name), commit: commit))
    }
  }

  /// The commit that a reference leads to; nil if it leads nowhere, or to something else.
  private func commit(of reference: borrowing OwnedPointer) throws(GitError) -> String? {
    var resolved: OpaquePointer?
    let code = git_reference_resolve(&resolved, reference.pointer)
    // `refs/remotes/origin/HEAD` goes on naming a branch that was pruned.
    if code == GitLibrary.notFound { return nil }
    try GitLibrary.check(code, "read reference", commonFolder)
    defer { git_reference_free(resolved) }
    guard let id = git_reference_target(resolved) else { return nil }
    return try commit(of: id.pointee)
  }

  /// The commit that an object is or a tag names; nil if that is no commit.
  private func commit(of id: git_oid) throws(GitError) -> String? {
    let repository = handle.pointer
    let found = try OwnedPointer.finding("read commit", commonFolder, free: git_object_free) { object in
      withUnsafePointer(to: id) { git_object_lookup(&object, repository, $0, GIT_OBJECT_ANY) }
    }
    // Whoever asks wants to lose nothing: a reference to what isn't here must not look like none.
    guard let object = found else { throw .noSuchCommit(Self.hex(id)) }
    var peeled: OpaquePointer?
    let code = git_object_peel(&peeled, object.pointer, GIT_OBJECT_COMMIT)
    if code == GIT_EPEEL.rawValue || code == GitLibrary.invalidName { return nil }
    try GitLibrary.check(code, "read commit", commonFolder)
    defer { git_object_free(peeled) }
    return git_object_id(peeled).map { Self.hex($0.pointee) }
  }

  /// The entries of the stash; all but the first stand only in its log.
  private func stashEntries() throws(GitError) -> [GitReference] {
    let repository = handle.pointer
    // Reading a log that isn't there would make an empty one.
    guard git_reference_has_log(repository, "refs/stash") == 1 else { return [] }
    let log = try OwnedPointer.making("read stash", commonFolder, free: git_reflog_free) {
      git_reflog_read(&$0, repository, "refs/stash")
    }
    var found: [GitReference] = []
    for number in 0..<git_reflog_entrycount(log.pointer) {
      guard let entry = git_reflog_entry_byindex(log.pointer, number), let id = git_reflog_entry_id_new(entry) else {
        continue
      }
      found.append(GitReference(name: "stash@{\(number)}", commit: Self.hex(id.pointee)))
    }
    return found
  }

  // Read from the files: libgit2 opens a linked work tree's folder for it, which may be on a disk that isn't there.
  private func workTreeHeads() throws(GitError) -> [GitReference] {
    var heads = [(name: "main-worktree/HEAD", folder: commonFolder)]
    let linked = commonFolder.appending("worktrees")
    if try systemCall({ () throws(SystemCallError) in try FileStatus(at: linked) }) != nil {
      for name in try systemCall({ () throws(SystemCallError) in try FileOperations.names(in: linked) }) {
        heads.append((name: "worktrees/\(name.string)/HEAD", folder: linked.appending(name)))
      }
    }
    var found: [GitReference] = []
    for (name, folder) in heads {
      if let commit = try commit(ofHead: folder.appending("HEAD")) {
        found.append(GitReference(name: name, commit: commit))
      }
    }
    return found
  }

  private func commit(ofHead file: FilePath) throws(GitError) -> String? {
    let bytes = try systemCall { () throws(SystemCallError) in try FileOperations.contents(of: file, limit: 1 << 16) }
    guard let line = bytes?.split(separator: UInt8(ascii: "\n")).first else { return nil }
    var id = git_oid()
    let prefix = Array("ref:".utf8)
    if line.starts(with: prefix) {
      let name = line.dropFirst(prefix.count).drop { $0 == UInt8(ascii: " ") }
      let repository = handle.pointer
      let code = GitLibrary.withCString(name) { git_reference_name_to_id(&id, repository, $0) }
      // A branch without a commit, or a reference of that work tree's own.
      if code == GitLibrary.notFound || code == GitLibrary.invalidName { return nil }
      try GitLibrary.check(code, "read HEAD", file)
    } else {
      guard line.count == 40, GitLibrary.withCString(line, { git_oid_fromstr(&id, $0) }) >= 0 else { return nil }
    }
    return try commit(of: id)
  }
}
