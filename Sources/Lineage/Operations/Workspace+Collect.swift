internal import GitAccess
internal import LineageIndexing
public import MLTBase
public import ObjectStorage

/// What `mlt gc` is asked to keep.
public struct CollectRequest: Sendable {
  /// Whether to say only what would be removed.
  public var isDryRun = false
  /// How many runs of each component keep their bytes; nil for all.
  public var latestRuns: Int?
  /// Since when a run must have started to keep its bytes; nil for any time.
  public var since: Timestamp?
  /// Whether only the newest commit of each branch, tag and stash entry keeps what its lock file names.
  public var onlyTips = false
  /// For how many seconds nothing that was stored is removed; nil for the setting.
  public var grace: Int64?
  /// What is removed although it is wanted, since other stores have it: pointers.
  public var dropped: [String] = []
  /// Whether copies elsewhere are neither counted nor asked for.
  public var isForced = false

  /// Keeps what anybody refers to.
  public init() {}
}

/// What `mlt gc` did.
public struct CollectOutcome: Sendable {
  /// What was removed and merged.
  public var report: CollectionReport
  /// How many contents stayed, since too few other stores have them.
  public var heldBack: Int
}

extension Workspace {
  /// Removes bytes that nobody refers to, and merges small packs.
  ///
  /// No fact is removed. Kept is what runs read or wrote, unless the request says of which runs; what lock files name, in work trees and in
  /// the commits that git keeps; whatever was stored lately; and what facts name and fewer than `store.minCopies` remotes have,
  /// if that is set. Other processes may go on meanwhile.
  ///
  /// - Parameter progress: called with the bytes of packs rewritten and to rewrite; may throw to stop.
  /// - Throws: ``WorkspaceError/tooFewCopies(_:wanted:unreachable:)`` if something is to be dropped that too few remotes have;
  ///   ``WorkspaceError/malformedLock(_:_:)``; `StorageError.busy` if another process does this; what pointers throw; failures of git,
  ///   index and store.
  public func collect(
    _ request: CollectRequest, progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in }
  ) throws -> CollectOutcome {
    if !request.isDryRun { try store.removeAbandonedTemporaries() }
    var retention = Retention()
    retention.includesDeleted = false
    retention.latestPerComponent = request.latestRuns
    retention.since = request.since
    let roots = ContentRoots(workspace: self, retention: retention, withHistory: !request.onlyTips)
    var options = CollectionOptions(grace: try request.grace ?? collectGrace(), isDryRun: request.isDryRun)
    options.purged = try purgedContents()
    // What is named is to go, however little it is of a pack.
    if !request.dropped.isEmpty { options.wasteThreshold = 0 }
    let dropped = try request.isForced ? contents(of: request.dropped) : safelyDropped(request)
    let heldBack = try request.isForced ? [] : tooRare(beside: roots)
    let report = try store.collect(options, progress: progress) {
      try roots.find().union(heldBack).subtracting(dropped)
    }
    return CollectOutcome(report: report, heldBack: heldBack.count)
  }

  // MARK: Copies

  private func safelyDropped(_ request: CollectRequest) throws -> Set<ContentID> {
    let dropped = try contents(of: request.dropped)
    if dropped.isEmpty { return [] }
    // Whoever drops relies on another copy, whatever the setting.
    let wanted = max(1, try leastCopies())
    let (rare, unreachable) = try rareContents(among: dropped, copies: wanted)
    guard rare.isEmpty else {
      let names = try request.dropped.filter { try !rare.isDisjoint(with: contents(of: [$0])) }
      throw WorkspaceError.tooFewCopies(names, wanted: wanted, unreachable: unreachable)
    }
    return dropped
  }

  // What facts name and this collection would remove, although too few remotes have it.
  private func tooRare(beside roots: ContentRoots) throws -> Set<ContentID> {
    let wanted = try leastCopies()
    guard wanted > 0 else { return [] }
    let kept = try roots.find()
    var retention = Retention()
    retention.includesDeleted = false
    var losing: Set<ContentID> = []
    try index.forEachContent(keptBy: retention) { reference in
      if !kept.contains(reference.content) { losing.insert(reference.content) }
      return true
    }
    let store = try store
    losing = try losing.filter { try store.contains($0) }
    return try rareContents(among: losing, copies: wanted).rare
  }

  private func leastCopies() throws -> Int { try number(.minimalCopies) }

  private func collectGrace() throws -> Int64 { Int64(try number(.grace)) }

  private func number(_ setting: Setting) throws -> Int {
    guard let value = try configuration.int(setting.rawValue) ?? Int(setting.defaultValue), value >= 0 else {
      throw WorkspaceError.malformedSetting(
        key: setting.rawValue, value: try configuration.string(setting.rawValue) ?? setting.defaultValue)
    }
    return value
  }
}
