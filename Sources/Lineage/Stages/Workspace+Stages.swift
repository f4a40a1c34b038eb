internal import Journaling
internal import MLTBase
public import Pipelines
internal import SystemPackage

/// Which stages an operation is about.
public struct StageSelection: Hashable, Sendable {
  /// What names them: names, pipeline files, outputs; none for all.
  public var targets: [String]
  /// Which stages belong to those that are named.
  public var reach: StageGraph.Reach

  /// Chooses stages; all of them if none are named.
  public init(_ targets: [String] = [], reach: StageGraph.Reach = .upstream) {
    self.targets = targets
    self.reach = reach
  }
}

extension Workspace {
  /// The stages that a selection names, in the order in which they run.
  ///
  /// - Throws: ``WorkspaceError/unknownStage(_:)``.
  public func stages(_ selection: StageSelection, in project: Project) throws -> [StageID] {
    if selection.targets.isEmpty { return project.graph.order() }
    return project.graph.order(selection.reach, of: try named(selection.targets, in: project))
  }

  /// The stages that texts name, each once, in the order of the texts.
  ///
  /// - Throws: ``WorkspaceError/unknownStage(_:)``.
  func named(_ targets: [String], in project: Project) throws -> [StageID] {
    let here = here
    let folder = here.isRoot || here.isOutside ? "" : String(decoding: here.bytes, as: UTF8.self)
    var seen: Set<StageID> = []
    var found: [StageID] = []
    for target in targets {
      do throws(TargetProblem) {
        let ids = try project.pipeline.stages(named: target, from: folder, in: project.graph, root: root.string)
        found += ids.filter { seen.insert($0).inserted }
      } catch {
        throw WorkspaceError.unknownStage(error)
      }
    }
    return found
  }

  /// Looks whether stages are up to date, and what follows for others from those that aren't.
  ///
  /// - Parameters:
  ///   - ids: in the order in which they run.
  ///   - policy: how they would be run.
  /// - Returns: the states in the same order.
  public func states(
    of ids: [StageID], in project: Project, _ policy: StagePolicy = StagePolicy()
  ) throws -> [StageState] {
    let catalog = try makeCatalog()
    let check = try StageCheck(self, project, view: catalog, trustsRecords: policy.trustsRecords)
    let states = try follow(ids, project) { stage in
      var state = try check.result(of: stage).state
      if policy.isForced, state.verdict != .frozen {
        if state.reasons.isEmpty { state.reasons = [.forced] }
        state.verdict = .stale
      }
      return state
    }
    try catalog.remember()
    return states
  }

  /// Carries on to stages what is said of those that they depend on.
  func follow(
    _ ids: [StageID], _ project: Project, _ state: (Stage) throws -> StageState
  ) rethrows -> [StageState] {
    var pending: [StageID: StageState.Verdict] = [:]
    var states: [StageState] = []
    for id in ids {
      guard let stage = project.graph[id] else { continue }
      var state = try state(stage)
      if !stage.isFrozen {
        let upstream = project.graph.dependencies(of: id).filter { pending[$0] != nil }
        // What those make again is told as such, and not as a change of the file that stands there now.
        var causes = Set(upstream.filter { pending[$0] == .stale })
        state.reasons.removeAll { reason in
          guard case .dependency(let text, let change) = reason, let path = WorkPath(text: text),
            let location = StageDeclaration.location(path), let producer = project.graph.producer(of: location),
            let verdict = pending[producer], verdict == .restorable || change == .deleted
          else { return false }
          causes.insert(producer)
          return true
        }
        // What it would find then isn't known.
        if !causes.isEmpty { state.verdict = .stale }
        state.reasons += upstream.filter(causes.contains).map { .upstream($0) }
        if state.verdict == .stale || state.verdict == .restorable { pending[id] = state.verdict }
      }
      states.append(state)
    }
    return states
  }
}
