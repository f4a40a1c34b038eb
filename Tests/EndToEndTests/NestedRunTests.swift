import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt run` inside `mlt run`.
@Suite struct NestedRunTests {
  @Test(
    "an inner run is recorded as the outer one's child, and neither finds fault with the other",
    arguments: [[], ["--no-trace"]])
  func child(_ options: [String]) throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      let inner = "mlt run \(options.joined(separator: " ")) -c inner -- sh -c 'sort raw.txt > inner.txt'"
      let printed = try world.mlt("run", "-c", "outer", "--", "sh", "-c", inner + " && head -n 1 inner.txt > outer.txt")
      try expectSuccess(printed)
      if options.isEmpty { #expect(!printed.stderr.contains("warning: "), "\(printed.stderr)") }
      let runs = try world.runs()
      let outer = try #require(runs.first { $0["component"] == "outer" })
      let child = try #require(runs.first { $0["component"] == "inner" })
      #expect(runs.count == 2)
      #expect(child["parent"] == outer["id"] && (outer["parent"] == nil || outer["parent"] == .null))
      // The accesses of an inner command that isn't followed by its own run count as the outer one's.
      if options.isEmpty {
        let trace = try #require(try world.json("trace", "outer.txt")["runs"]?.array)
        #expect(trace.compactMap { $0["component"]?.string } == ["outer", "inner"])
        #expect(trace[0]["inputs"]?.array?.compactMap { $0["path"]?.string } == ["inner.txt"])
        #expect(trace[1]["inputs"]?.array?.compactMap { $0["path"]?.string } == ["raw.txt"])
      }
      #expect(try world.mlt("status", "--exit-code").status == 0)
    }
  }

  @Test("the command finds its run's id in MLT_RUN")
  func variable() throws {
    try withWorld { world in
      let printed = try world.mlt("run", "--", "sh", "-c", "echo $MLT_RUN")
      #expect(try world.runs().first?["id"]?.string.map { $0 + "\n" } == printed.stdout)
    }
  }

  @Test("a child of a child has its own parent", arguments: ["", "broken", "0000", "../../etc"])
  func deep(_ stale: String) throws {
    try withWorld { world in
      // What is left in the variable by somebody else is no run.
      let environment = stale.isEmpty ? [:] : ["MLT_RUN": stale, "MLT_KEEPER": stale]
      let script =
        "mlt run -q -c two -- sh -c 'mlt run -q -c three -- sh -c \"echo 3 > three\"; echo 2 > two'; echo 1 > one"
      let printed = try world.run(
        [World.program.string, "run", "-c", "one", "--", "sh", "-c", script], environment: environment)
      try expectSuccess(printed)
      let runs = try world.runs()
      func run(_ name: String) throws -> JSON { try #require(runs.first { $0["component"]?.string == name }) }
      #expect(try run("three")["parent"] == run("two")["id"])
      #expect(try run("two")["parent"] == run("one")["id"])
      #expect(try run("one")["parent"] == nil || run("one")["parent"] == .null)
      for name in ["one", "two", "three"] {
        let id = try #require(try run(name)["id"]?.string)
        #expect(try world.json("show", id)["run"]?["outputs"]?.array?.compactMap { $0["path"]?.string } == [name])
      }
    }
  }
}
