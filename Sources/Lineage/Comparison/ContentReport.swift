public import ContentComparison
public import Journaling

/// Two versions of an artifact, and how their contents differ.
public struct ContentReport: Sendable {
  /// The path, of two the later one's.
  public var path: String
  /// The earlier version; nil if there is none.
  public var before: ArtifactRecord?
  /// The later version; nil if there is none.
  public var after: ArtifactRecord?
  /// How the contents differ; nil where they are the same, or can't be compared.
  public var changes: ContentChanges?
  /// Of two folders, the files that differ.
  public var files: [FileDifference] = []
  /// Why they couldn't be compared: a lower-case phrase.
  public var gap: String?

  /// Whether both have the same content.
  public var isSame: Bool {
    guard let before, let after else { return before == nil && after == nil }
    return before.content != nil && before.content == after.content && before.kind == after.kind
  }
}
