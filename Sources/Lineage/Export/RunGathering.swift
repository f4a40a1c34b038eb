internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import ProvenanceExchange

/// Puts together what documents say of runs, one at a time.
final class RunGathering {
  private let index: LineageIndex
  private let finder: OriginFinder?
  private let tables: TableColumns?
  private let text: ExportText
  private var components: [String: (summary: String?, owner: String?)] = [:]
  private var ancestors: [RunID: (component: String, parent: RunID?)] = [:]
  private var written: [RunID: [String: ArtifactRecord]] = [:]

  private static let cacheLimit = 1000
  /// How many runs around a run are looked at: more aren't nested but a circle that somebody made up.
  private static let nestingLimit = 100

  /// Begins.
  ///
  /// - Parameters:
  ///   - finder: says where inputs came from, if that is wanted.
  ///   - tables: says which columns tables have, if that is wanted.
  init(_ index: LineageIndex, _ text: ExportText, finder: OriginFinder?, tables: TableColumns?) {
    self.index = index
    self.text = text
    self.finder = finder
    self.tables = tables
  }

  /// Returns what may be told of a run; nil if it isn't known.
  func run(_ id: RunID) throws -> ExportedRun? {
    guard let record = try index.run(id) else { return nil }
    var run = ExportedRun(
      id: id, component: text.text(record.component), status: record.status, started: record.started)
    (run.summary, run.owner) = try component(record.component)
    run.command = text.arguments(record.command)
    run.directory = text.path(record.directory)
    run.git = record.git
    run.git?.remote = record.git?.remote.flatMap { text.remote($0) }
    run.host = record.host
    run.user = record.user
    if let parent = record.parent { (run.parent, run.root) = try surroundings(parent) }
    run.parameters = text.values(record.parameters)
    run.tags = text.values(record.tags)
    run.metrics = record.metricsLatest
    run.note = record.note.map { text.text($0) }
    run.exit = record.exit
    run.ended = record.ended
    run.evidence = record.evidence
    run.usage = record.usage
    run.hazards = record.hazards.map { hazard in
      Hazard(hazard.kind, path: hazard.path.map { text.path($0) }, detail: hazard.detail.map { text.text($0) })
    }
    run.failedChecks = try index.failedChecks(of: id).map { text.text($0.fact.name) }
    run.removed = record.removed.map { text.path($0) }
    run.record = record.record
    run.environment = try environment(of: id)
    run.stage = try index.stage(of: id)
    run.stage?.declared = nil
    run.network = try index.lookups(of: id)?.network ?? []
    try gatherFiles(of: record, into: &run)
    return run
  }

  private func gatherFiles(of record: RunRecord, into run: inout ExportedRun) throws {
    let view = OriginFinder.Viewpoint(
      run: record.id, started: record.started, ended: record.ended ?? record.started)
    for file in try index.files(of: record.id) {
      if let columns = try tables?.columns(of: file.artifact), let content = file.artifact.content {
        run.columns[content] = columns
      }
      let artifact = told(file.artifact)
      switch file.role {
      case .input:
        let sources = try finder.map { try self.sources(of: file.artifact, seenFrom: view, $0) }
        run.inputs.append(ExportedRun.Input(artifact, sources: sources ?? []))
      case .output: run.outputs.append(artifact)
      }
    }
  }

  private func told(_ artifact: ArtifactRecord) -> ArtifactRecord {
    var told = artifact
    told.path = artifact.kind == .uri ? text.uri(artifact.path) : text.path(artifact.path)
    told.problem = artifact.problem.map { text.text($0) }
    return told
  }

  private func environment(of run: RunID) throws -> RunEnvironment {
    guard var environment = try index.environment(of: run) else { return RunEnvironment() }
    environment.folders = []
    environment.variables = text.values(environment.variables)
    for place in environment.interpreters.indices {
      environment.interpreters[place].path = text.text(environment.interpreters[place].path)
    }
    return environment
  }

  // MARK: Components and runs around runs

  private func component(_ name: String) throws -> (summary: String?, owner: String?) {
    if let known = components[name] { return known }
    let record = try index.component(name)
    let found = (record?.summary.map { text.text($0) }, record?.owner.map { text.text($0) })
    if components.count >= Self.cacheLimit { components = [:] }
    components[name] = found
    return found
  }

  private func surroundings(
    _ parent: RunID
  ) throws -> (parent: ExportedRun.Ancestor?, root: ExportedRun.Ancestor?) {
    guard let first = try ancestor(parent) else { return (nil, nil) }
    let nearest = ExportedRun.Ancestor(run: parent, component: text.text(first.component))
    var outermost = nearest
    var next = first.parent
    for _ in 0..<Self.nestingLimit {
      guard let run = next, let known = try ancestor(run) else { break }
      outermost = ExportedRun.Ancestor(run: run, component: text.text(known.component))
      next = known.parent
    }
    return (nearest, outermost)
  }

  private func ancestor(_ run: RunID) throws -> (component: String, parent: RunID?)? {
    if let known = ancestors[run] { return known }
    guard let record = try index.run(run) else { return nil }
    if ancestors.count >= Self.cacheLimit { ancestors = [:] }
    ancestors[run] = (record.component, record.parent)
    return (record.component, record.parent)
  }

  // MARK: Sources

  private func sources(
    of input: ArtifactRecord, seenFrom view: OriginFinder.Viewpoint, _ finder: OriginFinder
  ) throws -> [ExportedRun.Source] {
    let edges = try finder.edges(of: input, seenFrom: view)
    return try edges.map { edge in
      switch edge.origin {
      case .produced(let run):
        if edges.count > 1 { return .part(of: run) }
        let outputs = try self.outputs(of: run)
        if outputs[input.path]?.content == input.content, outputs[input.path] != nil { return .output(of: run) }
        return Self.folder(around: input.path, in: outputs).map { .member(of: run, folder: text.path($0)) }
          ?? .part(of: run)
      case .copied(let run, let path): return .copy(of: run, path: text.path(path))
      case .changedOutside(let run):
        return .changed(since: run, path: try outputs(of: run)[input.path] == nil ? nil : text.path(input.path))
      case .added: return .added
      case .git: return .git
      case .source: return .unknown
      }
    }
  }

  private func outputs(of run: RunID) throws -> [String: ArtifactRecord] {
    if let known = written[run] { return known }
    let files = try index.files(of: run, role: .output)
    let outputs = Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    if written.count >= Self.cacheLimit { written = [:] }
    written[run] = outputs
    return outputs
  }

  private static func folder(around path: String, in outputs: [String: ArtifactRecord]) -> String? {
    var folder = WorkPath(text: path)?.parent
    while let around = folder, !around.isRoot {
      if outputs[around.text]?.kind == .tree { return around.text }
      folder = around.parent
    }
    return nil
  }
}
