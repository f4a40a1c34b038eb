internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Finds out how runs would be made again, and what speaks against it.
struct RerunPlanner {
  private let workspace: Workspace
  private let request: RerunRequest
  private let onto: String?
  private let finder: OriginFinder
  private let name: WorkTreeName
  /// Which of the runs to be made again a run belongs to.
  private var unit: [RunID: RunID] = [:]

  init(_ workspace: Workspace, _ request: RerunRequest) throws {
    self.workspace = workspace
    self.request = request
    onto = try request.onto.map { try workspace.requireCommit(of: $0) }
    name = WorkTreeName(workspace.root)
    finder = try workspace.originFinder()
  }

  /// Plans one run; those before it in order have been planned.
  ///
  /// - Throws: ``RerunError/notEnded(_:)``, ``RerunError/interrupted(_:)``, ``RerunError/redacted(_:)``,
  ///   ``RerunError/byHand(_:)``.
  mutating func plan(_ run: RunRecord) throws -> RerunPlan {
    switch run.status {
    case .running: throw RerunError.notEnded(run.id)
    case .interrupted: throw RerunError.interrupted(run.id)
    case .finished, .failed: break
    }
    guard !run.command.isEmpty else { throw RerunError.byHand(run.id) }
    guard !run.command.contains(where: { $0.utf8Holds(Redaction.mask) }) else { throw RerunError.redacted(run.id) }
    let family = try family(of: run)
    var plan = RerunPlan(
      run: run, within: family.dropFirst().map(\.id), commit: nil, inputs: [], outputs: [], upstream: [],
      obstacles: [], doubts: [])
    plan.outputs = try outputs(of: family)
    try planInputs(family, &plan)
    try planCommit(&plan)
    try planSources(&plan)
    try look(at: family, &plan)
    for member in family { unit[member.id] = run.id }
    return plan
  }

  /// A run with all that were started within it, the outer before the inner.
  private func family(of run: RunRecord) throws -> [RunRecord] {
    var found = [run]
    var seen: Set<RunID> = [run.id]
    var next = 0
    while next < found.count {
      for child in try workspace.index.children(of: found[next].id) where seen.insert(child).inserted {
        if let record = try workspace.index.run(child) { found.append(record) }
      }
      next += 1
    }
    return found
  }

  /// What a family wrote, of each path what was written last.
  private func outputs(of family: [RunRecord]) throws -> [ArtifactRecord] {
    var last: [String: ArtifactRecord] = [:]
    for member in family.sorted(by: { ($0.ended ?? $0.started, $0.id) < ($1.ended ?? $1.started, $1.id) }) {
      for output in try workspace.index.files(of: member.id, role: .output) { last[output.path] = output }
    }
    return last.values.sorted { $0.path < $1.path }
  }

  // MARK: Inputs

  private func planInputs(_ family: [RunRecord], _ plan: inout RerunPlan) throws {
    let own = Set(family.map(\.id))
    var seen: Set<ArtifactRecord> = []
    for member in family {
      let view = OriginFinder.Viewpoint(run: member.id, started: member.started, ended: member.ended ?? member.started)
      for input in try workspace.index.files(of: member.id, role: .input) {
        let producers = try finder.edges(of: input, seenFrom: view).compactMap { edge -> RunID? in
          if case .changedOutside = edge.origin { return nil }
          return edge.producer
        }
        // What another of the family made is made again by it.
        if !producers.isEmpty, own.isSuperset(of: producers) { continue }
        guard seen.insert(input).inserted else { continue }
        let before = producers.compactMap { unit[$0] }
        for producer in before where !plan.upstream.contains(producer) { plan.upstream.append(producer) }
        plan.inputs.append(RerunPlan.Input(artifact: input, source: before.first.map { .rerun($0) } ?? .unknown))
      }
    }
    plan.inputs.sort {
      ($0.artifact.path, $0.artifact.content?.hex ?? "") < ($1.artifact.path, $1.artifact.content?.hex ?? "")
    }
  }

  private func planCommit(_ plan: inout RerunPlan) throws {
    if let onto {
      plan.commit = onto
      return
    }
    guard let commit = plan.run.git?.commit else { return }
    if workspace.repository?.holds(commit: commit) == true {
      plan.commit = commit
    } else if plan.run.evidence == .observed {
      plan.doubts.append(.commitGone(commit))
    } else {
      plan.obstacles.append(.missingCommit(commit))
    }
  }

  private func planSources(_ plan: inout RerunPlan) throws {
    for index in plan.inputs.indices {
      let input = plan.inputs[index]
      let source = try source(of: input, plan)
      plan.inputs[index].source = source
      let name = workspace.typed(input.artifact.path)
      if isIn(input.artifact.path) { plan.obstacles.append(.inputInWorkTree(input.artifact.path)) }
      switch source {
      case .absent: plan.obstacles.append(.missingInput(name))
      case .unknown: plan.doubts.append(.unknownInput(name))
      case .outside where try !isPresent(input.artifact): plan.doubts.append(.outsideChanged(name))
      default: break
      }
    }
  }

  private func source(of input: RerunPlan.Input, _ plan: RerunPlan) throws -> RerunPlan.Source {
    let artifact = input.artifact
    guard artifact.kind != .uri, let content = artifact.content, let path = WorkPath(text: artifact.path) else {
      return .unknown
    }
    if path.isOutside { return .outside }
    if case .rerun = input.source { return input.source }
    if plan.commit != nil, artifact.isInGit, artifact.kind != .tree { return .commit }
    if onto != nil, artifact.isModified { return .commit }
    guard artifact.kind == .tree else { return try bytes(of: content, artifact) }
    guard try workspace.store.containsTree(content) else { return .absent }
    var worst = RerunPlan.Source.store
    try TreeFiles.entries(of: content, at: path, workspace.store) { path, entry in
      if worst == .absent { return }
      let source = try bytes(of: entry.content, Workspace.record(of: entry, at: path))
      if source != .store { worst = source }
    }
    return worst
  }

  private func bytes(of content: ContentID, _ artifact: ArtifactRecord) throws -> RerunPlan.Source {
    do {
      switch try workspace.bytesAreAvailable(content, artifact) {
      case .store: return .store
      case .git: return .git
      case .workTree: return .workTree
      }
    } catch WorkspaceError.absentContent {
      return .absent
    }
  }

  /// Whether what is recorded still stands where it stood.
  private func isPresent(_ artifact: ArtifactRecord) throws -> Bool {
    guard let path = WorkPath(text: artifact.path) else { return false }
    do {
      return try workspace.makeCatalog().identity(of: path)?.content == artifact.content
    } catch is StorageError {
      return false
    }
  }

  // MARK: What speaks against it

  /// Whether a path, as the journal has it, leads into the work tree by its absolute name.
  private func isIn(_ text: String) -> Bool {
    guard let path = WorkPath(text: text), path.isOutside else { return false }
    return name.begins(path.bytes)
  }

  private func look(at family: [RunRecord], _ plan: inout RerunPlan) throws {
    if !request.relocates {
      for argument in plan.run.command where name.occurs(in: Array(argument.utf8)) {
        plan.obstacles.append(.commandNamesWorkTree(argument: argument))
      }
    }
    for output in plan.outputs where output.kind != .uri {
      guard let path = WorkPath(text: output.path) else { continue }
      if path.isOutside { plan.obstacles.append(.writesOutside(output.path)) }
    }
    for input in plan.inputs {
      guard let path = WorkPath(text: input.artifact.path), !path.isOutside else { continue }
      if !path.isRoot, !LockFile.isTrackable(path), path.text != LockFile.name, input.artifact.kind != .uri {
        plan.obstacles.append(.unsafePath(input.artifact.path))
      }
      for link in try links(of: input.artifact, at: path) {
        plan.obstacles.append(.linkIntoWorkTree(workspace.typed(link)))
      }
      for text in try textsNamingWorkTree(input, at: path, plan) {
        plan.obstacles.append(.textNamesWorkTree(workspace.typed(text)))
      }
    }
    if WorkPath(text: plan.run.directory).map({ $0.isRoot || LockFile.isTrackable($0) }) != true {
      plan.obstacles.append(.unsafePath(plan.run.directory))
    }
    if let exit = plan.run.exit, exit != 0 { plan.doubts.append(.failed(exit)) }
    for member in family {
      if member.evidence != .observed { plan.doubts.append(.notObserved) }
      for hazard in member.hazards where hazard.kind != .notObserved { plan.doubts.append(.hazard(hazard)) }
      let lookups = try workspace.index.lookups(of: member.id)
      for address in lookups?.network.prefix(1) ?? [] { plan.doubts.append(.network(address)) }
      // What was started within it is given its input by it.
      if lookups?.isPiped == true, member.id == plan.run.id, member.streams.input == nil { plan.doubts.append(.piped) }
    }
    for (name, value) in try workspace.index.environment(of: plan.run.id)?.variables.sorted(by: { $0.key < $1.key })
      ?? []
    where value.utf8Holds(Redaction.mask) {
      plan.doubts.append(.credential(name))
    }
    plan.obstacles = Self.unique(plan.obstacles)
    plan.doubts = Self.unique(plan.doubts)
  }

  /// The symbolic links among an input that lead into the work tree by an absolute path.
  private func links(of artifact: ArtifactRecord, at path: WorkPath) throws -> [WorkPath] {
    guard let content = artifact.content else { return [] }
    var found: [WorkPath] = []
    func look(at path: WorkPath, _ content: ContentID) {
      // One whose target isn't stored can't be laid out.
      guard let target = try? workspace.store.contents(of: content, limit: 1 << 16) else { return }
      if name.leads(target) { found.append(path) }
    }
    if artifact.kind == .link {
      look(at: path, content)
    } else if artifact.kind == .tree, try workspace.store.containsTree(content) {
      try TreeFiles.entries(of: content, at: path, workspace.store) { path, entry in
        if entry.mode == .link { look(at: path, entry.content) }
      }
    }
    return found
  }

  /// The files among an input that are texts and name the work tree: a script may write there.
  private func textsNamingWorkTree(_ input: RerunPlan.Input, at path: WorkPath, _ plan: RerunPlan) throws -> [WorkPath]
  {
    guard input.artifact.kind != .uri, let content = input.artifact.content else { return [] }
    var found: [WorkPath] = []
    func look(at path: WorkPath, _ content: ContentID, _ artifact: ArtifactRecord) {
      guard let bytes = text(of: content, at: path, artifact, commit: input.source == .commit ? plan.commit : nil),
        name.occurs(in: bytes)
      else { return }
      found.append(path)
    }
    if input.artifact.kind == .file {
      look(at: path, content, input.artifact)
    } else if input.artifact.kind == .tree, try workspace.store.containsTree(content) {
      try TreeFiles.entries(of: content, at: path, workspace.store) { path, entry in
        if entry.mode == .file || entry.mode == .executable {
          look(at: path, entry.content, Workspace.record(of: entry, at: path))
        }
      }
    }
    return found
  }

  // Scripts and settings are small.
  private static let textLimit = 1 << 20
  // As git tells them.
  private static let sampleSize = 8000

  /// The bytes of a small text; nil if it is another file, or they aren't here.
  private func text(
    of content: ContentID, at path: WorkPath, _ artifact: ArtifactRecord, commit: String?
  ) -> [UInt8]? {
    guard artifact.size <= Self.textLimit, let bytes = try? bytes(of: content, at: path, artifact, commit: commit),
      !bytes.prefix(Self.sampleSize).contains(0)
    else { return nil }
    return bytes
  }

  private func bytes(
    of content: ContentID, at path: WorkPath, _ artifact: ArtifactRecord, commit: String?
  ) throws -> [UInt8]? {
    if let commit, let bytes = try workspace.repository?.blob(at: path.bytes, commit: commit, limit: Self.textLimit) {
      return bytes
    }
    return switch try workspace.bytesAreAvailable(content, artifact) {
    case .store: try workspace.store.contents(of: content, limit: Self.textLimit)
    case .git(let bytes): bytes
    case .workTree: try FileOperations.contents(of: path.filePath(in: workspace.root), limit: Self.textLimit)
    }
  }

  private static func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
  }
}

extension String {
  /// Whether a text occurs in this one.
  fileprivate func utf8Holds(_ text: String) -> Bool { Array(utf8).holds(Array(text.utf8)) }
}
