internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Makes planned runs again, as often as asked, and compares what they make.
final class RerunWork {
  private let workspace: Workspace
  private let request: RerunRequest
  private let telling: (RerunNews) -> Void
  private let base: FilePath
  private var made = RemadeFiles()
  private var folders: [ScratchFolder] = []
  private var pythons: [VirtualEnvironment.Key: VirtualEnvironment] = [:]
  /// The folders of virtual environments, also of those that couldn't be made whole.
  private var environments: [FilePath] = []
  private var results: [RunID: Tally] = [:]

  /// What came of one run, over all times so far.
  private struct Tally {
    var result: RerunReport.Result
    var outputs: [String: RunReplicated.Output] = [:]
    var times: Int64 = 0
    var same: Int64 = 0
    var exit: Int64?
    var changes: [RunReplicated.Change] = []
    var upstream: Set<RunID> = []
  }

  init(_ workspace: Workspace, _ request: RerunRequest, telling: @escaping (RerunNews) -> Void) throws {
    self.workspace = workspace
    self.request = request
    self.telling = telling
    let place =
      request.folder.map { workspace.path(of: $0).filePath(in: workspace.root) }
      ?? workspace.context.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : FilePath($0) } ?? "/tmp"
    let name = "mlt-rerun-" + Hex.encode(FileOperations.randomBytes(4))
    base = request.folder == nil ? place.appending(name) : place
  }

  /// Makes the runs again.
  ///
  /// - Returns: the results in the order of the plans, and the folders that stay.
  func run(_ plans: [RerunPlan]) throws -> (results: [RerunReport.Result], folders: [FilePath]) {
    try ScratchFolder.check(base, workspace, forGit: plans.allSatisfy { $0.commit != nil })
    let existed = try FileStatus(at: base) != nil
    defer {
      if !request.keepsFolders {
        removeScratch()
        // What can't be removed is left to whoever clears temporary files.
        for folder in environments { try? FileOperations.removeTree(folder) }
        // Somebody else may use the folder by now: what isn't empty stays.
        if !existed { _ = try? FileOperations.removeEmptyFolder(base) }
      }
    }
    for time in 1...max(1, request.times) {
      made = RemadeFiles()
      for plan in plans { try run(plan, time) }
      if time < request.times, !request.keepsFolders { removeScratch() }
    }
    return (self.results(of: plans), request.keepsFolders ? folders.map(\.root) : [])
  }

  /// What came of the plans so far, in their order.
  func results(of plans: [RerunPlan]) -> [RerunReport.Result] { plans.map { conclude($0) } }

  private func removeScratch() {
    for folder in folders { folder.remove() }
    folders = []
  }

  private func run(_ plan: RerunPlan, _ time: Int) throws {
    try workspace.checkCancelled()
    var tally = results[plan.run.id] ?? Tally(result: RerunReport.Result(plan: plan))
    tally.times += 1
    let recorded = try workspace.index.environment(of: plan.run.id) ?? RunEnvironment()
    let python = try python(recorded, plan)
    let safe = plan.run.component.unicodeScalars.map { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || "-_".unicodeScalars.contains(scalar))
        ? String(scalar) : "_"
    }.joined().prefix(60)
    let name = "\(safe)-\(plan.run.id.short)" + (request.times > 1 ? "-\(time)" : "")
    let folder = try ScratchFolder(workspace, in: base, name: name)
    folders.append(folder)
    if let lacking = try folder.layOut(plan, onto: request.onto != nil, made: made, isForced: request.isForced) {
      tally.result.lacking = lacking
      for (path, content) in try outputFiles(plan) {
        made.note(plan.run.id, path, before: content, now: nil)
        add(RunReplicated.Output(path: path.text, verdict: .missing, same: 0), to: &tally)
      }
      results[plan.run.id] = tally
      return
    }
    if python == nil { try folder.linkPackages(recorded) }
    let scratch = try ScratchRun(workspace, folder, plan, recorded, python: python, relocates: request.relocates)
    if time == 1 {
      tally.changes = try scratch.changes() + outsideChanges(plan)
      let telltale = tally.changes.filter { $0.kind != "machine" || ["architecture", "os"].contains($0.name) }
      switch request.environment {
      case .strict where !telltale.isEmpty: throw RerunError.otherEnvironment(plan.run.id, telltale)
      case .warn, .venv: if !telltale.isEmpty { telling(.changes(telltale, plan)) }
      case .strict, .ignore: break
      }
    }
    telling(.running(plan, time: time, of: request.times, folder: folder.root))
    if scratch.lacksInput { tally.result.lackedInput = true }
    let report = try scratch.run(timeout: request.timeout)
    tally.result.wall += report.wall
    let findings = try OutputReview(workspace, scratch.workspace, plan, tolerance: request.tolerance).review(&made)
    for output in findings.outputs { add(output, to: &tally) }
    tally.result.touched = Array(Set(tally.result.touched).union(findings.touched)).sorted()
    let isAlike = Int64(report.exit) == (plan.run.exit ?? 0)
    if !isAlike, tally.exit == nil { tally.exit = Int64(report.exit) }
    if isAlike, findings.isSame { tally.same += 1 }
    for run in plan.upstream where made.hasChanges(run) { tally.upstream.insert(run) }
    // Not before: one that fails on the way says nothing.
    results[plan.run.id] = tally
  }

  private func python(_ recorded: RunEnvironment, _ plan: RerunPlan) throws -> VirtualEnvironment? {
    guard request.environment == .venv, let key = VirtualEnvironment.Key(recorded) else { return nil }
    if let known = pythons[key] { return known }
    telling(.makingEnvironment(packages: key.requirements.count))
    try FileOperations.createFolder(base)
    let folder = (FileOperations.resolved(base) ?? base).appending("venv-\(plan.run.id.short)")
    guard try FileStatus(at: folder) == nil else { throw RerunError.folderOccupied(folder) }
    environments.append(folder)
    let made = try VirtualEnvironment(key, at: folder, recorded, for: plan.run.id, workspace)
    pythons[key] = made
    return made
  }

  /// Inputs outside the work tree that hold something else by now.
  private func outsideChanges(_ plan: RerunPlan) -> [RunReplicated.Change] {
    plan.inputs.compactMap { input in
      guard input.source == .outside, let path = WorkPath(text: input.artifact.path) else { return nil }
      let now = (try? workspace.makeCatalog().identity(of: path)) ?? nil
      if now?.content == input.artifact.content { return nil }
      return RunReplicated.Change(
        kind: "input", name: input.artifact.path, before: input.artifact.content?.hex, now: now?.content.hex)
    }
  }

  private func outputFiles(_ plan: RerunPlan) throws -> [(WorkPath, ContentID?)] {
    var files: [(WorkPath, ContentID?)] = []
    for output in plan.outputs {
      guard let path = WorkPath(text: output.path) else { continue }
      if output.kind == .tree, let content = output.content, try workspace.store.containsTree(content) {
        try TreeFiles.entries(of: content, at: path, workspace.store) { files.append(($0, $1.content)) }
      } else {
        files.append((path, output.content))
      }
    }
    return files
  }

  private func add(_ output: RunReplicated.Output, to tally: inout Tally) {
    guard var known = tally.outputs[output.path] else {
      tally.outputs[output.path] = output
      return
    }
    known.same += output.same
    if Self.badness(output.verdict) > Self.badness(known.verdict) { known.verdict = output.verdict }
    if known.content == nil { known.content = output.content }
    if known.measure == nil { known.measure = output.measure }
    tally.outputs[output.path] = known
  }

  private static func badness(_ verdict: RunReplicated.Verdict) -> Int {
    switch verdict {
    case .same: 0
    case .unknown: 1
    case .close: 2
    case .extra: 3
    case .differs: 4
    case .missing: 5
    }
  }

  // MARK: The facts

  private func conclude(_ plan: RerunPlan) -> RerunReport.Result {
    guard var tally = results[plan.run.id] else { return RerunReport.Result(plan: plan) }
    tally.result.outputs = tally.outputs.values.sorted { $0.path < $1.path }
    if tally.result.lacking != nil { return tally.result }
    // Whatever comes out, nothing is known that it could be compared with.
    if !tally.result.outputs.isEmpty, tally.exit == nil, tally.result.outputs.allSatisfy({ $0.verdict == .unknown }) {
      return tally.result
    }
    let others = tally.result.outputs.filter { $0.verdict != .same }
    let fact = RunReplicated(
      run: plan.run.id, record: plan.run.record, isReplicable: tally.same == tally.times, times: tally.times,
      same: tally.same, tolerance: request.tolerance, exit: tally.exit, compared: Int64(tally.outputs.count),
      differing: Int64(others.count), outputs: Array(others.prefix(RunReplicated.listLimit)),
      changes: Array(tally.changes.prefix(RunReplicated.listLimit)), upstream: tally.upstream.sorted(),
      host: workspace.context.host, user: workspace.identity)
    tally.result.fact = fact
    return tally.result
  }
}
