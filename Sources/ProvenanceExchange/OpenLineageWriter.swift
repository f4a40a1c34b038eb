internal import Journaling
internal import MLTBase

/// Writes runs as OpenLineage events (version 2-0-2), one JSON object a line.
///
/// A run is a START event, and if it has ended one that is COMPLETE, FAIL or ABORT, with all that it read and wrote.
public struct OpenLineageWriter {
  private let namespace: String
  private let output: DocumentOutput

  /// Begins.
  ///
  /// - Parameters:
  ///   - namespace: what jobs and files of the work tree are named in.
  ///   - output: gets the events.
  public init(namespace: String, output: DocumentOutput) {
    self.namespace = namespace
    self.output = output
  }

  /// Writes the events of a run.
  public func add(_ run: ExportedRun) throws {
    try output.line(event("START", at: run.started, run, hasEnded: false))
    guard let ended = run.ended, let type = Self.eventType(run.status) else { return }
    try output.line(event(type, at: ended, run, hasEnded: true))
  }

  private static func eventType(_ status: RunStatus) -> String? {
    switch status {
    case .finished: "COMPLETE"
    case .failed: "FAIL"
    case .interrupted: "ABORT"
    case .running: nil
    }
  }

  private func event(_ type: String, at time: Timestamp, _ run: ExportedRun, hasEnded: Bool) -> JSON {
    let facets = OpenLineageFacets(namespace: namespace)
    var event: JSONObject = [
      "eventType": .string(type), "eventTime": .string(time.description), "producer": .string(Vocabulary.producer),
      "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
      "run": [
        "runId": .string(Vocabulary.uuid(run.id)), "facets": .object(facets.run(run, hasEnded: hasEnded)),
      ],
      "job": [
        "namespace": .string(namespace), "name": .string(run.component), "facets": .object(facets.job(run)),
      ],
    ]
    if hasEnded {
      event["inputs"] = .array(run.inputs.map { .object(facets.input($0.artifact, of: run)) })
      event["outputs"] = .array(
        run.outputs.map { .object(facets.output($0, of: run)) }
          + run.removed.map { .object(facets.removed($0, of: run)) })
    }
    return .object(event)
  }
}
