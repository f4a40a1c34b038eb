internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

/// Finds the run behind something that is to be explained.
struct WhyMakers {
  /// The most runs that are asked whether they are writing a file.
  private static let candidates = 50

  let workspace: Workspace
  let finder: OriginFinder

  /// Who made something, as far as that is recorded.
  struct Maker {
    /// The run; nil if none did.
    var run: RunID?
    /// The run that wrote it last, if it was changed since then.
    var changedSince: RunID?
    /// Whether it was made wholly, as this one thing or within one, by that run.
    var isWhole = true
  }

  /// The maker of what a pointer named.
  func maker(of target: Target) throws -> Maker {
    switch target {
    case .run(let run): return Maker(run: run)
    case .artifact(let artifact):
      let edges = try workspace.origins(of: artifact, finder)
      for edge in edges {
        switch edge.origin {
        case .produced(let run): return Maker(run: run, isWhole: try edges.count == 1 && wrote(run, artifact.artifact))
        case .copied(let run, _): return Maker(run: run, isWhole: edges.count == 1)
        case .changedOutside(let run): return Maker(run: run, changedSince: run, isWhole: false)
        case .added, .git, .source: continue
        }
      }
      return Maker(isWhole: false)
    }
  }

  /// Whether a run's outputs have something as a thing of its own, or within a folder that it wrote.
  private func wrote(_ run: RunID, _ artifact: ArtifactRecord) throws -> Bool {
    let path = WorkPath(text: artifact.path)
    return try workspace.index.files(of: run, role: .output).contains { output in
      guard output.path != artifact.path, output.kind == .tree else { return output.path == artifact.path }
      return WorkPath(text: output.path).flatMap { path?.isBelow($0) } ?? false
    }
  }

  /// The run that is writing what stands at a path now, or was when it ended unseen, and whether it still goes on; nil if
  /// there is none.
  ///
  /// It must have started after the last recorded writing and before the file was changed, and be of the same component or
  /// name the file in its command.
  func writer(of target: ArtifactTarget, since last: RunID) throws -> (run: RunID, isRunning: Bool)? {
    guard target.version == .present, let path = WorkPath(text: target.artifact.path),
      let status = try FileStatus(at: path.filePath(in: workspace.root)),
      let component = try workspace.index.run(last)?.component,
      let started = try workspace.index.run(last)?.started
    else { return nil }
    let name = String(decoding: path.name, as: UTF8.self)
    for outcome in [RunQuery.Outcome.running, .interrupted] {
      var query = RunQuery()
      query.outcome = outcome
      query.since = started
      query.limit = Self.candidates
      for run in try workspace.index.runs(query) where run.id != last && run.outputCount == 0 {
        let isRelated = run.component == component || run.command.contains { $0.contains(name) }
        guard isRelated, run.started.microseconds / 1_000_000 <= status.modified / 1_000_000_000,
          run.ended.map({ status.modified / 1000 <= $0.microseconds }) ?? true
        else { continue }
        return (run.id, try outcome == .running && isHeld(run.id))
      }
    }
    return nil
  }

  /// Whether somebody still records what a run does.
  private func isHeld(_ run: RunID) throws -> Bool {
    let spool = workspace.spool(of: run)
    guard try FileStatus(at: spool) != nil else { return false }
    guard let lock = try FileLock.ifFree(existing: spool) else { return true }
    lock.release()
    return false
  }
}
