import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt rerun` of several runs: what others read from, since something, with other code.
@Suite struct RerunLineageTests {
  /// A pipeline of three runs; the first depends on a file outside.
  private func pipeline(_ world: World) throws -> (outside: FilePath, runs: [RecordedRun]) {
    let outside = world.home.appending("seed")
    try FileOperations.replace(outside, with: Array("1\n".utf8))
    try world.write("raw", "5\n")
    var runs = [try world.record("cat raw \(outside) > clean; echo c > side", options: ["-c", "clean"])]
    runs.append(try world.record("cat clean clean > features; echo 1 > constant", options: ["-c", "features"]))
    runs.append(try world.record("cat features constant > model", options: ["-c", "train"]))
    return (outside, runs)
  }

  @Test("all runs behind a file are made again, in order, each from what the one before made")
  func deep() throws {
    try withWorld { world in
      let (outside, runs) = try pipeline(world)
      try expectSuccess(world.shell("rm clean features constant model raw"))
      let same = try world.rerun(["--deep", "model"])
      #expect(same.runs.map { $0["component"] } == ["clean", "features", "train"])
      #expect(same.runs.allSatisfy { $0["replicable"] == true && $0["upstream"] == nil })

      try FileOperations.replace(outside, with: Array("2\n".utf8))
      let other = try world.rerun(["--deep", runs[2].id], status: 1)
      #expect(other.verdicts(0) == ["clean": "differs", "side": "same"])
      #expect(other.verdicts(1) == ["features": "differs", "constant": "same"])
      #expect(other.verdicts(2) == ["model": "differs"])
      // Which of them is to blame can be seen: the others read something else.
      #expect(other.runs[0]["upstream"] == nil)
      #expect(other.runs[1]["upstream"] == .array([.string(runs[0].id)]))
      #expect(other.runs[2]["upstream"] == .array([.string(runs[1].id)]))
      // By itself, from what it had read, the last one makes the same.
      #expect(try world.rerun(["model"]).verdicts == ["model": "same"])
    }
  }

  @Test("where a run before it doesn't make what it reads, it isn't run")
  func lacking() throws {
    try withWorld { world in
      let (outside, _) = try pipeline(world)
      try FileOperations.remove(outside)
      let made = try world.rerun(["--deep", "model"], status: 1)
      // `cat` complains of what is missing and goes on; the shell goes on, too.
      #expect(made.verdicts(0)["clean"] == "differs")
      let run = try world.record("if test -e \(outside); then exit 0; fi; echo 1 > x", options: ["-c", "first"])
      try world.record("cat x > y", options: ["-c", "second"])
      try FileOperations.replace(outside, with: [])
      let second = try world.rerun(["--deep", "y"], status: 1)
      #expect(second.runs.count == 2 && second.verdicts(0) == ["x": "missing"])
      #expect(second.runs[1]["lacking"] == "x" && second.runs[1]["recorded"] == false)
      #expect(try world.shown(run.id).json["replications"]?.array?.count == 1)
    }
  }

  @Test("where the run that made the file isn't among those since, all of them decide")
  func sinceWithout() throws {
    try withWorld { world in
      let outside = world.home.appending("seed")
      try FileOperations.replace(outside, with: Array("1\n".utf8))
      try expectSuccess(world.shell("git commit -q --allow-empty -m two; git tag two"))
      try world.record("cat \(outside) > u")
      try world.record("echo 1 > v")
      try expectSuccess(world.shell("git checkout -q two~1"))
      let run = try world.record("cat u v > f")
      try FileOperations.replace(outside, with: Array("2\n".utf8))
      let made = try world.rerun(["--since", "two", "f"], status: 1)
      #expect(made.runs.map { $0["replicable"] } == [false, true])
      #expect(made.runs.allSatisfy { $0["run"]?.string != run.id })
    }
  }

  @Test("since a run, since a commit, and since ever")
  func since() throws {
    try withWorld { world in
      let (_, runs) = try pipeline(world)
      try expectSuccess(world.shell("git add -A; git commit -qm two; git tag two"))
      try world.record("echo later > later", options: ["-c", "later"])
      func components(_ arguments: [String]) throws -> [String] {
        try world.rerun(arguments).runs.compactMap { $0["component"]?.string }
      }
      #expect(try components(["--since", runs[1].id]) == ["train", "later"])
      #expect(try components(["--since", runs[0].id, "model"]) == ["features", "train"])
      #expect(try components(["--since", "two"]) == ["later"])
      #expect(try components(["--since", "two~1"]) == ["clean", "features", "train", "later"])
      #expect(try components(["--since", ""]) == ["clean", "features", "train", "later"])
      let nothing = try world.mlt("rerun", "--since", "two", "model")
      #expect(nothing.status == 3 && nothing.stderr.contains("no run was made since 'two'"), "\(nothing)")
      #expect(try world.mlt("rerun", "--since", "nowhere").status == 3)
    }
  }

  @Test("with another commit's code, the data stay what they were, and nothing is recorded")
  func onto() throws {
    try withWorld { world in
      try world.write("make.sh", "cat data > out; echo 1 >> out\n")
      try expectSuccess(world.shell("git add make.sh; git commit -qm one"))
      try world.write("data", "d\n")
      let run = try world.record("sh make.sh")
      try world.write("make.sh", "cat data > out; echo 2 >> out\n")
      try expectSuccess(world.shell("git commit -qam two; git tag two; echo new > data"))
      #expect(try world.rerun([run.id]).verdicts == ["out": "same"])
      let made = try world.rerun([run.id, "--onto", "two", "--keep"], status: 1)
      let folder = try #require(made.json["folders"]?.array?.first?.string)
      #expect(try FileOperations.contents(of: FilePath(folder).appending("out")) == Array("d\n2\n".utf8))
      #expect(made.runs[0]["recorded"] == false)
      #expect(try world.shown(run.id).json["replications"]?.array?.count == 1)
      #expect(try world.mlt("rerun", run.id, "--onto", "nowhere").status == 3)
    }
  }

  @Test("a report says what would be done, and a script has the commands; nothing is run")
  func report() throws {
    try withWorld { world in
      let (_, runs) = try pipeline(world)
      try expectSuccess(world.shell("mkdir sub; cd sub; mlt run -q -c 'odd name' -- sort < ../model > \"it's\""))
      try expectSuccess(world.mlt("run", "-q", "-c", "last", "--", "sh", "-c", "cat \"sub/it's\" > last"))
      let before = try world.snapshot()
      let report = try world.json("rerun", "--report", "--deep", "last")
      let planned = try #require(report["runs"]?.array)
      #expect(planned.compactMap { $0["component"]?.string } == ["clean", "features", "train", "odd name", "last"])
      #expect(planned[1]["inputs"]?.array?.first?["from"] == "rerun")
      #expect(planned[0]["inputs"]?.array?.map { $0["from"] }.contains("store") == true)
      #expect(planned[3]["streams"] == ["in": "model", "out": "sub/it's"])
      #expect(try world.mlt("rerun", "--report", "--deep", "last").stdout.contains("1 made again"))
      try expectSuccess(world.mlt("rerun", "--script", "../all.sh", "--deep", "last"))
      #expect(try world.snapshot() == before)
      #expect(try world.runs().count == 5)

      let script = try #require(try FileOperations.contents(of: world.folder.appending("all.sh")))
      #expect(try world.mlt("rerun", "--script", "-", "--deep", "last").stdout.utf8.elementsEqual(script))
      let contents = try world.read("last")
      try expectSuccess(world.shell("rm clean features model last sub/*; ../all.sh"))
      #expect(try world.read("last") == contents)
      #expect(try world.shown(runs[0].id).json["replications"]?.array == [])
    }
  }

  @Test("what somebody else recorded is made again with bytes from the remote, and they learn of it")
  func shared() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let b = world.place("b")
      try expectSuccess(world.shell("mlt remote add origin ../share; mlt fetch", in: b))
      #expect(try world.rerun(["sum"], in: b).verdicts == ["sum": "same"])
      try expectSuccess(world.mlt("push", in: b))
      try expectSuccess(world.mlt("fetch", in: world.place("a")))
      let shown = try world.mlt("show", "--json", try world.runOf("sum", in: world.place("a")), in: world.place("a"))
      #expect(try JSON(parsing: shown.stdout)["run"]?["replications"]?.array?.count == 1)
      #expect(try world.mlt("fsck", in: world.place("a")).status == 0)
    }
  }
}

extension World {
  /// The run that made a file.
  fileprivate func runOf(_ path: String, in place: FilePath) throws -> String {
    let trace = try json(in: place, "trace", path)
    return try #require(trace["runs"]?.array?.first?["id"]?.string)
  }
}
