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

  /// Keeps what anybody refers to.
  public init() {}
}

extension Workspace {
  /// Removes bytes that nobody refers to, and merges small packs.
  ///
  /// No fact is removed. Kept is what runs read or wrote, unless the request says of which runs; what lock files name, in work trees and in
  /// the commits that git keeps; and whatever was stored lately. Other processes may go on meanwhile.
  ///
  /// - Parameter progress: called with the bytes of packs rewritten and to rewrite; may throw to stop.
  /// - Throws: ``WorkspaceError/malformedLock(_:_:)``; `StorageError.busy` if another process does this; failures of git,
  ///   index and store.
  public func collect(
    _ request: CollectRequest, progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in }
  ) throws -> CollectionReport {
    if !request.isDryRun { try store.removeAbandonedTemporaries() }
    var retention = Retention()
    retention.includesDeleted = false
    retention.latestPerComponent = request.latestRuns
    retention.since = request.since
    let roots = ContentRoots(workspace: self, retention: retention, withHistory: !request.onlyTips)
    let options = CollectionOptions(grace: try request.grace ?? collectGrace(), isDryRun: request.isDryRun)
    return try store.collect(options, progress: progress) { try roots.find() }
  }

  private func collectGrace() throws -> Int64 {
    let setting = Setting.grace
    guard let value = try configuration.int(setting.rawValue) ?? Int(setting.defaultValue), value >= 0 else {
      throw WorkspaceError.malformedSetting(
        key: setting.rawValue, value: try configuration.string(setting.rawValue) ?? setting.defaultValue)
    }
    return Int64(value)
  }
}
