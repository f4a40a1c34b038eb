import MLTBase
import SystemPackage
import Testing

/// The main job: steps started with `mlt run`, explained by `mlt trace`.
@Suite struct PipelineTests {
  /// Writes two plain scripts and a raw table, and runs them.
  private func makePipeline(_ world: World) throws {
    try world.write("raw.txt", "pear\napple\nfig\n")
    try world.write("clean.sh", "mkdir -p data\nsort raw.txt > data/clean.txt\n")
    try world.write("count.sh", "wc -l < data/clean.txt > data/count.txt\n")
    try world.shell("git add *.sh && git commit -q -m scripts")
    try expectSuccess(world.mlt("add", "raw.txt"))
    try expectSuccess(world.mlt("run", "--", "sh", "clean.sh"))
    try expectSuccess(world.mlt("run", "--", "sh", "count.sh"))
  }

  @Test("a trace leads from an output through each run to the raw data and the code")
  func trace() throws {
    try withWorld { world in
      try makePipeline(world)
      let trace = try world.json("trace", "data/count.txt")
      let runs = try #require(trace["runs"]?.array)
      #expect(runs.compactMap { $0["component"]?.string } == ["count", "clean"])
      let inputs = try #require(runs[1]["inputs"]?.array)
      #expect(inputs.compactMap { $0["path"]?.string } == ["clean.sh", "raw.txt"])
      #expect(inputs.compactMap { $0["origin"]?["kind"]?.string } == ["git", "added"])
      #expect(inputs.allSatisfy { $0["evidence"] == "observed" })
      #expect(runs.allSatisfy { $0["git"]?["dirty"] == nil && $0["user"] == "Ada <ada@example.invalid>" })
    }
  }

  @Test("an edited script makes the outputs out of date, and what follows from them")
  func staleness() throws {
    try withWorld { world in
      try makePipeline(world)
      #expect(try world.json("status")["clean"] == true)
      try world.write("clean.sh", "mkdir -p data\nsort -r raw.txt > data/clean.txt\n")
      let status = try world.json("status")
      let stale = try #require(status["stale"]?.array)
      #expect(stale.compactMap { $0["component"]?.string } == ["clean", "count"])
      #expect(stale[0]["reasons"]?.array?.first?["path"] == "clean.sh")
      #expect(stale[1]["reasons"]?.array?.first?["reason"] == "upstream")
      #expect(try world.mlt("status", "--exit-code").status == 1)
      try expectSuccess(world.mlt("run", "--", "sh", "clean.sh"))
      try expectSuccess(world.mlt("run", "--", "sh", "count.sh"))
      #expect(try world.json("status")["clean"] == true)
      #expect(try world.json("log", "-c", "clean")["runs"]?.array?.count == 2)
      let trace = try world.json("trace", "data/count.txt")
      #expect(trace["runs"]?.array?.first?["git"]?["dirty"] == true)
    }
  }

  @Test("removing the index changes no answer")
  func rebuiltIndex() throws {
    try withWorld { world in
      try makePipeline(world)
      let questions = [
        ["trace", "data/count.txt"], ["trace", "raw.txt", "--down"], ["log"], ["show", "data/clean.txt"], ["status"],
      ]
      let before = try questions.map { try world.run([World.program.string] + $0 + ["--json"]).stdout }
      try world.shell("rm .mlt/index.sqlite*")
      let after = try questions.map { try world.run([World.program.string] + $0 + ["--json"]).stdout }
      #expect(before == after)
      #expect(!before.contains(""))
    }
  }
}
