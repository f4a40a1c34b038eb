internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// Returns where HEAD stands.
  func head() throws(GitError) -> GitHead {
    let repository = handle.pointer
    let reference = try OwnedPointer.making("read HEAD", gitFolder, free: git_reference_free) {
      git_reference_lookup(&$0, repository, "HEAD")
    }
    let branch = git_reference_symbolic_target(reference.pointer).map { Self.shortName(String(cString: $0)) }
    return GitHead(commit: try headCommit().map { Self.hex($0) }, branch: branch)
  }

  /// The commit of HEAD; nil before a branch's first.
  func headCommit() throws(GitError) -> git_oid? {
    var commit = git_oid()
    let code = git_reference_name_to_id(&commit, handle.pointer, "HEAD")
    if code == GitLibrary.notFound { return nil }
    try GitLibrary.check(code, "read HEAD", gitFolder)
    return commit
  }

  /// Returns the URL of the branch's remote, else of `origin`, else of the only one, as git would use it.
  func remoteURL() throws(GitError) -> String? {
    let configuration = try configuration()
    let branch = try head().branch
    let configured = branch.flatMap { Self.setting("branch.\($0).remote", in: configuration) }
    if let configured, configured != "." {
      if let url = remoteURL(named: configured) { return url }
      // `branch.NAME.remote` may hold a URL in place of a name (git-config(1)).
      if configured.contains("/") || configured.contains(":") { return configured }
    }
    if let url = remoteURL(named: "origin") { return url }
    var names = git_strarray()
    try GitLibrary.check(git_remote_list(&names, handle.pointer), "list remotes", gitFolder)
    defer { git_strarray_dispose(&names) }
    guard names.count == 1, let name = names.strings?[0] else { return nil }
    return remoteURL(named: String(cString: name))
  }

  /// Returns the user's name and mail address.
  func identity() -> String? {
    // An unreadable configuration fails where it matters, when the repository is opened; here it only means no name.
    guard let configuration = try? configuration() else { return nil }
    let name = Self.setting("user.name", in: configuration).map { Self.withoutCrud($0) } ?? ""
    let mail = Self.setting("user.email", in: configuration).map { Self.withoutCrud($0) } ?? ""
    switch (name.isEmpty, mail.isEmpty) {
    case (true, true): return nil
    case (false, true): return name
    case (true, false): return "<\(mail)>"
    case (false, false): return "\(name) <\(mail)>"
    }
  }

  /// The URL of a remote; nil if there is none of the name, or if it isn't a possible name.
  private func remoteURL(named name: String) -> String? {
    var remote: OpaquePointer?
    guard git_remote_lookup(&remote, handle.pointer, name) >= 0, let remote else { return nil }
    defer { git_remote_free(remote) }
    return git_remote_url(remote).map { String(cString: $0) }
  }

  /// A branch's name without `refs/heads/`; other references, which HEAD may name too, keep theirs.
  private static func shortName(_ reference: String) -> String {
    let prefix = "refs/heads/"
    return reference.hasPrefix(prefix) ? String(reference.dropFirst(prefix.count)) : reference
  }

  /// The text without what would break the form `Name <mail>`, as git leaves it out of commits.
  private static func withoutCrud(_ text: String) -> String {
    let kept = text.unicodeScalars.filter { $0.value >= 0x20 && $0 != "<" && $0 != ">" }
    let trimmed = kept.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    var result = String.UnicodeScalarView()
    result.append(contentsOf: trimmed)
    return String(result)
  }

  /// The 40 hexadecimal digits of an object's name.
  static func hex(_ id: git_oid) -> String {
    withUnsafeBytes(of: id) { Hex.encode($0.prefix(20)) }
  }
}
