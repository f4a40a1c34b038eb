/// Where HEAD stands.
public struct GitHead: Hashable, Sendable {
  /// The commit, in hexadecimal; nil before a branch's first commit.
  public var commit: String?
  /// The branch's short name, as `main`; nil when HEAD is detached.
  public var branch: String?

  /// Takes the facts.
  public init(commit: String?, branch: String?) {
    self.commit = commit
    self.branch = branch
  }
}
