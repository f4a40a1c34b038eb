internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// Decides of runs whether what they made would come out differently now, or came of something old
/// (`docs/decisions/0083-staleness.md`).
final class FreshnessCheck {
  private let index: LineageIndex
  private let finder: OriginFinder
  private let present: PresentContents
  private let limits: AgeLimits
  private let partitions: PartitionCheck
  private var summaries: [RunID: RunSummary?] = [:]

  // What one run wrote and read is looked at up to here; a folder of more files as a whole.
  private static let fileLimit = 256

  init(index: LineageIndex, finder: OriginFinder, present: PresentContents, limits: AgeLimits) {
    self.index = index
    self.finder = finder
    self.present = present
    self.limits = limits
    partitions = PartitionCheck(index: index)
  }

  /// Judges runs of one lineage: each by itself, then by those whose outputs it read.
  func judge(_ nodes: [Trace.Node]) throws -> [RunID: Staleness] {
    var found: [RunID: Staleness] = [:]
    var readers: [RunID: [RunID]] = [:]
    for node in nodes {
      summaries[node.run.id] = .some(nil)
      found[node.run.id] = try own(node)
      for edge in node.inputs where !isOwnState(edge, node) {
        if let producer = edge.producer, producer != node.run.id { readers[producer, default: []].append(node.run.id) }
      }
    }
    let components = Dictionary(uniqueKeysWithValues: nodes.map { ($0.run.id, $0.run.component) })
    var pending = found.filter { $0.value.isStale }.map(\.key).sorted()
    while let run = pending.popLast() {
      for reader in readers[run] ?? [] {
        guard let known = found[reader], known.supersededBy == nil else { continue }
        let reason = Staleness.Reason.upstream(component: components[run] ?? "", run: run)
        if known.reasons.contains(reason) { continue }
        // A run hands its staleness on once: when it becomes stale.
        if !known.isStale { pending.append(reader) }
        found[reader]?.reasons.append(reason)
      }
    }
    return found.mapValues { staleness in
      Staleness(
        reasons: staleness.reasons.sorted { Staleness.key($0) < Staleness.key($1) },
        supersededBy: staleness.supersededBy)
    }
  }

  // MARK: One run

  private func own(_ node: Trace.Node) throws -> Staleness {
    guard node.run.status == .finished else { return Staleness() }
    var found = Staleness(supersededBy: try successor(of: node))
    found.reasons = try oldInputs(of: node) + oldCopies(of: node)
    if found.supersededBy == nil { found.reasons += try changes(since: node) }
    return found
  }

  /// The run that has written what this one had, if nothing of what it wrote is the latest any more.
  private func successor(of node: Trace.Node) throws -> RunID? {
    var successor: RunID?
    for output in node.outputs.prefix(Self.fileLimit) {
      if output.kind == .uri || output.content == nil { return nil }
      let last = try index.lastWriter(path: output.path)
      // A run within this one, or around it, wrote it as well.
      if last?.run == node.run.id || last?.artifact.content == output.content { return nil }
      if try present.holds(output) { return nil }
      if let last, last.ended < node.run.started { return nil }
      if successor == nil { successor = last?.run }
    }
    return successor
  }

  private func changes(since node: Trace.Node) throws -> [Staleness.Reason] {
    let written = Set(node.outputs.map(\.path) + node.run.removed)
    var reasons: [Staleness.Reason] = []
    var seen: Set<String> = []
    for edge in node.inputs where seen.insert(edge.input.path).inserted {
      let input = edge.input
      // What it changed in place it has changed itself.
      guard !written.contains(input.path), let changed = try changedFile(input, written) else { continue }
      if input.isInGit || input.isModified {
        reasons.append(.codeChanged(path: changed.path))
      } else if try !partitions.hasGoneOn(
        node.run.component, started: node.run.started, outputs: Set(node.outputs.map(\.path)), from: changed)
      {
        reasons.append(.inputChanged(path: changed.path, by: try writer(of: changed, since: node.run)))
      }
    }
    return reasons
  }

  /// What of an input has another content by now: itself, or the first such file of a folder.
  private func changedFile(_ input: ArtifactRecord, _ written: Set<String>) throws -> ArtifactRecord? {
    guard input.kind == .tree, let content = input.content, let folder = WorkPath(text: input.path) else {
      return try present.differs(from: input) ? input : nil
    }
    // A folder is judged by the files that were read in it: another partition is no newer version of it.
    guard let files = try finder.files(of: content), files.count <= Self.fileLimit else {
      return try !input.isPartial && present.differs(from: input) ? input : nil
    }
    let prefix = folder.isRoot ? [] : folder.bytes + [0x2F]
    for (name, content) in files.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let path = PathText.encode(prefix + name)
      if written.contains(path) { continue }
      let file = ArtifactRecord(path: path, kind: .file, content: content, size: -1, evidence: input.evidence)
      if try present.differs(from: file) { return file }
    }
    return nil
  }

  private func writer(of input: ArtifactRecord, since run: RunRecord) throws -> RunID? {
    guard let last = try index.lastWriter(path: input.path), last.run != run.id, last.artifact.content != input.content,
      last.ended > run.started, try present.holds(last.artifact)
    else { return nil }
    return last.run
  }

  // MARK: Age

  /// Of each component that a run read from, the latest output was older than the setting lets pass.
  private func oldInputs(of node: Trace.Node) throws -> [Staleness.Reason] {
    guard let days = try limits.days(for: node.run.component) else { return [] }
    var youngest: [String: (ended: Timestamp, run: RunID, path: String)] = [:]
    for edge in node.inputs where !isOwnState(edge, node) {
      let maker: RunID
      switch edge.origin {
      case .produced(let run), .copied(let run, _): maker = run
      case .changedOutside, .added, .git, .source: continue
      }
      guard let summary = try summary(of: maker) else { continue }
      let ended = summary.ended ?? summary.started
      if let known = youngest[summary.component], known.ended >= ended { continue }
      youngest[summary.component] = (ended, maker, edge.input.path)
    }
    return youngest.sorted { $0.key < $1.key }.compactMap { component, latest in
      let age = AgeLimits.days(from: latest.ended, to: node.run.started)
      guard age > days else { return nil }
      return .oldInput(path: latest.path, component: component, run: latest.run, days: age)
    }
  }

  /// Copies of what had been written anew before the run started.
  private func oldCopies(of node: Trace.Node) throws -> [Staleness.Reason] {
    try node.inputs.compactMap { edge in
      guard case .copied(let maker, let original) = edge.origin, let content = edge.input.content else { return nil }
      let moment = Timestamp(microseconds: node.run.started.microseconds + 1)
      guard let last = try index.lastWriter(path: original, before: moment), last.run != maker, last.run != node.run.id,
        last.artifact.content != content, last.ended > (try summary(of: maker)?.ended ?? node.run.started)
      else { return nil }
      return .oldCopy(path: edge.input.path, of: original, by: last.run)
    }
  }

  /// Whether a run goes on from what an earlier run of its component left: it wrote the same place anew.
  private func isOwnState(_ edge: LineageEdge, _ node: Trace.Node) -> Bool {
    node.outputs.contains { $0.path == edge.input.path }
  }

  private func summary(of run: RunID) throws -> RunSummary? {
    if let known = summaries[run] ?? nil { return known }
    let found = try index.summaries([run]).first
    summaries[run] = .some(found)
    return found
  }
}
