public import MLTBase

/// A registered model of MLflow's.
public struct TrackedModel: Sendable {
  /// One of its versions.
  public struct Version: Sendable {
    /// Its number.
    public var number: Int64
    /// When it was registered.
    public var created: Timestamp?
    /// When something of it last changed; of its moves between stages nothing else is known.
    public var updated: Timestamp?
    /// What is said of it.
    public var summary: String?
    /// Who registered it.
    public var user: String?
    /// The stage that it is in.
    public var stage: String?
    /// What it was registered from: a URI, a path, or a logged model as `models:/m-…`.
    public var source: String?
    /// Where its files are, if that isn't what it was registered from.
    public var location: String?
    /// The run that made it.
    public var run: String?
    /// Its tags.
    public var tags: [String: String] = [:]

    /// Whether it was deleted: it stays in the store, in a stage of this name.
    public var isDeleted: Bool { stage == "Deleted_Internal" }
  }

  /// Its name.
  public var name: String
  /// What is said of it.
  public var summary: String?
  /// Its tags.
  public var tags: [String: String] = [:]
  /// The version numbers that aliases mean.
  public var aliases: [String: Int64] = [:]
  /// Its versions, by number.
  public var versions: [Version] = []
  /// Those that were deleted.
  public var deleted: [Version] = []
  /// Whether all that there is of it could be read.
  public var isWhole = true

  /// Whether it is a prompt, which MLflow keeps among its models.
  public var isPrompt: Bool { tags["mlflow.prompt.is_prompt"]?.lowercased() == "true" }
}
