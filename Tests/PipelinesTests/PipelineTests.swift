import Pipelines
import Testing

@Suite struct PipelineTests {
  @Test("of two pipeline files in a folder mlt.yaml counts, and folders come before what lies in them")
  func files() {
    let paths = [
      "z/dvc.yaml", "dvc.yaml", "a/mlt.yaml", "a/dvc.yaml", "a/b/dvc.yaml", "a-b/mlt.yaml", "x/dvc.lock", "mlt.yaml.x",
      "y/amlt.yaml",
    ]
    #expect(
      Pipeline.files(among: paths) == ["dvc.yaml", "a/mlt.yaml", "a/b/dvc.yaml", "a-b/mlt.yaml", "z/dvc.yaml"])
  }

  @Test(
    "paths are taken from the stage's folder",
    arguments: [
      ("x", Location.inside("f/w/x")), ("./x/", .inside("f/w/x")), ("../x", .inside("f/x")), ("../../x", .inside("x")),
      ("../../../x", .outside("../x")), ("../../../x/../..", .outside("../..")), ("../..", .inside("")),
      ("/root/a", .inside("a")), ("/root", .inside("")), ("/roots/a", .outside("/roots/a")),
      ("/a/./b/../../..", .outside("/")), ("s3://b/../k", .uri("s3://b/../k")), ("remote://r/x", .uri("remote://r/x")),
      ("ds://name", .uri("ds://name")), ("a:b", .inside("f/w/a:b")), ("://x", .inside("f/w/:/x")),
      ("é b//c", .inside("f/w/é b/c")),
    ])
  func locations(_ text: String, _ location: Location) throws {
    let project = MemoryProject(["f/mlt.yaml": "stages: {a: {cmd: x, wdir: w, deps: ['\(text)']}}"])
    let pipeline = Pipeline(reading: ["f/mlt.yaml"], of: project, options: Pipeline.Options(root: "/root"))
    let dependency = try #require(pipeline.stages.first?.dependencies.first)
    #expect(dependency.location == location)
    #expect(dependency.text == text)
    #expect(dependency.position == SourcePosition(line: 1, column: 38))
  }

  @Test("mappings become options in the way that is set")
  func argumentStyle() {
    let text = "vars: [a: {l: [1, x y], t: true, f: false}]\nstages: {a: {cmd: 'run ${a}'}}"
    func command(_ style: ArgumentStyle) -> [String]? {
      Pipeline(
        reading: ["mlt.yaml"], of: MemoryProject(["mlt.yaml": text]), options: Pipeline.Options(argumentStyle: style)
      ).stages.first?.command.texts
    }
    #expect(command(ArgumentStyle()) == ["run --l 1 'x y' --t"])
    #expect(command(ArgumentStyle(negatesFalse: true)) == ["run --l 1 'x y' --t --no-f"])
    #expect(command(ArgumentStyle(repeatsKey: true)) == ["run --l 1 --l 'x y' --t"])
  }

  @Test("groups know their stages")
  func groups() {
    let pipeline = MemoryProject([
      "mlt.yaml": "stages: {a: {foreach: [x, y], do: {cmd: x}}, b: {matrix: {p: []}, cmd: x}, c: {cmd: x}}"
    ]).pipeline
    #expect(pipeline.files.first?.groups.mapValues { $0.map(\.name) } == ["a": ["a@x", "a@y"], "b": []])
    #expect(pipeline.stages.map(\.group) == ["a", "a", nil])
  }

  @Test("outputs outside the project may be left to git")
  func outside() {
    let pipeline = MemoryProject([
      "mlt.yaml": "stages: {a: {cmd: x, outs: [../y: {cache: false}, 's3://b/k': {cache: false}]}}"
    ]).pipeline
    #expect(pipeline.problems.isEmpty)
    #expect(pipeline.stages.first?.outputs.map(\.location) == [.outside("../y"), .uri("s3://b/k")])
  }

  @Test("a name may be that of many stages with anything behind its sign")
  func instances() {
    let pipeline = MemoryProject(["mlt.yaml": "stages: {a: {foreach: [u@h, 'x/y', 'a b'], do: {cmd: x}}}"]).pipeline
    #expect(pipeline.stages.map(\.id.name) == ["a@u@h", "a@x/y", "a@a b"])
  }

  @Test("dates in variables can be used")
  func dates() {
    let pipeline = MemoryProject([
      "mlt.yaml": "stages: {a: {cmd: 'run ${day}'}}", "params.yaml": "day: 2026-01-02",
    ]).pipeline
    #expect(pipeline.stages.first?.command == .text("run 2026-01-02"))
  }

  @Test("a byte order mark is no part of a text")
  func byteOrderMark() {
    let pipeline = MemoryProject(["mlt.yaml": "\u{FEFF}stages: {a: {cmd: x}}"]).pipeline
    #expect(pipeline.stages.count == 1)
  }
}
