import Pipelines
import Testing

@Suite struct StageGraphTests {
  private func pipeline(_ text: String) throws -> Pipeline {
    let pipeline = MemoryProject(["mlt.yaml": text]).pipeline
    try #require(pipeline.problems.isEmpty)
    return pipeline
  }

  private func graph(_ text: String) throws -> StageGraph { try StageGraph(try pipeline(text)) }

  private static let diamond = """
    stages:
      e: {cmd: x, deps: [d, f], outs: [e]}
      d: {cmd: x, deps: [b, c], outs: [d]}
      f: {cmd: x, deps: [g], outs: [f]}
      b: {cmd: x, deps: [a], outs: [b]}
      c: {cmd: x, deps: [a], outs: [c]}
      a: {cmd: x, outs: [a]}
      g: {cmd: x, outs: [g]}
    """

  private func names(_ ids: [StageID]) -> String { ids.map(\.name).joined(separator: " ") }

  @Test("stages run after what they depend on, and only what is asked for")
  func order() throws {
    let graph = try graph(Self.diamond)
    func id(_ name: String) -> StageID { StageID(file: "mlt.yaml", name: name) }
    #expect(names(graph.order()) == "a b c d g f e")
    #expect(names(graph.order(of: [id("d")])) == "a b c d")
    #expect(names(graph.order(.downstream, of: [id("b")])) == "b d e")
    #expect(names(graph.order(.downstream, of: [id("g"), id("c")])) == "c d g f e")
    #expect(names(graph.order(.alone, of: [id("e"), id("b"), id("d")])) == "b d e")
    #expect(names(graph.order(of: [id("nope")])) == "")
    #expect(names(graph.dependencies(of: id("e"))) == "d f")
    #expect(names(graph.dependents(of: id("a"))) == "b c")
    #expect(graph[id("d")]?.dependencies.map(\.text) == ["b", "c"])
    #expect(graph.producer(of: .inside("d/deeper")) == id("d"))
    #expect(graph.producer(of: .inside("dd")) == nil)
  }

  @Test("a frozen stage doesn't lead to what it depends on, nor is it led to from there")
  func frozen() throws {
    let graph = try graph(
      """
      stages:
        a: {cmd: x, outs: [a]}
        b: {cmd: x, deps: [a], outs: [b], frozen: true}
        c: {cmd: x, deps: [b]}
      """)
    let ids = graph.stages.map(\.id)
    #expect(names(graph.order(of: [ids[2]])) == "b c")
    #expect(names(graph.order(.downstream, of: [ids[0]])) == "a")
    #expect(names(graph.dependencies(of: ids[1])) == "a")
  }

  @Test("a chain of 50,000 stages is ordered without a limit of depth")
  func chain() throws {
    let text =
      "stages:\n"
      + (0..<50_000).reversed().map { "  s\($0): {cmd: x, deps: [f\($0)], outs: [f\($0 + 1)]}\n" }.joined()
    let graph = try graph(text)
    #expect(graph.order().first?.name == "s0")
    #expect(graph.order(.downstream, of: [StageID(file: "mlt.yaml", name: "s49990")]).count == 10)
  }

  @Test(
    "stages that can't work together are refused",
    arguments: [
      (
        "a: {cmd: x, deps: [c], outs: [a]}\n  b: {cmd: x, deps: [a], outs: [b]}\n  c: {cmd: x, deps: [b], outs: [c]}",
        "'mlt.yaml', line 2, column 3, stage 'a': stages depend on each other in a circle: 'a' → 'c' → 'b' → 'a'"
      ),
      (
        "a: {cmd: x, outs: [o]}\n  b: {cmd: x, outs: [./p/../o]}",
        "'mlt.yaml', line 3, column 22, stage 'b': output 'o' is also one of stage 'a'"
      ),
      (
        "a: {cmd: x, outs: [o]}\n  b: {cmd: x, outs: [o/p/q]}",
        "'mlt.yaml', line 3, column 22, stage 'b': output 'o/p/q' lies in output 'o' of stage 'a'"
      ),
      (
        "a: {cmd: x, outs: [o/p]}\n  b: {cmd: x, outs: [o]}",
        "'mlt.yaml', line 2, column 22, stage 'a': output 'o/p' lies in output 'o' of stage 'b'"
      ),
      (
        "a: {cmd: x, deps: [o], outs: [o]}",
        "'mlt.yaml', line 2, column 22, stage 'a': 'o' is both a dependency and an output"
      ),
      (
        "a: {cmd: x, deps: [d/in.csv], outs: [d]}",
        "'mlt.yaml', line 2, column 22, stage 'a': output 'd' changes dependency 'd/in.csv'"
      ),
      (
        "a: {cmd: x, deps: [d], outs: [d/out.csv]}",
        "'mlt.yaml', line 2, column 22, stage 'a': output 'd/out.csv' changes dependency 'd'"
      ),
      (
        "a: {cmd: x, params: [lr], outs: [params.yaml]}",
        "'mlt.yaml', line 2, column 24, stage 'a': 'params.yaml' is both a dependency and an output"
      ),
    ])
  func refused(_ stages: String, _ words: String) throws {
    let pipeline = try pipeline("stages:\n  " + stages + "\n")
    let problem = try #require(throws: PipelineProblem.self) { try StageGraph(pipeline) }
    #expect(problem.description == words)
  }

  @Test("an output can't hold a pipeline file")
  func fileInOutput() throws {
    let pipeline = MemoryProject([
      "mlt.yaml": "stages: {a: {cmd: x, outs: [sub]}}", "sub/mlt.yaml": "stages: {b: {cmd: x}}",
    ]).pipeline
    let problem = try #require(throws: PipelineProblem.self) { try StageGraph(pipeline) }
    #expect(problem.reason == .fileInOutput("sub", other: StageID(file: "mlt.yaml", name: "a")))
  }

  @Test("a URI is no path")
  func uris() throws {
    let graph = try graph("stages: {a: {cmd: x, outs: ['s3:']}, b: {cmd: x, deps: ['s3://s3:/x', 's3:/y']}}")
    #expect(names(graph.dependencies(of: StageID(file: "mlt.yaml", name: "b"))) == "a")
  }

  // MARK: Targets

  private static let project = MemoryProject([
    "mlt.yaml": """
    stages:
      train: {foreach: [a, b:c], do: {cmd: x, outs: ['model/${item}']}}
      data: {cmd: x, outs: [data, other.csv]}
      low: {cmd: x}
      model: {cmd: x}
    """,
    "dvc.yaml": "stages: {ignored: {cmd: x}}",
    "sub/dvc.yaml": "stages: {low: {cmd: x, outs: [out]}, 'co:lon': {cmd: x}}",
  ])

  @Test(
    "a stage is named in many ways",
    arguments: [
      ("data", "", "data"), ("train", "", "train@a train@b:c"), ("train@a", "", "train@a"),
      ("train@b:c", "", "train@b:c"), ("low", "", "low"), ("low", "sub", "sub/dvc.yaml:low"),
      ("mlt.yaml:train", "", "train@a train@b:c"), ("./mlt.yaml:low", "", "low"), (":low", "", "low"),
      ("sub/dvc.yaml:low", "", "sub/dvc.yaml:low"), ("../mlt.yaml:train@b:c", "sub", "train@b:c"),
      ("sub/dvc.yaml", "", "sub/dvc.yaml:low sub/dvc.yaml:co:lon"), ("dvc.yaml:low", "sub", "sub/dvc.yaml:low"),
      ("mlt.yaml", "", "train@a train@b:c data low model"), ("other.csv", "", "data"), ("data/x/y", "", "data"),
      ("../data", "sub", "data"), ("model/a", "", "train@a"), ("./model", "", "train@a train@b:c"),
      ("model", "", "model"),
      ("out", "sub", "sub/dvc.yaml:low"), ("sub/out", "", "sub/dvc.yaml:low"),
      ("/root/sub/out", "", "sub/dvc.yaml:low"),
      ("/root/mlt.yaml:low", "sub", "low"),
    ])
  func targets(_ target: String, _ folder: String, _ expected: String) throws {
    let pipeline = Self.project.pipeline
    let graph = try StageGraph(pipeline)
    let found = try pipeline.stages(named: target, from: folder, in: graph, root: "/root")
    #expect(found.map(\.description).joined(separator: " ") == expected)
  }

  @Test(
    "what names no stage is refused",
    arguments: [
      ("nope", TargetProblem.unknown("nope")), ("", .unknown("")), ("train@nope", .unknown("train@nope")),
      ("mlt.yaml:nope", .noStage("nope", file: "mlt.yaml")), ("dvc.yaml:ignored", .noFile("dvc.yaml")),
      ("dvc.yaml", .noFile("dvc.yaml")), ("no/mlt.yaml:x", .noFile("no/mlt.yaml")), ("co:lon", .noFile("co")),
      ("/elsewhere", .unknown("/elsewhere")), ("ignored", .unknown("ignored")),
    ])
  func noTargets(_ target: String, _ problem: TargetProblem) throws {
    let pipeline = Self.project.pipeline
    let graph = try StageGraph(pipeline)
    #expect(throws: problem) { try pipeline.stages(named: target, from: "", in: graph) }
  }
}
