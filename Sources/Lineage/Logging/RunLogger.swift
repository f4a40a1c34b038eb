public import Journaling
internal import LineageIndexing
public import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Writes down what a run says of itself while it goes on, from any of its processes.
///
/// A lock of the run's own keeps its end from being written meanwhile, and two processes from setting one parameter to two values.
public final class RunLogger {
  /// The run.
  public let run: RunID
  private let workspace: Workspace
  private let redaction: Redaction
  private let lockFile: FilePath

  /// The most bytes of parameters in one event; in JSON they may be six times as many.
  private static let textLimit = 8 << 20

  init(_ run: RunID, in workspace: Workspace) {
    self.run = run
    self.workspace = workspace
    redaction = Redaction(environment: workspace.context.environment)
    lockFile = workspace.logLock(of: run)
  }

  /// Writes values down, all or none of them.
  ///
  /// - Returns: how many parameters were new.
  /// - Throws: ``LoggingError``; failures of journal and index.
  @discardableResult
  public func log(_ values: LoggedValues) throws -> Int {
    try check(values)
    return try FileLock.holding(lockFile) {
      let known = try runningRecord()
      let parameters = try newParameters(redaction.values(values.parameters), known.parameters)
      return try write(parameters, values.metrics, redaction.values(values.tags))
    }
  }

  /// Writes down parameters that aren't set yet; those that are stay what they are.
  ///
  /// - Throws: ``LoggingError``; failures of journal and index.
  func logUnset(_ parameters: [String: String]) throws {
    var values = LoggedValues()
    values.parameters = parameters
    try check(values)
    try FileLock.holding(lockFile) {
      let known = try runningRecord()
      _ = try write(redaction.values(parameters).filter { known.parameters[$0.key] == nil }, [], [:])
    }
  }

  // Events have a limit on their length, and readers one on how many values an event has: many values are several events, which
  // are written at once.
  private func write(
    _ parameters: [String: String], _ metrics: [RunLogged.Metric], _ tags: [String: String]
  ) throws -> Int {
    var facts = RunLogged.batches(of: metrics, run: run)
    var part = RunLogged(run: run, tags: tags)
    var size = 0
    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
      let bytes = name.utf8.count + value.utf8.count
      if size + bytes > Self.textLimit {
        facts.append(part)
        (part, size) = (RunLogged(run: run), 0)
      }
      part.parameters[name] = value
      size += bytes
    }
    if !part.parameters.isEmpty || !part.tags.isEmpty {
      if facts.count == 1, facts[0].parameters.isEmpty {
        (facts[0].parameters, facts[0].tags) = (part.parameters, part.tags)
      } else {
        facts.append(part)
      }
    }
    if !facts.isEmpty { try workspace.record(facts, durable: false) }
    return parameters.count
  }

  /// Writes down files that the run says it read or made.
  ///
  /// - Parameters:
  ///   - arguments: paths or URIs.
  ///   - areInputs: whether it read them; else it made them.
  /// - Returns: what was written down, in the order of the arguments.
  /// - Throws: ``LoggingError``, ``WorkspaceError/missingFile(_:)``; failures of store, journal and index.
  public func log(files arguments: [String], areInputs: Bool) throws -> [ArtifactRecord] {
    try workspace.checkInputs(arguments)
    let catalog = try workspace.makeCatalog()
    return try workspace.storing { writer in
      try arguments.map { try self.record(of: $0, isStored: !areInputs, catalog, writer) }
    } thenRecord: { records in
      try FileLock.holding(lockFile) {
        _ = try runningRecord()
        try workspace.record(
          [RunLogged(run: run, inputs: areInputs ? records : [], outputs: areInputs ? [] : records)], durable: false)
      }
      try? catalog.remember()
      return records
    }
  }

  private func record(
    of argument: String, isStored: Bool, _ catalog: ContentCatalog, _ writer: ObjectWriter
  ) throws -> ArtifactRecord {
    if argument.contains("://") {
      return ArtifactRecord(
        path: redaction.text(argument), kind: .uri, content: nil, size: 0, evidence: .declared)
    }
    let path = workspace.path(of: argument)
    let status = try FileStatus(at: path.filePath(in: workspace.root))
    let mayStore = try isStored || (status?.size ?? 0) <= workspace.captureInputLimit()
    guard let identity = try mayStore ? catalog.store(path, with: writer) : catalog.identity(of: path) else {
      throw WorkspaceError.missingFile(argument)
    }
    var record = identity.record(at: path, evidence: .declared)
    record.isStored = mayStore
    if identity.wasUnstable { record.problem = "changed while it was stored" }
    return record
  }

  private func runningRecord() throws -> RunRecord {
    try workspace.index.catchUp(workspace.journal)
    guard let known = try workspace.index.run(run) else { throw LoggingError.unknownRun(run.hex) }
    if known.isDeleted { throw LoggingError.deleted(run) }
    guard known.status == .running else { throw LoggingError.ended(run, known.status) }
    return known
  }

  private func newParameters(_ wanted: [String: String], _ known: [String: String]) throws -> [String: String] {
    let conflicts = wanted.compactMap { name, value -> LoggingError.ParameterConflict? in
      guard let there = known[name], there != value else { return nil }
      return LoggingError.ParameterConflict(name: name, value: there, other: value)
    }
    if !conflicts.isEmpty { throw LoggingError.parametersSet(run, conflicts.sorted { $0.name < $1.name }) }
    return wanted.filter { known[$0.key] == nil }
  }

  private func check(_ values: LoggedValues) throws {
    for name in values.parameters.keys.sorted() + values.metrics.map(\.key) where !LoggedName.isValid(name) {
      throw LoggingError.invalidName(name)
    }
    for (name, value) in values.parameters where value.utf8.count > LoggedName.valueLimit {
      throw LoggingError.valueTooLong(name, size: value.utf8.count, limit: LoggedName.valueLimit)
    }
    if let metric = values.metrics.first(where: { !Timestamp.written.contains($0.at) }) {
      throw LoggingError.invalidTime("\(metric.at)")
    }
  }
}

extension Workspace {
  /// The run that a command speaks of: the one that a pointer names, else the one that this process is a part of.
  ///
  /// - Throws: ``LoggingError/noRun``, ``LoggingError/unknownRun(_:)``; what ``target(of:)`` throws.
  public func runSpeaking(_ pointer: String?) throws -> RunID {
    if let pointer {
      guard case .run(let run) = try target(of: pointer) else {
        throw WorkspaceError.unsuitablePointer(pointer, wanted: .run)
      }
      return run
    }
    guard let text = context.environment[Self.runVariable], !text.isEmpty else { throw LoggingError.noRun }
    guard let run = RunID(hex: text) else { throw LoggingError.unknownRun(text) }
    return run
  }

  /// Whether this process is a part of a run.
  public var isPartOfRun: Bool { !(context.environment[Self.runVariable] ?? "").isEmpty }

  /// Whether something stands at the path that an argument names.
  public func isPresent(_ argument: String) -> Bool {
    ((try? FileStatus(at: path(of: argument).filePath(in: root))) ?? nil) != nil
  }

  /// Begins to write down what a run says of itself.
  public func logger(of run: RunID) -> RunLogger { RunLogger(run, in: self) }

  /// The file whose lock whoever logs to a run, or ends it, holds meanwhile.
  func logLock(of run: RunID) -> FilePath { temporaryFolder.appending(Self.logPrefix + run.hex) }

  private static let logPrefix = "log-"

  /// Removes the locks that processes have left behind which were killed while they ended a run.
  ///
  /// - Parameter names: what lies in the folder for temporary files.
  func removeLogLocks(among names: [FilePath.Component]) throws {
    let runs = names.filter { $0.string.hasPrefix(Self.logPrefix) }
      .compactMap { RunID(hex: $0.string.dropFirst(Self.logPrefix.count)) }
    if runs.isEmpty { return }
    // Whoever was killed may have written down the run's end just before.
    try index.catchUp(journal)
    for run in runs { try removeLogLock(of: run) }
  }

  /// Removes the lock that was left of a run, if the index knows the run's end and nobody has the lock.
  func removeLogLock(of run: RunID) throws {
    guard let status = try index.run(run)?.status, status != .running,
      let lock = try FileLock.ifFree(existing: logLock(of: run))
    else { return }
    try? FileOperations.remove(logLock(of: run))  // somebody else may have been quicker
    lock.release()
  }

  /// Ends a run while nobody logs to it, with what was logged as a part of its record.
  ///
  /// - Parameter ended: what to write, its record aside; called with what the run said by itself that it read and made.
  func recordEnd(
    of run: RunID, started: JSONObject?, _ ended: (RunLogging?) throws -> RunEnded
  ) throws -> RunEnded {
    let lock = logLock(of: run)
    let fact = try FileLock.holding(lock) {
      try index.catchUp(journal)
      let logging = try index.logging(of: run)
      var fact = try ended(logging)
      if let started = try started ?? logging.flatMap({ try startFields(of: run, $0) }) {
        fact.record = RunDigest.contentID(
          started: started, logged: try logging.map { try loggedFields(of: run, $0) } ?? [], ended: fact.fields)
      }
      try record([fact], durable: true)
      return fact
    }
    try? FileOperations.remove(lock)  // nobody needs it any more; one that waited for it finds the run ended
    return fact
  }

  /// The own fields of what a run logged, by whichever writers, in the order in which whoever verifies the record reads them.
  private func loggedFields(of run: RunID, _ logging: RunLogging) throws -> [JSONObject] {
    var fields: [JSONObject] = []
    for writer in try journal.writers() {
      guard let first = logging.loggers[writer] else { continue }
      try forEachEvent(of: writer, from: first) { event in
        if event.type == RunLogged.type, event.version == Event.currentVersion, event.fields["run"]?.string == run.hex {
          fields.append(event.fields)
        }
      }
    }
    return fields
  }

  private func startFields(of run: RunID, _ logging: RunLogging) throws -> JSONObject? {
    var fields: JSONObject?
    try forEachEvent(of: logging.writer, from: logging.sequence) { event in
      if fields == nil, event.type == RunStarted.type, event.fields["run"]?.string == run.hex { fields = event.fields }
    }
    return fields
  }

  private func forEachEvent(of writer: WriterID, from sequence: Int64, _ body: (Event) throws -> Void) throws {
    let start = JournalExtent([writer: sequence - 1])
    let end = try journal.extent().numbers[writer] ?? 0
    try journal.read(after: start, through: JournalExtent([writer: end]), body)
  }
}
