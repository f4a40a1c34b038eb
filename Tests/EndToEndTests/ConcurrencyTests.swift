import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Several processes at once in one repository.
@Suite struct ConcurrencyTests {
  @Test("32 runs at once are 32 runs in the record and 32 lines in the lock file", arguments: [[], ["--no-trace"]])
  func runs(_ options: [String]) throws {
    try withWorld { world in
      let all = try (0..<32).map { number in
        try world.start(
          [World.program.string, "run"] + options + [
            "-c", "step-\(number)", "--", "sh", "-c", "mkdir -p data; echo \(number) > data/\(number).txt",
          ])
      }
      for running in all { try expectSuccess(running.wait()) }
      let runs = try world.runs()
      #expect(runs.count == 32)
      #expect(Set(runs.compactMap { $0["component"]?.string }) == Set((0..<32).map { "step-\($0)" }))
      #expect(runs.allSatisfy { $0["status"] == "finished" })
      let text: String = try #require(try world.read("mlt.lock"))
      let lines = text.split(separator: "\n").map(String.init)
      #expect(lines.first == "# mlt.lock 1")
      #expect(
        Set(lines.dropFirst().map { $0.split(separator: " ").last.map(String.init) })
          == Set((0..<32).map { "data/\($0).txt" }))
      #expect(lines.count == 33)
      let ignored = try #require(try world.read("data/.gitignore"))
      #expect(Set(ignored.split(separator: "\n").map(String.init)) == Set((0..<32).map { "/\($0).txt" }))
      try expectSuccess(world.mlt("status", "--exit-code"))
      for number in 0..<32 {
        if options.isEmpty {
          let trace = try world.json("trace", "data/\(number).txt")
          #expect(trace["runs"]?.array?.compactMap { $0["component"]?.string } == ["step-\(number)"])
        }
      }
      try world.shell("rm data/*.txt; rm .mlt/index.sqlite*")
      try expectSuccess(world.mlt("checkout"))
      for number in 0..<32 { #expect(try world.read("data/\(number).txt") == "\(number)\n") }
      #expect(try world.runs().count == 32)
    }
  }

  @Test("adding, running, asking and restoring at once leave nothing out")
  func mixed() throws {
    try withWorld { world in
      for number in 0..<8 { try world.write("added/\(number)", "added \(number)\n") }
      try world.write("tracked", "1\n")
      try expectSuccess(world.mlt("add", "tracked"))
      var all: [World.Running] = []
      for number in 0..<8 {
        all.append(try world.start([World.program.string, "add", "added/\(number)"]))
        all.append(try world.start([World.program.string, "run", "--", "sh", "-c", "echo \(number) > made-\(number)"]))
        all.append(try world.start([World.program.string, "status"]))
        all.append(try world.start([World.program.string, "trace", "tracked", "--down"]))
      }
      for running in all { try expectSuccess(running.wait()) }
      let lock = try #require(try world.read("mlt.lock"))
      for number in 0..<8 { #expect(lock.contains(" added/\(number)\n") && lock.contains(" made-\(number)\n")) }
      try expectSuccess(world.mlt("status", "--exit-code"))
    }
  }

  @Test(
    "many at once rebuild a missing or damaged index, and all get the same answer",
    arguments: ["rm -f .mlt/index.sqlite*", "echo garbage > .mlt/index.sqlite"])
  func rebuilding(_ damage: String) throws {
    try withWorld { world in
      for number in 0..<5 { try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo \(number) > out")) }
      let before = try world.mlt("log", "--json").stdout
      try world.shell(damage)
      let all = try (0..<12).map { _ in try world.start([World.program.string, "log", "--json"]) }
      for running in all {
        let printed = try running.wait()
        try expectSuccess(printed)
        #expect(printed.stdout == before)
      }
    }
  }
}
