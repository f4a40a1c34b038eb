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
  /// Checks that are to be made before it keep the command from starting if one fails, which is recorded; those after it are made once it
  /// has ended well.
  ///
  /// - Throws: ``WorkspaceError/commandNotStarted(program:_:)`` if the program can't be run, or
  ///   ``WorkspaceError/retractedInputs(_:)`` if it would read what carries a retracted label, in which case nothing is
  ///   recorded; ``WorkspaceError/notRecorded(run:exit:cause:)`` if the command ran and its record couldn't be
  ///   written, ``WorkspaceError/notSigned(run:exit:cause:)`` if only the signature is missing; what git, journal, store and index throw before the command is started.
  public func run(_ request: RunRequest) throws -> RunReport {
    let redaction = Redaction(environment: context.environment)
    let directory = request.directory ?? context.directory
    try checkProgram(request.command, in: directory)
    try checkInputs(request.inputs)
    try refuseRetracted(request)
    let inputLimit = try captureInputLimit()
    let signer = try signer(request.isSigned)
    let component = request.component ?? ComponentName.of(request.command)
    let run = RunID.random()
    let parameters = try parametersBefore(request)
    let started = RunStarted(
      run: run, component: component, command: redaction.arguments(request.command),
      directory: inside(FileOperations.resolved(directory) ?? directory).text, git: try gitState(),
      host: context.host, user: identity, parent: parentRun, parameters: redaction.values(parameters),
      tags: redaction.values(request.tags), note: request.note.map { redaction.text($0) }, stage: request.stage,
      streams: streams(of: request), name: request.name.map { redaction.text($0) },
      experiment: try experiment(request.experiment, within: parentRun))

    try recoverAbandoned()
    let checks = try checks(of: request, component: component)
    let following = checks.filter { $0.phase == .after }
    let checked = try checkRunner(of: run, request).results(of: checks.filter { $0.phase == .before })
    if checked.contains(where: { $0.hasFailed && !$0.onlyWarns }) { return try recordRefusal(started, checked) }
    let lock = try readLock()
    let catalog = try makeCatalog()
    let writer = try store.begin()
    let observer = RunObserver(
      ledger: try makeLedger(), root: root, filter: try filter, inputLimit: inputLimit, catalog: catalog,
      writer: writer, lease: { try self.store.lease() })
    defer { observer.endLease() }
    let needsPrivileges = Privileges.needsPrivileges(
      program: request.arguments.first ?? [], path: context.environment["PATH"])
    let isTraced = request.isTraced && !needsPrivileges
    var recording = RunRecording(
      workspace: self, run: run, started: context.clock.now(), lock: lock, catalog: catalog, writer: writer,
      inputLimit: inputLimit)
    recording.leftToGit = request.leftToGit
    try recording.note(declaredInputs: pointers(request.inputs))
    if !isTraced { try recording.note(declaredInputs: filesNamed(by: request)) }
    // Its spool is there before the run's start is recorded, and until its end is: whoever is killed in between leaves
    // something for others to find and finish.
    var session = try CommandSession(commandRequest(request, run: run, mode: isTraced ? .observe : .plain))
    let announced = announcements(of: following, for: run, request)
    if let event = try record([started] + checked + announced, durable: false).first { recording.started = event.at }
    if !isTraced { observer.takeSnapshot() }
    let redirections = try redirections(of: request, catalog, writer)
    try noteRoot(of: run)
    defer { forgetRoot(of: run) }

    let result: CommandResult
    do {
      result = try session.run(observer)
    } catch .keeperLost {
      try recordLostKeeper(run, writer)
      throw TracingError.keeperLost
    } catch {
      try recordFailedStart(run, error)
      session.finish()
      throw commandFailure(error, request)
    }

    var report: RunReport
    do {
      recording.evidence = Self.evidence(of: result)
      recording.saved = observer.saved.merging(redirections.saved) { $1 }
      report = try finish(
        recording, result, observer, request: request, started: started, redirections: redirections.events,
        signer: signer,
        reason: needsPrivileges ? "'\(request.command[0])' needs privileges that following takes away" : nil)
    } catch let error as WorkspaceError where error.isAfterRecording {
      throw error
    } catch {
      writer.abandon()
      throw WorkspaceError.notRecorded(run: run, exit: Self.exitStatus(result), cause: error)
    }
    session.finish()
    report.checks = checked
    return try checkAfter(report, following, request)
  }

  // MARK: Before the command

  func captureInputLimit() throws -> Int64 {
    let key = Setting.inputLimit.rawValue
    guard let limit = try configuration.size(key) ?? Configuration.size(of: Setting.inputLimit.defaultValue) else {
      throw WorkspaceError.malformedSetting(key: key, value: Setting.inputLimit.defaultValue)
    }
    return Int64(limit)
  }

  // Git looks at every file that it tracks, which costs more than a quick command. Of what somebody edits meanwhile,
  // each input says for itself whether it is as it was committed.
  private static let gitStateAge: Int64 = 200_000

  func gitState() throws -> GitState? {
    guard let repository else { return nil }
    let head = try repository.head()
    let now = Timestamp.now().microseconds
    if let known = knownGitState, known.state.commit == head.commit, known.state.branch == head.branch,
      (0..<Self.gitStateAge).contains(now - known.at)
    {
      return known.state
    }
    let state = GitState(
      commit: head.commit, branch: head.branch, remote: try repository.remoteURL(),
      isDirty: try repository.hasChanges { Self.isBookkeeping($0) })
    knownGitState = (state, now)
    return state
  }

  /// Whether a file is one that mlt itself keeps up to date: its changes don't make the code another.
  static func isBookkeeping(_ path: [UInt8]) -> Bool {
    let name = path.split(separator: UInt8(ascii: "/")).last ?? []
    return path.elementsEqual(LockFile.name.utf8) || name.elementsEqual(".gitignore".utf8)
  }

  /// Looks for the program as the command will be looked for, so that a mistyped name leaves no record.
  func checkProgram(_ command: [String], in directory: FilePath) throws {
    guard let program = command.first, !program.isEmpty else {
      throw WorkspaceError.commandNotStarted(program: "", .noSuchFileOrDirectory)
    }
    if let failure = ProgramSearch.failure(program, path: context.environment["PATH"], directory: directory) {
      throw WorkspaceError.commandNotStarted(program: program, failure)
    }
  }

  /// The files of the work tree that the shell opened for the command.
  private func streams(of request: RunRequest) -> RunStreams {
    func text(_ file: FilePath?) -> String? {
      file.map { inside($0) }.flatMap { $0.isOutside ? nil : $0.text }
    }
    let size = request.redirectedOutput.flatMap { (try? FileStatus(at: $0)) ?? nil }?.size ?? 0
    return RunStreams(
      input: text(request.redirectedInput), output: text(request.redirectedOutput), isAppending: size > 0)
  }

  /// What the shell opened for the command counts as the command's own reading and writing, inside the work tree.
  private func redirections(
    of request: RunRequest, _ catalog: ContentCatalog, _ writer: ObjectWriter
  ) throws -> (events: [AccessEvent], saved: [ContentID: Int64]) {
    var kinds: [AccessEvent.Kind] = []
    var saved: [ContentID: Int64] = [:]
    if let input = request.redirectedInput, !inside(input).isOutside { kinds.append(.read(input.bytes)) }
    if let output = request.redirectedOutput, case let path = inside(output), !path.isOutside {
      // Something that stands in it already stays in front of what the command adds.
      if let status = try FileStatus(at: output), status.kind == .regular, status.size > 0 {
        let mayStore = try status.size <= captureInputLimit() && !Redaction.isKeyFile(path.name)
        if let before = try mayStore ? catalog.store(path, with: writer) : catalog.identity(of: path) {
          kinds.append(.preimage(output.bytes, before.content))
          saved[before.content] = before.size
        }
        kinds.append(.write(output.bytes, []))
      } else {
        kinds.append(.write(output.bytes, [.created, .truncated]))
      }
    }
    return (kinds.map { AccessEvent($0, process: 0, time: 0) }, saved)
  }

  /// Whether the command's standard input may hold what no record of the run holds.
  func hidesInput(_ request: RunRequest) -> Bool {
    if request.isPiped { return true }
    guard let input = request.redirectedInput, inside(input).isOutside else { return false }
    return ((try? FileStatus(at: input)) ?? nil)?.size != 0
  }

  /// The environment of a run's command.
  func commandEnvironment(_ request: RunRequest, run: RunID) -> [[UInt8]] {
    var environment = context.rawEnvironment.filter { entry in
      !entry.starts(with: (Self.runVariable + "=").utf8) && !entry.starts(with: (Self.keeperVariable + "=").utf8)
    }
    var variables = request.variables
    // Programs take it for the way to where they are, if it leads there.
    if let directory = request.directory { variables["PWD"] = directory.string }
    environment.removeAll { entry in variables.keys.contains { entry.starts(with: ($0 + "=").utf8) } }
    environment += variables.sorted { $0.key < $1.key }.map { Array("\($0.key)=\($0.value)".utf8) }
    environment.append(Array("\(Self.runVariable)=\(run.hex)".utf8))
    return environment
  }

  private func commandRequest(_ request: RunRequest, run: RunID, mode: CommandRequest.Mode) -> CommandRequest {
    CommandRequest(
      arguments: request.arguments, environment: commandEnvironment(request, run: run), directory: request.directory,
      spool: spool(of: run), scopeName: "mlt-" + run.hex,
      outerScopeName: context.environment[Self.keeperVariable], scopeVariable: Self.keeperVariable, mode: mode,
      // It is started in `/`, when nobody else is left to finish the record.
      finisher: [
        context.executable.bytes, Array("-C".utf8), root.bytes, Array("finish-run".utf8), Array(run.hex.utf8),
        spool(of: run).bytes,
      ],
      timeLimit: request.timeout.map { TimeLimit($0, grace: request.grace) })
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

  /// The exit status of a command that took too long, as timeout(1) has it.
  static let outOfTimeExit: Int32 = 124

  private static func exitStatus(_ result: CommandResult) -> Int32 {
    result.isOutOfTime ? outOfTimeExit : exitStatus(result.termination)
  }

  private static func status(_ result: CommandResult) -> RunStatus {
    if result.isOutOfTime { return .failed }
    return switch result.termination {
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
    started: RunStarted, redirections: [AccessEvent], signer: RunSigner?, reason: String?
  ) throws -> RunReport {
    var ledger = observer.ledger
    var hazards = RunHazards.of(ledger, result)
    if result.isOutOfTime { hazards.append(RunHazards.outOfTime(request.timeout)) }
    if recording.evidence == .compared {
      let why = reason ?? (request.isTraced ? RunHazards.refusal(result.observation) : "told not to")
      hazards.append(Hazard(.notObserved, detail: why))
      if request.isTraced { notices.append(.compared(reason: why)) }
      let after = WorkTreeSnapshot(root: root, filter: try filter)
      if let before = observer.snapshot { ledger = after.ledger(since: before, root: root, like: observer.ledger) }
    }
    if let failure = observer.failure { hazards.append(Hazard(.incomplete, detail: "\(failure)")) }
    for event in redirections { ledger.fold(event) }
    repository?.refresh()
    // Runs that ended meanwhile, inner ones above all, say who else wrote; without them only a warning may be off.
    try? index.catchUp(journal)

    let ended = try storing(with: recording.writer) {
      var recording = recording
      try recording.take(ledger)
      if recording.evidence == .compared { try recording.note(declaredInputs: filesNamed(by: request)) }
      recording.takeDeclaredInputs(ofOptions: pointers(request.inputs))
      try recording.take(declaredOutputs: pointers(request.outputs))
      try recording.take(index.logging(of: recording.run))
      return recording
    } thenRecord: { recording in
      let hazards =
        try hazards + retractedHazards(recording.files.inputs, of: recording.run, started: recording.started)
      logFiles(of: request, to: recording.run, known: started.parameters)
      let ended = try recordEnd(of: recording.run, started: started.fields) { _ in
        try end(of: recording, result, ledger, hazards, isPiped: hidesInput(request))
      }
      // What the stat cache isn't told, it is told when it is next asked.
      try? recording.catalog.remember()
      notices += recording.files.notices
      // What git tracks is otherwise now.
      if try (ended.outputs.map(\.path) + ended.removed).contains(where: isTrackedByGit) { knownGitState = nil }
      if ended.status == .finished {
        do {
          try keepLock(recording)
        } catch {
          throw WorkspaceError.lockNotUpdated(
            run: recording.run, exit: Int32(truncatingIfNeeded: ended.exit), cause: error)
        }
      }
      return ended
    }
    let exit = Int32(truncatingIfNeeded: ended.exit)
    if let signer, let record = ended.record {
      do {
        try sign(record, of: ended.run, with: signer)
      } catch {
        throw WorkspaceError.notSigned(run: ended.run, exit: exit, cause: error)
      }
    }
    return RunReport(
      run: ended.run, component: started.component, status: ended.status, exit: exit, evidence: recording.evidence,
      inputs: ended.inputs.count, outputs: ended.outputs.count, hazards: ended.hazards, wall: result.usage.wall,
      wasInterrupted: result.interrupted != nil)
  }

  private func isTrackedByGit(_ path: String) throws -> Bool {
    guard let path = WorkPath(text: path), !path.isOutside else { return false }
    return try repository?.isTracked(path.bytes) ?? false
  }

  /// What is to be said of a run's end.
  private func end(
    of recording: RunRecording, _ result: CommandResult, _ ledger: AccessLedger, _ hazards: [Hazard], isPiped: Bool
  ) throws -> RunEnded {
    let files = recording.files
    var hazards = hazards + files.hazards
    let now = context.clock.now()
    for output in files.outputs {
      for other in try index.concurrentWriters(
        path: output.path, from: recording.started, to: now, excluding: recording.run)
      where try !recording.isWithin(other.run) {
        hazards.append(Hazard(.writtenByTwo, path: output.path, detail: "also by run \(other.run.short)"))
      }
    }
    // What ended well but read what it mustn't has failed all the same: nothing is to be built on it.
    let isDoubted = Self.status(result) == .finished && hazards.contains { $0.kind == .retracted }
    return RunEnded(
      run: recording.run, status: isDoubted ? .failed : Self.status(result),
      exit: Int64(isDoubted ? Self.doubtedExit : Self.exitStatus(result)),
      evidence: recording.evidence, inputs: files.inputs, outputs: files.outputs, removed: files.removed,
      environment: EnvironmentProbe(index: try index, variables: try chosenVariables(), root: root, context: context)
        .environment(files: ledger.environment, programs: ledger.programs),
      lookups: recording.evidence == .observed ? recording.lookups(ledger.lookups, isPiped: isPiped) : nil,
      hazards: hazards,
      usage: RunUsage(
        wall: result.usage.wall, user: result.usage.user, system: result.usage.system,
        memory: result.usage.maximumResidentSize))
  }

  /// The names of the variables that somebody wants recorded, beside those that always are.
  func namedVariables() throws -> Set<String> {
    Set(
      (try configuration.string(Setting.environment.rawValue) ?? "").split { $0 == " " || $0 == "," }.map(String.init))
  }

  /// The variables that are recorded with each run, as they are now.
  func chosenVariables() throws -> [String: String] {
    var names = [
      "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "PYTHONHASHSEED", "PYTHONPATH", "PYENV_VERSION", "VIRTUAL_ENV",
      "CONDA_DEFAULT_ENV",
    ]
    names += try namedVariables()
    var values: [String: String] = [:]
    for name in names { values[name] = context.environment[name] }
    return Redaction(environment: context.environment).values(values)
  }

  // MARK: What was declared

  /// Refuses inputs that aren't there: a mistyped name would be recorded without content.
  func checkInputs(_ arguments: [String]) throws {
    for argument in arguments where !argument.contains("://") {
      guard try FileStatus(at: path(of: argument).filePath(in: root), followingLinks: true) != nil else {
        throw WorkspaceError.missingFile(argument)
      }
    }
  }

  /// The pointers that arguments name, each once: paths' texts and URIs.
  func pointers(_ arguments: [String]) -> Set<String> {
    let redaction = Redaction(environment: context.environment)
    return Set(arguments.map { $0.contains("://") ? redaction.text($0) : path(of: $0).text })
  }
}
