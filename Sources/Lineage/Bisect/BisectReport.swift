public import LineageIndexing
public import MLTBase

/// What there is to mix, and what came of it.
public struct BisectReport: Sendable {
  /// What a mixture turned out to be.
  public enum Verdict: String, Sendable {
    /// As the good run.
    case good
    /// As the bad run.
    case bad
    /// Neither can be said.
    case unresolved
  }

  /// One mixture that was tried.
  public struct Try: Sendable {
    /// Its number, from 1.
    public var number: Int
    /// The differences that were as in the bad run; all others were as in the good one.
    public var applied: [Int]
    /// Of a file that was mixed line by line, how many of its hunks were as in the bad run; nil for whole files.
    public var hunks: BisectHunks?
    /// What came of it.
    public var verdict: Verdict
    /// What was seen: an exit status, a number, why it couldn't be made.
    public var seen: String
    /// The number, if one was asked for.
    public var value: Double?
    /// How many runs were made for it.
    public var made: Int
    /// How many weren't, since they were known already.
    public var known: Int
    /// Of those that were tried several times, how many were good and bad; nil for one.
    public var counts: (good: Int, bad: Int)?
  }

  /// Two runs that stand in the same place.
  public struct Stage: Sendable {
    /// The component.
    public var component: String
    /// The run of the good pipeline.
    public var good: RunID
    /// The run of the bad one.
    public var bad: RunID
    /// Whether mixtures make it anew; the others are alike, or taken as they are recorded.
    public var isMixed: Bool
  }

  /// The run that was right.
  public var good: RunRecord
  /// The run that was wrong.
  public var bad: RunRecord
  /// The runs of both, those first that others read from.
  public var stages: [Stage]
  /// What differs and can be taken from either.
  public var differences: [BisectDifference]
  /// What differs besides.
  public var obstacles: [BisectObstacle]
  /// What may make the runs come out otherwise in any case.
  public var doubts: [RunID: [RerunDoubt]]
  /// What was tried, in order.
  public var tries: [Try] = []
  /// The numbers of the smallest set of differences that was found to turn good into bad; nil if nothing was tried.
  public var cause: [Int]?
  /// Those of it of which nobody can tell whether they are needed.
  public var undecided: [Int] = []
  /// Where the cause is a text, the lines of it that are enough.
  public var hunks: [BisectHunk] = []
  /// What comes of all else as in the bad run, without the cause; nil if the cause is all there is.
  public var without: Verdict?
  /// How long it took, in microseconds.
  public var wall: Int64 = 0

  /// The most mixtures that may have to be tried.
  public var tryLimit: Int { DeltaDebugging.limit(of: differences.count) + 3 }
}

/// How many of a file's hunks a mixture took from the bad version.
public struct BisectHunks: Hashable, Sendable {
  /// The number of the difference that the file is.
  public var difference: Int
  /// How many it took.
  public var applied: Int
  /// How many there are.
  public var count: Int
}

/// What somebody who waits is told.
public enum BisectNews: Sendable {
  /// Something may make a run come out otherwise in any case.
  case doubt(RunID, RerunDoubt)
  /// A mixture is going to be made.
  case trying(number: Int, applied: [BisectDifference], of: Int, hunks: BisectHunks?)
  /// A run begins.
  case running(component: String, folder: String)
  /// A virtual environment is being made, with so many packages.
  case makingEnvironment(packages: Int)
  /// What came of a mixture.
  case tried(BisectReport.Try)
}
