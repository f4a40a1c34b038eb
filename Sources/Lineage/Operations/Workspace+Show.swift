public import Journaling
public import LineageIndexing
public import MLTBase
internal import ObjectStorage

/// All that is known of a run.
public struct RunDetails: Sendable {
  /// The run.
  public var run: RunRecord
  /// What it read, with where that came from.
  public var inputs: [LineageEdge]
  /// What it wrote.
  public var outputs: [ArtifactRecord]
  /// What it stood on.
  public var environment: RunEnvironment?
  /// The runs that were started within it.
  public var children: [RunID]
  /// The fingerprints of the keys that it is said to be signed with; nothing was checked.
  public var signingKeys: [String]
  /// Which of the inputs and outputs are said to be wrong.
  public var flags: FlagMarks
  /// What came of its checks, the earliest first.
  public var checks: [RecordedCheck]
  /// The labels that flow into it.
  public var labels: [LabelFinding]
  /// What came of making it again, the earliest first.
  public var replications: [(at: Timestamp, fact: RunReplicated)]
  /// Whether what it made is up to date.
  public var staleness: Staleness
  /// The versions of models that it made.
  public var models: [NamedVersion] = []
}

/// All that is known of an artifact.
public struct ArtifactDetails: Sendable {
  /// The artifact.
  public var target: ArtifactTarget
  /// Where its content came from.
  public var origins: [LineageEdge]
  /// Whether the store has its bytes.
  public var isStored: Bool
  /// What the lock file says of its path.
  public var locked: LockEntry?
  /// The contents that its path had, the newest first, by the runs that wrote them.
  public var versions: [Writing]
  /// The runs that read this content.
  public var readers: [Reading]
  /// Of a folder, what lies in it.
  public var children: [ArtifactRecord]
  /// What was said of it by hand and holds.
  public var annotations: Annotations
  /// The labels that flow to it.
  public var labels: [LabelFinding]
  /// Why its bytes can't be had any more: they were purged on account of this label; nil if they weren't.
  public var purgedFor: String?
  /// Which of it, its versions and children are said to be wrong.
  public var flags: FlagMarks
  /// The run that made it, and whether what that made is up to date; nil if no run did.
  public var maker: (run: RunID, staleness: Staleness)?
  /// The checks that the run that made it hasn't passed: it is suspect.
  public var failedChecks: [RecordedCheck] = []
  /// The versions of models that it is.
  public var models: [NamedVersion] = []
}

/// What `mlt show` found.
public enum ShowReport: Sendable {
  /// A run.
  case run(RunDetails)
  /// An artifact.
  case artifact(ArtifactDetails)
}

extension Workspace {
  /// How many versions, readers and children of an artifact are shown.
  static let shownLimit = 1000

  /// Returns all that is known of what a pointer names.
  public func show(_ pointer: String) throws -> ShowReport {
    switch try target(of: pointer) {
    case .run(let run): .run(try details(of: run))
    case .artifact(let target): .artifact(try details(of: target))
    }
  }

  private func details(of id: RunID) throws -> RunDetails {
    guard let run = try index.run(id) else { throw WorkspaceError.unknownPointer(id.hex, similar: []) }
    let finder = try originFinder()
    let view = OriginFinder.Viewpoint(run: id, started: run.started, ended: run.ended ?? run.started)
    let inputs = try index.files(of: id, role: .input).flatMap { try finder.edges(of: $0, seenFrom: view) }
    let outputs = try index.files(of: id, role: .output)
    return RunDetails(
      run: run, inputs: inputs, outputs: outputs, environment: try index.environment(of: id),
      children: try index.children(of: id), signingKeys: try index.signingKeys(of: id),
      flags: try flagMarks(on: inputs.map(\.input) + outputs), checks: try index.checks(of: id),
      labels: try labels(of: .run(id)), replications: try index.replications(of: id),
      staleness: try staleness(of: [id], finder)[id] ?? Staleness(), models: try versions(madeBy: id))
  }

  private func details(of target: ArtifactTarget) throws -> ArtifactDetails {
    let artifact = target.artifact
    let finder = try originFinder()
    try learnFolder(target, finder)
    let path = WorkPath(text: artifact.path)
    var isStored = false
    var children: [ArtifactRecord] = []
    if let content = artifact.content {
      if artifact.kind == .tree {
        isStored = try store.containsTree(content)
        if isStored, let path {
          children = try store.tree(content).entries.prefix(Self.shownLimit).map { entry in
            Self.record(of: entry, at: path.appending(entry.name))
          }
        }
      } else {
        isStored = try store.containsFile(content)
      }
    }
    let lock = try readLock()
    let origins = try finder.edges(of: artifact, seenFrom: presentView())
    let maker = try maker(of: target, origins)
    let staleness = try maker.map { try self.staleness(of: [$0], finder)[$0] ?? Staleness() }
    return ArtifactDetails(
      target: target, origins: origins, isStored: isStored,
      locked: path.flatMap { lock[$0] ?? lock.tree(around: $0) },
      versions: try index.writers(path: artifact.path, limit: Self.shownLimit),
      readers: try artifact.content.map { try index.readers(content: $0, limit: Self.shownLimit) } ?? [],
      children: children, annotations: try annotations(of: artifact), labels: try labels(of: .artifact(target)),
      purgedFor: try isStored ? nil : artifact.content.flatMap { try purgeLabel(of: $0) },
      flags: try flagMarks(on: [artifact] + children), maker: maker.flatMap { run in staleness.map { (run, $0) } },
      failedChecks: try maker.map { try index.failedChecks(of: $0) } ?? [],
      models: try artifact.content.map { try versions(of: $0) } ?? [])
  }

  /// The run by which an artifact is judged: the one that was asked about, else the one that made it.
  private func maker(of target: ArtifactTarget, _ origins: [LineageEdge]) throws -> RunID? {
    if case .ofRun(let run) = target.version {
      return try index.files(of: run, role: .output).contains { $0.path == target.artifact.path } ? run : nil
    }
    for edge in origins {
      switch edge.origin {
      case .produced(let run), .copied(let run, _): return run
      case .changedOutside, .added, .git, .source: continue
      }
    }
    return nil
  }

  /// Returns what a run stood on.
  ///
  /// - Throws: what ``run(of:)`` throws.
  public func environment(of pointer: String) throws -> (run: RunID, environment: RunEnvironment) {
    let run = try run(of: pointer)
    return (run, try index.environment(of: run) ?? RunEnvironment())
  }

  /// Returns what a run's record says of it, without its files.
  public func record(of run: RunID) throws -> RunRecord? {
    try index.run(run)
  }
}
