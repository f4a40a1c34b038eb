public import Journaling
public import MLTBase

/// A place in the facts that names a content.
public struct ContentReference: Hashable, Sendable {
  /// As what the content is named.
  public enum Role: Int64, Hashable, Sendable, CaseIterable {
    /// A run read it.
    case input = 0
    /// A run wrote it.
    case output = 1
    /// It is what stood at the path before a run changed it.
    case before = 2
    /// It was put under mlt's care by hand.
    case added = 3
    /// It is a file of predictions that was logged.
    case logged = 4
  }

  /// The content.
  public var content: ContentID
  /// As what it is named.
  public var role: Role
  /// What stands at the path; of a content before a change, what stood there after it.
  public var kind: ArtifactRecord.Kind
  /// The path (``PathText``).
  public var path: String
  /// The run; nil for what was added by hand, and for logs of predictions.
  public var run: RunID?
  /// The run's component; nil where there is no run, and while the run's start isn't known.
  public var component: String?
  /// When the run started, or the artifact was added or logged; nil while the run's start isn't known.
  public var started: Timestamp?
  /// Whether the store had the bytes when this was recorded; of a content before a change that isn't noted.
  public var isStored: Bool
  /// Whether the run is deleted.
  public var isDeleted: Bool
}

/// Which runs keep their contents; what isn't said doesn't narrow.
public struct Retention: Hashable, Sendable {
  /// Whether deleted runs keep theirs too.
  public var includesDeleted = true
  /// How many runs of each component keep theirs, latest starts first.
  public var latestPerComponent: Int?
  /// The start from which on runs keep theirs.
  public var since: Timestamp?

  /// All runs keep their contents.
  public init() {}
}
