public import MLTBase

/// Which runs to list, and in which order; what isn't said doesn't narrow.
public struct RunQuery: Hashable, Sendable {
  /// How a run must have ended.
  public enum Outcome: Hashable, Sendable {
    /// With another status than 0, or by a signal that nobody typed.
    case failed
    /// In any way but with status 0.
    case unsuccessful
    /// With status 0.
    case succeeded
    /// After somebody interrupted it.
    case interrupted
    /// Not at all yet.
    case running
    /// With this status.
    case exit(Int64)
  }

  /// The component's name.
  public var component: String?
  /// The experiment that it is a try of.
  public var experiment: String?
  /// A path that the run read or wrote, itself or something below it (``PathText``); the root `.` doesn't narrow.
  public var path: String?
  /// How the run must have ended.
  public var outcome: Outcome?
  /// The earliest start.
  public var since: Timestamp?
  /// The first start that is too late.
  public var until: Timestamp?
  /// The most runs to list.
  public var limit: Int?
  /// Whether the latest start comes first.
  public var newestFirst = true
  /// The run it was started within.
  public var parent: RunID?
  /// A tag that the run must have.
  public var tag: String?
  /// The value that the tag must have; any, if nil.
  public var tagValue: String?
  /// Whether deleted runs are listed too.
  public var includesDeleted = false

  /// Makes a query for all runs, latest first.
  public init() {}
}
