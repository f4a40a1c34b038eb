internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Walks lineage breadth first, each run once, without recursion: neither diamonds nor long chains cost more than
/// their runs and steps.
struct TraceWalk {
  let index: LineageIndex
  let finder: OriginFinder
  let depth: Int?
  /// The most runs to visit; nil for all.
  var limit: Int?

  init(index: LineageIndex, finder: OriginFinder, depth: Int?) {
    self.index = index
    self.finder = finder
    self.depth = depth
  }

  private struct Pending {
    var run: RunID
    var depth: Int
  }

  // MARK: Up

  func up(fromRuns runs: [RunID]) throws -> [Trace.Node] {
    try walk(from: runs) { record, isCut in
      let view = OriginFinder.Viewpoint(
        run: record.id, started: record.started, ended: record.ended ?? record.started)
      let inputs = try index.files(of: record.id, role: .input)
      let edges = try inputs.flatMap { try finder.edges(of: $0, seenFrom: view) }
      let producers = edges.compactMap(\.producer)
      let node = Trace.Node(
        run: record, depth: 0, inputs: edges, outputs: try index.files(of: record.id, role: .output), readers: [],
        isCut: isCut && !producers.isEmpty)
      return (node, isCut ? [] : producers)
    }
  }

  // MARK: Down

  func down(from runs: [RunID]) throws -> [Trace.Node] {
    let finder = ReaderFinder(index: index, finder: finder)
    return try walk(from: runs) { record, isCut in
      let outputs = try index.files(of: record.id, role: .output)
      let next = Self.sorted(try outputs.flatMap { try finder.readers(of: $0, writtenBy: record) })
      let node = Trace.Node(
        run: record, depth: 0, inputs: [], outputs: outputs, readers: next, isCut: isCut && !next.isEmpty)
      return (node, isCut ? [] : next.map(\.run))
    }
  }

  /// Returns the runs that read an artifact, whoever made it.
  ///
  /// The same content at another path counts unless a run is known to have made it there.
  func readers(of artifact: ArtifactRecord) throws -> [Trace.Reader] {
    var found: [ReaderFinder.Found] = []
    var readings: [Reading] = []
    if let content = artifact.content {
      readings = try index.readers(content: content) + index.treeReaders(ofPathsAbove: artifact.path)
    } else if artifact.kind == .uri {
      readings = try index.readers(path: artifact.path)
    }
    if artifact.kind == .tree {
      readings += try index.readersBelow(path: artifact.path)
      readings += try index.readers(path: artifact.path)
    }
    var checked: Set<Trace.Reader> = []
    for reading in readings {
      let reader = Trace.Reader(run: reading.run, input: reading.artifact)
      guard checked.insert(reader).inserted else { continue }
      let view = OriginFinder.Viewpoint(run: reading.run, started: reading.started, ended: reading.ended)
      if try holds(reading.artifact, artifact, seenFrom: view) {
        found.append(ReaderFinder.Found(reader: reader, started: reading.started))
      }
    }
    return Self.sorted(found)
  }

  /// The readings by the start of their runs, each once.
  static func sorted(_ found: [ReaderFinder.Found]) -> [Trace.Reader] {
    var seen: Set<Trace.Reader> = []
    return found.filter { seen.insert($0.reader).inserted }.sorted {
      ($0.started, $0.reader.run, $0.reader.input.path) < ($1.started, $1.reader.run, $1.reader.input.path)
    }.map(\.reader)
  }

  /// Whether what was read is, or holds, or lies in the artifact.
  private func holds(
    _ input: ArtifactRecord, _ artifact: ArtifactRecord, seenFrom view: OriginFinder.Viewpoint
  ) throws -> Bool {
    if artifact.kind == .uri { return input.path == artifact.path }
    guard input.content == artifact.content else { return try finder.shareContent(input, artifact) }
    if input.path == artifact.path || artifact.path == artifact.content?.hex { return true }
    guard input.size > 0 else { return false }
    return try !finder.edges(of: input, seenFrom: view).contains { edge in
      if case .produced = edge.origin { true } else { false }
    }
  }

  // MARK: Both

  private func walk(
    from start: [RunID], _ visit: (RunRecord, _ isCut: Bool) throws -> (Trace.Node, next: [RunID])
  ) throws -> [Trace.Node] {
    var nodes: [Trace.Node] = []
    var seen: Set<RunID> = []
    var queue: [Pending] = []
    for run in start where seen.insert(run).inserted { queue.append(Pending(run: run, depth: 0)) }
    var next = 0
    while next < queue.count, limit.map({ nodes.count < $0 }) ?? true {
      let pending = queue[next]
      next += 1
      guard let record = try index.run(pending.run) else { continue }
      var (node, following) = try visit(record, depth.map { pending.depth + 1 >= $0 } ?? false)
      node.depth = pending.depth
      nodes.append(node)
      for run in following where seen.insert(run).inserted {
        queue.append(Pending(run: run, depth: pending.depth + 1))
      }
    }
    return nodes
  }
}
