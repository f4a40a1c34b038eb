import MLTBase
import SystemPackage
import Testing

/// Tracked folders that runs write into, and the lines that the lock file has of them.
@Suite struct TrackedTreeTests {
  @Test("a folder that gets tracked while a run goes on takes in what the run wrote there")
  func trackedMeanwhile() throws {
    try withWorld { world in
      try world.makePipe("ready")
      try world.makePipe("go")
      try world.write("out/old", "old\n")
      let script = "echo > ready; read line < go; echo new > out/new"
      let running = try world.start([World.program.string, "run", "--", "sh", "-c", script])
      try world.awaitLine(inPipe: "ready")
      try expectSuccess(world.mlt("add", "out"))
      try expectSuccess(world.shell("echo > go"))
      try expectSuccess(running.wait())
      #expect(try world.json("status")["clean"] == true)
      #expect(try #require(try world.read("mlt.lock")).split(separator: "\n").count == 2)
    }
  }

  @Test("a folder that becomes part of a larger tracked one loses its own line")
  func swallowed() throws {
    try withWorld { world in
      try world.shell("mkdir -p p/q; echo x > p/q/x; echo y > p/q/y")
      try expectSuccess(world.mlt("add", "p/q"))
      try expectSuccess(
        world.mlt("run", "--", "sh", "-c", "rm p/q/x; for i in $(seq 70); do echo $i > p/f$i; done"))
      let lock = try #require(try world.read("mlt.lock"))
      #expect(lock.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix(" p") }, "\(lock)")
      #expect(try world.json("status")["clean"] == true)
    }
  }

  @Test("an output in a tracked folder goes out of date, and so does what is made from it")
  func staleness() throws {
    try withWorld { world in
      try world.write("raw.csv", "1\n")
      try world.write("out/a", "a\n")
      try expectSuccess(world.mlt("add", "raw.csv", "out"))
      try world.record("cp raw.csv out/b")
      try world.record("cp out/b final.txt")
      #expect(try world.json("status")["stale"]?.array?.isEmpty == true)
      try world.write("raw.csv", "2\n")
      let stale = try #require(try world.json("status")["stale"]?.array)
      #expect(stale.map { $0["outputs"]?.array?.compactMap(\.string) ?? [] } == [["out/b"], ["final.txt"]])
      #expect(stale.first?["reasons"]?.array?.first?["path"] == "raw.csv")
    }
  }

  @Test("what nothing keeps is listed until git or mlt keeps it")
  func unkept() throws {
    try withWorld { world in
      try world.write("make.sh", "echo 1 > out.txt\n")
      try expectSuccess(world.mlt("run", "--", "sh", "make.sh"))
      #expect(try world.json("status")["unkept"]?.array?.compactMap { $0["path"]?.string } == ["make.sh"])
      #expect(try world.mlt("status", "--exit-code").status == 0)
      #expect(try world.mlt("status").stdout.contains("in neither git nor mlt.lock"))
      try expectSuccess(world.shell("git add make.sh"))
      #expect(try world.json("status")["unkept"]?.array?.isEmpty == true)
    }
  }

  @Test("reasons that come from two runs of one component stand in one order each time")
  func order() throws {
    try withWorld { world in
      try world.write("raw.csv", "1\n")
      try expectSuccess(world.mlt("add", "raw.csv"))
      for name in ["a", "b", "c", "d"] {
        try expectSuccess(world.mlt("run", "-c", "part", "--", "cp", "raw.csv", name))
      }
      try world.record("cat a b c d > all")
      try world.write("raw.csv", "2\n")
      let first = try world.mlt("status").stdout
      for _ in 0..<5 { #expect(try world.mlt("status").stdout == first) }
    }
  }
}
