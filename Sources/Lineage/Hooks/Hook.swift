/// A hook of git's that mlt has something to do in.
public enum Hook: String, CaseIterable, Sendable {
  /// Before a commit is made: checks what it takes.
  case preCommit = "pre-commit"
  /// Before a merge without conflicts is committed: checks it likewise.
  case preMergeCommit = "pre-merge-commit"
  /// Before commits are sent: sends what they need.
  case prePush = "pre-push"
  /// After another commit was checked out: restores what it names.
  case postCheckout = "post-checkout"
  /// After a merge, which a pull ends with: restores what it names.
  case postMerge = "post-merge"
  /// After a rebase: restores what its last commit names.
  case postRewrite = "post-rewrite"

  /// Whether a failure keeps git from going on.
  public var canBlock: Bool {
    switch self {
    case .preCommit, .preMergeCommit, .prePush: true
    case .postCheckout, .postMerge, .postRewrite: false
    }
  }

  /// Whether git hands it lines on standard input.
  var readsLines: Bool {
    switch self {
    case .prePush, .postRewrite: true
    case .preCommit, .preMergeCommit, .postCheckout, .postMerge: false
    }
  }
}
