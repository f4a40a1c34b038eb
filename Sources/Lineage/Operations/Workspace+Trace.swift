internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// What `mlt trace` is asked to do.
public struct TraceRequest: Sendable {
  /// What to start from.
  public var pointer: String
  /// Which way to go.
  public var direction: Trace.Direction
  /// How many runs deep to go; nil for all the way.
  public var depth: Int?

  /// Takes the request.
  public init(pointer: String, direction: Trace.Direction = .up, depth: Int? = nil) {
    self.pointer = pointer
    self.direction = direction
    self.depth = depth
  }
}

extension Workspace {
  /// Follows an artifact or run back to what it was made from, or on to what was made from it.
  ///
  /// - Throws: what ``target(of:)`` throws, and failures of index and store.
  public func trace(_ request: TraceRequest) throws -> Trace {
    let index = try index
    let finder = try originFinder()
    let walk = TraceWalk(index: index, finder: finder, depth: request.depth)
    var trace = Trace(direction: request.direction, artifact: nil, origins: [], readers: [], start: nil, nodes: [])
    let target = try target(of: request.pointer)
    switch target {
    case .run(let run):
      trace.start = run
      trace.nodes = try request.direction == .up ? walk.up(fromRuns: [run]) : walk.down(from: [run])
    case .artifact(let target):
      trace.artifact = target.artifact
      try learnFolder(target, finder)
      if request.direction == .up {
        trace.origins = try origins(of: target, finder)
        trace.nodes = try walk.up(fromRuns: trace.origins.compactMap(\.producer))
      } else {
        trace.readers = try walk.readers(of: target.artifact)
        trace.nodes = try walk.down(from: trace.readers.map(\.run))
        if trace.readers.isEmpty { trace.otherReaders = try otherReaders(of: target.artifact) }
      }
    }
    if request.direction == .up { try judge(&trace, isCut: request.depth != nil, finder) }
    let doubted = try index.doubtedRuns()
    for place in trace.nodes.indices where doubted.contains(trace.nodes[place].run.id) {
      trace.nodes[place].failedChecks = try index.failedChecks(of: trace.nodes[place].run.id)
    }
    trace.flags = try flagMarks(on: trace.artifacts)
    trace.labels = try labels(of: target)
    trace.models =
      try target.artifact?.content.map { try versions(of: $0) } ?? trace.start.map { try versions(madeBy: $0) } ?? []
    return trace
  }

  /// Says of the nearest runs whether what they made is up to date.
  private func judge(_ trace: inout Trace, isCut: Bool, _ finder: OriginFinder) throws {
    // What is out of date beyond the depth asked for counts as well.
    let found =
      try isCut
      ? staleness(of: trace.nodes.filter { $0.depth == 0 }.map(\.run.id), finder) : staleness(of: trace.nodes, finder)
    for index in trace.nodes.indices { trace.nodes[index].staleness = found[trace.nodes[index].run.id] }
  }

  /// How many readers of other contents are named.
  private static let otherReadersLimit = 10

  /// The runs that read other content at a path, the latest first.
  private func otherReaders(of artifact: ArtifactRecord) throws -> [Trace.Reader] {
    try index.readers(path: artifact.path, limit: Self.otherReadersLimit).map { reading in
      Trace.Reader(run: reading.run, input: reading.artifact)
    }
  }

  /// Lets the finder see into a folder that stands in the work tree without being stored.
  func learnFolder(_ target: ArtifactTarget, _ finder: OriginFinder) throws {
    guard target.artifact.kind == .tree, target.version == .present, let content = target.artifact.content,
      let folder = WorkPath(text: target.artifact.path), try !store.containsTree(content)
    else { return }
    let catalog = try makeCatalog()
    finder.learn(try catalog.files(in: folder), of: content)
    try catalog.remember()
  }

  /// Where a named artifact came from; a run's own output came from that run, whatever others made since.
  func origins(of target: ArtifactTarget, _ finder: OriginFinder) throws -> [LineageEdge] {
    if case .ofRun(let run) = target.version {
      let wrote = try index.files(of: run, role: .output).contains { output in
        output.path == target.artifact.path || isInside(target.artifact.path, output)
      }
      if wrote {
        return [
          LineageEdge(
            input: target.artifact, origin: .produced(run), evidence: target.artifact.evidence, count: nil)
        ]
      }
      guard let record = try index.run(run) else { return [] }
      let view = OriginFinder.Viewpoint(run: run, started: record.started, ended: record.ended ?? record.started)
      return try finder.edges(of: target.artifact, seenFrom: view)
    }
    return try finder.edges(of: target.artifact, seenFrom: presentView())
  }

  private func isInside(_ path: String, _ output: ArtifactRecord) -> Bool {
    guard output.kind == .tree, let inner = WorkPath(text: path), let outer = WorkPath(text: output.path) else {
      return false
    }
    return inner.isBelow(outer)
  }
}
