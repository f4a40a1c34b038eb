public import Journaling
public import MLTBase
public import Pipelines

/// Why a stage isn't up to date.
public enum StageReason: Hashable, Sendable {
  /// How a file differs from what the stage's run had there.
  public enum Change: String, Hashable, Sendable {
    /// It has other content.
    case modified
    /// It isn't there any more.
    case deleted
    /// The run hadn't got it.
    case new
    /// What the run had isn't known.
    case unknown
  }

  /// How something that has a value differs.
  public struct Values: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// What it was for the run; nil if it wasn't there.
    public var before: String?
    /// What it is; nil if it isn't there.
    public var now: String?
  }

  /// The stage was never run to a good end.
  case neverRun
  /// The latest run of what is declared now ended badly.
  case failed(RunStatus)
  /// The stage is to run whenever it is asked for.
  case alwaysRuns
  /// It is to run though nothing changed.
  case forced
  /// The command is another.
  case command(before: [String], now: [String])
  /// It is run in another folder.
  case folder(before: String, now: String)
  /// A parameter has another value.
  case parameter(file: String, Values)
  /// Parameters have other values, of which the run's weren't noted.
  case parameters
  /// A parameter that it takes, or its file, isn't there.
  case missingParameter(file: String, key: String?)
  /// Data that it reads changed.
  case dependency(path: String, Change)
  /// Code that it reads, or another file that git tracks, changed.
  case code(path: String, Change)
  /// An interpreter or package has another version.
  case package(Values)
  /// A recorded environment variable differs.
  case variable(Values)
  /// Something made the run's record less than the whole truth.
  case hazard(Hazard)
  /// The run isn't signed as the settings demand.
  case unsigned
  /// An output isn't as the run left it.
  case output(path: String, Change)
  /// An output's bytes are to be had from nowhere.
  case unavailable(path: String)
  /// An output is said to be wrong.
  case flagged(path: String)
  /// A check of the run failed.
  case checkFailed(String)
  /// A stage that it depends on isn't up to date.
  case upstream(StageID)
}

/// Whether a stage is up to date.
public struct StageState: Hashable, Sendable {
  /// What is to be done about it.
  public enum Verdict: String, Hashable, Sendable {
    /// Nothing.
    case upToDate = "up to date"
    /// An earlier run stands for it; only its outputs have to be put back.
    case restorable
    /// It has to run.
    case stale
    /// Nothing, whatever it depends on.
    case frozen
  }

  /// The stage.
  public var stage: StageID
  /// What is to be done.
  public var verdict: Verdict
  /// The run that stands for the stage; if none does, the one that came nearest.
  public var run: RunID?
  /// Why it isn't up to date.
  public var reasons: [StageReason] = []
  /// What the run read or wrote that isn't declared.
  public var undeclared: [UndeclaredAccess] = []
}

/// Something that a stage's run read or wrote and that the stage doesn't declare.
public struct UndeclaredAccess: Hashable, Sendable {
  /// The path.
  public var path: String
  /// Whether it was written, not only read.
  public var isOutput: Bool
  /// The stage that makes it.
  public var producer: StageID?
}
