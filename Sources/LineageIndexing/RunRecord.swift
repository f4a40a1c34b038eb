public import Journaling
public import MLTBase

/// All that the journal says of one run, but for its files and its environment.
public struct RunRecord: Hashable, Sendable {
  /// The run.
  public var id: RunID
  /// The component's name.
  public var component: String
  /// The command and its arguments.
  public var command: [String]
  /// The working directory (``PathText``).
  public var directory: String
  /// Where git stood; nil outside a repository.
  public var git: GitState?
  /// The machine's host name.
  public var host: String
  /// Who started it.
  public var user: String
  /// The run it was started within.
  public var parent: RunID?
  /// Parameters given with the run or logged by it, the latest of each.
  public var parameters: [String: String]
  /// Tags given with the run or set later, the latest of each.
  public var tags: [String: String]
  /// The latest note.
  public var note: String?
  /// How the command ended.
  public var status: RunStatus
  /// The exit status; nil while running.
  public var exit: Int64?
  /// When it started.
  public var started: Timestamp
  /// When it ended; nil while running.
  public var ended: Timestamp?
  /// How accesses were learned; nil while running.
  public var evidence: Evidence?
  /// What it cost, if that is known.
  public var usage: RunUsage?
  /// What makes the record less than the whole truth: first those known at its end, then later ones.
  public var hazards: [Hazard]
  /// Paths that it removed, sorted.
  public var removed: [String]
  /// Whether it is left out of listings.
  public var isDeleted: Bool
  /// The SHA-256 of its canonical record, if that was noted.
  public var record: ContentID?
  /// The writer that recorded its start.
  public var writer: WriterID
  /// The latest value of each metric: that of the highest step, then time, then value.
  public var metricsLatest: [String: Double]
  /// How many inputs it has.
  public var inputCount: Int64
  /// How many outputs it has.
  public var outputCount: Int64
  /// The files that standard streams were redirected from and to.
  public var streams: RunStreams
  /// What it is called; nil if it has no name of its own.
  public var name: String?
  /// The experiment that it is a try of, if any.
  public var experiment: String?
  /// Which other tool recorded it; nil if mlt did.
  public var origin: RunOrigin?
}

/// What a listing shows of a run.
public struct RunSummary: Hashable, Sendable {
  /// The run.
  public var id: RunID
  /// The component's name.
  public var component: String
  /// The command and its arguments.
  public var command: [String]
  /// When it started.
  public var started: Timestamp
  /// When it ended; nil while running.
  public var ended: Timestamp?
  /// How the command ended.
  public var status: RunStatus
  /// The exit status; nil while running.
  public var exit: Int64?
  /// The commit of HEAD, if there was one.
  public var commit: String?
  /// The branch, if there was one.
  public var branch: String?
  /// Whether a tracked file differed from HEAD.
  public var isDirty: Bool
  /// Who started it.
  public var user: String
  /// The run it was started within.
  public var parent: RunID?
  /// The latest note.
  public var note: String?
  /// How many inputs it has.
  public var inputCount: Int64
  /// How many outputs it has.
  public var outputCount: Int64
  /// How long the command took, in microseconds; nil while it isn't known.
  public var wall: Int64?
  /// Tags given with the run or set later, the latest of each.
  public var tags: [String: String]
  /// The writer that recorded its start.
  public var writer: WriterID
  /// Whether its record is said to be signed; nothing was checked.
  public var isSigned: Bool
  /// What it is called; nil if it has no name of its own.
  public var name: String?
  /// The experiment that it is a try of, if any.
  public var experiment: String?
}
