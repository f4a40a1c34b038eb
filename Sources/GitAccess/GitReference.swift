/// Something in a repository that keeps a commit: a branch, a tag, a work tree's HEAD, a stash entry.
public struct GitReference: Hashable, Sendable {
  /// The name, as git takes it: `refs/heads/main`, `refs/tags/v1`, `main-worktree/HEAD`, `worktrees/NAME/HEAD`,
  /// `stash@{0}`.
  public var name: String
  /// The commit's 40 hexadecimal digits; of a tag, the commit that it names in the end.
  public var commit: String

  /// Takes the facts.
  public init(name: String, commit: String) {
    self.name = name
    self.commit = commit
  }
}
