public import MLTBase

/// What `mlt bisect` is asked to do.
public struct BisectRequest: Sendable {
  /// By what good is told from bad.
  public enum Decision: Sendable {
    /// A command, run in the scratch folder of the last run: 0 is good, 1 to 124 bad, 125 neither, nor is one that takes too long.
    case check([[UInt8]])
    /// A number that the last run makes.
    case metric(String, MetricRule)
  }

  /// How a number is judged.
  public enum MetricRule: Sendable {
    /// It is what it lies nearer to: the good run's number or the bad one's.
    case nearer
    /// It is good on the side of a bound on which the good run's number lies.
    case threshold(Double)
    /// It is good if it is the good run's number but for so much.
    case tolerance(Double)
  }

  /// The run that was right, or something that it made.
  public var good: String
  /// The run that was wrong.
  public var bad: String
  /// By what they are told apart; nil to say only what differs.
  public var decision: Decision?
  /// How often each mixture is tried; what most tries say counts.
  public var times = 1
  /// What becomes of packages that differ; `venv` mixes them.
  public var environment = RerunRequest.EnvironmentPolicy.warn
  /// Whether runs that are recorded just as a mixture wants them are made again nevertheless.
  public var isFresh = false
  /// Whether texts that are to blame are narrowed to the lines that are.
  public var narrowsTexts = true
  /// The folder in which scratch folders are made; nil for the one for temporary files.
  public var folder: String?
  /// How long each command may run, of runs and checks alike, until its mixture counts as neither good nor bad; nil: as
  /// long as it likes.
  public var timeout: Duration?
  /// Whether to go on where something speaks against making a run again.
  public var isForced = false
  /// Whether to put the scratch folder in the work tree's place where a command names it.
  public var relocates = false

  /// Asks what turned one run into the other.
  public init(good: String, bad: String) {
    self.good = good
    self.bad = bad
  }
}

/// Why nothing could be found out.
public enum BisectError: Error, Sendable {
  /// Both are the same run.
  case sameRun(RunID)
  /// The runs are of two components, which have nothing to mix.
  case otherComponents(RunID, String, RunID, String)
  /// Nothing differs that could be mixed; what differs beside.
  case nothingDiffers([BisectObstacle])
  /// What was made with all as in the good run isn't good; what was seen.
  case notGood(String)
  /// What was made with all as in the bad run isn't bad; what was seen.
  case notBad(String)
  /// Of a pipeline made again as it was nobody can tell whether it is good; why.
  case untold(isGood: Bool, String)
  /// The last run makes no such number.
  case noMetric(String, RunID)
  /// Several files hold such a number.
  case ambiguousMetric(String, [String])
  /// Both runs have the same number.
  case equalMetrics(String, Double)
  /// The bound doesn't lie between the two runs' numbers.
  case uselessBound(Double, good: Double, bad: Double)
  /// The check ended with a status that says nothing of good and bad.
  case checkFailed(exit: Int32)
  /// Somebody interrupted it; what was made up to then is gone.
  case interrupted
}
