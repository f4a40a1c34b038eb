internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import Pipelines

/// Finds what a commit has as a run made it, while it has something that the run read otherwise.
///
/// Begins with the paths that the commit changes, so that what it leaves alone costs nothing and isn't held against it.
struct OutdatedCheck {
  let state: StagedState
  let index: LineageIndex
  let store: ObjectStore
  /// The stages that are declared, which are checked by what is declared.
  let declared: Set<StageID>

  // Beyond this many runs it is cheaper to begin with what the lock file names.
  private static let readersLimit = 2_000

  func run() throws -> [OutdatedOutputs] {
    let comparison = FileComparison(view: state, store: store)
    var inputs: [RunID: [WorkPath: Bool]] = [:]
    var order: [RunID] = []
    for path in state.changedPaths.sorted() {
      for reading in try state.readings(of: path, in: index) where reading.status == .finished {
        guard let (input, isGone) = try difference(reading.artifact, path, comparison) else { continue }
        if inputs[reading.run] == nil { order.append(reading.run) }
        inputs[reading.run, default: [:]][input] = isGone
      }
    }
    if order.isEmpty { return [] }
    let makers = order.count > Self.readersLimit ? try makersOfLocked(among: Set(order)) : nil
    return try order.compactMap { run in
      guard makers?.contains(run) ?? true else { return nil }
      return try outdated(run, inputs[run] ?? [:])
    }
  }

  /// What a run read, at a path that changed, that the commit doesn't have so.
  private func difference(
    _ artifact: ArtifactRecord, _ path: WorkPath, _ comparison: FileComparison
  ) throws -> (path: WorkPath, isGone: Bool)? {
    if artifact.kind == .tree, let content = artifact.content, let folder = WorkPath(text: artifact.path),
      let names = path.components(below: folder)
    {
      // What nobody stored can't be looked into.
      guard try store.containsTree(content) else { return nil }
      let now = try state.content(of: path)
      if let entry = try store.entry(at: names, in: content) {
        return entry.content == now ? nil : (path: path, isGone: now == nil)
      }
      // In a folder that was taken whole, a new file is a change; in one of which a run read some files it is none.
      return artifact.isPartial || now == nil ? nil : (path: path, isGone: false)
    }
    return switch try comparison.difference(of: artifact, isPart: artifact.isPartial) {
    case .changed(let path): (path: path, isGone: false)
    case .gone(let path): (path: path, isGone: true)
    case nil, .unknown, .unlisted: nil
    }
  }

  /// Those of some runs that made what the lock file has.
  private func makersOfLocked(among runs: Set<RunID>) throws -> Set<RunID> {
    var makers: Set<RunID> = []
    for entry in state.lock.entries {
      if let maker = try index.writers(path: entry.path.text, content: entry.content, limit: 1).first?.run,
        runs.contains(maker)
      {
        makers.insert(maker)
      }
    }
    return makers
  }

  /// What the commit has as a run made it; nil if that is nothing, or just as a commit before has it.
  private func outdated(_ run: RunID, _ inputs: [WorkPath: Bool]) throws -> OutdatedOutputs? {
    if let stage = try index.stage(of: run), let file = WorkPath(text: stage.file),
      declared.contains(StageID(file: String(decoding: file.bytes, as: UTF8.self), name: stage.name))
    {
      return nil
    }
    let files = try index.files(of: run)
    let written = Set(files.lazy.filter { $0.role == .output }.map(\.artifact.path))
    // What a run changed in place it has changed itself.
    let inputs = inputs.filter { !written.contains($0.key.text) }
    if inputs.isEmpty { return nil }
    var outputs: [WorkPath] = []
    for file in files where file.role == .output {
      guard let content = file.artifact.content, let path = WorkPath(text: file.artifact.path),
        try state.content(of: path) == content,
        // A later run that made the same of what is there now speaks for it.
        try index.writers(path: file.artifact.path, content: content, limit: 1).first?.run == run
      else { continue }
      outputs.append(path)
    }
    guard !outputs.isEmpty, let record = try index.run(run), !record.isDeleted,
      state.isNew(files.lazy.compactMap { WorkPath(text: $0.artifact.path) } + Array(inputs.keys))
    else { return nil }
    return OutdatedOutputs(
      outputs: outputs.sorted(), run: run, component: record.component,
      inputs: inputs.sorted { $0.key < $1.key }.map { (path: $0.key, isGone: $0.value) }, command: record.command,
      directory: WorkPath(text: record.directory) ?? WorkPath(normal: [UInt8(ascii: ".")]))
  }
}
