public import DVCProjects
public import Journaling

/// What `mlt import dvc` is asked to do.
public struct DVCImportRequest: Sendable {
  /// A folder in the DVC project; nil for the working directory.
  public var folder: String?
  /// Whether lines of the lock file that say something else are replaced.
  public var isForced: Bool
  /// Whether only to find out what would be done.
  public var isTrial: Bool

  /// Takes the request.
  public init(folder: String? = nil, isForced: Bool = false, isTrial: Bool = false) {
    self.folder = folder
    self.isForced = isForced
    self.isTrial = isTrial
  }
}

/// What `mlt import dvc` found and did.
public struct DVCImportReport: Sendable {
  /// What became of an output.
  public enum Outcome: String, Sendable {
    /// Its bytes are stored and its content is in the lock file.
    case imported
    /// The lock file had this content already.
    case unchanged
    /// Its bytes are not to be had; the lock file has DVC's name for them.
    case absent
    /// The lock file has other content, which stays.
    case conflict
  }

  /// Where bytes came from.
  public enum Provider: String, Sendable, CaseIterable {
    /// DVC's cache.
    case cache
    /// The work tree.
    case workTree = "work tree"
    /// Of a folder, some from each.
    case both = "cache and work tree"
  }

  /// One output.
  public struct Item: Sendable {
    /// The path.
    public var path: WorkPath
    /// What DVC's files say of it.
    public var output: DVCOutput
    /// What became of it.
    public var outcome: Outcome
    /// Where the bytes came from; nil if they aren't to be had.
    public var provider: Provider?
    /// What it is in mlt's own terms; nil if the bytes aren't to be had.
    public var artifact: ArtifactRecord?
    /// The files of a folder that aren't to be had, by their path from it, where its listing is known; sorted.
    public var missing: [String] = []
  }

  /// The DVC project's root.
  public var root: WorkPath
  /// The outputs, sorted by path.
  public var items: [Item] = []
  /// Outputs that git keeps, sorted.
  public var leftToGit: [WorkPath] = []
  /// The stages that have run.
  ///
  /// Of their runs nobody saw anything, so that none is recorded.
  public var stages: [DVCStage] = []
  /// What couldn't be taken, or was found damaged.
  public var problems: [DVCProblem] = []
  /// Whether nothing was done.
  public var isTrial: Bool

  /// Whether the lock file and DVC's files contradict each other.
  public var hasConflicts: Bool { items.contains { $0.outcome == .conflict } }
}
