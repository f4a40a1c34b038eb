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
    if repairs, !check.isClean {
      let places = try placesInWorkTree(of: check.affected)
      report.repair = try store.repair(check, progress: progress) { content in
        places[content].map { $0.filePath(in: root) }
      }
      check = try store.check(progress: progress)
    }
    report.packs = check.packs
    report.objects = check.objects
    report.bytes = check.bytes
    report.store = check.problems.filter { $0.fault != .missing }
    report.losses = try losses(check.affected)
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

  /// The contents among these that lock files or facts refer to, and those that they say were stored and aren't there.
  private func losses(_ affected: Set<ContentID>) throws -> [FsckReport.Loss] {
    var paths: [ContentID: Set<String>] = [:]
    var missing: Set<ContentID> = []
    try ContentRoots(workspace: self, retention: Retention(), withHistory: false).forEachLock { lock in
      for entry in lock.entries { paths[entry.content, default: []].insert(entry.path.text) }
    }
    for (content, _) in paths where try !isThere(content) { missing.insert(content) }
    let lost = affected.union(missing)
    let places = try placesInWorkTree(of: lost)
    var losses: [FsckReport.Loss] = []
    for content in lost.sorted() {
      let use = try index.firstUse(of: content)
      guard let named = paths[content] ?? use.map({ [$0.path] }) else { continue }
      losses.append(
        FsckReport.Loss(
          content: content, paths: named.sorted(), run: use?.run, isInWorkTree: places[content] != nil))
    }
    return losses
  }

  private func isThere(_ content: ContentID) throws -> Bool {
    do {
      return try store.containsFile(content) || store.containsTree(content)
    } catch StorageError.corrupt, StorageError.unsupportedVersion {
      return false
    }
  }

  /// Where the work tree had some contents when it was last looked at.
  private func placesInWorkTree(of contents: Set<ContentID>) throws -> [ContentID: WorkPath] {
    if contents.isEmpty { return [:] }
    var places: [ContentID: WorkPath] = [:]
    for entry in try readLock().entries where contents.contains(entry.content) { places[entry.content] = entry.path }
    for cached in try index.cachedContents(below: ".") where contents.contains(cached.content) {
      if let path = WorkPath(text: cached.path), try FileStatus(at: path.filePath(in: root)) != nil {
        places[cached.content] = path
      }
    }
    return places
  }
}
