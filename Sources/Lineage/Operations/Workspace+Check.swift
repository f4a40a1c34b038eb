public import Journaling
public import LineageIndexing
public import MLTBase
public import ObjectStorage
internal import SystemPackage

/// What a check of everything in `.mlt` found.
public struct FsckReport: Sendable {
  /// A content that somebody refers to and that can't be read whole.
  public struct Loss: Sendable {
    /// The content.
    public var content: ContentID
    /// The paths that the lock file has it at; else one that a fact names.
    public var paths: [String]
    /// A run that wrote or read it, if there is one.
    public var run: RunID?
    /// Where in the work tree the same content seems to stand still.
    public var isInWorkTree: Bool
  }

  /// What is damaged in the store; what is only missing isn't listed here.
  public var store: [CheckProblem] = []
  /// The contents that somebody refers to and that are damaged, or were stored and are missing; sorted.
  public var losses: [Loss] = []
  /// The contents that somebody refers to and that were purged on purpose; sorted.
  public var purged: [Loss] = []
  /// What is wrong with the journal.
  public var journal: [JournalProblem] = []
  /// Events that are whole and can't be understood.
  public var events: [IndexProblem] = []
  /// Where the index doesn't show what the journal says.
  public var index: [IndexDifference] = []
  /// What was looked at.
  public var packs = 0
  /// How many objects were read and verified.
  public var objects = 0
  /// How many bytes of packs were read.
  public var bytes: Int64 = 0
  /// What was done about it; nil if nothing was to be.
  public var repair: RepairReport?
  /// Whether the index was made anew.
  public var rebuiltIndex = false

  /// Whether anything is wrong that matters.
  public var isSound: Bool {
    store.isEmpty && losses.isEmpty && index.isEmpty && journal.allSatisfy { $0.isHarmless }
  }
}

extension JournalProblem {
  /// Whether no event was lost: a crash cut off what nobody had been told was recorded.
  public var isHarmless: Bool {
    switch self {
    case .tornTail, .setAside: true
    case .unusable, .brokenChain, .timeWentBack: false
    }
  }
}

extension Workspace {
  /// Checks everything: each object of each pack, the journal's chain, the index's rows, and what lock files and facts
  /// refer to.
  ///
  /// - Parameters:
  ///   - repairs: whether to save what is sound in damaged packs, to store again what stands in the work tree, and to
  ///     make a wrong index anew.
  ///   - progress: called with the bytes of packs read and to read; may throw to stop.
  /// - Throws: failures of store, journal and index other than damage.
  public func fsck(
    repairs: Bool, progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in }
  ) throws -> FsckReport {
    var report = FsckReport()
    report.journal = try journal.verify()
    try checkIndex(repairs: repairs, &report)
    report.events = try index.problems()
    var check = try store.check(progress: progress)
    report.losses = try losses(check)
    if repairs, !check.isClean || !report.losses.isEmpty {
      // What was in a pack that is gone the store can't know.
      check.affected.formUnion(report.losses.map(\.content))
      let places = try placesInWorkTree(of: check.affected)
      report.repair = try store.repair(check, progress: progress) { content in
        places[content].map { $0.filePath(in: root) }
      }
      check = try store.check(progress: progress)
      report.losses = try losses(check)
    }
    if try index.hasPurged() {
      report.purged = try report.losses.filter { try purgeLabel(of: $0.content) != nil }
      let purged = Set(report.purged.map(\.content))
      report.losses.removeAll { purged.contains($0.content) }
    }
    report.packs = check.packs
    report.objects = check.objects
    report.bytes = check.bytes
    report.store = check.problems.filter { $0.fault != .missing }
    return report
  }

  private func checkIndex(repairs: Bool, _ report: inout FsckReport) throws {
    do {
      report.index = try index.check(journal)
    } catch let error as IndexError where error.meansDamage {
      report.index = [IndexDifference(table: "index.sqlite", rows: nil)]
    }
    if repairs, !report.index.isEmpty {
      try reindex()
      report.rebuiltIndex = true
      report.index = []
    }
  }

  /// Makes the index anew from the journal.
  public func reindex() throws {
    replaceIndex(try LineageIndex.rebuild(folder.appending("index.sqlite"), journal: journal))
  }

  /// The contents that can't be read whole although lock files name them, or facts name them and damage is the cause:
  /// what a collection has removed is no loss.
  private func losses(_ check: CheckReport) throws -> [FsckReport.Loss] {
    var lost: [ContentID: Set<String>] = [:]
    let damaged = try damaged(check)
    let affected = check.affected.union(damaged)
    // Folders of which each lost file is named by its own path.
    var explained: Set<ContentID> = []
    try ContentRoots(workspace: self, retention: Retention(), withHistory: false).forEachLock { lock in
      for entry in lock.entries where try affected.contains(entry.content) || !isThere(entry.content) {
        for (content, path) in try lostFiles(entry, affected, &explained) {
          lost[content, default: []].insert(path.text)
        }
      }
    }
    for content in damaged where lost[content] == nil && !explained.contains(content) {
      if let use = try index.firstUse(of: content) { lost[content] = [use.path] }
    }
    let places = try placesInWorkTree(of: Set(lost.keys))
    return try lost.sorted { $0.key < $1.key }.map { content, paths in
      FsckReport.Loss(
        content: content, paths: paths.sorted(), run: try index.firstUse(of: content)?.run,
        isInWorkTree: places[content] != nil)
    }
  }

  /// The files of a tracked path that can't be read whole; the path itself if that can't be told.
  private func lostFiles(
    _ entry: LockEntry, _ affected: Set<ContentID>, _ explained: inout Set<ContentID>
  ) throws -> [(ContentID, WorkPath)] {
    var lost: [(ContentID, WorkPath)] = []
    var folders: Set<ContentID> = []
    var pending = entry.kind == .tree ? [(entry.content, entry.path)] : []
    while let (id, folder) = pending.popLast() {
      guard try isThere(id), let tree = try? store.tree(id) else {
        lost.append((id, folder))
        continue
      }
      folders.insert(id)
      for child in tree.entries {
        let path = folder.appending(child.name)
        if child.mode == .tree {
          pending.append((child.content, path))
        } else if try affected.contains(child.content) || !isThere(child.content) {
          lost.append((child.content, path))
        }
      }
    }
    guard !lost.isEmpty else { return [(entry.content, entry.path)] }
    explained.formUnion(folders)
    return lost
  }

  /// The contents that damage has taken, wherever they are named.
  private func damaged(_ check: CheckReport) throws -> Set<ContentID> {
    var damaged: Set<ContentID> = []
    var losesWholePacks = false
    for problem in check.problems where problem.fault != .missing && !problem.isSoundElsewhere {
      if let object = problem.object { damaged.insert(object) } else { losesWholePacks = true }
      damaged.formUnion(problem.dependents.map(\.id))
    }
    guard losesWholePacks else { return damaged }
    // What was in a pack that can't be read isn't known; what was stored and is gone must have been.
    var stored: Set<ContentID> = []
    try index.forEachContent { reference in
      if reference.isStored { stored.insert(reference.content) }
      return true
    }
    for content in stored where try !isThere(content) { damaged.insert(content) }
    return damaged
  }

  private func isThere(_ content: ContentID) throws -> Bool {
    do {
      return try store.contains(content)
    } catch StorageError.corrupt, StorageError.unsupportedVersion {
      return false
    }
  }

  /// Where the work tree had some contents when it was last looked at.
  private func placesInWorkTree(of contents: Set<ContentID>) throws -> [ContentID: WorkPath] {
    if contents.isEmpty { return [:] }
    var places: [ContentID: WorkPath] = [:]
    for entry in try readLock().entries where contents.contains(entry.content) { places[entry.content] = entry.path }
    try index.cachedContents(below: ".").forEach { text, cached in
      guard contents.contains(cached.content), let path = WorkPath(text: text) else { return }
      if try FileStatus(at: path.filePath(in: root)) != nil { places[cached.content] = path }
    }
    return places
  }
}
