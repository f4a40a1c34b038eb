internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// Says what differs between two pipelines and can be mixed, without making anything.
  ///
  /// - Throws: as ``bisect(_:telling:)``, but for what comes of making something.
  public func bisectPlan(_ request: BisectRequest) throws -> BisectReport {
    let start = try bisectStart(request)
    return report(start)
  }

  /// Finds the smallest change that turns what a good run made into what a bad one did.
  ///
  /// Makes mixtures of both pipelines in scratch folders, each run of them as ``rerun(_:telling:)`` does, and narrows by
  /// delta debugging. Nothing is recorded, and nothing laid out in the work tree.
  ///
  /// - Parameter telling: is told how far it has come.
  /// - Throws: ``BisectError``, ``BisectError/interrupted`` if somebody asked to stop; ``RerunError``;
  ///   ``WorkspaceError/retractedInputs(_:)``; what pointers throw; what git, store and the runs themselves throw.
  public func bisect(_ request: BisectRequest, telling: @escaping (BisectNews) -> Void) throws -> BisectReport {
    let begun = Timestamp.now()
    let start = try bisectStart(request)
    var report = report(start)
    guard let last = start.pipeline.stages.last, !start.pipeline.differences.isEmpty else {
      throw BisectError.nothingDiffers(start.pipeline.obstacles)
    }
    try refuseRetracted(start.pipeline.stages.flatMap { [$0.bad, $0.good] })
    if !request.isForced {
      for stage in start.pipeline.stages {
        // What only the good run's record has against it counts as well: half of the mixtures are like that.
        for plan in [stage.bad, stage.good] where !plan.obstacles.isEmpty {
          throw RerunError.obstacles(plan.run.id, plan.obstacles)
        }
      }
    }
    let judge = try MixtureJudge(self, request, last)
    for (run, doubts) in report.doubts.sorted(by: { $0.key < $1.key }) {
      for doubt in doubts { telling(.doubt(run, doubt)) }
    }
    let work = MixtureWork(self, request, start.pipeline, judge, telling: telling)
    do {
      try work.withFolders(start.committed) {
        var search = MixtureSearch(work, request, start.pipeline.differences, telling: telling)
        try search.narrow(&report)
      }
    } catch StorageError.cancelled {
      // Unlike what is stored or sent, mixtures live in scratch folders: none is left to go on from.
      throw BisectError.interrupted
    }
    report.wall = Timestamp.now().microseconds - begun.microseconds
    return report
  }

  /// Both pipelines, taken apart.
  private struct BisectStart {
    var good: RunRecord
    var bad: RunRecord
    var pipeline: MixedPipeline
    var committed: [ContentID: [UInt8]]
  }

  private func bisectStart(_ request: BisectRequest) throws -> BisectStart {
    try index.catchUp(journal)
    func record(_ pointer: String) throws -> RunRecord {
      let run = try run(of: pointer)
      guard let record = try index.run(run) else { throw WorkspaceError.unknownPointer(pointer, similar: []) }
      return record
    }
    let (good, bad) = (try record(request.good), try record(request.bad))
    if good.id == bad.id { throw BisectError.sameRun(good.id) }
    guard good.component == bad.component else {
      throw BisectError.otherComponents(good.id, good.component, bad.id, bad.component)
    }
    func plans(_ run: RunID) throws -> [RerunPlan] {
      var wanted = RerunRequest(pointer: run.hex)
      wanted.isDeep = true
      wanted.relocates = request.relocates
      let found = try rerunPlans(wanted)
      let absent = found.flatMap { $0.inputs.filter { $0.source == .absent }.map(\.artifact) }
      guard let first = absent.first, let content = first.content else { return found }
      do {
        return try fetchingMissing {
          absent
        } _: {
          let found = try rerunPlans(wanted)
          if found.contains(where: { $0.inputs.contains { $0.source == .absent } }) {
            throw WorkspaceError.absentContent(content, path: first.path)
          }
          return found
        }
      } catch WorkspaceError.absentContent {
        // What is still missing is named as an obstacle where it matters.
        return found
      }
    }
    let mixing = try PipelineMixing(
      self, good: plans(good.id), bad: plans(bad.id), packages: request.environment == .venv)
    return BisectStart(good: good, bad: bad, pipeline: try mixing.mix(), committed: mixing.committed)
  }

  private func report(_ start: BisectStart) -> BisectReport {
    BisectReport(
      good: start.good, bad: start.bad, stages: start.pipeline.pairs, differences: start.pipeline.differences,
      obstacles: start.pipeline.obstacles,
      doubts: Dictionary(
        start.pipeline.stages.flatMap { [$0.good, $0.bad] }.filter { !$0.doubts.isEmpty }.map {
          ($0.run.id, $0.doubts)
        },
        uniquingKeysWith: { first, _ in first }))
  }
}
