import MLTBase
import Pipelines
import Testing

@Suite struct GoldenTests {
  @Test("parameter files are read as DVC reads them")
  func values() throws {
    for recorded in try Golden("values.json").cases {
      let name = try #require(recorded["name"]?.string)
      let file = try #require(recorded["file"]?.string)
      let text = try #require(recorded["text"]?.string)
      let project = MemoryProject([
        "dvc.yaml": "stages: {a: {cmd: x, params: [{\(file): }]}}", file: text,
      ])
      let stage = try #require(project.pipeline.stages.first)
      let found = Result { () throws(PipelineProblem) in try ParameterReader(project).values(of: stage) }
      let comment = Comment(rawValue: "\(name), \(file): \(text.prefix(200))")
      switch (found, recorded["value"]) {
      case (.success(let values), let expected?):
        let json = try #require(values.first).values
        #expect(PipelineValue.map(json).json.canonicalText == expected.canonicalText, comment)
      case (.failure(let problem), nil): #expect(problem.file == file, comment)
      case (.failure(let problem), let expected?):
        // A stage's parameters are by name: what is no mapping has none.
        guard case .notMapping = problem.reason, expected.object == nil else {
          Issue.record("\(name), \(file): \(problem) of \(text.prefix(200))")
          continue
        }
      case (.success(let values), nil):
        Issue.record(
          "\(name), \(file): \(values.map { PipelineValue.map($0.values).json.canonicalText }) of \(text.prefix(200))")
      }
    }
  }

  @Test("stages, what they name and their order are DVC's")
  func pipelines() throws {
    for recorded in try Golden("pipelines.json").cases {
      let name = try #require(recorded["name"]?.string)
      let comment = Comment(rawValue: name)
      let project = MemoryProject(recorded["files"])
      let pipeline = project.pipeline
      guard let stages = recorded["stages"]?.array else {
        #expect(!pipeline.problems.isEmpty, comment)
        continue
      }
      #expect(pipeline.problems.map(\.description) == [], comment)
      let reader = ParameterReader(project)
      let found = try pipeline.stages.map { stage in try Self.record(stage, reader) }
      #expect(found.count == stages.count, comment)
      for (found, expected) in zip(found, stages) {
        for member in expected.object?.members ?? [] {
          #expect(found[member.key]?.canonicalText == member.value.canonicalText, comment)
        }
      }
      let graph = Result { () throws(PipelineProblem) in try StageGraph(pipeline) }
      switch (graph, recorded["order"]?.array) {
      case (.success(let graph), let order?):
        #expect(graph.order().map { "\($0.file):\($0.name)" } == order.compactMap(\.string), comment)
      case (.failure, nil): #expect(recorded["graph"] != nil, comment)
      case (.failure(let problem), _): Issue.record("\(name): \(problem)")
      case (.success, nil): Issue.record("\(name): DVC refuses the graph")
      }
      #expect(Self.tops(pipeline).canonicalText == recorded["tops"]?.canonicalText, comment)
      #expect(Self.artifacts(pipeline).canonicalText == recorded["artifacts"]?.canonicalText, comment)
    }
  }

  // MARK: In the form that was recorded

  private static func record(_ stage: Stage, _ reader: ParameterReader) throws -> JSON {
    let parameters = try zip(stage.parameters, reader.values(of: stage)).map { selection, values -> JSON in
      [
        "file": .string(selection.location.text), "values": PipelineValue.map(values.values).json,
        "keys": selection.keys.map { .array($0.map { .string($0) }) } ?? .null,
      ]
    }
    return [
      "file": .string(stage.id.file), "name": .string(stage.id.name),
      "cmd": .array(stage.command.texts.map { .string($0) }), "wdir": .string(stage.folder),
      "deps": .array(stage.dependencies.map { .string($0.location.text) }), "params": .array(parameters),
      "outs": .array(stage.outputs.map(record)), "frozen": .bool(stage.isFrozen),
      "always_changed": .bool(stage.isAlwaysChanged), "desc": stage.description.map { .string($0) } ?? .null,
      "meta": stage.meta?.json ?? .null,
    ]
  }

  private static func record(_ output: StageOutput) -> JSON {
    [
      "path": .string(output.location.text), "kind": .string(output.kind.rawValue), "cache": .bool(output.isStored),
      "persist": .bool(output.persists), "push": .bool(output.isPushed),
      "remote": output.remote.map { .string($0) } ?? .null,
      "plot": .object(
        JSONObject(
          Dictionary(
            output.drawings.flatMap(\.members).map { ($0.key, $0.value.json) }, uniquingKeysWith: { $1 }))),
      "annotations": annotations(output.description, output.type, output.labels, output.meta, path: nil),
    ]
  }

  // DVC leaves out what is empty.
  private static func annotations(
    _ description: String?, _ type: String?, _ labels: [String], _ meta: PipelineValue?, path: String?
  ) -> JSON {
    var json = JSONObject()
    json["path"] = path.map { .string($0) }
    json["desc"] = description.map { .string($0) }
    json["type"] = type.map { .string($0) }
    if !labels.isEmpty { json["labels"] = .array(labels.map { .string($0) }) }
    json["meta"] = meta?.json
    return .object(json)
  }

  private static func tops(_ pipeline: Pipeline) -> JSON {
    var tops: [String: [String: JSON]] = ["metrics": [:], "params": [:], "plots": [:]]
    for file in pipeline.files {
      if !file.metrics.isEmpty { tops["metrics"]?[file.path] = .array(file.metrics.map { .string($0.text) }) }
      if !file.parameters.isEmpty { tops["params"]?[file.path] = .array(file.parameters.map { .string($0.text) }) }
      if !file.plots.isEmpty {
        tops["plots"]?[file.path] = .array(
          file.plots.map { plot in
            guard !plot.properties.members.isEmpty else { return .string(plot.name) }
            return .object(JSONObject([plot.name: PipelineValue.map(plot.properties).json]))
          })
      }
    }
    return .object(JSONObject(tops.mapValues { .object(JSONObject($0)) }))
  }

  private static func artifacts(_ pipeline: Pipeline) -> JSON {
    var files: [String: JSON] = [:]
    for file in pipeline.files where !file.artifacts.isEmpty {
      files[file.path] = .object(
        JSONObject(
          Dictionary(
            file.artifacts.map {
              ($0.name, annotations($0.description, $0.type, $0.labels, $0.meta, path: $0.location.text))
            }, uniquingKeysWith: { $1 })))
    }
    return .object(JSONObject(files))
  }
}
