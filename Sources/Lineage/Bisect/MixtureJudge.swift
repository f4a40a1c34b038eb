internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Tells whether what a mixture made is good or bad: by a command, or by a number.
struct MixtureJudge {
  private let workspace: Workspace
  private let request: BisectRequest
  /// The two runs' own numbers, where a number decides.
  private let bounds: Bounds?

  /// What numbers are judged by.
  struct Bounds {
    var good: Double
    var bad: Double
    var rule: BisectRequest.MetricRule

    /// Whether a number is good.
    func isGood(_ value: Double) -> Bool {
      switch rule {
      case .nearer: abs(value - good) <= abs(value - bad)
      case .threshold(let bound): (value < bound) == (good < bound)
      case .tolerance(let tolerance): abs(value - good) <= tolerance
      }
    }
  }

  /// - Throws: ``BisectError/noMetric(_:_:)``, ``BisectError/ambiguousMetric(_:_:)``, ``BisectError/equalMetrics(_:_:)``,
  ///   ``BisectError/uselessBound(_:good:bad:)``.
  init(_ workspace: Workspace, _ request: BisectRequest, _ stage: MixedStage) throws {
    self.workspace = workspace
    self.request = request
    guard case .metric(let name, let rule) = request.decision else {
      bounds = nil
      return
    }
    func value(_ plan: RerunPlan, _ outputs: [WorkPath: MixedFile]) throws -> Double {
      let finder = MetricFinder(name: name, alias: [:])
      guard let value = try Self.recorded(finder, plan, outputs, workspace) else {
        throw BisectError.noMetric(name, plan.run.id)
      }
      return value
    }
    let good = try value(stage.good, stage.goodOutputs)
    let bad = try value(stage.bad, stage.badOutputs)
    guard good != bad else { throw BisectError.equalMetrics(name, good) }
    let bounds = Bounds(good: good, bad: bad, rule: rule)
    if case .threshold(let bound) = rule, bounds.isGood(bad) {
      throw BisectError.uselessBound(bound, good: good, bad: bad)
    }
    if case .tolerance(let tolerance) = rule, bounds.isGood(bad) {
      throw BisectError.uselessBound(tolerance, good: good, bad: bad)
    }
    self.bounds = bounds
  }

  // MARK: By what is recorded

  /// Judges a recorded run; nil if only a folder can be judged, or its bytes aren't here.
  func recorded(_ plan: RerunPlan, _ outputs: [WorkPath: MixedFile]) throws -> MixtureWork.Outcome? {
    guard case .metric(let name, _) = request.decision else { return nil }
    let finder = MetricFinder(name: name, alias: [:])
    return try Self.recorded(finder, plan, outputs, workspace).map { outcome($0, name) }
  }

  private static func recorded(
    _ finder: MetricFinder, _ plan: RerunPlan, _ outputs: [WorkPath: MixedFile], _ workspace: Workspace
  ) throws -> Double? {
    if let value = plan.run.metricsLatest[finder.name] { return value }
    return try finder.value(among: outputs.keys.sorted()) { path in
      guard let file = outputs[path], file.record.size <= MetricFinder.sizeLimit else { return nil }
      do {
        switch try workspace.bytesAreAvailable(file.content, file.record) {
        case .store: return try workspace.store.contents(of: file.content, limit: Int(MetricFinder.sizeLimit))
        case .git(let bytes): return bytes
        case .workTree:
          return try FileOperations.contents(of: path.filePath(in: workspace.root), limit: Int(MetricFinder.sizeLimit))
        }
      } catch WorkspaceError.absentContent {
        return nil
      }
    }
  }

  // MARK: By what was made

  /// Judges what the last run has made in its scratch folder.
  ///
  /// - Throws: ``BisectError/checkFailed(exit:)``; `StorageError.cancelled` if somebody interrupted the check.
  func judge(_ scratch: Workspace, in root: FilePath, _ stage: MixedStage) throws -> MixtureWork.Outcome {
    switch request.decision {
    case .check(let arguments): return try check(arguments, scratch, root)
    case .metric(let name, _): return try measure(name, scratch, root, stage)
    case nil: return MixtureWork.Outcome(verdict: .unresolved, seen: "nothing to judge by")
    }
  }

  private func measure(
    _ name: String, _ scratch: Workspace, _ root: FilePath, _ stage: MixedStage
  ) throws -> MixtureWork.Outcome {
    try scratch.index.catchUp(scratch.journal)
    var paths = Set(stage.badOutputs.keys).union(stage.goodOutputs.keys)
    for run in try scratch.index.runs(RunQuery()) {
      if let value = try scratch.index.run(run.id)?.metricsLatest[name] { return outcome(value, name) }
      for output in try scratch.index.files(of: run.id, role: .output) {
        if let path = WorkPath(text: output.path), !path.isOutside { paths.insert(path) }
      }
    }
    let finder = MetricFinder(name: name, alias: aliases(stage))
    let value = try finder.value(among: paths.sorted()) { path in
      let file = path.filePath(in: root)
      guard let status = try FileStatus(at: file), status.kind == .regular, status.size <= MetricFinder.sizeLimit else {
        return nil
      }
      return try FileOperations.contents(of: file, limit: Int(MetricFinder.sizeLimit))
    }
    guard let value else { return MixtureWork.Outcome(verdict: .unresolved, seen: "there is no '\(name)'") }
    return outcome(value, name)
  }

  /// Outputs whose paths differ in numbers alone stand for each other.
  private func aliases(_ stage: MixedStage) -> [WorkPath: WorkPath] {
    var found: [WorkPath: WorkPath] = [:]
    let theirs = Dictionary(grouping: stage.badOutputs.keys) { PathForm.of($0.text) }
    for path in stage.goodOutputs.keys where stage.badOutputs[path] == nil {
      if let others = theirs[PathForm.of(path.text)], others.count == 1 {
        found[path] = others[0]
        found[others[0]] = path
      }
    }
    return found
  }

  private func outcome(_ value: Double, _ name: String) -> MixtureWork.Outcome {
    guard let bounds, !value.isNaN else {
      return MixtureWork.Outcome(verdict: .unresolved, seen: "\(name) is no number", value: nil)
    }
    return MixtureWork.Outcome(
      verdict: bounds.isGood(value) ? .good : .bad, seen: "\(name) \(value)", value: value)
  }

  // MARK: By a command

  // As `git bisect run` has them; 126 and 127 are a shell's that couldn't start a program.
  private static let skipped: Int32 = 125

  private func check(_ arguments: [[UInt8]], _ scratch: Workspace, _ root: FilePath) throws -> MixtureWork.Outcome {
    var check = RunRequest(arguments: arguments.map { found($0, root) }, component: "bisect-check", isSigned: false)
    check.directory = root
    check.timeout = request.timeout
    let streams = try RedirectedStreams(input: nil, output: nil, isAppending: false)
    defer { streams.restore() }
    let report = try scratch.run(check)
    if report.status == .interrupted { throw StorageError.cancelled }
    // What takes too long may just be slow: it says no more than a check that skips.
    if report.isOutOfTime { return MixtureWork.Outcome(verdict: .unresolved, seen: "the check took too long") }
    switch report.exit {
    case 0: return MixtureWork.Outcome(verdict: .good, seen: "exit 0")
    case 1..<Self.skipped: return MixtureWork.Outcome(verdict: .bad, seen: "exit \(report.exit)")
    case Self.skipped: return MixtureWork.Outcome(verdict: .unresolved, seen: "exit \(report.exit)")
    default: throw BisectError.checkFailed(exit: report.exit)
    }
  }

  /// An argument as the check needs it: a file where somebody stands, which the scratch folder hasn't, by its whole path.
  private func found(_ argument: [UInt8], _ root: FilePath) -> [UInt8] {
    guard argument.first != UInt8(ascii: "-"), let path = FilePath(bytes: argument), !path.isAbsolute,
      argument.contains(UInt8(ascii: "/")) || argument.contains(UInt8(ascii: "."))
    else { return argument }
    let own = workspace.context.directory.pushing(path)
    let inside = root.pushing(path)
    guard (try? FileStatus(at: inside)) ?? nil == nil, (try? FileStatus(at: own)) ?? nil != nil else {
      return argument
    }
    return own.lexicallyNormalized().bytes
  }
}
