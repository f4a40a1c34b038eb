import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Stages that run side by side, and commands beside them.
@Suite struct ReproTogetherTests {
  /// Declares stages of which each writes a file, and one that reads all of them.
  private func makeFan(_ world: World, _ count: Int) throws {
    var text = "stages:\n"
    for number in 0..<count {
      text += "  s\(number): {cmd: 'echo \(number) > o\(number).txt; echo said \(number)', outs: [o\(number).txt]}\n"
    }
    let all = (0..<count).map { "o\($0).txt" }
    text +=
      "  all: {cmd: 'cat \(all.joined(separator: " ")) | sort -n > all.txt', deps: [\(all.joined(separator: ", "))], outs: [all.txt]}\n"
    try world.write("mlt.yaml", text)
  }

  @Test("32 at once record what one after another does", .timeLimit(.minutes(10)))
  func many() throws {
    try withWorld { world in
      let count = 64
      try makeFan(world, count)
      let repro = try world.repro("-j", "32")
      #expect(repro.ran.count == count + 1 && repro.ran.last == "all", "\(repro.printed)")
      #expect(try world.read("all.txt") == (0..<count).map { "\($0)\n" }.joined())
      // What the commands of one stage print stays together.
      let lines = repro.printed.stderr.split(separator: "\n")
      for number in 0..<count {
        let start = try #require(lines.firstIndex { $0 == "mlt: s\(number): never run" })
        #expect(lines[start + 2] == "said \(number)")
      }
      #expect(try world.runs().count == count + 1)
      #expect(try world.repro("-j", "8").ran.isEmpty)
      try expectSuccess(world.mlt("status", "--exit-code"))
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("of two at once each stage is run by one, and the other waits for it")
  func twice() throws {
    try withWorld { world in
      let gate = try Gate("gate", in: world)
      let go = try Gate("go", in: world)
      try world.write(
        "mlt.yaml", "stages: {a: {cmd: 'echo > \(gate.path); read x < \(go.path); echo 1 > a.txt', outs: [a.txt]}}\n")
      let first = try world.start([World.program.string, "repro"])
      try gate.wait()
      let second = try world.start([World.program.string, "repro", "-v"])
      let waits = try eventually {
        let told = try FileOperations.contents(of: second.stderr) ?? []
        return String(decoding: told, as: UTF8.self).contains("waits for another process")
      }
      #expect(waits)
      try go.open()
      #expect(try first.wait().status == 0)
      let printed = try second.wait()
      #expect(printed.status == 0 && printed.stderr.contains("mlt: a: up to date"), "\(printed)")
      #expect(try world.runs().count == 1)
    }
  }

  @Test("while a long stage runs git commits, and eight other commands succeed")
  func beside() throws {
    try withWorld { world in
      let gate = try Gate("gate", in: world)
      let go = try Gate("go", in: world)
      try world.write(
        "mlt.yaml",
        """
        stages:
          long: {cmd: 'echo > \(gate.path); read x < \(go.path); echo 1 > long.txt', outs: [long.txt]}
          short: {cmd: echo 2 > short.txt, outs: [short.txt]}

        """)
      let long = try world.start([World.program.string, "repro", "long"])
      try gate.wait()
      try expectSuccess(world.shell("git add . && git commit -q -m during"))
      try expectSuccess(world.mlt("status"))
      #expect(try world.repro("short").lines == ["short: ran"])
      let adding = try (0..<8).map { number in
        try world.write("f\(number).txt", "\(number)\n")
        return try world.start([World.program.string, "add", "f\(number).txt"])
      }
      for process in adding { try expectSuccess(process.wait()) }
      try go.open()
      try expectSuccess(long.wait())
      #expect(try world.repro().ran.isEmpty)
      let lock = try #require(try world.read("mlt.lock"))
      #expect((0..<8).allSatisfy { lock.contains(" f\($0).txt\n") } && lock.contains(" long.txt\n"))
    }
  }

  @Test("a worker that dies fails its stage and nothing else")
  func killed() throws {
    try withWorld { world in
      let gate = try Gate("gate", in: world)
      try world.write(
        "mlt.yaml",
        """
        stages:
          a: {cmd: 'echo $$ > ../command.txt; echo > \(gate.path); exec sleep 1000', outs: [a.txt]}
          b: {cmd: echo 2 > b.txt, outs: [b.txt]}

        """)
      let running = try world.start([World.program.string, "repro", "-j", "2", "-k"])
      try gate.wait()
      try expectSuccess(
        world.shell("for p in $(pgrep -P \(running.process)); do pgrep -P $p > /dev/null && kill -9 $p; done; true"))
      let printed = try running.wait()
      #expect(printed.status == 1 && printed.stderr.contains("the process that ran it has ended"), "\(printed)")
      #expect(try world.read("b.txt") == "2\n")
      try expectSuccess(world.shell("kill $(cat ../command.txt)"))
    }
  }
}
