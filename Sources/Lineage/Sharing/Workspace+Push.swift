internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
public import Remotes
internal import SystemPackage

/// What to push, and to where.
public struct PushRequest: Sendable {
  /// Which bytes go with the facts.
  public enum Scope: Sendable {
    /// What the lock file names, what the runs on the current branch read and wrote, and what is registered as a model's version.
    case branch
    /// What any run or lock file refers to.
    case everything
    /// What some runs read and wrote: pointers.
    case runs([String])
  }

  /// The remote's name; nil for the default one.
  public var remote: String?
  /// Which bytes go with the facts, which all go.
  public var scope = Scope.branch
  /// Whether only to find out what would be sent.
  public var isDryRun = false

  /// Asks for the current branch, to the default remote.
  public init() {}
}

/// What a push did.
public struct PushOutcome: Sendable {
  /// The remote's name.
  public var remote: String
  /// What was sent.
  public var report: PushReport
  /// Tracked paths whose bytes aren't in this clone's store.
  public var unsent: [String]
  /// What became of bytes that were purged.
  public var purged = PurgedBytes()
}

extension Workspace {
  /// Sends bytes that a remote lacks, then all facts that it lacks.
  ///
  /// What was purged isn't sent, also if only the remote knows of it.
  ///
  /// - Throws: what reaching the remote throws; ``WorkspaceError/malformedLock(_:_:)``; ``WorkspaceError/unknownPointer(_:similar:)``.
  public func push(_ request: PushRequest) throws -> PushOutcome {
    let connection = try connect(to: request.remote)
    // Before what refers to bytes is looked for, so that no fact goes before its bytes.
    let extent = try journal.extent()
    try index.catchUp(journal)
    let lock = try readLock()
    let store = try store
    var search: BranchContents?
    // Of what a run read not everything was ever stored.
    let wanted: Set<ContentID>
    switch request.scope {
    case .branch:
      let branch = try BranchContents(
        repository?.head().branch, extent: extent, index: index, journal: journal, store: store)
      wanted = try branch.find(since: sharing(connection.name) { try connection.remote.mark(branch.label) })
        .union(storedPredictionLogs()).union(registeredContents().filter { try store.contains($0) })
      search = branch
    case .everything:
      wanted = try ContentRoots(workspace: self, retention: Retention(), withHistory: true).find()
        .filter { try store.contains($0) }
    case .runs(let pointers):
      let named = try pointers.flatMap { try index.contents(of: run(of: $0)) }
      wanted = try Set(named).filter { try store.contains($0) }
    }
    let withheld = try withheld(from: connection.name)
    let locked = Set(lock.entries.map(\.content)).subtracting(withheld)
    let (report, purged) = try sendUnpurged(
      wanted.subtracting(withheld).union(locked), over: connection, through: extent, isDryRun: request.isDryRun)
    // What is tracked is looked at each time; what was held back may be wanted again.
    if let search, !request.isDryRun, report.problems.isEmpty, purged.heldBack.isEmpty,
      locked.isSuperset(of: report.missing)
    {
      try sharing(connection.name) { try connection.remote.keep(search.mark, search.label) }
    }
    let missing = Set(report.missing)
    let present = try report.missing.isEmpty ? [] : connection.held(missing, self)
    return PushOutcome(
      remote: connection.name, report: report,
      // What was purged on account of a label that may be used again hasn't come back by that.
      unsent: try lock.entries.filter { entry in
        try missing.contains(entry.content) && !present.contains(entry.content) && purgeLabel(of: entry.content) == nil
      }.map(\.path.text),
      purged: purged)
  }
}

extension RemoteConnection {
  /// Those of some contents that the remote has.
  func held(_ contents: some Sequence<ContentID>, _ workspace: Workspace) throws -> Set<ContentID> {
    try workspace.sharing(name) { try remote.contains(contents, using: workspace.store) }
  }
}
