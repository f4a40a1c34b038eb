internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What `mlt checkout` is asked to do.
public struct CheckoutRequest: Sendable {
  /// Where to restore from.
  public enum Source: Hashable, Sendable {
    /// What the lock file says.
    case lock
    /// What a commit's lock file says.
    case revision(String)
    /// What a run wrote or read.
    case run(String)
  }

  /// The paths to restore, each from the source or, as `PATH@RUN`, from a run; none for all that is tracked.
  public var pointers: [String]
  /// Where to restore from.
  public var source: Source
  /// Whether content that isn't stored may be overwritten and removed.
  public var isForced: Bool
  /// Whether only to find out what would be done.
  public var isDryRun: Bool
  /// Where to put the only pointer's artifact instead of where it was; nil for there.
  public var place: String?
  /// An environment that must allow the models' versions among the pointers; nil to ask none.
  public var environment: String?
  /// Tracked paths that stay as they are where all that is tracked is restored.
  public var leaving: Set<WorkPath> = []

  /// Takes the request.
  public init(
    pointers: [String] = [], source: Source = .lock, isForced: Bool = false, isDryRun: Bool = false
  ) {
    self.pointers = pointers
    self.source = source
    self.isForced = isForced
    self.isDryRun = isDryRun
  }
}

extension Workspace {
  /// Puts tracked paths back as the lock file, a commit's lock file or a run has them.
  ///
  /// Only what differs is written, file by file. Everything is looked at before anything is written: if a single file
  /// would be lost, since its content isn't stored, the whole operation stops, unless forced. Without paths, what was
  /// tracked before and isn't in that lock file any more is removed, if it is stored and still as it was.
  ///
  /// - Throws: ``WorkspaceError/untracked(_:similar:)``, ``WorkspaceError/unsavedContent(_:)``,
  ///   ``WorkspaceError/absentContent(_:path:)``, ``WorkspaceError/unknownRevision(_:similar:)``,
  ///   ``WorkspaceError/notAFolder(_:)``, ``WorkspaceError/busyLock(_:)``, and what pointers and store throw.
  public func checkout(_ request: CheckoutRequest) throws -> CheckoutReport {
    // Somebody else may change the lock file while this looks at what there is.
    for _ in 0..<Self.checkoutTries {
      if let report = try checkoutUnlessChanged(request) { return report }
    }
    throw WorkspaceError.busyLock(lockPath)
  }

  private static let checkoutTries = 20

  /// What is tracked, and what was put under tracked paths, as both are at one moment.
  private struct TrackedFiles: Equatable {
    var lock: LockFile
    var placed: LockFile?
  }

  private func trackedNow() throws -> TrackedFiles { TrackedFiles(lock: try readLock(), placed: try placed()) }

  /// Checks out, unless the lock file changes before the first file is written: then nothing is done, and the result is nil.
  private func checkoutUnlessChanged(_ request: CheckoutRequest) throws -> CheckoutReport? {
    // One after the other, a file that is tracked in between would look like one that isn't tracked any more.
    let tracked = try request.isDryRun ? trackedNow() : holdingLock(trackedNow)
    let source: LockFile =
      if case .revision(let revision) = request.source {
        try self.lock(ofCommit: requireCommit(of: revision))
      } else {
        tracked.lock
      }
    let (wanted, absent) = try wanted(by: request, source)
    let purged = try purgedContents()
    do {
      return try fetchingMissing {
        wanted
      } _: {
        try restore(wanted, absent, from: source, tracked, request, without: purged)
      }
    } catch WorkspaceError.purgedContent where request.pointers.isEmpty {
      // Purged on account of a label that may be used again, and nobody has it any more.
      return try restore(wanted, absent, from: source, tracked, request, without: purged.union(purgedAndGone()))
    }
  }

  private func restore(
    _ wanted: [ArtifactRecord], _ absent: [AbsentEntry], from source: LockFile, _ tracked: TrackedFiles,
    _ request: CheckoutRequest, without purged: Set<ContentID>
  ) throws -> CheckoutReport? {
    let lock = tracked.lock
    let catalog = try makeCatalog()
    var planner = try RestorePlanner(self, catalog)
    planner.purged = purged
    var report = CheckoutReport()
    report.absent = absent
    var entries: [LockEntry] = []
    let isWhole: Bool = if case .run = request.source { false } else { request.pointers.isEmpty }
    if isWhole {
      try removeLeftOver(
        (source == lock ? [] : lock.entries) + (tracked.placed?.entries ?? []), source, &planner, &report)
    }
    try catalog.prefetch(wanted.lazy.filter { $0.kind != .tree }.compactMap { WorkPath(text: $0.path) })
    for artifact in wanted {
      guard let entry = LockEntry(artifact) else {
        throw WorkspaceError.unsuitablePointer(artifact.path, wanted: .file)
      }
      guard LockFile.isTrackable(entry.path) else { throw WorkspaceError.outsideWorkTree(entry.path.text) }
      try checkFolders(above: entry.path, without: report.removed)
      entries.append(entry)
      let present = try catalog.identity(of: entry.path)
      if let present, present.content == entry.content, present.lockKind == entry.kind {
        report.unchanged += 1
        continue
      }
      if planner.purged.contains(entry.content) {
        // Who asks for everything gets all that there is.
        guard request.pointers.isEmpty else {
          throw explained(WorkspaceError.absentContent(entry.content, path: entry.path.text))
        }
        report.purged.append(entry.path)
        continue
      }
      let start = planner.plan.steps.count
      let bytes: ByteSource =
        present?.content == entry.content ? .store : try bytesAreAvailable(entry.content, artifact)
      planner.keepsOthers = artifact.isPartial
      try planner.restore(entry, from: bytes)
      let steps = planner.plan.steps[start...]
      report.changes += steps.compactMap { CheckoutReport.Change($0, of: entry) }
      if steps.isEmpty { report.unchanged += 1 } else { report.restored.append(artifact) }
    }
    report.purged = Set(report.purged + planner.skipped).sorted()
    if !request.isForced, !planner.plan.unsaved.isEmpty {
      throw WorkspaceError.unsavedContent(Set(planner.plan.unsaved).sorted().map(\.text))
    }
    if request.isDryRun { return report }
    let isDone = try holdingLock {
      guard try trackedNow() == tracked else { return false }
      var restoration = try Restoration(self, catalog, isForced: request.isForced)
      try restoration.run(planner.plan)
      // What was put elsewhere is nobody's to take away again.
      if request.place == nil { try notePlaced(entries, isWhole: isWhole, leaving: request.leaving) }
      return true
    }
    guard isDone else {
      try catalog.remember()
      return nil
    }
    try ignoreInGit(entries.map(\.path).filter { lock[$0] != nil })
    try catalog.remember()
    return report
  }

  private func notePlaced(_ entries: [LockEntry], isWhole: Bool, leaving: Set<WorkPath>) throws {
    let before = try self.placed()
    var placed = isWhole ? LockFile() : before ?? LockFile()
    if isWhole, let before {
      for path in leaving { placed.put((before[path].map { [$0] } ?? []) + before.entries(below: path)) }
    }
    placed.put(entries)
    if placed != before { try setPlaced(placed) }
  }

  /// Plans to remove what mlt put there earlier and the lock file has no more.
  private func removeLeftOver(
    _ earlier: [LockEntry], _ lock: LockFile, _ planner: inout RestorePlanner, _ report: inout CheckoutReport
  ) throws {
    var seen: Set<WorkPath> = []
    for entry in earlier where lock[entry.path] == nil && seen.insert(entry.path).inserted {
      let path = entry.path
      // What a tree holds now was dealt with there; and of a folder that leads to tracked paths nothing can be said.
      guard lock.tree(around: path) == nil, let status = try FileStatus(at: path.filePath(in: root)),
        status.kind != .directory || lock.entries(below: path).isEmpty
      else { continue }
      // Another commit may have in git what this one has in the lock file.
      if let repository {
        if try repository.isTracked(path.bytes) || repository.hasTracked(below: path.bytes) { continue }
      }
      guard let present = try planner.catalog.identity(of: path), present.content == entry.content else {
        tellLeftOver(path)
        continue
      }
      var trial = try RestorePlanner(self, planner.catalog)
      try trial.remove(path, status, keepingIgnored: true)
      guard trial.plan.unsaved.isEmpty else {
        tellLeftOver(path)
        continue
      }
      planner.append(trial.plan)
      report.removed.append(path)
      report.changes += trial.plan.steps.compactMap { CheckoutReport.Change($0, of: entry) }
    }
    report.removed.sort()
  }

  // A restoration that is tried again comes by here again.
  private func tellLeftOver(_ path: WorkPath) {
    let isTold = notices.contains { if case .leftOver(path.text) = $0 { true } else { false } }
    if !isTold { notices.append(.leftOver(path: path.text)) }
  }

  private func wanted(
    by request: CheckoutRequest, _ lock: LockFile
  ) throws -> ([ArtifactRecord], [AbsentEntry]) {
    if request.environment != nil {
      // What isn't a version is neither taken by an environment nor refused: nobody is to believe that it was asked about.
      if case .run(let pointer) = request.source { throw ModelError.notAVersion(pointer) }
      if request.pointers.isEmpty { throw ModelError.notAVersion(".") }
      for pointer in request.pointers where !pointer.hasPrefix(ModelReference.scheme) {
        throw ModelError.notAVersion(pointer)
      }
    }
    if case .run(let pointer) = request.source {
      let run = try run(of: pointer)
      if request.pointers.isEmpty {
        let outputs = try index.files(of: run, role: .output).filter { output in
          WorkPath(text: output.path).map { LockFile.isTrackable($0) } ?? false && output.content != nil
        }
        return (outputs, [])
      }
      return (try request.pointers.map { try artifact(of: "\($0)@\(run.hex)").artifact }, [])
    }
    if request.pointers.isEmpty {
      let entries = lock.entries.filter { !request.leaving.contains($0.path) }
      return (entries.map(Self.record(of:)), lock.absent)
    }
    if let place = request.place { return ([try placed(request.pointers, at: place, request.environment)], []) }
    var wanted: [String: ArtifactRecord] = [:]
    var absent: Set<AbsentEntry> = []
    for pointer in request.pointers {
      if pointer.hasPrefix(ModelReference.scheme) {
        let artifact = try artifact(ofModel: pointer, for: request.environment).artifact
        wanted[artifact.path] = artifact
        continue
      }
      let path = path(of: pointer)
      let absentHere = lock.absent.filter { $0.path == path || $0.path.isBelow(path) }
      absent.formUnion(absentHere)
      if let locked = try lockedArtifact(path, in: lock) {
        wanted[locked.path] = locked
      } else if case let below = lock.entries(below: path), !below.isEmpty || !absentHere.isEmpty || path.isRoot {
        for entry in below { wanted[entry.path.text] = Self.record(of: entry) }
      } else if Self.split(pointer) != nil {
        let artifact = try artifact(of: pointer).artifact
        wanted[artifact.path] = artifact
      } else {
        let similar = Similarity.nearest(to: path.text, among: lock.entries.map(\.path.text), limit: 3)
        if try commit(of: pointer) != nil { throw WorkspaceError.revisionAsPath(pointer) }
        throw WorkspaceError.untracked(pointer, similar: similar)
      }
    }
    return (wanted.values.sorted { $0.path < $1.path }, absent.sorted { $0.path < $1.path })
  }

  /// What the only pointer means, as if it had been at another place.
  private func placed(_ pointers: [String], at place: String, _ environment: String?) throws -> ArtifactRecord {
    guard let pointer = pointers.first, pointers.count == 1 else {
      throw WorkspaceError.unsuitablePointer(pointers.joined(separator: " "), wanted: .artifact)
    }
    let isVersion = pointer.hasPrefix(ModelReference.scheme)
    var artifact = try (isVersion ? artifact(ofModel: pointer, for: environment) : artifact(of: pointer)).artifact
    artifact.path = path(of: place).text
    return artifact
  }

  /// Refuses a path that leads over a symbolic link, and with it perhaps out of the work tree.
  ///
  /// - Parameter removed: what won't stand there any more.
  func checkFolders(above path: WorkPath, without removed: [WorkPath] = []) throws {
    var folder = path.parent
    while let next = folder, !next.isRoot {
      if let status = try FileStatus(at: next.filePath(in: root)), status.kind != .directory,
        !removed.contains(next)
      {
        throw WorkspaceError.notAFolder(next.text)
      }
      folder = next.parent
    }
  }
}
