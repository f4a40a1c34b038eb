public import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
public import Remotes

/// How a clone and a remote differ.
public struct RemoteComparison: Sendable {
  /// What one of the two has of a writer's facts and the other lacks.
  public struct Writer: Sendable {
    /// The writer.
    public var writer: WriterID
    /// Whether this clone appends as it.
    public var isOwn: Bool
    /// The facts.
    public var facts: Int64
    /// The runs that start among them.
    public var runs: Int64
  }

  /// A tracked path of which bytes are missing.
  public struct Missing: Sendable {
    /// The path.
    public var path: WorkPath
    /// How many files are missing.
    public var files: Int64
    /// Their size.
    public var bytes: Int64
  }

  /// The remote's name.
  public var remote: String
  /// Where it is, without credentials.
  public var url: String
  /// What this clone has and the remote lacks, by writer.
  public var unpushed: [Writer] = []
  /// What the remote has and this clone lacks, by writer.
  public var unfetched: [Writer] = []
  /// Tracked paths of which the remote lacks bytes, sorted.
  public var missingThere: [Missing] = []
  /// Tracked paths of which this clone's store lacks bytes, sorted.
  public var missingHere: [Missing] = []
  /// What is wrong with the remote.
  public var problems: [RemoteProblem] = []

  /// Whether neither has what the other lacks, and both have all that the lock file names.
  public var isInStep: Bool {
    unpushed.isEmpty && unfetched.isEmpty && missingThere.isEmpty && missingHere.isEmpty && problems.isEmpty
  }
}

extension Workspace {
  /// Compares this clone with a remote; neither is changed.
  ///
  /// - Parameter name: the remote's name; nil for the default one.
  /// - Throws: what reaching the remote throws; ``WorkspaceError/malformedLock(_:_:)``.
  public func compare(withRemote name: String?) throws -> RemoteComparison {
    let connection = try connect(to: name)
    let journal = try journal
    let here = try journal.extent()
    let own = try journal.ownWriter()
    var comparison = RemoteComparison(
      remote: connection.name, url: remotes().first { $0.name == connection.name }?.url ?? "")
    let there = try sharing(connection.name) { try connection.remote.extent() }
    for (writer, last) in here.numbers.sorted(by: { $0.key < $1.key }) {
      let after = there.numbers[writer] ?? 0
      guard last > after else { continue }
      comparison.unpushed.append(
        RemoteComparison.Writer(
          writer: writer, isOwn: writer == own, facts: last - after,
          runs: try runsStarted(by: writer, after: after, through: last)))
    }
    var runs: [WriterID: Int64] = [:]
    let news = try sharing(connection.name) {
      try connection.remote.readNews(beyond: journal, options: transfer) { event in
        if event.type == RunStarted.type { runs[event.writer, default: 0] += 1 }
      }
    }
    comparison.problems = news.problems
    comparison.unfetched = news.events.sorted { $0.key < $1.key }.map { writer, range in
      RemoteComparison.Writer(
        writer: writer, isOwn: writer == own, facts: range.upperBound - range.lowerBound + 1, runs: runs[writer] ?? 0)
    }
    try compareBytes(&comparison, connection)
    return comparison
  }

  private func runsStarted(by writer: WriterID, after number: Int64, through last: Int64) throws -> Int64 {
    var count: Int64 = 0
    try journal.read(after: JournalExtent([writer: number]), through: JournalExtent([writer: last])) { event in
      if event.type == RunStarted.type { count += 1 }
    }
    return count
  }

  // MARK: Bytes

  /// A file whose bytes a tracked path needs, or a folder's listing that isn't here, so that its files aren't known.
  private struct Needed {
    var content: ContentID
    var files: Int64
    var bytes: Int64
    var isStored: Bool
  }

  private func compareBytes(_ comparison: inout RemoteComparison, _ connection: RemoteConnection) throws {
    var needs: [(path: WorkPath, needed: [Needed])] = []
    for entry in try readLock().entries { needs.append((entry.path, try needed(by: entry))) }
    let all = Set(needs.lazy.flatMap { $0.needed.map(\.content) })
    let held = try connection.held(all.sorted(), self)
    func missing(_ isMissing: (Needed) -> Bool) -> [RemoteComparison.Missing] {
      needs.compactMap { path, needed in
        let missing = needed.filter(isMissing)
        guard !missing.isEmpty else { return nil }
        return RemoteComparison.Missing(
          path: path, files: missing.reduce(0) { $0 + $1.files }, bytes: missing.reduce(0) { $0 + $1.bytes })
      }
    }
    comparison.missingHere = missing { !$0.isStored }
    comparison.missingThere = missing { !held.contains($0.content) }
  }

  private func needed(by entry: LockEntry) throws -> [Needed] {
    guard entry.kind == .tree else {
      return [
        Needed(
          content: entry.content, files: 1, bytes: entry.size, isStored: try store.containsFile(entry.content))
      ]
    }
    var found: [Needed] = []
    var seen: Set<ContentID> = [entry.content]
    var trees = [Needed(content: entry.content, files: entry.count, bytes: entry.size, isStored: true)]
    while var tree = trees.popLast() {
      guard try store.containsTree(tree.content) else {
        tree.isStored = false
        found.append(tree)
        continue
      }
      // A listing that the remote lacks is missing there as well; its files count by themselves.
      found.append(Needed(content: tree.content, files: 0, bytes: 0, isStored: true))
      for child in try store.tree(tree.content).entries where seen.insert(child.content).inserted {
        if child.mode == .tree {
          trees.append(Needed(content: child.content, files: child.count, bytes: child.size, isStored: true))
        } else {
          found.append(
            Needed(
              content: child.content, files: 1, bytes: child.size, isStored: try store.containsFile(child.content)))
        }
      }
    }
    return found
  }
}
