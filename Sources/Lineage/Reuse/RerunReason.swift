public import Journaling
public import MLTBase

/// Why a command is run though it was run before.
public enum RerunReason: Hashable, Sendable {
  /// How something that is declared or set differs.
  public struct Change: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// What it was in the earlier run; nil if it wasn't there.
    public var before: String?
    /// What it is now; nil if it isn't there.
    public var now: String?
  }

  /// The command was never run so.
  case neverRun
  /// No run of it ended well; the latest ended like this.
  case neverFinished(RunStatus)
  /// It was run with other parameters.
  case parameter(Change)
  /// The command line, a parameter or a variable holds a credential, which isn't recorded.
  case credentials
  /// The standard input may hold what isn't recorded.
  case piped
  /// The run's standard input may have held what isn't recorded.
  case wasPiped
  /// The standard input is a file that the run hadn't read.
  case standardInput(String)
  /// The standard output is a file that the run hadn't written.
  case standardOutput(String)
  /// What is declared as an input wasn't one of the run's.
  case undeclaredInput(String)
  /// What is declared as an output wasn't one of the run's.
  case undeclaredOutput(String)
  /// An input has other content.
  case inputChanged(String)
  /// An input isn't there.
  case inputGone(String)
  /// What an input held isn't known.
  case inputUnknown(String)
  /// A folder among the inputs can't be compared, since its listing isn't in the store.
  case inputUnlisted(String)
  /// A file that wasn't there is.
  case appeared(String)
  /// A folder that was listed holds other names.
  case listingChanged(String)
  /// What the run removed is there.
  case removedIsBack(String)
  /// A recorded environment variable differs.
  case variable(Change)
  /// An interpreter has another version.
  case interpreter(Change)
  /// A package has another version.
  case package(Change)
  /// The machine is of another kind.
  case machine(Change)
  /// Something makes the record less than the whole truth.
  case hazard(Hazard)
  /// The run connected to another machine.
  case network(String)
  /// The run started runs of its own, or asked `mlt`.
  case startsRuns
  /// The run's accesses weren't followed.
  case notObserved(Evidence)
  /// The run's look-ups weren't recorded, or not all.
  case lookupsUnknown
  /// The run isn't signed as the settings demand.
  case unsigned
  /// An output holds what was put there since and is stored nowhere else.
  case outputEdited(String)
  /// An output outside the work tree differs.
  case outputOutside(String)
  /// What an output held isn't known.
  case outputUnknown(String)
  /// An output's bytes are neither here nor in the default remote.
  case outputUnavailable(String)
  /// An output can't be put back, for this reason.
  case outputDamaged(String)
  /// An output is said to be wrong.
  case outputFlagged(String)
  /// A check of the run failed.
  case checkFailed(String)
  /// A check that is asked for wasn't made of the run.
  case notChecked(String)

  /// Whether somebody who trusts the record may go without what this says.
  ///
  /// What is known to differ is never passed over, but for what the command stood on.
  public var isPassedByTrust: Bool {
    switch self {
    case .credentials, .piped, .wasPiped, .inputUnknown, .variable, .interpreter, .package, .machine, .hazard, .network,
      .notObserved, .lookupsUnknown:
      true
    case .neverRun, .neverFinished, .parameter, .standardInput, .standardOutput, .undeclaredInput, .undeclaredOutput,
      .inputChanged, .inputGone, .inputUnlisted, .appeared, .listingChanged, .removedIsBack, .startsRuns, .unsigned,
      .outputEdited, .outputOutside, .outputUnknown, .outputUnavailable, .outputDamaged,
      .outputFlagged, .checkFailed, .notChecked:
      false
    }
  }
}

/// Why a command isn't skipped.
public struct RerunDecision: Sendable {
  /// The component's name.
  public var component: String
  /// The run that came nearest: the latest of the same command that ended well, if there is one.
  public var run: RunID?
  /// The reasons, at least one; all of them only if they were asked for.
  public var reasons: [RerunReason]
}

/// A command that wasn't run, since an earlier run of it stands for what it would do.
public struct ReusedRun: Sendable {
  /// The earlier run.
  public var run: RunID
  /// The component's name.
  public var component: String
  /// When the earlier run ended.
  public var ended: Timestamp
  /// How many inputs it has.
  public var inputs: Int
  /// How many outputs it has.
  public var outputs: Int
  /// How many of them were put back.
  public var restored: Int
  /// What was passed over, since the record is trusted.
  public var passedOver: [RerunReason]
}

/// How far an earlier run may stand for a command.
public struct ReusePolicy: Hashable, Sendable {
  /// Whether a record counts that doesn't prove that nothing changed.
  public var trustsRecords: Bool
  /// Whether all reasons against skipping are wanted, or only the first.
  public var findsAllReasons: Bool

  /// Takes the choices.
  public init(trustsRecords: Bool = false, findsAllReasons: Bool = false) {
    self.trustsRecords = trustsRecords
    self.findsAllReasons = findsAllReasons
  }
}

/// Whether an earlier run stands for a command.
public enum ReuseOutcome: Sendable {
  /// It does, and its outputs are there.
  case reused(ReusedRun)
  /// None does.
  case refused(RerunDecision)
}

/// What came of a command that is run only if it must be.
public enum CachedRun: Sendable {
  /// It wasn't run.
  case reused(ReusedRun)
  /// It was.
  case ran(RunReport)
}

/// What is to be told before a command that is run only if it must be.
public enum CachedRunNews: Sendable {
  /// The same command is being run by somebody else, whose end is waited for.
  case waiting
  /// The command is about to be run.
  case running(RerunDecision)
}
