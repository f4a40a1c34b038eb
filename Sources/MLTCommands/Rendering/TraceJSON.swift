internal import Journaling
internal import Lineage
internal import MLTBase

/// A trace as JSON.
enum TraceJSON {
  static func json(_ trace: Trace) -> JSONObject {
    var fields: JSONObject = ["format": 1, "direction": trace.direction == .up ? "up" : "down"]
    fields["run"] = trace.start.map { .string($0.hex) }
    if let artifact = trace.artifact { fields["artifact"] = .object(artifact.fields) }
    if trace.direction == .up {
      fields["origins"] = .array(trace.origins.map(RunRendering.json))
    } else {
      fields["readers"] = .array(trace.readers.map(json))
      fields["otherReaders"] = .array(trace.otherReaders.map(json))
    }
    fields["runs"] = .array(
      trace.nodes.map { node in
        var run = RunRendering.json(node.run)
        run["depth"] = .int(Int64(node.depth))
        run["cut"] = .bool(node.isCut)
        run["outputs"] = .array(node.outputs.map { .object($0.fields) })
        if trace.direction == .up {
          run["inputs"] = .array(node.inputs.map(RunRendering.json))
        } else {
          run["readers"] = .array(node.readers.map(json))
        }
        return .object(run)
      })
    return fields
  }

  private static func json(_ reader: Trace.Reader) -> JSON {
    ["run": .string(reader.run.hex), "input": .object(reader.input.fields)]
  }
}
