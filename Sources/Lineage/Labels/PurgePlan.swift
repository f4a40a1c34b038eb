public import MLTBase

/// What purging a label's contents deletes, and what it can't.
public struct PurgePlan: Sendable {
  /// A file's content that goes.
  public struct File: Hashable, Sendable {
    /// The content.
    public var content: ContentID
    /// Its size in bytes.
    public var size: Int64
    /// A path that had it.
    public var path: String
  }

  /// Why a content stays though a run made it of what carries the label.
  public enum Reason: Hashable, Sendable {
    /// This run made the same of other things.
    case madeBy(RunID)
    /// It stood at this path before any run made it of what carries the label.
    case older(path: String)
    /// It is so short that it is alike by chance.
    case short
  }

  /// A content that stays though it was made of what carries the label.
  public struct Spared: Hashable, Sendable {
    /// The content.
    public var content: ContentID
    /// A path that had it.
    public var path: String
    /// Why it stays.
    public var reason: Reason
  }

  /// The label.
  public var label: LabelSummary
  /// What goes, sorted by path.
  public var files: [File] = []
  /// What stays, sorted by path.
  public var spared: [Spared] = []
  /// The files of the work tree that have such content, sorted.
  public var inWorkTree: [WorkPath] = []
  /// The paths of which git has such content, which only rewriting its history takes away; sorted.
  public var inGit: [String] = []

  /// The contents that go.
  public var contents: Set<ContentID> { Set(files.map(\.content)) }
  /// How many bytes these are, each content once.
  public var size: Int64 {
    files.reduce(0) { sum, file in
      let (total, overflows) = sum.addingReportingOverflow(file.size)
      return overflows ? .max : total
    }
  }
}

/// What is done about contents that carry a retracted label.
public struct PurgeRequest: Sendable {
  /// The label.
  public var label: String
  /// Whether only to find out what would be done.
  public var isDryRun = false
  /// Asked whether the files of the work tree go; they stay if nobody can be asked.
  public var removesFiles: @Sendable ([WorkPath]) -> Bool = { _ in false }

  /// Takes the label.
  public init(_ label: String) {
    self.label = label
  }
}

/// What purging did.
public struct PurgeReport: Sendable {
  /// What became of a remote's copies.
  public struct Remote: Sendable {
    /// The remote's name.
    public var name: String
    /// How many packs were deleted, or would be.
    public var packs = 0
    /// Why not all is gone from it, as far as is known; nil if nothing stands in the way.
    public var problem: String?
  }

  /// What was to go.
  public var plan: PurgePlan
  /// The bytes by which the store has become smaller, or would.
  public var bytesFreed: Int64 = 0
  /// What is still in the store, since other files have the same bytes in them, or damage hides what is wanted; sorted.
  public var remaining: [PurgePlan.File] = []
  /// Whether nothing was removed from the store because damage hides what is still wanted.
  public var wasHinderedByDamage = false
  /// The files that were removed from the work tree; sorted.
  public var removed: [WorkPath] = []
  /// What became of each remote.
  public var remotes: [Remote] = []

  /// Whether no copy is left that mlt knows of and can delete.
  public var isComplete: Bool {
    remaining.isEmpty && removed.count == plan.inWorkTree.count && remotes.allSatisfy { $0.problem == nil }
  }
}
