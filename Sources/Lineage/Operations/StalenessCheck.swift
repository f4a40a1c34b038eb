internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// Finds which runs behind tracked paths would come out differently now, because something they read has changed.
struct StalenessCheck {
  let index: LineageIndex
  let catalog: ContentCatalog
  let lock: LockFile
  let finder: OriginFinder

  private struct Maker {
    var run: RunID
    var component: String
    var started: Timestamp
    var outputs: [String]
    var inputs: [ArtifactRecord]
    var reasons: Set<StatusReport.Reason> = []
  }

  func run() throws -> [StatusReport.Stale] {
    var makers: [RunID: Maker] = [:]
    var makerOfPath: [String: RunID] = [:]
    for entry in lock.entries {
      guard let writing = try index.writers(path: entry.path.text, content: entry.content).first,
        let record = try index.run(writing.run), record.status == .finished
      else { continue }
      makerOfPath[entry.path.text] = record.id
      if makers[record.id] == nil {
        makers[record.id] = Maker(
          run: record.id, component: record.component, started: record.started, outputs: [],
          inputs: try index.files(of: record.id, role: .input))
      }
      makers[record.id]?.outputs.append(entry.path.text)
    }
    let order = makers.values.sorted { ($0.started, $0.run) < ($1.started, $1.run) }.map(\.run)
    for run in order {
      let inputs = makers[run]?.inputs ?? []
      makers[run]?.reasons = try ownReasons(inputs, of: run)
    }
    let producers = makers.mapValues { maker in
      Set(maker.inputs.compactMap { makerOfPath[$0.path] }.filter { $0 != maker.run })
    }
    follow(&makers, producers)
    return sorted(order, producers).compactMap { makers[$0] }.filter { !$0.reasons.isEmpty }.map { maker in
      StatusReport.Stale(
        run: maker.run, component: maker.component, outputs: maker.outputs,
        reasons: maker.reasons.sorted { Self.key($0) < Self.key($1) })
    }
  }

  /// Puts the makers of inputs before those who read them; what isn't bound so stays in the order of time.
  private func sorted(_ order: [RunID], _ producers: [RunID: Set<RunID>]) -> [RunID] {
    let places = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
    var sorted: [RunID] = []
    var entered: Set<RunID> = []
    for first in order where entered.insert(first).inserted {
      // Depth first without recursion: a run follows when all its producers have. Of a circle, the first met waits.
      var stack: [(run: RunID, waiting: [RunID])] = [(first, waiting(first))]
      while let top = stack.indices.last {
        if let next = stack[top].waiting.popLast() {
          if entered.insert(next).inserted { stack.append((next, waiting(next))) }
        } else {
          sorted.append(stack.removeLast().run)
        }
      }
    }
    return sorted

    /// A run's producers, the last first.
    func waiting(_ run: RunID) -> [RunID] {
      (producers[run] ?? []).sorted { (places[$0] ?? 0) > (places[$1] ?? 0) }
    }
  }

  private static func key(_ reason: StatusReport.Reason) -> (Int, String) {
    switch reason {
    case .inputChanged(let path): (0, path)
    case .inputMissing(let path): (1, path)
    case .upstream(let component, _): (2, component)
    }
  }

  /// What the work tree itself shows against a run.
  private func ownReasons(
    _ inputs: [ArtifactRecord], of run: RunID
  ) throws -> Set<StatusReport.Reason> {
    var reasons: Set<StatusReport.Reason> = []
    let written = Set(try index.files(of: run, role: .output).map(\.path) + (index.run(run)?.removed ?? []))
    for input in inputs {
      // What a run changed in place it has changed itself; a partial tree is judged by the files it names.
      guard let content = input.content, let path = WorkPath(text: input.path), !written.contains(input.path) else {
        continue
      }
      if input.kind == .tree, input.isPartial {
        if let changed = try changedFile(of: path, content) { reasons.insert(.inputChanged(changed.text)) }
        continue
      }
      guard let present = try catalog.identity(of: path) else {
        // A tracked input that is missing is put back by a checkout; the lock file still has the content.
        if lock[path]?.content != content { reasons.insert(.inputMissing(input.path)) }
        continue
      }
      if present.content != content { reasons.insert(.inputChanged(input.path)) }
    }
    return reasons
  }

  /// The first of the files that a run read in a folder which has other content now, or is gone.
  private func changedFile(of folder: WorkPath, _ tree: ContentID) throws -> WorkPath? {
    guard let files = try finder.files(of: tree) else { return nil }
    let wanted = files.map { (path: WorkPath(normal: folder.bytes + [0x2F] + $0.key), content: $0.value) }
      .sorted { $0.path < $1.path }
    try catalog.prefetch(wanted.lazy.map(\.path))
    return try wanted.first { try catalog.identity(of: $0.path)?.content != $0.content }?.path
  }

  /// Carries staleness on to what was made from stale outputs.
  private func follow(_ makers: inout [RunID: Maker], _ producers: [RunID: Set<RunID>]) {
    var readers: [RunID: [RunID]] = [:]
    for (run, producers) in producers {
      for producer in producers { readers[producer, default: []].append(run) }
    }
    var pending = makers.values.filter { !$0.reasons.isEmpty }.map(\.run)
    while let run = pending.popLast() {
      guard let component = makers[run]?.component else { continue }
      for reader in readers[run] ?? [] {
        // A run hands its staleness on once: when it becomes stale.
        if makers[reader]?.reasons.isEmpty == true { pending.append(reader) }
        makers[reader]?.reasons.insert(.upstream(component, run))
      }
    }
  }
}
