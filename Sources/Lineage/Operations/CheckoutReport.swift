public import Journaling

/// What `mlt checkout` did, or would do.
public struct CheckoutReport: Sendable {
  /// One file, link or folder that was written or removed.
  public struct Change: Hashable, Sendable {
    /// What was done to it.
    public enum Action: String, Sendable {
      /// It was written; of a folder, with all in it.
      case write
      /// Its executable bit was set or taken.
      case mode
      /// It was removed.
      case remove
    }

    /// What was done.
    public var action: Action
    /// The path.
    public var path: WorkPath
    /// The tracked path that it belongs to.
    public var tracked: WorkPath
    /// How many files and links were written or removed.
    public var count: Int64
  }

  /// The tracked paths of which something was written or removed, sorted.
  public var restored: [ArtifactRecord] = []
  /// Paths that were tracked before, aren't now, and were removed; sorted.
  public var removed: [WorkPath] = []
  /// What was done, file by file, in the order of the tracked paths.
  public var changes: [Change] = []
  /// How many paths had the right content already.
  public var unchanged = 0
  /// Paths of which the bytes were purged, and that therefore weren't restored; sorted.
  public var purged: [WorkPath] = []
  /// Tracked paths that were asked for and can't be restored, since their bytes never were here; sorted.
  public var absent: [AbsentEntry] = []
}

extension CheckoutReport.Change {
  /// Says what a step of a plan does; nil for a folder that is removed, which follows from what was in it.
  init?(_ step: RestorePlan.Step, of entry: LockEntry) {
    switch step {
    case .file(let file, _), .link(let file): self.init(action: .write, path: file.path, tracked: entry.path, count: 1)
    case .tree(let tree):
      self.init(action: .write, path: tree.path, tracked: entry.path, count: tree.count)
    case .mode(let file): self.init(action: .mode, path: file.path, tracked: entry.path, count: 1)
    case .remove(let path): self.init(action: .remove, path: path, tracked: entry.path, count: 1)
    case .removeFolder: return nil
    }
  }
}
