internal import CLibgit2

/// Who wrote a commit, and how its message begins.
public struct CommitNote: Hashable, Sendable {
  /// The author's name.
  public var author: String
  /// The first paragraph of the message, on one line.
  public var summary: String
}

extension OpenRepository {
  /// Returns who wrote a commit; nil if the repository doesn't hold it.
  func note(of commit: String) -> CommitNote? {
    var id = git_oid()
    guard commit.utf8.count == 40, git_oid_fromstr(&id, commit) >= 0 else { return nil }
    var object: OpaquePointer?
    guard git_commit_lookup(&object, handle.pointer, &id) == 0, let object else { return nil }
    defer { git_commit_free(object) }
    let author = git_commit_author(object).flatMap { $0.pointee.name }.map { String(cString: $0) } ?? ""
    let summary = git_commit_summary(object).map { String(cString: $0) } ?? ""
    return CommitNote(author: author, summary: summary)
  }
}
