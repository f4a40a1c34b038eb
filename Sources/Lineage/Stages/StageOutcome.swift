public import Journaling
public import MLTBase
public import Pipelines

/// How stages are run.
public struct StagePolicy: Hashable, Sendable {
  /// Whether stages run that needn't.
  public var isForced = false
  /// Whether a stage fails that reads or writes what it doesn't declare.
  public var isStrict = false
  /// Whether runs count that stood on other packages, or whose records aren't the whole truth.
  public var trustsRecords = false
  /// Whether to sign the records; nil leaves it to the setting.
  public var isSigned: Bool?
  /// Whether commands' file accesses are followed.
  public var isTraced = true
  /// How long the run of one stage may take.
  public var timeout: Duration?

  /// Runs what must be.
  public init() {}
}

/// Why a stage failed.
public enum StageFailure: Hashable, Sendable {
  /// The command ended so.
  case ended(RunStatus, exit: Int32)
  /// The command ended well and didn't make these outputs.
  case missingOutputs([String])
  /// These of its checks failed.
  case failedChecks([String])
  /// Something that the stage depends on isn't there.
  case missingDependency(String)
  /// Parameters that it takes aren't there.
  case missingParameters([StageReason])
  /// Its own run asks for it.
  case withinItself
  /// It read or wrote what it doesn't declare, and that was to be taken for a failure.
  case undeclared
  /// It removed or changed something that it depends on.
  case changedDependency(String)
}

/// What became of a stage.
public struct StageOutcome: Hashable, Sendable {
  /// What was done about it.
  public enum Kind: String, Hashable, Sendable {
    /// It was up to date.
    case upToDate = "up to date"
    /// It doesn't run for what it depends on.
    case frozen
    /// Its outputs were put back from an earlier run.
    case restored
    /// It was run.
    case ran
    /// It was run, or would have been, and failed.
    case failed
    /// It wasn't looked at, since something that it depends on failed.
    case skipped
  }

  /// The stage.
  public var stage: StageID
  /// What was done.
  public var kind: Kind
  /// The run that stands for the stage, or that failed.
  public var run: RunID?
  /// Why something had to be done.
  public var reasons: [StageReason] = []
  /// Why it failed.
  public var failure: StageFailure?
  /// How the run went, if there was one.
  public var report: RunReport?
  /// How many outputs were put back.
  public var restored = 0
  /// What was read or written that isn't declared.
  public var undeclared: [UndeclaredAccess] = []

  /// Takes what was done about a stage.
  public init(stage: StageID, kind: Kind, run: RunID? = nil, reasons: [StageReason] = [], restored: Int = 0) {
    self.stage = stage
    self.kind = kind
    self.run = run
    self.reasons = reasons
    self.restored = restored
  }
}

/// What is to be told while a stage is being looked at.
public enum StageNews: Sendable {
  /// Somebody else is at the stage, whose end is waited for.
  case waiting(StageID)
  /// The stage is about to be run.
  case running(Stage, [StageReason])
  /// An output that was edited by hand was stored before it was replaced.
  case saved(path: String, ContentID)
}
