internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import Pipelines
internal import SystemPackage

/// Finds the declared stages that a commit would leave stale: of those that it touches.
struct StagedStageCheck {
  let workspace: Workspace
  let state: StagedState
  let index: LineageIndex

  /// What the check found.
  struct Findings {
    /// The stale stages in the order in which they run, with how many stages follow from each.
    var stale: [(state: StageState, followers: Int)] = []
    /// What is wrong with the pipeline files.
    var problems: [PipelineProblem] = []
    /// The stages that are declared.
    var declared: Set<StageID> = []
  }

  func run() throws -> Findings {
    var findings = Findings()
    let files = pipelineFiles(try state.repository.trackedPaths(below: []))
    if files.isEmpty { return findings }
    let project: Project
    let texts = StagedFiles(state: state)
    do {
      project = try Project(reading: files, of: texts, root: workspace.root)
    } catch WorkspaceError.invalidPipeline(let problems) {
      // One that was in disorder before isn't this commit's.
      if problems.contains(where: { state.changedPaths.contains(WorkPath(normal: Array($0.file.utf8))) }) {
        findings.problems = problems
      }
      return findings
    }
    findings.declared = Set(project.pipeline.stages.map(\.id))
    let touched = try touchedStages(project, declaredBy: texts.asked)
    if touched.isEmpty { return findings }
    let check = try StageCheck(workspace, project, view: state, looksAtEnvironment: false)
    for id in project.graph.order() where touched.contains(id) {
      guard let stage = project.graph[id] else { continue }
      var found = try check.result(of: stage).state
      found.reasons = try found.reasons.filter { counts($0, stage) }.map(named)
      guard found.verdict == .stale || found.verdict == .restorable, !found.reasons.isEmpty else { continue }
      let followers = project.graph.order(.downstream, of: [id]).count - 1
      findings.stale.append((state: found, followers: max(0, followers)))
    }
    return findings
  }

  private func pipelineFiles(_ paths: [[UInt8]]) -> [String] {
    let names = Pipeline.fileNames.map { Array($0.utf8) }
    let slash = UInt8(ascii: "/")
    let found = paths.filter { path in
      names.contains { path.count >= $0.count && path.suffix($0.count).elementsEqual($0) }
        // Hidden folders hold none.
        && path.first != UInt8(ascii: ".") && !zip(path, path.dropFirst()).contains { $0 == (slash, UInt8(ascii: ".")) }
    }
    return Pipeline.files(among: found.compactMap { String(validating: $0, as: UTF8.self) })
  }

  /// The reason with what git keeps called code: when the stage was run, it may have been committed by nobody yet.
  private func named(_ reason: StageReason) throws -> StageReason {
    guard case .dependency(let text, let change) = reason, let path = WorkPath(text: text), !path.isOutside,
      try state.repository.stagedFile(at: path.bytes) != nil
        || (change == .deleted && state.repository.headBlob(at: path.bytes) != nil)
    else { return reason }
    return .code(path: text, change)
  }

  /// Whether a reason is one against the commit: an output that nobody keeps can't be.
  private func counts(_ reason: StageReason, _ stage: Stage) -> Bool {
    switch reason {
    case .alwaysRuns, .hazard, .unsigned, .package, .variable: return false
    case .output(let text, .deleted):
      guard let path = WorkPath(text: text) else { return true }
      // Of an output that is left to git and that git ignores, a commit never has anything.
      let isLeftToGit = stage.outputs.contains {
        !$0.isStored && StageDeclaration.pointer($0.location, root: workspace.root) == text
      }
      return !isLeftToGit || (try? state.repository.isIgnored(path.bytes, isFolder: false)) != true
    default: return true
    }
  }

  // MARK: What the commit touches

  /// The stages of which something is otherwise than in each commit before.
  private func touchedStages(_ project: Project, declaredBy files: Set<String>) throws -> Set<StageID> {
    guard !state.parents.isEmpty else { return Set(project.pipeline.stages.map(\.id)) }
    // What pipeline files and templates say, and what stages take parameters from.
    let sources = files.union(project.pipeline.stages.lazy.flatMap { $0.parameters.lazy.compactMap(\.location.path) })
    var touched: Set<StageID>?
    for parent in state.parents {
      let stages = try touchedStages(project, declaredBy: sources, since: parent, among: touched)
      touched = stages
      if stages.isEmpty { break }
    }
    return touched ?? []
  }

  private func touchedStages(
    _ project: Project, declaredBy files: Set<String>, since parent: StagedState.Parent, among candidates: Set<StageID>?
  ) throws -> Set<StageID> {
    var above: Set<WorkPath> = []
    for path in parent.changed {
      var folder = path.parent
      while let next = folder, !next.isRoot, above.insert(next).inserted { folder = next.parent }
    }
    let readers = try stagesThatRead(parent.changed)
    let texts = Set(parent.changed.compactMap { String(validating: $0.bytes, as: UTF8.self) })
    // A file that is gone may have stood before another one.
    let isDeclaredAnew = texts.contains { text in
      files.contains(text) || Pipeline.fileNames.contains { text == $0 || text.hasSuffix("/" + $0) }
    }
    let before = isDeclaredAnew ? earlierProject(parent) : nil
    var touched: Set<StageID> = []
    for stage in project.pipeline.stages where candidates?.contains(stage.id) ?? true {
      if readers.contains(stage.id) || hits(stage, parent.changed, above) {
        touched.insert(stage.id)
      } else if isDeclaredAnew, try isOtherwise(stage, project, before) {
        touched.insert(stage.id)
      }
    }
    return touched
  }

  /// Whether what a stage depends on or makes is, lies in, or holds something that changed.
  private func hits(_ stage: Stage, _ changed: Set<WorkPath>, _ above: Set<WorkPath>) -> Bool {
    func hits(_ location: Location) -> Bool {
      guard let text = location.path, !text.isEmpty else { return false }
      let path = WorkPath(normal: Array(text.utf8))
      if changed.contains(path) || above.contains(path) { return true }
      var folder = path.parent
      while let next = folder, !next.isRoot {
        if changed.contains(next) { return true }
        folder = next.parent
      }
      return false
    }
    return stage.dependencies.contains { hits($0.location) } || stage.outputs.contains { hits($0.location) }
  }

  /// Whether a stage's command, folder, parameters or declarations are others than they were.
  private func isOtherwise(_ stage: Stage, _ project: Project, _ before: Project?) throws -> Bool {
    guard let before, let earlier = before.graph[stage.id] else { return true }
    if earlier.dependencies.map(\.location) != stage.dependencies.map(\.location)
      || earlier.outputs.map(\.location) != stage.outputs.map(\.location)
    {
      return true
    }
    guard let parameters = try? before.parameters(of: earlier) else { return true }
    return StageDefinition(earlier, parameters) != StageDefinition(stage, try project.parameters(of: stage))
  }

  /// The pipelines as a commit has them; nil if they can't be read.
  private func earlierProject(_ parent: StagedState.Parent) -> Project? {
    let changed = parent.changed.compactMap { String(validating: $0.bytes, as: UTF8.self) }
    guard let tracked = try? state.repository.trackedPaths(below: []) else { return nil }
    let files = CommittedFiles(state: state, parent: parent)
    let candidates = pipelineFiles(tracked) + pipelineFiles(changed.map { Array($0.utf8) })
    let present = candidates.filter { path in
      guard case .bytes = files.read(path, limit: 64 << 20) else { return false }
      return true
    }
    return try? Project(reading: Pipeline.files(among: present), of: files, root: workspace.root)
  }

  /// The stages whose runs read something that changed, declared or not.
  private func stagesThatRead(_ changed: Set<WorkPath>) throws -> Set<StageID> {
    var runs: Set<RunID> = []
    for path in changed {
      for reading in try state.readings(of: path, in: index) where reading.status == .finished {
        runs.insert(reading.run)
      }
    }
    var stages: Set<StageID> = []
    for run in runs {
      guard let stage = try index.stage(of: run), let file = WorkPath(text: stage.file) else { continue }
      stages.insert(StageID(file: String(decoding: file.bytes, as: UTF8.self), name: stage.name))
    }
    return stages
  }
}
