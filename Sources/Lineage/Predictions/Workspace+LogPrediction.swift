public import Journaling
internal import LineageIndexing
internal import MLTBase
internal import PredictionLogs

extension Workspace {
  /// What single predictions are called together, unless somebody says otherwise.
  public static let singlePredictionsName = "predictions"

  /// Logs one prediction by itself.
  ///
  /// - Parameters:
  ///   - values: what it says, by name: `key`, `time`, `model`, `output`; all others are what the model was given.
  ///   - name: what such predictions are called together.
  ///   - run: the run that made it: a pointer; nil for the one within which this is done.
  /// - Throws: ``PredictionError/noKey``, ``PredictionError/malformedTime(_:)``; what pointers throw; failures of the journal.
  public func logPrediction(
    _ values: [(name: String, value: String)], named name: String = Workspace.singlePredictionsName,
    run: String? = nil, why: String? = nil
  ) throws -> PredictionsLogged {
    let redaction = Redaction(environment: context.environment)
    var record = PredictionsLogged.Record(key: "", time: context.clock.now())
    var inputs: [String: String] = [:]
    for (name, value) in values {
      switch name {
      case "key": record.key = PathText.encode(PredictionQuery(typed: value).key)
      case "time":
        guard let time = Moment.read(value) else { throw PredictionError.malformedTime(value) }
        record.time = time
      case "model": record.model = value
      case "output", "prediction": record.outputs[name] = value
      default: inputs[name] = value
      }
    }
    if record.key.isEmpty { throw PredictionError.noKey }
    record.inputs = redaction.values(inputs)
    record.outputs = redaction.values(record.outputs)
    var fact = PredictionsLogged(
      name: name, rows: 1, first: record.time, last: record.time,
      run: try run.map { try self.run(of: $0) } ?? enclosingRun(), records: [record],
      said: Attribution(user: identity, why: why.map { redaction.text($0) }))
    if let model = record.model, let found = try self.model(of: model) {
      fact.models = [PredictionsLogged.Model(name: model, rows: 1, path: found.path, content: found.content)]
    }
    try self.record([fact], durable: true)
    try index.catchUp(journal)
    return fact
  }

  // A model that stands at a path has to be known as it is now: later it may be another.
  private func model(of name: String) throws -> ArtifactRecord? {
    do {
      return try artifact(of: name).artifact
    } catch WorkspaceError.unknownPointer, WorkspaceError.ambiguousPointer, WorkspaceError.unsuitablePointer,
      WorkspaceError.notInRun
    {
      // A version's name, which says more when it is asked for.
      return nil
    }
  }
}
