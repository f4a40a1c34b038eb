public import Journaling
public import LineageIndexing
public import MLTBase

/// How one run would be made again.
public struct RerunPlan: Sendable {
  /// Where the bytes of an input come from.
  public enum Source: Hashable, Sendable {
    /// From the commit's files.
    case commit
    /// From the store.
    case store
    /// From another commit of git's.
    case git
    /// From the work tree, where that content still stands.
    case workTree
    /// From what a run, made again before, makes.
    case rerun(RunID)
    /// It lies outside the work tree and is read where it is.
    case outside
    /// They aren't here; a remote may have them.
    case absent
    /// The record doesn't say what it was.
    case unknown
  }

  /// One input, and where its bytes come from.
  public struct Input: Sendable {
    /// The input.
    public var artifact: ArtifactRecord
    /// Where its bytes come from; of a folder, where the hardest to have do.
    public var source: Source
  }

  /// The run.
  public var run: RunRecord
  /// The runs that were started within it, which are made again with it.
  public var within: [RunID]
  /// The commit whose files are laid out; nil for none.
  public var commit: String?
  /// What it read, sorted by path.
  public var inputs: [Input]
  /// What it wrote, sorted by path.
  public var outputs: [ArtifactRecord]
  /// The runs to be made again before it, whose outputs it reads.
  public var upstream: [RunID]
  /// What speaks against it.
  public var obstacles: [RerunObstacle]
  /// What may make it come out otherwise.
  public var doubts: [RerunDoubt]
}

/// Why a run shouldn't be made again; `--force` goes on all the same.
public enum RerunObstacle: Hashable, Sendable {
  /// An argument of the command leads into the work tree.
  case commandNamesWorkTree(argument: String)
  /// An input is recorded under an absolute path in the work tree.
  case inputInWorkTree(String)
  /// An input is a text in which the work tree, or something in it, is named by an absolute path.
  case textNamesWorkTree(String)
  /// A symbolic link among the inputs leads into the work tree by an absolute path.
  case linkIntoWorkTree(String)
  /// The run wrote outside the work tree, where the repetition would write too.
  case writesOutside(String)
  /// An input's bytes aren't to be had.
  case missingInput(String)
  /// A path in the record isn't one that a work tree can have.
  case unsafePath(String)
  /// Git doesn't hold the run's commit any more, and not all that the run read is recorded.
  case missingCommit(String)
}

/// What may make a run come out otherwise when it is made again.
public enum RerunDoubt: Hashable, Sendable {
  /// Git doesn't hold the run's commit any more: only what the run read is laid out.
  case commitGone(String)
  /// The run's accesses weren't followed, so that inputs may be missing.
  case notObserved
  /// The run used the network.
  case network(String)
  /// The run's standard input held what isn't recorded.
  case piped
  /// What an input held isn't recorded.
  case unknownInput(String)
  /// An input outside the work tree holds something else, or is gone.
  case outsideChanged(String)
  /// The run failed, with this exit status.
  case failed(Int64)
  /// A recorded variable holds a credential, which isn't recorded.
  case credential(String)
  /// Something made the record less than the whole truth.
  case hazard(Hazard)
}
