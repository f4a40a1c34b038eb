/// What a repository is in the middle of.
public enum GitOperation: String, Hashable, Sendable {
  /// A merge that isn't committed yet.
  case merge
  /// Commits that are taken back.
  case revert
  /// Commits that are applied once more.
  case cherryPick = "cherry-pick"
  /// A search for the commit that broke something.
  case bisect
  /// A rebase.
  case rebase
  /// Patches that are applied from mails.
  case applyMailbox = "am"

  /// Whether commits are made from earlier ones, each as it was.
  public var repeatsCommits: Bool {
    switch self {
    case .revert, .cherryPick, .rebase, .applyMailbox: true
    case .merge, .bisect: false
    }
  }
}
