public import Journaling
public import MLTBase

/// One thing that was said of a run, an artifact, a component or a label, whether it still holds or not.
public struct RecordedChange: Hashable, Sendable {
  /// What was said something about.
  public enum Field: Int64, Hashable, Sendable, CaseIterable {
    /// A tag of a run or artifact, with its name.
    case tag = 0
    /// The note of a run or artifact.
    case note = 1
    /// Whether an artifact is wrong.
    case flag = 2
    /// What a component does.
    case summary = 3
    /// Who answers for a component.
    case owner = 4
    /// All tags of a component, as a JSON array.
    case tags = 5
    /// Whether a run is left out of listings.
    case deleted = 6
    /// A label of an artifact, with its name.
    case label = 10
    /// Whether what carries a label isn't to be used any more.
    case retraction = 11
    /// All checks of a component, as a JSON object.
    case checks = 12
  }

  /// What it was said of.
  public var subject: Subject
  /// What was said something about.
  public var field: Field
  /// A tag's name; empty for other fields.
  public var name: String
  /// The new value, empty where none is needed; nil if it was taken away.
  public var value: String?
  /// Why.
  public var why: String?
  /// Who said so.
  public var user: String?
  /// When.
  public var at: Timestamp
  /// The time by which it counts among others (``Attribution/order(at:)``).
  public var order: Timestamp
  /// The writer that recorded it.
  public var writer: WriterID
  /// Of an artifact, what was named.
  public var artifact: NamedArtifact?
  /// Whether it holds: no other one counts later.
  public var isLatest: Bool

  /// The value of a flag that was closed.
  static let closed = "closed"

  /// Whether it is a flag whose review was closed: the artifact is wrong, and nothing is left to do about it.
  public var isClosed: Bool { field == .flag && value == Self.closed }
}

/// An artifact as somebody named it by hand.
public struct NamedArtifact: Hashable, Sendable {
  /// The path (``PathText``) or URI.
  public var path: String
  /// What stood there.
  public var kind: ArtifactRecord.Kind
  /// Its content; nil if that isn't known.
  public var content: ContentID?
  /// Its size in bytes.
  public var size: Int64
}
