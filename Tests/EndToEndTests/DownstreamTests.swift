import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt trace --down` with all that it may start from, as a list of who is affected.
@Suite struct DownstreamTests {
  private func names(_ list: JSON?, _ key: String) -> [String] {
    (list?.array ?? []).compactMap { $0[key]?.string }
  }

  /// Raw data in two partitions, cleaned one by one, joined, and reported on twice.
  private func makePipeline(_ world: World) throws {
    try world.write("raw/day=01.csv", "a table of one day\n")
    try world.write("raw/day=02.csv", "a table of another day\n")
    try world.write("other.txt", "what has nothing to do with it\n")
    for day in ["01", "02"] {
      try world.record(
        "mkdir -p clean; sed s/table/list/ raw/day=\(day).csv > clean/day=\(day).csv", options: ["-c", "clean"])
    }
    try world.record("cat clean/day=01.csv clean/day=02.csv > joined.csv", options: ["-c", "join"])
    try world.record("wc -l < joined.csv > lines.txt", options: ["-c", "count"])
    try world.record("cat joined.csv other.txt > report.txt", options: ["-c", "report"])
    try world.record("cat other.txt > unrelated.txt", options: ["-c", "elsewhere"])
    try expectSuccess(world.mlt("component", "describe", "report", "--owner", "Bea"))
  }

  @Test("a file's list names each output once, its components and owners, and what nobody read further")
  func list() throws {
    try withWorld { world in
      try makePipeline(world)
      let found = try world.json("trace", "--down", "raw/day=01.csv", "--list")
      #expect(names(found["outputs"], "path") == ["clean/day=01.csv", "joined.csv", "lines.txt", "report.txt"])
      #expect(names(found["components"], "name") == ["clean", "count", "join", "report"])
      #expect(found["components"]?.array?.last?["owner"] == "Bea")
      let leaves = (found["outputs"]?.array ?? []).filter { $0["leaf"] == true }
      #expect(leaves.compactMap { $0["path"]?.string } == ["lines.txt", "report.txt"])
      #expect(found["outputs"]?.array?.allSatisfy { $0["current"] == true } == true)
      let only = try world.json("trace", "--down", "raw/day=01.csv", "--leaves")
      #expect(names(only["outputs"], "path") == ["lines.txt", "report.txt"])
      let text = try world.mlt("trace", "--down", "raw/day=01.csv", "--component", "report").stdout
      #expect(text.contains("affects 1 output of 1 component, by 1 run"), "\(text)")
      #expect(text.contains("owner Bea") && text.contains("* report.txt") && !text.contains("joined.csv"))
    }
  }

  @Test(
    "patterns, folders, components and what lies in recorded folders can be started from",
    arguments: [
      ("raw/day=0*.csv", ["clean/day=01.csv", "clean/day=02.csv", "joined.csv", "lines.txt", "report.txt"]),
      ("raw/day=02*", ["clean/day=02.csv", "joined.csv", "lines.txt", "report.txt"]),
      ("clean", ["joined.csv", "lines.txt", "report.txt"]),
      ("c*", ["joined.csv", "lines.txt", "report.txt"]),
      ("report", ["report.txt"]),
    ])
  func starts(_ start: String, _ outputs: [String]) throws {
    try withWorld { world in
      try makePipeline(world)
      let found = try world.json("trace", "--down", start, "--list")
      #expect(names(found["outputs"], "path") == outputs)
    }
  }

  @Test("a version has only what was made from it; an earlier one is no longer current")
  func versions() throws {
    try withWorld { world in
      let first = try world.record("echo first version > a", options: ["-c", "make"])
      try world.record("cat a > b", options: ["-c", "copy"])
      try world.record("echo second version > a", options: ["-c", "make"])
      let second = try world.record("cat a > b", options: ["-c", "copy"])
      let old = try world.json("trace", "--down", "a@" + first.id, "--list")
      #expect(names(old["outputs"], "path") == ["b"] && old["outputs"]?.array?[0]["current"] == false)
      let all = try world.json("trace", "--down", "--from-component", "make")
      #expect(all["reached"] == 4 && names(all["outputs"], "path") == ["a", "b"])
      #expect(all["outputs"]?.array?[1]["runs"]?.array?.first == .string(second.id))
      // The same content twice belongs to the run that had written it last.
      let again = try world.record("echo second version > a", options: ["-c", "make"])
      let third = try world.record("cat a > c", options: ["-c", "copy"])
      #expect(names(try world.json("trace", "--down", again.id, "--list")["outputs"], "path") == ["a", "c"])
      #expect(third.outputPaths == ["c"])
    }
  }

  @Test("a commit affects the runs made on it and those that read a file as it left it")
  func commits() throws {
    try withWorld { world in
      try world.write("make.sh", "echo one > out\n")
      try world.write("other.sh", "echo other > other\n")
      try expectSuccess(world.shell("git add -A; git commit -qm first"))
      try world.record("sh make.sh", options: ["-c", "make"])
      try world.write("make.sh", "echo two > out\n")
      try expectSuccess(world.shell("git add -A; git commit -qm second; git tag changed"))
      try world.write("readme", "nothing\n")
      try expectSuccess(world.shell("git add -A; git commit -qm third"))
      try world.record("sh make.sh", options: ["-c", "make"])
      try world.record("sh other.sh", options: ["-c", "other"])
      try world.record("cat out > next", options: ["-c", "next"])
      let found = try world.json("trace", "--down", "--commit", "changed")
      #expect(names(found["runs"], "component") == ["make", "next"])
      #expect(found["runs"]?.array?[0]["causes"]?.array == [["kind": "changed", "path": "make.sh"]])
      let third = try world.json("trace", "--down", "--commit", "HEAD", "--component", "other")
      #expect(names(third["runs"], "component") == ["other"])
      #expect(third["runs"]?.array?[0]["causes"]?.array?.first?["kind"] == "commit")
      #expect(try world.mlt("trace", "--down", "changed").stdout.contains("1 run with its version of make.sh"))
      #expect(try world.mlt("trace", "--down", "--commit", "nowhere").status == 3)
    }
  }

  @Test("what can't be started from is refused, with the status of its kind")
  func refused() throws {
    try withWorld { world in
      try world.record("echo 1 > a")
      #expect(try world.mlt("trace", "--down", "nothing").status == 3)
      #expect(try world.mlt("trace", "--down", "--package", "numpy").status == 3)
      #expect(try world.mlt("trace", "--down", "--package", "numpy=>1").status == 2)
      #expect(try world.mlt("trace", "--down", "--from-component", "none").status == 3)
      #expect(try world.mlt("trace", "--down").status == 2)
      #expect(try world.mlt("trace", "a", "--leaves").status == 2)
      #expect(try world.mlt("trace", "--down", "a", "--commit", "HEAD").status == 2)
      #expect(
        try world.mlt("trace", "--down", "a", "--list").stdout.contains("nothing that is recorded was made from it"))
    }
  }
}
