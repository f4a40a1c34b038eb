/// What came of restoring tracked files after git had checked out another commit.
public struct FollowReport: Sendable {
  /// Why a tracked path wasn't restored.
  public enum Reason: Sendable {
    /// It, or something in it, has content that isn't stored and would be lost; the paths.
    case unsaved([String])
    /// Its bytes are to be had neither here nor from the default remote.
    case unavailable
    /// Something stands where a folder must be.
    case inTheWay(String)
    /// Its bytes never were here to be given a content id.
    case absent
  }

  /// What was restored and removed.
  public var report: CheckoutReport
  /// The tracked paths that somebody must see to, sorted.
  public var left: [(path: WorkPath, reason: Reason)]
}
