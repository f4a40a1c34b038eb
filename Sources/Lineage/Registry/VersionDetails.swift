internal import Journaling
public import LineageIndexing
internal import ObjectStorage

/// All that is known of a version.
public struct VersionDetails: Sendable {
  /// The version, with what it was made from.
  public var standing: ModelMoment.Standing
  /// The model.
  public var model: RegisteredModel
  /// How its review stands.
  public var review: ReviewStanding
  /// What of it and all it was made from is said to be wrong, by path, the latest word first.
  public var flagged: [OpenFlag]
  /// Whether the store has its bytes.
  public var isStored: Bool
}

/// Something that a version is, or was made from, of which somebody says that it is wrong, and nobody that it is settled.
public struct OpenFlag: Hashable, Sendable {
  /// Where the version, or a run behind it, had it: a folder, if a file in it is wrong.
  public var path: String
  /// What was said.
  public var flag: RecordedChange
}

extension Workspace {
  /// All that is known of a version.
  ///
  /// - Throws: ``ModelError``, if no version is named so; `SigningError`; failures of index and store.
  public func versionDetails(_ text: String, includesDeleted: Bool = false) throws -> VersionDetails {
    let named = try version(text, includesDeleted: includesDeleted)
    let artifact = named.version.artifact
    let isStored =
      try artifact.content.map { try artifact.kind == .tree ? store.containsTree($0) : store.containsFile($0) } ?? false
    return VersionDetails(
      standing: try standing(of: named.version), model: named.model, review: try reviewStanding(of: named),
      flagged: try openFlags(behind: named.version), isStored: isStored)
  }
}
