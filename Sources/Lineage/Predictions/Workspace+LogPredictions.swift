internal import Glibc
public import Journaling
public import LineageIndexing
internal import MLTBase
internal import ObjectStorage
public import PredictionLogs
public import SystemPackage

/// How predictions are to be logged.
public struct PredictionRequest {
  /// A model under the name that rows call it by.
  public struct NamedModel: Hashable, Sendable {
    /// The name.
    public var name: String
    /// What it is: a pointer.
    public var pointer: String

    /// Takes the facts.
    public init(name: String, pointer: String) {
      self.name = name
      self.pointer = pointer
    }
  }

  /// Which columns are what, where that isn't to be found out; without the model's.
  public var columns = ColumnChoice()
  /// How the rows are written; nil to find out.
  public var format: LogFormat?
  /// The column that names the model, or a pointer to the model that all rows are of.
  public var model: String?
  /// What rows mean by their models' names.
  public var namedModels: [NamedModel] = []
  /// The run that made the predictions: a pointer; nil to find out.
  public var run: String?
  /// Why.
  public var why: String?
  /// Whether nothing is logged if something is wrong with a row.
  public var isStrict = false
  /// Told of the bytes that were read and that are to be; may throw to stop.
  public var progress: (Int64, Int64) throws -> Void = { _, _ in }

  /// Finds all out.
  public init() {}
}

/// What logging a file of predictions came to.
public struct LoggedPredictions: Sendable {
  /// What was recorded.
  public var fact: PredictionsLogged
  /// Whether it was; what was recorded so before isn't recorded again.
  public var isNew: Bool
  /// The run that made the predictions, as far as that is known.
  public var run: RunRecord?
  /// The model that all rows are of, as far as that is known.
  public var model: PredictionModel?
  /// The models that rows name and that nobody knows.
  public var unknownModels: [String] = []
}

extension Workspace {
  /// Logs files of predictions: stores them, checks their rows, and notes where each key stands.
  ///
  /// All of them or none are recorded. Their bytes are kept as those that runs have written.
  ///
  /// - Throws: ``PredictionError``; ``WorkspaceError/missingFile(_:)``; what pointers throw; failures of store and journal.
  public func logPredictions(_ files: [String], _ request: PredictionRequest) throws -> [LoggedPredictions] {
    let places = try files.map { argument -> WorkPath in
      let path = path(of: argument)
      let file = path.filePath(in: root)
      guard let status = try FileStatus(at: file, followingLinks: true) else {
        throw WorkspaceError.missingFile(argument)
      }
      guard status.kind == .regular else { throw PredictionError.notAFile(argument) }
      return FileOperations.resolved(file).map { inside($0) } ?? path
    }
    return try logPredictions(request) { writer in
      let catalog = try makeCatalog()
      let records = try places.map { path in
        guard let identity = try catalog.store(path, with: writer) else {
          throw WorkspaceError.missingFile(path.text)
        }
        if identity.wasUnstable { notices.append(.unstable(path: path.text)) }
        return identity.record(at: path, evidence: .declared)
      }
      try catalog.remember()
      return records
    }
  }

  /// Logs predictions that come through a stream, as ``logPredictions(_:_:)``.
  ///
  /// - Parameter name: what the log is to be called, as a path.
  public func logPredictions(
    from stream: FileDescriptor, named name: String, _ request: PredictionRequest
  ) throws -> LoggedPredictions {
    let path = path(of: name)
    let spool = temporaryFolder.appending(FileOperations.temporaryPrefix + Hex.encode(FileOperations.randomBytes(8)))
    try FileOperations.createFolder(temporaryFolder)
    defer { try? FileOperations.remove(spool) }  // what is left of it is taken away later
    try copy(stream, to: spool)
    let logged = try logPredictions(request) { writer in
      let stored = try writer.addFile(at: spool)
      return [
        ArtifactRecord(path: path.text, kind: .file, content: stored.content, size: stored.size, evidence: .declared)
      ]
    }
    return logged[0]  // one for each record
  }

  private func copy(_ stream: FileDescriptor, to path: FilePath) throws {
    let file = try attempting("write", path) {
      try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
    }
    try file.closeAfter {
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        if monitor.isCancelled?() == true { throw StorageError.cancelled }
        let count = try attempting("read", nil) {
          try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
        }
        if count == 0 { return }
        try attempting("write", path) { _ = try file.writeAll(buffer[..<count]) }
      }
    }
  }

  private func logPredictions(
    _ request: PredictionRequest, storing prepare: (ObjectWriter) throws -> [ArtifactRecord]
  ) throws -> [LoggedPredictions] {
    let redaction = Redaction(environment: context.environment)
    let run = try request.run.map { try self.run(of: $0) } ?? enclosingRun()
    return try storing { writer -> [LoggedPredictions] in
      let records = try prepare(writer)
      // The rows are read from the store, so that what is said of them holds for the bytes that are kept.
      try writer.finish()
      return try records.map { record in
        var record = record
        record.isStored = true
        var logged = try examine(record, request, run)
        logged.fact.said.why = request.why.map { redaction.text($0) }
        return logged
      }
    } thenRecord: { logged in
      let known = try index.predictionLogs()
      var logged = logged
      for place in logged.indices {
        let fact = logged[place].fact
        let entry = known.first { $0.content == fact.artifact?.content && $0.name == fact.name }
        guard let before = try entry.flatMap({ try index.predictions($0) })?.fact else { continue }
        if Self.says(before, fact) { logged[place].isNew = false }
        // A slip in an option mustn't make a log that could be asked into one that can't.
        if before.bad < before.rows, fact.bad == fact.rows {
          throw PredictionError.badRows(
            fact.name, count: fact.bad, fact.problems.map { RowProblem(row: $0.row, reason: $0.reason) })
        }
      }
      let facts = logged.filter(\.isNew).map(\.fact)
      if !facts.isEmpty {
        try record(facts, durable: true)
        try index.catchUp(journal)
      }
      return logged
    }
  }

  // Apart from who said it.
  private static func says(_ left: PredictionsLogged, _ right: PredictionsLogged) -> Bool {
    var (left, right) = (left, right)
    (left.said, right.said) = (Attribution(), Attribution())
    return left == right
  }

  /// The run within which this is done.
  func enclosingRun() -> RunID? { context.environment[Self.runVariable].flatMap { RunID(hex: $0) } }

  // MARK: One file

  private func examine(
    _ artifact: ArtifactRecord, _ request: PredictionRequest, _ run: RunID?
  ) throws -> LoggedPredictions {
    guard let content = artifact.content else { throw WorkspaceError.missingFile(artifact.path) }
    let contents = try LogContents(content, in: store)
    let (layout, pointer) = try layout(of: contents, artifact.path, request)
    let summary = try makeKeyIndex(contents, layout, content, named: artifact.path, progress: request.progress)
    if request.isStrict, summary.bad > 0 {
      throw PredictionError.badRows(artifact.path, count: summary.bad, summary.problems)
    }
    var fact = PredictionsLogged(
      name: artifact.path, artifact: artifact, columns: layout.columns, rows: summary.rows, bad: summary.bad,
      problems: summary.problems.map { PredictionsLogged.Problem(row: $0.row, reason: $0.reason) },
      first: summary.first, last: summary.last, run: run, said: Attribution(user: identity))
    let finder = PredictionModelFinder(self)
    if let pointer {
      let model = try self.artifact(of: pointer).artifact
      let unnamed = summary.rows - summary.models.values.reduce(0, +)
      fact.models.append(
        PredictionsLogged.Model(name: nil, rows: unnamed, path: model.path, content: model.content))
    }
    for (name, rows) in summary.models.sorted(by: { $0.key < $1.key }) {
      var model = PredictionsLogged.Model(name: name, rows: rows)
      if let named = request.namedModels.last(where: { $0.name == name }) {
        let artifact = try self.artifact(of: named.pointer).artifact
        (model.path, model.content) = (artifact.path, artifact.content)
      }
      fact.models.append(model)
    }
    let maker = try finder.run(of: fact)
    var logged = LoggedPredictions(fact: fact, isNew: true, run: try maker.flatMap { try index.run($0) })
    if summary.models.isEmpty { logged.model = try finder.model(nil, of: fact, at: fact.last) }
    logged.unknownModels = try summary.models.keys.sorted().filter {
      try finder.model($0, of: fact, at: fact.last) == nil
    }
    return logged
  }

  /// How a log is to be read, and what its rows are of, if a pointer says so.
  private func layout(
    of contents: LogContents, _ name: String, _ request: PredictionRequest
  ) throws -> (layout: LogLayout, model: String?) {
    let head: LogHead
    do {
      head = try LogHead(contents)
    } catch let error as LogError {
      throw PredictionError.damaged(name, error)
    }
    var choice = request.columns
    choice.model = request.model
    do throws(LayoutProblem) {
      return (try head.layout(choice, format: request.format, name: name), nil)
    } catch {
      guard let model = request.model, case .missingColumn(model, _) = error else {
        throw PredictionError.unreadable(name, error)
      }
      // What is no column may be a pointer.
      guard (try? artifact(of: model)) != nil else { throw PredictionError.unknownModel(model, path: name) }
      choice.model = nil
    }
    do throws(LayoutProblem) {
      return (try head.layout(choice, format: request.format, name: name), request.model)
    } catch {
      throw PredictionError.unreadable(name, error)
    }
  }
}
