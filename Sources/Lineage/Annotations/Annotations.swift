public import Journaling
public import LineageIndexing

/// What holds of all that was said of an artifact by hand.
public struct Annotations: Sendable {
  /// The tags.
  public var tags: [String: String] = [:]
  /// The note, in Markdown.
  public var note: String?
  /// The flag, if it is said to be wrong.
  public var flag: RecordedChange?

  /// Nothing was said.
  public init() {}

  /// Takes what holds of a subject's changes.
  init(_ changes: [RecordedChange]) {
    for change in changes where change.isLatest {
      switch change.field {
      case .tag: tags[change.name] = change.value
      case .note: note = change.value
      case .flag: flag = change.value == nil ? nil : change
      case .summary, .owner, .tags, .deleted, .label, .retraction, .checks: break
      }
    }
  }
}

/// Which artifacts are said to be wrong.
public struct FlagMarks: Sendable {
  /// The flags, the latest first.
  public let flags: [RecordedChange]
  private let bySubject: [Subject: RecordedChange]
  /// Flagged files in trees, by the trees.
  var within: [ArtifactRecord: [RecordedChange]] = [:]

  /// Takes flags that hold; none by default.
  public init(_ flags: [RecordedChange] = []) {
    self.flags = flags
    bySubject = Dictionary(flags.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The flag on an artifact.
  public func flag(on artifact: ArtifactRecord) -> RecordedChange? {
    flags.isEmpty ? nil : bySubject[Subject(artifact)]
  }

  /// The flags on files in a tree, as far as the tree was among the artifacts that the marks were asked for.
  public func flags(within tree: ArtifactRecord) -> [RecordedChange] { within[tree] ?? [] }
}
