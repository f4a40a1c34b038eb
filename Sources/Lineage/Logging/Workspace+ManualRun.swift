public import Journaling
internal import LineageIndexing
public import MLTBase
internal import ObjectStorage

/// A run that somebody starts and ends by hand: a notebook, a job elsewhere, something that mlt can't be put in front of.
public struct ManualRunRequest: Sendable {
  /// The component's name.
  public var component: String
  /// What the run is called; nil if it has no name of its own.
  public var name: String?
  /// The experiment that it is a try of; nil leaves that to the run it is started within.
  public var experiment: String?
  /// Parameters to record.
  public var parameters: [String: String] = [:]
  /// Tags to record.
  public var tags: [String: String] = [:]
  /// A note to record.
  public var note: String?

  /// Takes the component's name.
  public init(component: String) {
    self.component = component
  }
}

extension Workspace {
  /// The environment variable that says which experiment runs belong to, unless they say it themselves.
  public static let experimentVariable = "MLT_EXPERIMENT"

  /// Starts a run without a command; it goes on until ``endRun(_:_:exit:)``.
  ///
  /// - Throws: ``LoggingError/invalidName(_:)``; failures of git, journal and index.
  public func startRun(_ request: ManualRunRequest) throws -> RunID {
    let redaction = Redaction(environment: context.environment)
    let parameters = try checked(request.parameters)
    // An index that has nothing to begin with needn't be made again by whoever asks first.
    try index.catchUp(journal)
    let run = RunID.random()
    let parent = parentRun
    let started = RunStarted(
      run: run, component: request.component, command: [], directory: inside(context.directory).text,
      git: try gitState(), host: context.host, user: identity, parent: parent,
      parameters: redaction.values(parameters), tags: redaction.values(request.tags),
      note: request.note.map { redaction.text($0) }, name: request.name.map { redaction.text($0) },
      experiment: try experiment(request.experiment, within: parent))
    try record([started], durable: true)
    return run
  }

  /// Ends a run that was started by hand, or of whose command nothing goes on and nobody saw the end.
  ///
  /// What it said by itself that it made is tracked if it ended well, as what a command writes is.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - status: how it ended.
  /// - Throws: ``LoggingError/notByHand(_:)``, ``LoggingError/ended(_:_:)``, ``LoggingError/unknownRun(_:)``; failures of
  ///   journal, index and lock file.
  public func endRun(_ run: RunID, _ status: RunStatus) throws -> RunReport {
    guard let known = try index.run(run) else { throw LoggingError.unknownRun(run.hex) }
    guard known.command.isEmpty else { return try endUnseen(known, status) }
    let catalog = try makeCatalog()
    let writer = try store.begin()
    defer { writer.abandon() }
    var recording = RunRecording(
      workspace: self, run: run, started: known.started, lock: try readLock(), catalog: catalog, writer: writer,
      inputLimit: try captureInputLimit())
    let wall = max(0, context.clock.now().microseconds - known.started.microseconds)
    let ended = try recordEnd(of: run, started: nil) { logging in
      guard let now = try index.run(run), now.status == .running else {
        throw LoggingError.ended(run, try index.run(run)?.status ?? .finished)
      }
      try recording.take(logging)
      return RunEnded(
        run: run, status: status, exit: Self.manualExit(status), evidence: .declared, inputs: recording.files.inputs,
        outputs: recording.files.outputs, usage: RunUsage(wall: wall, user: 0, system: 0, memory: 0))
    }
    if ended.status == .finished { try keepLock(recording) }
    return RunReport(
      run: run, component: known.component, status: ended.status, exit: Int32(ended.exit), evidence: .declared,
      inputs: ended.inputs.count, outputs: ended.outputs.count, hazards: [], wall: wall, wasInterrupted: false)
  }

  /// Writes down how a command ended whose processes are gone and have left no record, as after a loss of power.
  private func endUnseen(_ known: RunRecord, _ status: RunStatus) throws -> RunReport {
    let run = known.id
    guard status != .finished, known.host == context.host else { throw LoggingError.notByHand(run) }
    guard known.status == .running else { throw LoggingError.ended(run, known.status) }
    try recoverAbandoned()
    try index.catchUp(journal)
    if let now = try index.run(run), now.status == .running {
      // Whoever follows its files holds what they are noted in.
      if try FileStatus(at: spool(of: run)) != nil { throw LoggingError.notByHand(run) }
      try recordUnseenEnd(of: run, status, exit: Self.manualExit(status))
      try index.catchUp(journal)
    }
    let ended = try index.run(run) ?? known
    return RunReport(
      run: run, component: ended.component, status: ended.status, exit: Int32(clamping: ended.exit ?? 0),
      evidence: .observed, inputs: Int(clamping: ended.inputCount), outputs: Int(clamping: ended.outputCount),
      hazards: [], wall: ended.usage?.wall ?? 0, wasInterrupted: ended.status == .interrupted)
  }

  private static func manualExit(_ status: RunStatus) -> Int64 {
    switch status {
    case .finished, .running: 0
    case .failed: 1
    case .interrupted: 130
    }
  }

  /// The run that this process is a part of, if its environment says so.
  var parentRun: RunID? { context.environment[Self.runVariable].flatMap { RunID(hex: $0) } }

  /// The experiment of a run: the one that was asked for, else what the environment says, else that of the run around it.
  func experiment(_ asked: String?, within parent: RunID?) throws -> String? {
    let redaction = Redaction(environment: context.environment)
    if let asked = asked ?? context.environment[Self.experimentVariable], !asked.isEmpty {
      return redaction.text(asked)
    }
    guard let parent else { return nil }
    return try index.run(parent)?.experiment
  }
}
