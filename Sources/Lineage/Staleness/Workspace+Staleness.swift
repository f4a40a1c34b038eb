internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// How many runs of one lineage are looked at, the nearest first.
  static let staleLimit = 1000

  /// Judges the runs of a lineage that was followed upwards.
  func staleness(of nodes: some Collection<Trace.Node>, _ finder: OriginFinder) throws -> [RunID: Staleness] {
    if nodes.isEmpty { return [:] }
    let catalog = try makeCatalog()
    // A lock file that can't be read is told where it matters.
    let lock = (try? readLock()) ?? LockFile()
    let present = PresentContents(index: try index, catalog: catalog, lock: lock, store: try store)
    let check = FreshnessCheck(
      index: try index, finder: finder, present: present, limits: AgeLimits(configuration))
    let found = try check.judge(Array(nodes.prefix(Self.staleLimit)))
    try catalog.remember()
    return found
  }

  /// Judges runs by all that lies behind them.
  func staleness(of runs: [RunID], _ finder: OriginFinder) throws -> [RunID: Staleness] {
    var walk = TraceWalk(index: try index, finder: finder, depth: nil)
    walk.limit = Self.staleLimit
    return try staleness(of: walk.up(fromRuns: runs), finder)
  }
}
