import MLTBase
import Pipelines
import Testing

@Suite struct StageDefinitionTests {
  private func definition(_ stage: String, _ others: [String: String] = [:]) throws -> StageDefinition {
    let project = MemoryProject(others.merging(["src/mlt.yaml": "stages: {a: {\(stage)}}"], uniquingKeysWith: { $1 }))
    try #require(project.pipeline.problems.isEmpty)
    let first = try #require(project.pipeline.stages.first)
    return StageDefinition(first, try ParameterReader(project).values(of: first))
  }

  @Test("the definition is the text that the format page shows, and its name that text's SHA-256")
  func text() throws {
    let definition = try definition(
      "cmd: python train.py, params: [train.epochs, seed, none, {../p.json: [x]}, {no.yaml: }]",
      ["src/params.yaml": "seed: 3\ntrain: {epochs: 10, other: 1}", "p.json": "{\"x\": [1.0, NaN, {\"$a\": null}]}"])
    let text =
      #"{"cmd":["python train.py"],"params":{"p.json":{"x":[1.0,{"$float":"nan"},{"$$a":null}]},"src/no.yaml":{},"#
      + #""src/params.yaml":{"seed":3,"train.epochs":10}},"v":1,"wdir":"src"}"#
    #expect(definition.json.canonicalText == text)
    #expect(definition.id == ContentHasher.contentID(of: Array(text.utf8)))
    #expect(definition.id.description.hasPrefix("d") || definition.id.description.utf8.count == 64)
  }

  @Test("only command, folder and parameters count")
  func sensitivity() throws {
    let base = try definition("cmd: x, params: [p]", ["src/params.yaml": "{p: 1, q: 1}"]).id
    func id(_ stage: String, _ params: String = "{p: 1, q: 1}") throws -> ContentID {
      try definition(stage, ["src/params.yaml": params]).id
    }
    #expect(try id("cmd: [x], params: [p]") == base)
    #expect(try id("cmd: x, params: [p], deps: [d], outs: [o], desc: d, frozen: true") == base)
    #expect(try id("cmd: x, wdir: ./ , params: [p]", "{q: 2, p: 0x1}") == base)
    #expect(try id("cmd: '${c}', params: [p]", "{p: 1, c: x}") == base)
    #expect(try id("cmd: x , params: [p]") == base)
    for other in ["cmd: 'x ', params: [p]", "cmd: [x, ''], params: [p]", "cmd: x, params: [p, q]", "cmd: x"] {
      #expect(try id(other) != base, "\(other)")
    }
    #expect(try id("cmd: x, wdir: sub, params: [../params.yaml: [p]]") != base)
    for params in ["{p: 1.0, q: 1}", "{p: '1', q: 1}", "{p: true, q: 1}", "{q: 1}", "{p: [1], q: 1}"] {
      #expect(try id("cmd: x, params: [p]", params) != base, "\(params)")
    }
  }

  @Test("values that differ have different texts")
  func values() {
    var one = PipelineMap()
    one["$int"] = .string("5")
    var two = PipelineMap()
    two.set(PipelineMap.Member(key: "int", isText: false, value: .string("5")))
    var three = PipelineMap()
    three["$key:int"] = .string("5")
    let values: [PipelineValue] = [
      .null, .bool(true), .int(1), .double(1), .string("1"), .string("true"), .largeInt("5"), .string("5"), .map(one),
      .map(two), .map(three), .time("5"), .double(.nan), .double(.infinity), .double(-.infinity), .list([]),
      .list([.null]), .map(PipelineMap()),
    ]
    #expect(Set(values.map(\.json.canonicalText)).count == values.count)
  }
}
