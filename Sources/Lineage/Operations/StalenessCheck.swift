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
  let limits: AgeLimits

  /// Whether git tracks a path; nil without git.
  let isInGit: ((WorkPath) throws -> Bool)?

  /// What the check found.
  struct Findings {
    /// Runs with outputs out of date, the first causes first.
    var stale: [StatusReport.Stale]
    /// What runs had read that was old by then, by component.
    var aged: [StatusReport.Aged]
    /// What recorded runs read that neither git nor the lock file keeps, with the components that did.
    var unkept: [StatusReport.Unkept]
  }

  private struct Maker {
    var run: RunID
    var component: String
    var started: Timestamp
    var ended: Timestamp
    var outputs: Set<String> = []
    var inputs: [ArtifactRecord]
    var reasons: Set<StatusReport.Reason> = []
  }

  func run() throws -> Findings {
    var makers: [RunID: Maker] = [:]
    var makersOfPath: [String: Set<RunID>] = [:]
    for entry in lock.entries {
      for (run, path) in try self.makers(of: entry) {
        if makers[run] == nil {
          guard let record = try index.run(run), record.status == .finished else { continue }
          makers[run] = Maker(
            run: run, component: record.component, started: record.started, ended: record.ended ?? record.started,
            inputs: try index.files(of: run, role: .input))
        }
        makers[run]?.outputs.insert(path)
        // Who reads the whole folder reads what any of them made.
        for path in [path, entry.path.text] { makersOfPath[path, default: []].insert(run) }
      }
    }
    let order = makers.values.sorted { ($0.started, $0.run) < ($1.started, $1.run) }.map(\.run)
    for run in order {
      let inputs = makers[run]?.inputs ?? []
      let component = makers[run]?.component ?? ""
      makers[run]?.reasons = try ownReasons(inputs, of: run, component)
    }
    let producers = makers.mapValues { maker in
      maker.inputs.reduce(into: Set<RunID>()) { $0.formUnion(makersOfPath[$1.path] ?? []) }.subtracting([maker.run])
    }
    follow(&makers, producers)
    let stale = sorted(order, producers).compactMap { makers[$0] }.filter { !$0.reasons.isEmpty }.map { maker in
      StatusReport.Stale(
        run: maker.run, component: maker.component, outputs: maker.outputs.sorted(),
        reasons: maker.reasons.sorted { Self.key($0) < Self.key($1) })
    }
    return Findings(
      stale: stale, aged: try aged(order.compactMap { makers[$0] }, makers, makersOfPath),
      unkept: try unkept(makers.values, makersOfPath))
  }

  /// The runs that made what the lock file has at a path, with the paths they made there.
  private func makers(of entry: LockEntry) throws -> [(run: RunID, path: String)] {
    let path = entry.path.text
    if let whole = try index.writers(path: path, content: entry.content, limit: 1).first { return [(whole.run, path)] }
    guard entry.kind == .tree else { return [] }
    // Nobody wrote the folder as it is; its files may be of several runs.
    let single = try index.outputsBelow(path: path)
    let parts = try index.writers(path: path)
    guard !single.isEmpty || !parts.isEmpty, var rest = try finder.files(of: entry.content) else { return [] }
    var found: [(run: RunID, path: String)] = []
    for writing in (single + parts).sorted(by: { ($0.ended, $0.run) > ($1.ended, $1.run) }) {
      guard let place = WorkPath(text: writing.artifact.path), let content = writing.artifact.content else { continue }
      let prefix = place.components(below: entry.path).map { Array($0.joined(separator: [0x2F])) } ?? []
      if writing.artifact.kind != .tree {
        if rest[prefix] == content { found.append((writing.run, writing.artifact.path)) }
        rest[prefix] = nil
        continue
      }
      guard let made = try finder.files(of: content) else { continue }
      var holds = false
      for (name, content) in made {
        let name = prefix.isEmpty ? name : prefix + [0x2F] + name
        holds = rest.removeValue(forKey: name) == content || holds
      }
      if holds { found.append((writing.run, writing.artifact.path)) }
    }
    return found
  }

  /// What runs read inside the work tree that nobody made and that nothing keeps: a script that isn't committed.
  private func unkept(
    _ makers: some Sequence<Maker>, _ makersOfPath: [String: Set<RunID>]
  ) throws -> [StatusReport.Unkept] {
    guard let isInGit else { return [] }
    var components: [WorkPath: Set<String>] = [:]
    for maker in makers {
      for input in maker.inputs where input.kind == .file || input.kind == .link {
        guard let path = WorkPath(text: input.path), !path.isOutside, makersOfPath[input.path] == nil,
          lock[path] == nil, lock.tree(around: path) == nil, try !isInGit(path),
          try catalog.identity(of: path) != nil
        else { continue }
        components[path, default: []].insert(maker.component)
      }
    }
    return components.sorted { $0.key < $1.key }.map {
      StatusReport.Unkept(path: $0.key, components: $0.value.sorted())
    }
  }

  /// What runs read of a component, all of it older than the setting lets pass.
  private func aged(
    _ readers: [Maker], _ makers: [RunID: Maker], _ makersOfPath: [String: Set<RunID>]
  ) throws -> [StatusReport.Aged] {
    var found: [StatusReport.Aged] = []
    for reader in readers {
      var youngest: [String: (ended: Timestamp, path: String)] = [:]
      for input in reader.inputs where !reader.outputs.contains(input.path) {
        for maker in (makersOfPath[input.path] ?? []).compactMap({ makers[$0] })
        where maker.run != reader.run && maker.ended <= reader.started {
          if let known = youngest[maker.component], known.ended >= maker.ended { continue }
          youngest[maker.component] = (maker.ended, input.path)
        }
      }
      if youngest.isEmpty { continue }
      guard let limit = try limits.days(for: reader.component) else { continue }
      for (component, latest) in youngest.sorted(by: { $0.key < $1.key }) {
        let days = AgeLimits.days(from: latest.ended, to: reader.started)
        if days <= limit { continue }
        found.append(
          StatusReport.Aged(
            run: reader.run, component: reader.component, path: latest.path, maker: component, days: days))
      }
    }
    return found.sorted { ($0.component, $0.run, $0.path) < ($1.component, $1.run, $1.path) }
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
    case .upstream(let component, let run): (2, component + " " + run.hex)
    }
  }

  /// What the work tree itself shows against a run.
  private func ownReasons(
    _ inputs: [ArtifactRecord], of run: RunID, _ component: String
  ) throws -> Set<StatusReport.Reason> {
    var reasons: Set<StatusReport.Reason> = []
    let outputs = Set(try index.files(of: run, role: .output).map(\.path))
    let written = outputs.union(try index.run(run)?.removed ?? [])
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
      if present.content == content { continue }
      if !input.isInGit, !input.isModified, let started = try index.summaries([run]).first?.started,
        try PartitionCheck(index: index).hasGoneOn(component, started: started, outputs: outputs, from: input)
      {
        continue
      }
      reasons.insert(.inputChanged(input.path))
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
