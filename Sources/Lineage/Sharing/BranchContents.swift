internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import Remotes

/// Finds the stored contents that a branch's runs name, all of them or those that came since a push.
struct BranchContents {
  // So many new events are read about as fast as the index is.
  private static let readLimit: Int64 = 10_000

  private let branch: String?
  private let index: LineageIndex
  private let journal: Journal
  private let store: ObjectStore
  // What a push looks at now, as far as it looks.
  private let extent: JournalExtent
  private let packs: Set<ContentID>

  /// Takes note of how far there is something to look at: what comes later is another push's.
  ///
  /// - Parameters:
  ///   - branch: the branch's name; nil for runs of no branch.
  ///   - extent: how far the journal is looked at, not further than the index has read.
  init(_ branch: String?, extent: JournalExtent, index: LineageIndex, journal: Journal, store: ObjectStore) throws {
    self.branch = branch
    self.extent = extent
    self.index = index
    self.journal = journal
    self.store = store
    packs = try store.packNames()
  }

  /// What the search is remembered by.
  var label: String { branch.map { "branch " + $0 } ?? "no branch" }

  /// How far the search went.
  var mark: PushMark { PushMark(extent: extent, packs: packs) }

  /// Returns the contents that an earlier search didn't see.
  ///
  /// - Parameter mark: how far the earlier search went; nil if there was none.
  func find(since mark: PushMark?) throws -> Set<ContentID> {
    guard let mark, extent.count(after: mark.extent) <= Self.readLimit else { return try findAll() }
    var found: Set<ContentID> = []
    try journal.read(after: mark.extent, through: extent) { event in
      guard let ended = try? event.fact(RunEnded.self), let run = try index.summaries([ended.run]).first,
        run.branch == branch
      else { return }
      for content in try index.contents(of: run.id) where try store.contains(content) { found.insert(content) }
    }
    // An older run may have read what wasn't stored then.
    try store.forEachObject(inPacks: packs.subtracting(mark.packs)) { id in
      if !found.contains(id), try index.isNamed(id, byRunsOn: branch) { found.insert(id) }
    }
    return found
  }

  private func findAll() throws -> Set<ContentID> {
    var found: Set<ContentID> = []
    try index.forEachContent(ofRunsOn: branch) { content in
      // Of what a run read not everything was ever stored.
      if try !found.contains(content) && store.contains(content) { found.insert(content) }
    }
    return found
  }
}

extension LineageIndex {
  /// What a run read, wrote and replaced.
  func contents(of run: RunID) throws -> Set<ContentID> {
    var contents: Set<ContentID> = []
    for file in try files(of: run) {
      contents.formUnion([file.artifact.content, file.artifact.before].compactMap(\.self))
    }
    return contents
  }
}
