internal import Lineage
internal import MLTBase
internal import Pipelines

/// How declared stages read.
enum StageListing {
  /// Name and purpose.
  static func row(_ stage: Stage) -> [String] {
    [stage.id.description, stage.description.map(Formatting.firstLine) ?? summary(stage)]
  }

  private static func summary(_ stage: Stage) -> String {
    let kinds: [(StageOutput.Kind, String)] = [(.output, "makes"), (.metrics, "measures"), (.plots, "plots")]
    let parts = kinds.compactMap { kind, verb in
      let paths = stage.outputs.filter { $0.kind == kind }.map(\.location.text)
      return paths.isEmpty ? nil : "\(verb) \(paths.joined(separator: ", "))"
    }
    return parts.isEmpty ? "makes nothing that is declared" : parts.joined(separator: "; ")
  }

  /// Everything, on several lines.
  static func lines(_ stage: Stage) -> [String] {
    var rows: [[String]] = []
    func add(_ name: String, _ values: [String]) {
      for (place, value) in values.enumerated() { rows.append(["  " + (place == 0 ? name : ""), value]) }
    }
    add("desc", [stage.description].compactMap { $0 })
    add("cmd", stage.command.texts.flatMap { $0.split(separator: "\n").map(String.init) })
    add("wdir", stage.folder.isEmpty ? [] : [stage.folder])
    add("deps", stage.dependencies.map(\.location.text))
    add(
      "params",
      stage.parameters.map { file in
        file.location.text + (file.keys.map { ": " + $0.joined(separator: ", ") } ?? "")
      })
    for kind in [StageOutput.Kind.output, .metrics, .plots] {
      add(
        kind.rawValue,
        stage.outputs.filter { $0.kind == kind }.map { output in
          output.location.text + (output.isStored ? "" : " (left to git)") + (output.persists ? " (stays)" : "")
        })
    }
    add("state", (stage.isFrozen ? ["frozen"] : []) + (stage.isAlwaysChanged ? ["always runs"] : []))
    return ["\(stage.id)"] + Formatting.table(rows)
  }

  static func json(_ stage: Stage, _ graph: StageGraph) -> JSON {
    var fields = StageText.json(stage.id)
    fields["line"] = .int(Int64(stage.position.line))
    fields["cmd"] = .array(stage.command.texts.map { .string($0) })
    fields["wdir"] = .string(stage.folder)
    fields["deps"] = .array(stage.dependencies.map { .string($0.location.text) })
    fields["params"] = .array(
      stage.parameters.map { file in
        [
          "file": .string(file.location.text),
          "keys": file.keys.map { .array($0.map { .string($0) }) } ?? .null,
        ]
      })
    fields["outs"] = .array(
      stage.outputs.map { output in
        [
          "path": .string(output.location.text), "kind": .string(output.kind.rawValue),
          "cache": .bool(output.isStored), "persist": .bool(output.persists), "push": .bool(output.isPushed),
          "remote": output.remote.map { .string($0) } ?? .null,
        ]
      })
    fields["desc"] = stage.description.map { .string($0) } ?? .null
    fields["frozen"] = .bool(stage.isFrozen)
    fields["alwaysChanged"] = .bool(stage.isAlwaysChanged)
    fields["dependsOn"] = .array(graph.dependencies(of: stage.id).map { .object(JSONObject(StageText.json($0))) })
    return .object(JSONObject(fields))
  }
}
