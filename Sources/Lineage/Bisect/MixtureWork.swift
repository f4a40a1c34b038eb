internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Makes mixtures of two pipelines, run by run, each in a scratch folder, and nothing twice.
final class MixtureWork {
  /// What came of one mixture, made once.
  struct Outcome {
    var verdict: BisectReport.Verdict
    var seen: String
    var value: Double?
    var made = 0
    var known = 0
  }

  /// What a run of a mixture finds: equal ones need only one run.
  private struct Key: Hashable {
    var stage: Int
    var attempt: Int
    var command: [String]
    var variables: [String?]
    var packages: [String?]
    /// By input, nil for what isn't there: links and executable files are others than plain ones of the same bytes.
    var files: [MixedFileKey?]
  }

  private struct MixedFileKey: Hashable {
    var content: ContentID
    var mode: TreeEntry.Mode

    init(_ file: MixedFile) { (content, mode) = (file.content, file.mode) }
  }

  /// What came of a run of a mixture.
  private enum Result {
    case made([WorkPath: MixedFile])
    case judged(Outcome)
    /// It can't be said what comes of it.
    case failed(String)
  }

  /// What stands at the places of one stage's inputs.
  private struct Found {
    var key: Key
    var files: [MixedFile?]
  }

  private let workspace: Workspace
  private let request: BisectRequest
  private let pipeline: MixedPipeline
  private let judge: MixtureJudge
  private let telling: (BisectNews) -> Void
  private let base: FilePath
  private let contents: MixtureContents
  private var results: [Key: Result] = [:]
  private var pythons: [VirtualEnvironment.Key: VirtualEnvironment?] = [:]
  private var isTrusted: [Int: (good: Bool, bad: Bool)] = [:]
  private var folderCount = 0
  /// Which stages the last one hangs on.
  private let needed: [Int]

  init(
    _ workspace: Workspace, _ request: BisectRequest, _ pipeline: MixedPipeline, _ judge: MixtureJudge,
    telling: @escaping (BisectNews) -> Void
  ) {
    self.workspace = workspace
    self.request = request
    self.pipeline = pipeline
    self.judge = judge
    self.telling = telling
    let place =
      request.folder.map { workspace.path(of: $0).filePath(in: workspace.root) }
      ?? workspace.context.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : FilePath($0) } ?? "/tmp"
    base = place.appending("mlt-bisect-" + Hex.encode(FileOperations.randomBytes(4)))
    contents = MixtureContents(workspace, base.appending("contents"))
    var wanted: Set<Int> = [pipeline.stages.count - 1]
    for number in pipeline.stages.indices.reversed() where wanted.contains(number) {
      for case .made(let other, _, _) in pipeline.stages[number].inputs.map(\.source) { wanted.insert(other) }
    }
    needed = wanted.sorted()
  }

  /// Does something for which scratch folders may be made, and removes them.
  func withFolders<Result>(_ committed: [ContentID: [UInt8]], _ body: () throws -> Result) throws -> Result {
    try ScratchFolder.check(base, workspace, forGit: pipeline.stages.allSatisfy { $0.bad.commit != nil })
    try FileOperations.createFolder(base)
    defer { try? FileOperations.removeTree(base) }  // what can't be removed is left to whoever clears temporary files
    for (content, bytes) in committed { try contents.add(bytes, as: content) }
    return try body()
  }

  // MARK: A mixture

  /// Makes a mixture: the differences of a set as in the bad pipeline, all others as in the good one.
  ///
  /// - Parameters:
  ///   - attempt: which of several times this is.
  ///   - texts: of differences among those, what stands in the bad version's place.
  func make(_ applied: Set<Int>, attempt: Int, texts: [Int: MixedFile] = [:]) throws -> Outcome {
    var outputs: [Int: [WorkPath: MixedFile]] = [:]
    var (made, known) = (0, 0)
    for number in needed {
      try workspace.checkCancelled()
      let stage = pipeline.stages[number]
      guard let found = look(number, stage, applied, texts, attempt, outputs) else {
        return Outcome(
          verdict: .unresolved, seen: "what \(stage.component) reads wasn't made", made: made, known: known)
      }
      let isLast = number == pipeline.stages.count - 1
      let result: Result
      if let before = try results[found.key] ?? recorded(number, stage, found, isLast: isLast) {
        result = before
        known += 1
      } else {
        result = try tryMaking(number, stage, found, applied, isLast: isLast)
        made += 1
      }
      results[found.key] = result
      switch result {
      case .made(let files): outputs[number] = files
      case .failed(let why): return Outcome(verdict: .unresolved, seen: why, made: made, known: known)
      case .judged(var outcome):
        (outcome.made, outcome.known) = (made, known)
        return outcome
      }
    }
    return Outcome(verdict: .unresolved, seen: "nothing was made", made: made, known: known)
  }

  // MARK: Texts

  /// A difference as a text in two versions; nil if it isn't one file that both pipelines have.
  func text(of difference: Int) throws -> TextMixture? {
    guard let (good, bad) = versions(of: difference), pipeline.differences[difference].files == nil
    else { return nil }
    guard let before = try contents.bytes(of: good, limit: TextMixture.sizeLimit),
      let after = try contents.bytes(of: bad, limit: TextMixture.sizeLimit)
    else { return nil }
    return TextMixture(good: before, bad: after)
  }

  /// A file that holds some hunks of a difference's bad version.
  func file(_ text: TextMixture, applying hunks: Set<Int>, for difference: Int) throws -> MixedFile? {
    guard var file = versions(of: difference)?.bad else { return nil }
    let bytes = text.text(applying: hunks)
    file.content = ContentHasher.contentID(of: bytes)
    file.record.size = Int64(bytes.count)
    try contents.add(bytes, as: file.content)
    return file
  }

  private func versions(of difference: Int) -> (good: MixedFile, bad: MixedFile)? {
    for stage in pipeline.stages {
      for case .choice(difference, let good?, let bad?) in stage.inputs.map(\.source)
      where good.mode != .link {
        return (good, bad)
      }
    }
    return nil
  }

  /// What a stage finds in a mixture; nil if something that it needs wasn't made.
  private func look(
    _ number: Int, _ stage: MixedStage, _ applied: Set<Int>, _ texts: [Int: MixedFile],
    _ attempt: Int, _ outputs: [Int: [WorkPath: MixedFile]]
  ) -> Found? {
    var files: [MixedFile?] = []
    for input in stage.inputs {
      switch input.source {
      case .same: continue
      case .choice(let difference, let good, let bad):
        files.append(applied.contains(difference) ? texts[difference] ?? bad : good)
      case .made(let maker, let good, let bad):
        let made = outputs[maker] ?? [:]
        let file = bad.flatMap { made[$0.path] } ?? good.flatMap { made[$0.path] }
        // What one of the pipelines doesn't read may be missing in a mixture.
        if file == nil, good != nil, bad != nil { return nil }
        files.append(file)
      }
    }
    func value(_ setting: MixedStage.Setting) -> String? {
      applied.contains(setting.difference) ? setting.bad : setting.good
    }
    let command = stage.command.flatMap { part in
      switch part {
      case .same(let arguments): arguments
      case .choice(let difference, let good, let bad): applied.contains(difference) ? bad : good
      }
    }
    return Found(
      key: Key(
        stage: number, attempt: attempt, command: command, variables: stage.variables.map(value),
        packages: stage.packages.map(value), files: files.map { $0.map(MixedFileKey.init) }),
      files: files)
  }

  // MARK: What is recorded

  /// What a recorded run stands for, if a stage finds all as that did.
  private func recorded(_ number: Int, _ stage: MixedStage, _ found: Found, isLast: Bool) throws -> Result? {
    guard !request.isFresh, request.times == 1 else { return nil }
    for isGood in [true, false] where found.key == recordedKey(number, stage, found.key.attempt, isGood: isGood) {
      guard try trusts(number, stage, isGood: isGood) else { continue }
      let plan = isGood ? stage.good : stage.bad
      let outputs = isGood ? stage.goodOutputs : stage.badOutputs
      if !isLast { return .made(outputs) }
      // A check wants to see a folder.
      return try judge.recorded(plan, outputs).map { .judged($0) }
    }
    return nil
  }

  private func recordedKey(_ number: Int, _ stage: MixedStage, _ attempt: Int, isGood: Bool) -> Key {
    var files: [MixedFileKey?] = []
    for input in stage.inputs {
      switch input.source {
      case .same: continue
      case .choice(_, let good, let bad): files.append((isGood ? good : bad).map(MixedFileKey.init))
      case .made(_, let good, let bad): files.append((isGood ? good : bad).map { MixedFileKey($0.file) })
      }
    }
    return Key(
      stage: number, attempt: attempt, command: (isGood ? stage.good : stage.bad).run.command,
      variables: stage.variables.map { isGood ? $0.good : $0.bad },
      packages: stage.packages.map { isGood ? $0.good : $0.bad }, files: files)
  }

  /// Whether what a recorded run made would be made today: on the same packages, and on what can be known.
  private func trusts(_ number: Int, _ stage: MixedStage, isGood: Bool) throws -> Bool {
    if let known = isTrusted[number] { return isGood ? known.good : known.bad }
    func isSound(_ plan: RerunPlan, _ environment: RunEnvironment) throws -> Bool {
      guard plan.run.status == .finished, plan.run.evidence == .observed, plan.run.hazards.isEmpty,
        plan.obstacles.isEmpty,
        !plan.outputs.contains(where: { $0.content == nil || $0.isPartial })
      else { return false }
      if request.environment == .venv || request.environment == .ignore { return true }
      let comparison = try EnvironmentComparison(workspace, program: plan.run.command.first ?? "")
      return comparison.compare(environment) { reason in
        switch reason {
        case .machine, .interpreter, .package: false
        default: true
        }
      }
    }
    let found = (
      good: try isSound(stage.good, stage.goodEnvironment), bad: try isSound(stage.bad, stage.badEnvironment)
    )
    isTrusted[number] = found
    return isGood ? found.good : found.bad
  }

  // MARK: One run

  /// Makes a run, where a mixture may lack what it needs.
  private func tryMaking(
    _ number: Int, _ stage: MixedStage, _ found: Found, _ applied: Set<Int>, isLast: Bool
  ) throws -> Result {
    do {
      return try make(number, stage, found, applied, isLast: isLast)
    } catch RerunError.programMissing(let program, _) {
      return .failed("there is no '\(program)'")
    } catch RerunError.noPython(let version, _) {
      return .failed("there is no Python \(version)")
    } catch WorkspaceError.absentContent(_, let path) {
      return .failed("'\(path ?? "")' isn't here")
    }
  }

  private func make(
    _ number: Int, _ stage: MixedStage, _ found: Found, _ applied: Set<Int>, isLast: Bool
  ) throws -> Result {
    let environment = mixedEnvironment(stage, applied)
    var python: VirtualEnvironment?
    if request.environment == .venv, let key = VirtualEnvironment.Key(environment) {
      guard let made = try self.python(key, environment, stage) else {
        return .failed("no virtual environment can be made for \(stage.component) so")
      }
      python = made
    }
    folderCount += 1
    let folder = try ScratchFolder(workspace, in: base, name: "run-\(folderCount)")
    defer { folder.remove() }
    let plan = try plan(stage, found)
    let places = Set(stage.inputs.flatMap(\.places))
    if let lacking = try folder.layOut(
      plan, onto: false, made: contents.files, isForced: request.isForced, keeping: places)
    {
      return .failed("'\(lacking)' isn't here")
    }
    try removeAbsent(stage, found, folder)
    if python == nil { try folder.linkPackages(environment) }
    let scratch = try ScratchRun(
      workspace, folder, plan, environment, python: python, relocates: request.relocates)
    telling(.running(component: stage.component, folder: folder.root.string))
    let report = try scratch.run(timeout: request.timeout)
    if report.isOutOfTime { return .failed("\(stage.component) took too long") }
    let (good, bad) = (stage.good.run.exit ?? 0, stage.bad.run.exit ?? 0)
    let exit = Int64(report.exit)
    if exit != good {
      // One that failed as the bad run did is as bad; one that fails in its own way is neither.
      guard exit == bad, isLast else { return .failed("\(stage.component) failed, exit \(exit)") }
      return .judged(Outcome(verdict: .bad, seen: "\(stage.component) failed as the bad run did, exit \(exit)"))
    }
    if isLast { return .judged(try judge.judge(scratch.workspace, in: folder.root, stage)) }
    return .made(try contents.collect(scratch.workspace))
  }

  /// The plan by which a stage of a mixture is laid out.
  private func plan(_ stage: MixedStage, _ found: Found) throws -> RerunPlan {
    var plan = stage.bad
    plan.run.command = found.key.command
    plan.upstream = []
    plan.inputs = []
    var next = 0
    for input in stage.inputs {
      if case .same(let record) = input.source {
        for place in input.places {
          let file = MixedFile(
            content: record.content ?? ContentHasher.contentID(of: []),
            mode: record.kind == .link ? .link : record.isExecutable ? .executable : .file, record: record)
          plan.inputs.append(try self.input(file, at: place))
        }
        continue
      }
      if let file = found.files[next] {
        for place in input.places { plan.inputs.append(try self.input(file, at: place)) }
      }
      next += 1
    }
    return plan
  }

  private func input(_ file: MixedFile, at place: WorkPath) throws -> RerunPlan.Input {
    // Its bytes are looked for where it was recorded.
    if place.text != file.record.path { try contents.provide(file) }
    return RerunPlan.Input(artifact: file.record(at: place), source: .store)
  }

  /// Removes what the mixture hasn't, and the commit's files have.
  private func removeAbsent(_ stage: MixedStage, _ found: Found, _ folder: ScratchFolder) throws {
    var next = 0
    for input in stage.inputs {
      if case .same = input.source { continue }
      defer { next += 1 }
      if found.files[next] != nil { continue }
      for place in input.places {
        guard let file = try folder.file(at: place.text), let status = try FileStatus(at: file),
          status.kind != .directory
        else { continue }
        try FileOperations.remove(file)
      }
    }
  }

  private func mixedEnvironment(_ stage: MixedStage, _ applied: Set<Int>) -> RunEnvironment {
    var environment = stage.badEnvironment
    for variable in stage.variables where !applied.contains(variable.difference) {
      environment.variables[variable.name] = variable.good
    }
    for package in stage.packages where !applied.contains(package.difference) {
      if package.name == PipelineMixing.python {
        environment.interpreters = stage.goodEnvironment.interpreters
        continue
      }
      for index in environment.packages.indices where environment.packages[index].name == package.name {
        environment.packages[index].version = package.good ?? ""
      }
    }
    return environment
  }

  private func python(
    _ key: VirtualEnvironment.Key, _ environment: RunEnvironment, _ stage: MixedStage
  ) throws -> VirtualEnvironment? {
    if let known = pythons[key] { return known }
    telling(.makingEnvironment(packages: key.requirements.count))
    let folder = (FileOperations.resolved(base) ?? base).appending("venv-\(pythons.count + 1)")
    do {
      let made = try VirtualEnvironment(key, at: folder, environment, for: stage.bad.run.id, workspace)
      pythons[key] = .some(made)
      return made
    } catch RerunError.environmentNotMade {
      // Not every mixture of versions can be installed together.
      pythons[key] = .some(nil)
      return nil
    }
  }
}
