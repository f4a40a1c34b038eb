internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What must not be read while a command runs, and finding out whether it was.
struct RetractionGuard {
  private let workspace: Workspace
  private let walk: LabelWalk
  private let finder: OriginFinder

  /// Nil if no label is retracted: then there is nothing to look for, and nothing was spent.
  init?(_ workspace: Workspace) throws {
    if try workspace.index.retractions().isEmpty { return nil }
    let book = try workspace.labelBook(onlyRetracted: true)
    if book.isEmpty { return nil }
    self.workspace = workspace
    finder = try workspace.originFinder()
    walk = LabelWalk(book, index: try workspace.index, finder: finder)
  }

  /// What of some artifacts carries a retracted label, each once.
  func findings(
    on artifacts: some Sequence<ArtifactRecord>, seenFrom view: OriginFinder.Viewpoint
  ) throws -> [RetractedInput] {
    try artifacts.compactMap { artifact in
      try walk.findings(on: artifact, seenFrom: view).first.map {
        RetractedInput(place: artifact.path, path: workspace.typed(artifact.path), finding: $0)
      }
    }
  }

  /// What stands at some paths now and carries a retracted label.
  func findings(at paths: Set<WorkPath>, uris: [String]) throws -> [RetractedInput] {
    let catalog = try workspace.makeCatalog()
    try catalog.prefetch(paths)
    var artifacts = uris.sorted().map {
      ArtifactRecord(path: $0, kind: .uri, content: nil, size: 0, evidence: .declared)
    }
    for path in paths.sorted() {
      // Whoever may not read it finds out by itself.
      guard let identity = (try? catalog.identity(of: path)) ?? nil else { continue }
      let artifact = identity.record(at: path, evidence: .declared)
      artifacts.append(artifact)
      try workspace.learnFolder(ArtifactTarget(artifact: artifact, version: .present), finder)
    }
    try catalog.remember()
    return try findings(on: artifacts, seenFrom: workspace.presentView())
  }
}

extension Workspace {
  /// How many earlier runs of a command tell what it will read.
  private static let tellingRuns = 3

  /// Refuses a command that would read something that carries a retracted label.
  ///
  /// What it will read is known from its earlier runs, from what is declared, and from the files that it names. If no label is
  /// retracted this costs one look-up.
  ///
  /// - Throws: ``WorkspaceError/retractedInputs(_:)``.
  func refuseRetracted(_ request: RunRequest) throws {
    guard let guarded = try RetractionGuard(self) else { return }
    var paths = filesNamed(by: request, withFolders: true)
    var uris: [String] = []
    for pointer in pointers(request.inputs) {
      if pointer.contains("://") { uris.append(pointer) } else { paths.insert(pointer) }
    }
    if let input = request.redirectedInput { paths.insert(inside(input).text) }
    for input in try earlierInputs(of: request) {
      if input.kind == .uri { uris.append(input.path) } else { paths.insert(input.path) }
    }
    let found = try guarded.findings(at: Set(paths.compactMap { WorkPath(text: $0) }), uris: Array(Set(uris)))
    if !found.isEmpty { throw WorkspaceError.retractedInputs(found) }
  }

  /// What earlier runs of the same command read; if there is none, what the component's latest run of the same code read and didn't
  /// name on its command line.
  private func earlierInputs(of request: RunRequest) throws -> [ArtifactRecord] {
    let key = try RunKey(self, request)
    let same = try index.repetitions(
      component: key.component, command: key.command, directory: key.directory, limit: Self.tellingRuns)
    if !same.isEmpty { return try same.flatMap { try index.files(of: $0.run, role: .input) } }
    // Of code that stands in the command line (`python -c`) another line is another code.
    guard let code = ComponentName.code(of: key.command) else { return [] }
    var query = RunQuery()
    query.component = key.component
    query.limit = 1
    guard let latest = try index.runs(query).first, ComponentName.code(of: latest.command) == code else { return [] }
    return try index.files(of: latest.id, role: .input).filter { input in
      !latest.command.contains { $0.hasSuffix(input.path) || input.path.hasSuffix($0) }
    }
  }

  /// Refuses to make a run again that had read something that carries a retracted label.
  ///
  /// - Throws: ``WorkspaceError/retractedInputs(_:)``.
  func refuseRetracted(_ plans: [RerunPlan]) throws {
    guard let guarded = try RetractionGuard(self) else { return }
    for plan in plans {
      let view = OriginFinder.Viewpoint(
        run: plan.run.id, started: plan.run.started, ended: plan.run.ended ?? plan.run.started)
      let found = try guarded.findings(on: plan.inputs.map(\.artifact), seenFrom: view)
      if !found.isEmpty { throw WorkspaceError.retractedInputs(found) }
    }
  }

  /// The hazards of a run that has read what carries a retracted label.
  func retractedHazards(_ inputs: [ArtifactRecord], of run: RunID, started: Timestamp) throws -> [Hazard] {
    guard let guarded = try RetractionGuard(self) else { return [] }
    let view = OriginFinder.Viewpoint(run: run, started: started, ended: context.clock.now())
    return try guarded.findings(on: inputs, seenFrom: view).map { found in
      Hazard(.retracted, path: found.place, detail: found.reason)
    }
  }
}
