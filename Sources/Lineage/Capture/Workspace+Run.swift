internal import FileTracing
internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  /// The environment variable that tells a command which run it is part of.
  public static let runVariable = "MLT_RUN"
  /// The environment variable that tells an inner `mlt run` which keeper follows it.
  public static let keeperVariable = "MLT_KEEPER"

  /// Runs a command and records what it read and wrote.
  ///
  /// The command has this process's terminal, signals and working directory; its outputs are stored, the lock file is
  /// brought up to date, and the record is on the disk when this returns.
  ///
  /// - Throws: ``WorkspaceError/commandNotStarted(program:_:)`` if the program can't be run, in which case nothing is
  ///   recorded; ``WorkspaceError/notRecorded(run:exit:cause:)`` if the command ran and its record couldn't be
  ///   written; what git, journal, store and index throw before the command is started.
  public func run(_ request: RunRequest) throws -> RunReport {
    let redaction = Redaction(environment: context.environment)
    try checkProgram(request.command)
    let inputLimit = try captureInputLimit()
    let component = request.component ?? ComponentName.of(request.command)
    let run = RunID.random()
    let started = RunStarted(
      run: run, component: component, command: redaction.arguments(request.command),
      directory: inside(FileOperations.resolved(context.directory) ?? context.directory).text, git: try gitState(),
      host: context.host, user: identity, parent: context.environment[Self.runVariable].flatMap { RunID(hex: $0) },
      parameters: redaction.values(request.parameters), tags: redaction.values(request.tags),
      note: request.note.map { redaction.text($0) })

    try recoverAbandoned()
    let lock = try readLock()
    let filter = IgnoreFilter(try rules)
    let catalog = ContentCatalog(root: root, index: try index, rules: filter)
    let writer = try store.begin()
    let classifier = PathClassifier(root: root, home: context.home, filter: filter)
    let observer = RunObserver(
      ledger: AccessLedger(root: root, classifier: classifier, ownProgram: context.executable), root: root,
      filter: filter, inputLimit: inputLimit,
      catalog: catalog, writer: writer)
    let startEvent = try record([started], durable: false).first
    let startTime = startEvent?.at ?? context.clock.now()

    let needsPrivileges = Privileges.needsPrivileges(
      program: request.arguments.first ?? [], path: context.environment["PATH"])
    let isTraced = request.isTraced && !needsPrivileges
    if !isTraced { observer.takeSnapshot() }

    let result: CommandResult
    do {
      result = try CommandRunner.run(
        commandRequest(request, run: run, mode: isTraced ? .observe : .plain), observer: observer)
    } catch {
      try recordFailedStart(run, error)
      throw commandFailure(error, request)
    }

    do {
      let recording = RunRecording(
        workspace: self, run: run, started: startTime, lock: lock, catalog: catalog, writer: writer,
        inputLimit: inputLimit, evidence: Self.evidence(of: result), saved: observer.saved)
      return try finish(
        recording, result, observer, request: request, started: started,
        reason: needsPrivileges ? "'\(request.command[0])' needs privileges that following takes away" : nil)
    } catch {
      writer.abandon()
      throw WorkspaceError.notRecorded(run: run, exit: Self.exitStatus(result.termination), cause: error)
    }
  }

  // MARK: Before the command

  func captureInputLimit() throws -> Int64 {
    let key = "capture.inputLimit"
    guard let value = try configuration.string(key) else { return 64 << 20 }
    guard let limit = try configuration.size(key), limit >= 0 else {
      throw WorkspaceError.malformedSetting(key: key, value: value)
    }
    return Int64(limit)
  }

  private func gitState() throws -> GitState? {
    guard let repository else { return nil }
    let head = try repository.head()
    return GitState(
      commit: head.commit, branch: head.branch, remote: try repository.remoteURL(),
      isDirty: try repository.hasChanges { Self.isBookkeeping($0) })
  }

  /// Whether a file is one that mlt itself keeps up to date: its changes don't make the code another.
  private static func isBookkeeping(_ path: [UInt8]) -> Bool {
    let name = path.split(separator: UInt8(ascii: "/")).last ?? []
    return path.elementsEqual(LockFile.name.utf8) || name.elementsEqual(".gitignore".utf8)
  }

  /// Looks for the program as the command will be looked for, so that a mistyped name leaves no record.
  private func checkProgram(_ command: [String]) throws {
    guard let program = command.first, !program.isEmpty else {
      throw WorkspaceError.commandNotStarted(program: "", .noSuchFileOrDirectory)
    }
    if let failure = ProgramSearch.failure(program, path: context.environment["PATH"], directory: context.directory) {
      throw WorkspaceError.commandNotStarted(program: program, failure)
    }
  }

  private func commandRequest(_ request: RunRequest, run: RunID, mode: CommandRequest.Mode) -> CommandRequest {
    var environment = context.rawEnvironment.filter { entry in
      !entry.starts(with: (Self.runVariable + "=").utf8) && !entry.starts(with: (Self.keeperVariable + "=").utf8)
    }
    environment.append(Array("\(Self.runVariable)=\(run.hex)".utf8))
    return CommandRequest(
      arguments: request.arguments, environment: environment,
      spool: spool(of: run), scopeName: "mlt-" + run.hex,
      outerScopeName: context.environment[Self.keeperVariable], scopeVariable: Self.keeperVariable, mode: mode,
      // It is started in `/`, when nobody else is left to finish the record.
      finisher: [
        context.executable.bytes, Array("-C".utf8), root.bytes, Array("finish-run".utf8), Array(run.hex.utf8),
        spool(of: run).bytes,
      ])
  }

  private func commandFailure(_ error: TracingError, _ request: RunRequest) -> any Error {
    let program = request.command.first ?? ""
    switch error {
    case .notFound: return WorkspaceError.commandNotStarted(program: program, .noSuchFileOrDirectory)
    case .notExecutable(_, let errno): return WorkspaceError.commandNotStarted(program: program, errno)
    default: return error
    }
  }

  private func recordFailedStart(_ run: RunID, _ error: TracingError) throws {
    let exit: Int64 = if case .notFound = error { 127 } else { 126 }
    try record([RunEnded(run: run, status: .failed, exit: exit, evidence: .observed)], durable: true)
  }

  // MARK: After the command

  static func exitStatus(_ termination: CommandResult.Termination) -> Int32 {
    switch termination {
    case .exited(let status): status
    case .signaled(let signal, _): 128 + signal
    }
  }

  private static func status(_ result: CommandResult) -> RunStatus {
    switch result.termination {
    case .exited(0): .finished
    case .signaled(2, _): .interrupted
    case .exited, .signaled: result.interrupted == nil ? .failed : .interrupted
    }
  }

  private static func evidence(of result: CommandResult) -> Evidence {
    switch result.observation {
    case .observed, .observedByOuter: .observed
    case .plain, .refused: .compared
    }
  }

  private func finish(
    _ recording: RunRecording, _ result: CommandResult, _ observer: RunObserver, request: RunRequest,
    started: RunStarted, reason: String?
  ) throws -> RunReport {
    var recording = recording
    let evidence = recording.evidence
    var ledger = observer.ledger
    var hazards = RunHazards.of(ledger, result)
    if evidence == .compared {
      let why = reason ?? (request.isTraced ? RunHazards.refusal(result.observation) : "told not to")
      hazards.append(Hazard(.notObserved, detail: why))
      if request.isTraced { notices.append(.compared(reason: why)) }
      let after = WorkTreeSnapshot(root: root, filter: IgnoreFilter(try rules))
      if let before = observer.snapshot { ledger = after.ledger(since: before, root: root, like: observer.ledger) }
    }
    if let failure = observer.failure { hazards.append(Hazard(.incomplete, detail: "\(failure)")) }

    foldRedirections(request, into: &ledger)
    repository?.refresh()
    // Runs that ended meanwhile, inner ones above all, say who else wrote; without them only a warning may be off.
    try? index.catchUp(journal)
    try recording.take(ledger)
    try takeDeclared(request, into: &recording)
    let files = recording.files
    try recording.writer.finish()
    let status = Self.status(result)
    notices += files.notices

    let endTime = context.clock.now()
    for output in files.outputs {
      for other in try index.concurrentWriters(
        path: output.path, from: recording.started, to: endTime, excluding: recording.run)
      where try !recording.isWithin(other.run) {
        hazards.append(Hazard(.writtenByTwo, path: output.path, detail: "also by run \(other.run.short)"))
      }
    }
    let variables = try chosenVariables()
    let probe = EnvironmentProbe(index: try index, variables: variables)
    var ended = RunEnded(
      run: recording.run, status: status, exit: Int64(Self.exitStatus(result.termination)), evidence: evidence,
      inputs: files.inputs, outputs: files.outputs, removed: files.removed,
      environment: probe.environment(files: ledger.environment, programs: ledger.programs),
      hazards: hazards + files.hazards,
      usage: RunUsage(
        wall: result.usage.wall, user: result.usage.user, system: result.usage.system,
        memory: result.usage.maximumResidentSize))
    ended.record = RunRecord.digest(started: started.fields, logged: [], ended: ended.fields)
    try record([ended], durable: true)
    if status == .finished { try keepLock(files) }
    try recording.catalog.remember()
    return RunReport(
      run: recording.run, component: started.component, status: status, exit: Self.exitStatus(result.termination),
      evidence: evidence, inputs: files.inputs.count, outputs: files.outputs.count, hazards: ended.hazards,
      wall: result.usage.wall)
  }

  /// Counts what the shell opened for the command as the command's own reading and writing, inside the work tree.
  private func foldRedirections(_ request: RunRequest, into ledger: inout AccessLedger) {
    func isInside(_ path: FilePath) -> Bool { !inside(path).isOutside }
    if let path = request.redirectedInput, isInside(path) {
      ledger.fold(AccessEvent(.read(path.bytes), process: 0, time: 0))
    }
    if let path = request.redirectedOutput, isInside(path) {
      ledger.fold(AccessEvent(.write(path.bytes, [.created, .truncated]), process: 0, time: 0))
    }
  }

  func keepLock(_ files: RunRecording.Files) throws {
    if files.tracked.isEmpty, files.removed.isEmpty { return }
    try changeLock { lock in
      for entry in files.tracked { lock.set(entry) }
      for path in files.removed.compactMap({ WorkPath(text: $0) }) {
        lock.remove(path)
        for entry in lock.entries(below: path) { lock.remove(entry.path) }
      }
    }
    try ignoreInGit(files.tracked.map(\.path))
  }

  private func chosenVariables() throws -> [String: String] {
    var names = ["CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "PYTHONHASHSEED", "VIRTUAL_ENV", "CONDA_DEFAULT_ENV"]
    names += (try configuration.string("capture.environment") ?? "").split { $0 == " " || $0 == "," }.map(String.init)
    var values: [String: String] = [:]
    for name in names { values[name] = context.environment[name] }
    return Redaction(environment: context.environment).values(values)
  }

  // MARK: What was declared

  private func takeDeclared(_ request: RunRequest, into recording: inout RunRecording) throws {
    let redaction = Redaction(environment: context.environment)
    func pointer(_ argument: String) -> String {
      argument.contains("://") ? redaction.text(argument) : path(of: argument).text
    }
    var inputs = Set(request.inputs.map(pointer))
    if recording.evidence != .observed {
      let outputs = Set(recording.files.outputs.map(\.path))
      // Nobody saw what was read; a file that the command line names most likely was.
      for path in request.command.map({ self.path(of: $0) }) where !path.isOutside && !outputs.contains(path.text) {
        let status = (try? FileStatus(at: path.filePath(in: root), followingLinks: true)) ?? nil
        if status?.kind == .regular { inputs.insert(path.text) }
      }
    }
    try recording.takeDeclared(inputs: inputs)
    try recording.takeDeclared(outputs: Set(request.outputs.map(pointer)))
  }
}
