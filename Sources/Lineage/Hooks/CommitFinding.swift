public import MLTBase
public import Pipelines

/// Something about a commit that is to be made which somebody should know.
public struct CommitFinding: Sendable {
  /// What is the matter.
  public enum Problem: Sendable {
    /// What the commit has at the outputs' paths was made from other content than it has at an input's path.
    case outdated(OutdatedOutputs)
    /// A declared stage for which no run stands with what the commit has; with how many stages follow from it.
    case staleStage(StageState, followers: Int)
    /// The pipeline files can't be understood.
    case malformedPipeline(PipelineProblem)
    /// The lock file can't be understood.
    case malformedLock(LockFile.ParseError)
    /// The lock file in the work tree has what a run made of what is staged, and isn't staged itself.
    case unstagedLock(outputs: [WorkPath], run: RunID)
    /// A file is larger than git should be asked to keep.
    case largeFile(WorkPath, size: UInt64, limit: Int)
    /// A file that mlt tracks, at the path or around it, is about to be tracked by git.
    case trackedFile(WorkPath, tracked: WorkPath)
    /// The lock file names bytes that neither this clone nor the default remote has; the path, and whether they still stand there.
    case missingContent(WorkPath, ContentID, isInWorkTree: Bool)
  }

  /// The check that found it.
  public var check: HookCheck
  /// Whether the commit is kept from being made.
  public var isBlocking: Bool
  /// What is the matter.
  public var problem: Problem
}

/// Outputs of a run that read something else than what is staged.
public struct OutdatedOutputs: Sendable {
  /// The outputs that the commit has as the run made them, sorted.
  public var outputs: [WorkPath]
  /// The run.
  public var run: RunID
  /// Its component.
  public var component: String
  /// What it read that is otherwise now, sorted, and whether that is gone.
  public var inputs: [(path: WorkPath, isGone: Bool)]
  /// The command and its arguments.
  public var command: [String]
  /// The folder it ran in.
  public var directory: WorkPath
}

/// What was found out about a commit that is to be made.
public struct CommitReport: Sendable {
  /// What was found, by check and path.
  public var findings: [CommitFinding] = []
  /// What git is in the middle of, where commits are only repeated and nothing blocks them.
  public var repeating: String?

  /// Whether the commit is to be kept from being made.
  public var isBlocked: Bool { findings.contains { $0.isBlocking } }
}

/// What is known of a commit that is to be made.
public struct CommitRequest: Sendable {
  /// The index that the commit is made of, as git names it to hooks; nil for the repository's own.
  public var indexFile: String?
  /// The commits beside HEAD that are merged, where git's own notes don't name them yet.
  public var mergedCommits: [String] = []
  /// The strictness that no check exceeds.
  public var limit = HookLevel.block

  /// Asks about what is staged in the repository's own index.
  public init() {}
}
