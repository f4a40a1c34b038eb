internal import Journaling
internal import Lineage
internal import MLTBase

/// A trace as JSON.
enum TraceJSON {
  static func json(_ trace: Trace) -> JSONObject {
    var fields: JSONObject = ["format": 1, "direction": trace.direction == .up ? "up" : "down"]
    fields["run"] = trace.start.map { .string($0.hex) }
    if let artifact = trace.artifact { fields["artifact"] = .object(RunRendering.json(artifact, trace.flags)) }
    if trace.direction == .up {
      fields["origins"] = .array(trace.origins.map { RunRendering.json($0, trace.flags) })
    } else {
      fields["readers"] = .array(trace.readers.map { json($0, trace.flags) })
      fields["otherReaders"] = .array(trace.otherReaders.map { json($0, trace.flags) })
    }
    if !trace.models.isEmpty { fields["models"] = ModelRendering.json(trace.models) }
    if !trace.labels.isEmpty { fields["labels"] = .array(trace.labels.map(LabelRendering.json)) }
    fields["runs"] = .array(
      trace.nodes.map { node in
        var run = RunRendering.json(node.run)
        run["depth"] = .int(Int64(node.depth))
        run["cut"] = .bool(node.isCut)
        run["outputs"] = .array(node.outputs.map { .object(RunRendering.json($0, trace.flags)) })
        run["failedChecks"] = .array(node.failedChecks.map(CheckText.json))
        if trace.direction == .up {
          run["inputs"] = .array(node.inputs.map { RunRendering.json($0, trace.flags) })
          run["stale"] = node.staleness.map(StalenessText.json) ?? .null
        } else {
          run["readers"] = .array(node.readers.map { json($0, trace.flags) })
        }
        return .object(run)
      })
    return fields
  }

  private static func json(_ reader: Trace.Reader, _ flags: FlagMarks) -> JSON {
    ["run": .string(reader.run.hex), "input": .object(RunRendering.json(reader.input, flags))]
  }
}
