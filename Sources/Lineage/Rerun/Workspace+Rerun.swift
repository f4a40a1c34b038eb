internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// Says how runs would be made again, without doing anything.
  ///
  /// - Throws: as ``rerun(_:telling:)``.
  public func rerunPlans(_ request: RerunRequest) throws -> [RerunPlan] {
    try plans(of: select(request), request)
  }

  /// Makes runs again, each in a scratch folder with what it had found, and compares what they make with what they had made.
  ///
  /// Nothing is laid out in the work tree; a command that is led into it by what can't be seen may change it. What came of it is recorded, unless other code was used or something was passed over.
  ///
  /// - Parameters:
  ///   - telling: is told how far it has come.
  /// - Throws: ``RerunError``; what pointers throw; ``WorkspaceError/retractedInputs(_:)``, ``WorkspaceError/unknownRevision(_:similar:)``; `StorageError.cancelled`,
  ///   in which case nothing is recorded; what git, store and the run itself throw.
  public func rerun(_ request: RerunRequest, telling: @escaping (RerunNews) -> Void) throws -> RerunReport {
    let selection = try select(request)
    var plans = try plans(of: selection, request)
    try refuseRetracted(plans)
    if plans.contains(where: \.lacksBytes) {
      do {
        try fetchingMissing {
          plans.flatMap { $0.inputs.filter { $0.source == .absent }.map(\.artifact) }
        } _: {
          plans = try self.plans(of: selection, request)
          let absent = plans.flatMap(\.inputs).first { $0.source == .absent }?.artifact
          if let absent, let content = absent.content {
            throw WorkspaceError.absentContent(content, path: absent.path)
          }
        }
      } catch WorkspaceError.absentContent {
        // What is still missing is named below, all of it.
      }
    }
    if !request.isForced {
      for plan in plans where !plan.obstacles.isEmpty { throw RerunError.obstacles(plan.run.id, plan.obstacles) }
    }
    let work = try RerunWork(self, request, telling: telling)
    var report = RerunReport(artifact: selection.artifact, asked: selection.asked)
    do {
      (report.results, report.folders) = try work.run(plans)
    } catch StorageError.cancelled {
      throw StorageError.cancelled
    } catch {
      // What was made before is known all the same.
      _ = try record(work.results(of: plans), request)
      throw error
    }
    report.results = try record(report.results, request)
    return report
  }

  /// Records what can be said of runs that were made again; marks those.
  private func record(_ results: [RerunReport.Result], _ request: RerunRequest) throws -> [RerunReport.Result] {
    // With other code or input it isn't that run which was made again; and with something passed over, nobody knows what
    // was.
    let isTelling = { (result: RerunReport.Result) in
      request.onto == nil && result.plan.obstacles.isEmpty && result.touched.isEmpty && !result.lackedInput
    }
    let facts = results.filter(isTelling).compactMap(\.fact)
    if !facts.isEmpty { try record(facts, durable: true) }
    return results.map { result in
      var result = result
      result.isRecorded = isTelling(result) && result.fact != nil
      return result
    }
  }

  private func select(_ request: RerunRequest) throws -> RerunSelection.Selection {
    try index.catchUp(journal)
    return try RerunSelection(workspace: self, request: request).find()
  }

  private func plans(of selection: RerunSelection.Selection, _ request: RerunRequest) throws -> [RerunPlan] {
    var planner = try RerunPlanner(self, request)
    return try selection.runs.map { try planner.plan($0) }
  }
}

extension RerunPlan {
  /// Whether bytes that it needs aren't here.
  fileprivate var lacksBytes: Bool { inputs.contains { $0.source == .absent } }
}
