internal import GitAccess
internal import Journaling
public import LineageIndexing
public import MLTBase
internal import ObjectStorage
public import Pipelines
internal import SystemPackage

/// How the work tree differs from the lock file, and what is out of date.
public struct StatusReport: Sendable {
  /// How a tracked path differs.
  public enum Change: String, Sendable {
    /// It has other content.
    case modified
    /// Nothing stands there.
    case missing
    /// Nothing stands there, and the bytes were purged.
    case purged
    /// Something else stands there: a folder for a file, say.
    case typeChanged = "type changed"
    /// Only the executable bit differs.
    case modeChanged = "mode changed"
  }

  /// One tracked path that differs from the lock file.
  public struct Difference: Sendable {
    /// The path.
    public var path: WorkPath
    /// How it differs.
    public var change: Change
    /// What the lock file says.
    public var locked: LockEntry
    /// What stands there now; nil if nothing does.
    public var present: ContentID?
    /// What differs in a tree, sorted; nil for others, and for a tree whose listing isn't stored.
    public var files: [FileDifference]?
  }

  /// Why an output is out of date.
  public enum Reason: Hashable, Sendable {
    /// An input has other content now.
    case inputChanged(String)
    /// An input is gone.
    case inputMissing(String)
    /// The run that made an input is itself out of date.
    case upstream(String, RunID)
  }

  /// A run whose outputs are tracked and would come out differently now.
  public struct Stale: Sendable {
    /// The run that made the outputs.
    public var run: RunID
    /// Its component.
    public var component: String
    /// The tracked outputs.
    public var outputs: [String]
    /// Why, sorted.
    public var reasons: [Reason]
  }

  /// Something old that the run behind a tracked path had read.
  public struct Aged: Sendable {
    /// The run that read it.
    public var run: RunID
    /// Its component.
    public var component: String
    /// What it read.
    public var path: String
    /// The component that had made that.
    public var maker: String
    /// How many days before.
    public var days: Int
  }

  /// Something that recorded runs read and that neither git nor the lock file keeps.
  public struct Unkept: Sendable {
    /// The path.
    public var path: WorkPath
    /// The components that read it, sorted.
    public var components: [String]
  }

  /// Something that is said to be wrong.
  public struct Flag: Sendable {
    /// The flag.
    public var change: RecordedChange
    /// Whether the lock file has another version at the path.
    public var isOutdated: Bool
  }

  /// The branch; nil without git or when HEAD is detached.
  public var branch: String?
  /// The commit; nil without git or before the first one.
  public var commit: String?
  /// Whether the work tree belongs to a git repository.
  public var hasGit: Bool
  /// How many paths are tracked.
  public var tracked: Int
  /// Tracked paths that differ, sorted.
  public var differences: [Difference]
  /// Tracked paths of which the bytes never were here, sorted.
  public var absent: [AbsentEntry]
  /// Runs with outputs out of date, the first causes first.
  public var stale: [Stale]
  /// What runs behind tracked paths read that was old by then, by component; no reason to run them again.
  public var aged: [Aged]
  /// The stages of the pipeline that aren't up to date, in the order in which they would run.
  public var stages: [StageState]
  /// Why stages can't be told of.
  public var pipelineProblems: [PipelineProblem]
  /// What the runs behind tracked paths read and nothing keeps, sorted.
  public var unkept: [Unkept]
  /// Runs that have started and not ended, with their components.
  public var running: [(run: RunID, component: String, started: Timestamp)]
  /// What is said to be wrong, the latest flags first.
  public var flags: [Flag]
  /// The checks that the latest run of a component hasn't passed, the latest first.
  public var failedChecks: [FailedCheck] = []
  /// The labels that are retracted, by name.
  public var retractions: [RecordedChange] = []

  /// Whether everything is as the lock file says and up to date.
  public var isClean: Bool {
    differences.isEmpty && absent.isEmpty && stale.isEmpty && stages.isEmpty && pipelineProblems.isEmpty
  }
}

extension Workspace {
  /// Compares the work tree with the lock file, and the inputs of the runs behind it with what stands there now.
  ///
  /// - Parameter arguments: the paths to look at, with all below; none for everything.
  /// - Throws: ``WorkspaceError/untracked(_:similar:)`` for a path with nothing tracked at, below or around it.
  public func status(of arguments: [String] = []) throws -> StatusReport {
    let lock = try readLock()
    let limits = try arguments.map { argument in
      let path = path(of: argument)
      guard lock[path] != nil || lock.tree(around: path) != nil || path.isRoot || lock.holds(below: path) else {
        let similar = Similarity.nearest(to: path.text, among: lock.entries.map(\.path.text), limit: 3)
        throw WorkspaceError.untracked(argument, similar: similar.map { typed($0) })
      }
      return path
    }
    func isWanted(_ path: WorkPath) -> Bool {
      limits.isEmpty || limits.contains { $0.isRoot || path == $0 || path.isBelow($0) || $0.isBelow(path) }
    }
    let catalog = try makeCatalog()
    try catalog.prefetch(lock.entries.lazy.filter { $0.kind != .tree }.map(\.path))
    var differences: [StatusReport.Difference] = []
    for entry in lock.entries where isWanted(entry.path) {
      guard var difference = try difference(of: entry, catalog) else { continue }
      if entry.kind == .tree, difference.change == .modified, let present = difference.present {
        difference.files = try files(of: entry, present: present, catalog, limits)
        // What differs in the tree is somewhere else in it.
        if difference.files?.isEmpty == true, limits.contains(where: { $0.isBelow(entry.path) }) { continue }
      }
      differences.append(difference)
    }
    let findings = try StalenessCheck(
      index: try index, catalog: catalog, lock: lock, finder: try originFinder(),
      limits: AgeLimits(configuration),
      isInGit: repository.map { repository in { try repository.isTracked($0.bytes) } }
    ).run()
    let pipeline = try pipelineStatus(isWanted)
    let stale = try findings.stale.filter { maker in
      guard maker.outputs.contains(where: { WorkPath(text: $0).map(isWanted) ?? false }) else { return false }
      // Of what a stage makes, the stage is told.
      guard let project = pipeline.project, let stage = try index.stage(of: maker.run) else { return true }
      return PathText.decode(stage.file).flatMap { String(validating: $0, as: UTF8.self) }
        .flatMap { project.graph[StageID(file: $0, name: stage.name)] } == nil
    }
    try catalog.remember()
    let head = try repository?.head()
    return StatusReport(
      branch: head?.branch, commit: head?.commit, hasGit: repository != nil,
      tracked: lock.entries.lazy.filter { isWanted($0.path) }.count
        + lock.absent.lazy.filter { isWanted($0.path) }.count,
      differences: differences, absent: lock.absent.filter { isWanted($0.path) }, stale: stale,
      aged: limits.isEmpty ? findings.aged : [],
      stages: pipeline.states, pipelineProblems: pipeline.problems,
      unkept: limits.isEmpty ? findings.unkept : [],
      running: try index.unfinishedRuns().map { ($0.id, $0.component, $0.started) },
      flags: try flags(lock).filter { flag in
        limits.isEmpty || flag.change.artifact.flatMap { WorkPath(text: $0.path) }.map(isWanted) ?? false
      },
      failedChecks: limits.isEmpty ? try index.failedChecks().filter { !$0.isOutdated } : [],
      retractions: limits.isEmpty ? try index.retractions() : [])
  }

  /// What is to be said of the stages of which outputs are wanted.
  private func pipelineStatus(
    _ isWanted: (WorkPath) -> Bool
  ) throws -> (project: Project?, states: [StageState], problems: [PipelineProblem]) {
    do {
      guard let project = try project() else { return (nil, [], []) }
      let states = try states(of: project.graph.order(), in: project).filter { state in
        guard state.verdict != .upToDate, !state.reasons.isEmpty, let stage = project.graph[state.stage] else {
          return false
        }
        return stage.outputs.isEmpty
          || stage.outputs.contains {
            WorkPath(text: StageDeclaration.pointer($0.location, root: root)).map(isWanted) ?? false
          }
      }
      return (project, states, [])
    } catch WorkspaceError.invalidPipeline(let problems) {
      return (nil, [], problems)
    }
  }

  private func flags(_ lock: LockFile) throws -> [StatusReport.Flag] {
    try index.openFlags().map { change in
      let path = change.artifact.flatMap { WorkPath(text: $0.path) }
      let locked = try path.flatMap { try lockedArtifact($0, in: lock)?.content }
      return StatusReport.Flag(change: change, isOutdated: locked != nil && locked != change.artifact?.content)
    }
  }

  /// Which files of a tracked tree differ; nil if its listing isn't stored.
  private func files(
    of entry: LockEntry, present: ContentID, _ catalog: ContentCatalog, _ limits: [WorkPath]
  ) throws -> [FileDifference]? {
    guard try store.containsTree(entry.content) else { return nil }
    let listings = PresentListings(catalog)
    var comparison = TreeComparison(before: stored, after: listings.listing)
    let isWhole = limits.contains { $0.isRoot || $0 == entry.path || entry.path.isBelow($0) }
    comparison.limits = isWhole ? [] : limits.filter { $0.isBelow(entry.path) }
    // Of the tree that stands there only the id counts; its listing is made when it is asked for.
    try comparison.compare([entry], [LockEntry(kind: .tree, content: present, size: 0, path: entry.path)])
    if !comparison.unlisted.isEmpty { return nil }
    return FileDifference.pairingRenames(comparison.differences)
  }

  private func difference(of entry: LockEntry, _ catalog: ContentCatalog) throws -> StatusReport.Difference? {
    func differs(_ change: StatusReport.Change, _ present: ContentID?) -> StatusReport.Difference {
      StatusReport.Difference(path: entry.path, change: change, locked: entry, present: present)
    }
    guard let identity = try catalog.identity(of: entry.path) else {
      if try FileStatus(at: entry.path.filePath(in: root)) != nil { return differs(.typeChanged, nil) }
      return differs(try purgeLabel(of: entry.content) == nil ? .missing : .purged, nil)
    }
    let kind = identity.lockKind
    if kind == entry.kind { return identity.content == entry.content ? nil : differs(.modified, identity.content) }
    if kind == .tree || kind == .link || entry.kind == .tree || entry.kind == .link {
      return differs(.typeChanged, identity.content)
    }
    return differs(identity.content == entry.content ? .modeChanged : .modified, identity.content)
  }
}
