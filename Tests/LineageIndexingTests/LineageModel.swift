import Journaling
import LineageIndexing
import MLTBase
import TestSupport

/// Runs kept in a list, and the index's questions answered by going through all of them.
struct LineageModel {
  struct Run {
    let start: RunStarted
    let started: Timestamp
    var end: RunEnded?
    var ended: Timestamp?
  }

  private(set) var runs: [Run] = []

  static let paths = [
    "a", "a/b", "a/b/c.csv", "a/b/d.csv", "a/x.csv", "a0", "ab/c", "a!/b", "\"a/b/q\\nr\"", "/a/b/c.csv", "z.csv",
  ]

  /// Records runs that overlap each other in time.
  static func random(_ world: World, seed: UInt64, count: Int) throws -> LineageModel {
    var generator = SeededGenerator(seed: seed)
    var model = LineageModel()
    var open: [Int] = []
    while model.runs.count < count || !open.isEmpty {
      if model.runs.count < count, Bool.random(using: &generator) || open.isEmpty {
        let parent = model.runs.randomElement(using: &generator)?.start.run
        let start = world.started(
          RunID.random(using: &generator), component: "step-\(Int.random(in: 0..<3, using: &generator))",
          parent: Bool.random(using: &generator) ? parent : nil,
          tags: Bool.random(using: &generator) ? ["kind": "\(Int.random(in: 0..<2, using: &generator))"] : [:])
        open.append(model.runs.count)
        model.runs.append(Run(start: start, started: try world.append([start])[0].at))
      } else {
        let index = open.remove(at: Int.random(in: 0..<open.count, using: &generator))
        if Int.random(in: 0..<20, using: &generator) == 0 { continue }  // a run that never ends
        let statuses: [(RunStatus, Int64)] = [(.finished, 0), (.failed, 1), (.failed, 2), (.interrupted, 130)]
        let (status, exit) = statuses[Int.random(in: 0..<4, using: &generator)]
        let end = RunEnded(
          run: model.runs[index].start.run, status: status, exit: exit, evidence: .observed,
          inputs: artifacts(&generator), outputs: artifacts(&generator))
        model.runs[index].end = end
        model.runs[index].ended = try world.append([end])[0].at
      }
      // Several writers would meet at one time; one never does.
      world.wait(Int64.random(in: 0..<3, using: &generator))
    }
    return model
  }

  private static func artifacts(_ generator: inout SeededGenerator) -> [ArtifactRecord] {
    paths.shuffled(using: &generator).prefix(Int.random(in: 0..<4, using: &generator)).map { path in
      let isFolder = !path.contains(".") && Bool.random(using: &generator)
      return file(path, Int.random(in: 0..<6, using: &generator), kind: isFolder ? .tree : .file)
    }.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The files of a role that fit, latest end first.
  func uses(
    _ role: FileRole, before: Timestamp? = nil, limit: Int? = nil, where fits: (ArtifactRecord) -> Bool
  ) -> [FileUse] {
    var found: [FileUse] = []
    for run in runs {
      guard let end = run.end, let ended = run.ended, before.map({ ended < $0 }) ?? true else { continue }
      for artifact in role == .input ? end.inputs : end.outputs where fits(artifact) {
        found.append(
          FileUse(run: end.run, started: run.started, ended: ended, status: end.status, artifact: artifact))
      }
    }
    found.sort { ($1.ended, $1.run, $0.artifact.path) < ($0.ended, $0.run, $1.artifact.path) }
    return Array(found.prefix(limit ?? found.count))
  }

  /// The ids of the runs that fit a query, in its order.
  func runs(_ query: RunQuery) -> [RunID] {
    let fitting = runs.filter { run in
      if let component = query.component, component != run.start.component { return false }
      if let since = query.since, run.started < since { return false }
      if let until = query.until, run.started >= until { return false }
      if let parent = query.parent, run.start.parent != parent { return false }
      if let tag = query.tag, run.start.tags[tag] == nil { return false }
      if let value = query.tagValue, !run.start.tags.values.contains(value) { return false }
      switch query.outcome {
      case .failed where run.end?.status != .failed: return false
      case .succeeded where run.end?.status != .finished: return false
      case .interrupted where run.end?.status != .interrupted: return false
      case .running where run.end != nil: return false
      case .exit(let exit) where run.end?.exit != exit: return false
      default: break
      }
      guard let path = query.path, path != "." else { return true }
      let files = (run.end?.inputs ?? []) + (run.end?.outputs ?? [])
      return files.contains { $0.path == path || Self.isBelow($0.path, path) }
    }
    let sorted = fitting.sorted { query.newestFirst ? $1.started < $0.started : $0.started < $1.started }
    return sorted.prefix(query.limit ?? sorted.count).map(\.start.run)
  }

  static func isBelow(_ path: String, _ folder: String) -> Bool {
    guard let path = PathText.decode(path), let folder = PathText.decode(folder) else { return false }
    if folder == Array(".".utf8) { return path.first != UInt8(ascii: "/") }
    return path.starts(with: folder + [UInt8(ascii: "/")]) && path.count > folder.count + 1
  }
}
