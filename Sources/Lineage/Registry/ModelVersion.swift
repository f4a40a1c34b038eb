public import Journaling
public import MLTBase

/// One version of a registered model, as the facts have it.
public struct ModelVersion: Hashable, Sendable {
  /// What somebody said of whether it may be used.
  public struct Review: Hashable, Sendable {
    /// When it was written down, as it counts.
    public var at: Timestamp
    /// What was said.
    public var fact: ModelReviewed

    /// When it was said.
    public var said: Timestamp { fact.at ?? at }
  }

  /// What it is known by for good: the id of the event that registered it.
  public var id: ContentID
  /// The number that it was given.
  public var number: Int64
  /// Whether another version was given the number, too, in another clone.
  public var sharesNumber: Bool
  /// Where the artifact stood when it was registered, and its content.
  public var artifact: ArtifactRecord
  /// The run that made it, if one is known.
  public var run: RunID?
  /// When it was registered, as it counts.
  public var registered: Timestamp
  /// Who registered it, and why.
  public var said: Attribution
  /// Which other tool had it, if one did.
  public var origin: RunOrigin?
  /// What is said of it, in Markdown.
  public var summary: String?
  /// Its tags.
  public var tags: [String: String]
  /// The stage that it is in.
  public var stage: ModelStage
  /// Since when it is in the stage.
  public var stageSince: Timestamp
  /// The aliases that mean it, sorted by their bytes.
  public var aliases: [String]
  /// Whether it was deleted.
  public var isDeleted: Bool

  /// What people call it by: its number, with the beginning of its id behind if another version has the number, too.
  public var label: String { sharesNumber ? "\(number)-\(id.hex.prefix(Self.suffixLength))" : String(number) }

  /// How many digits of an id tell versions of one number apart.
  static let suffixLength = 8
  /// The fewest digits of an id that a version may be called by, behind its number.
  public static let leastSuffix = 6
}

/// One thing that happened to a model.
public struct ModelEvent: Hashable, Sendable {
  /// What happened.
  public enum Kind: Hashable, Sendable {
    /// The first thing was said of it.
    case created
    /// A version was registered.
    case registered
    /// A version went from one stage to another.
    case moved(from: ModelStage, to: ModelStage, isRollback: Bool)
    /// A version was to go to a stage by somebody who didn't know that it, or the model, was deleted.
    case refused(ModelStage)
    /// A version left its stage because another one took its place.
    case displaced(from: ModelStage, by: ContentID)
    /// An alias came to mean a version, instead of the other one if it meant one before.
    case aliased(String, before: ContentID?)
    /// An alias means no version any more.
    case unaliased(String)
    /// A description was given or taken away, of the version or of the model.
    case described
    /// Tags were set or taken away, of the version or of the model.
    case tagged(set: [String: String], removed: [String])
    /// The version, or the model, was deleted.
    case deleted
    /// It is there again.
    case restored
    /// A review was asked for, or made.
    case reviewed(ModelReviewed.Verdict, reviewers: [String])
    /// Candidates were compared.
    case decided(ModelDecided)
  }

  /// When it was so, as it counts.
  public var at: Timestamp
  /// The version that it is about; nil for the model as a whole.
  public var version: ContentID?
  /// What happened.
  public var kind: Kind
  /// Who did it, and why.
  public var said: Attribution
  /// Who wrote it down.
  public var writer: WriterID
}
