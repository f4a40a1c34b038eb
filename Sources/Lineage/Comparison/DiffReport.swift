public import Journaling
public import MLTBase

/// What `mlt diff` is asked to compare.
public struct DiffRequest: Sendable {
  /// Versions (at most two, or one as `A..B`), then paths.
  public var arguments: [String]
  /// Paths alone.
  public var paths: [String]

  /// Whether to say how the contents of files differ.
  public var comparesContents = false
  /// Whether two arguments name two artifacts that are to be compared with each other, even where they are plain paths.
  public var isPair = false

  /// Takes the request.
  public init(arguments: some Sequence<String> = [], paths: some Sequence<String> = []) {
    self.arguments = Array(arguments)
    self.paths = Array(paths)
  }
}

/// How two versions of data differ.
public struct DiffReport: Sendable {
  /// One of the versions that are compared.
  public enum Side: Hashable, Sendable {
    /// What stands in the work tree.
    case workTree
    /// What the lock file says.
    case lock
    /// What a commit's lock file says, with the revision as it was named.
    case commit(String, revision: String)
    /// What a run read and wrote.
    case run(RunID)
    /// One artifact.
    case artifact(ArtifactRecord, ArtifactTarget.Version)
  }

  /// One of the things that are compared.
  public struct Section: Sendable {
    /// What is compared.
    public enum Subject: String, Sendable {
      /// Paths that are tracked.
      case tracked
      /// What runs wrote.
      case outputs
      /// What runs read.
      case inputs
      /// Two artifacts that were named.
      case artifacts
    }

    /// What is compared.
    public var subject: Subject
    /// What differs, sorted by path.
    public var differences: [FileDifference]
  }

  /// The earlier version.
  public var before: Side
  /// The later version.
  public var after: Side
  /// What was compared: tracked paths, or outputs and inputs of runs.
  public var sections: [Section]

  /// What else differs of two runs: parameters, packages, the command.
  public var conditions: [Cause.Subject] = []
  /// How the contents of files differ, where that was asked for.
  public var contents: [ContentReport] = []
  /// How many more files differ than were compared.
  public var uncompared = 0

  /// Whether the versions are alike.
  public var isEmpty: Bool { sections.allSatisfy(\.differences.isEmpty) && conditions.isEmpty }
}
