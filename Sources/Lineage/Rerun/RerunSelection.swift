internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Finds the runs to make again, and their order.
struct RerunSelection {
  let workspace: Workspace
  let request: RerunRequest

  /// What was found.
  struct Selection {
    /// The runs, those that others read from first.
    var runs: [RunRecord]
    /// What was asked about, if that was an artifact.
    var artifact: ArtifactRecord?
    /// The run that was asked about, or that made the artifact.
    var asked: RunID?
  }

  /// Finds them.
  func find() throws -> Selection {
    var artifact: ArtifactRecord?
    var start: RunID?
    if let pointer = request.pointer {
      start = try workspace.run(of: pointer)
      if case .artifact(let target) = try workspace.target(of: pointer) { artifact = target.artifact }
    }
    var found: [RunRecord]
    if let start, !request.isDeep, request.since == nil {
      found = try [record(start)]
    } else if let start {
      found = try lineage(of: start).map(record)
    } else {
      var query = RunQuery()
      query.newestFirst = false
      found = try workspace.index.runs(query).filter { $0.parent == nil && $0.status == .finished }.map {
        try record($0.id)
      }
    }
    if let since = request.since, !since.isEmpty {
      let isWanted = try bound(since)
      found = found.filter { isWanted($0) }
      guard !found.isEmpty else { throw RerunError.nothingSince(since) }
    }
    if found.isEmpty { throw RerunError.nothingSince(request.since ?? "") }
    return Selection(runs: try withoutInner(found), artifact: artifact, asked: start)
  }

  private func record(_ run: RunID) throws -> RunRecord {
    guard let record = try workspace.index.run(run) else {
      throw WorkspaceError.unknownPointer(run.hex, similar: [])
    }
    return record
  }

  /// What tells the runs after a run or commit.
  private func bound(_ since: String) throws -> (RunRecord) -> Bool {
    if let run = try workspace.runIfAny(since) {
      let started = try record(run).started
      return { $0.started > started }
    }
    // A run belongs to the commit that it was made on.
    let commit = try workspace.requireCommit(of: since)
    let repository = workspace.repository
    var known: [String: Bool] = [:]
    return { run in
      guard let own = run.git?.commit else { return false }
      if let isAfter = known[own] { return isAfter }
      let isAfter = repository?.isCommit(own, atOrAfter: commit) ?? false
      known[own] = isAfter
      return isAfter
    }
  }

  /// A run and all that its inputs were made by, those first that others read from.
  private func lineage(of run: RunID) throws -> [RunID] {
    let walk = TraceWalk(
      index: try workspace.index, finder: try workspace.originFinder(),
      depth: nil)
    let nodes = try walk.up(fromRuns: [run])
    let known = Set(nodes.map(\.run.id))
    let producers = Dictionary(
      uniqueKeysWithValues: nodes.map { node in
        (node.run.id, Set(node.inputs.compactMap(\.producer)).intersection(known).subtracting([node.run.id]))
      })
    let started = Dictionary(uniqueKeysWithValues: nodes.map { ($0.run.id, $0.run.started) })
    func before(_ run: RunID) -> [RunID] {
      (producers[run] ?? []).map { (started[$0]?.microseconds ?? 0, $0) }.sorted { $0 < $1 }.map(\.1)
    }
    // Post-order with a stack of its own: a lineage may be deeper than the call stack. Of runs that went on at once and
    // read from each other, the one that is met first comes last.
    var ordered: [RunID] = []
    var met: Set<RunID> = [run]
    var stack = [(run: run, rest: before(run)[...])]
    while let last = stack.indices.last {
      if let next = stack[last].rest.popFirst() {
        if met.insert(next).inserted { stack.append((next, before(next)[...])) }
      } else {
        ordered.append(stack.removeLast().run)
      }
    }
    return ordered
  }

  /// Leaves out runs that were started within others among them: these are made again with the outer ones.
  private func withoutInner(_ runs: [RunRecord]) throws -> [RunRecord] {
    let chosen = Set(runs.map(\.id))
    return try runs.filter { run in
      var (next, depth) = (run.parent, 0)
      while let parent = next, depth < 64 {
        if chosen.contains(parent) { return false }
        next = try workspace.index.run(parent)?.parent
        depth += 1
      }
      return true
    }
  }
}
