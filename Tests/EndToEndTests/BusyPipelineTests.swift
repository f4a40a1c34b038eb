import Glibc
import MLTBase
import SystemPackage
import Testing

/// While a stage runs, everything else goes on.
@Suite struct BusyPipelineTests {
  /// A project with a stage that takes as long as the test wants, and two others.
  private func prepare(_ world: World, _ ready: Gate, _ go: Gate) throws {
    try world.write(
      "slow.sh", "[ ! -e ../wait ] || { echo > '\(ready.path)'; read x < '\(go.path)'; }\ncp a.txt slow.txt\n")
    try world.write(
      "mlt.yaml",
      """
      stages:
        slow: {cmd: sh slow.sh, deps: [a.txt, slow.sh], outs: [slow.txt]}
        last: {cmd: cat slow.txt fast.txt > last.txt, deps: [slow.txt, fast.txt], outs: [last.txt]}
        fast: {cmd: cp b.txt fast.txt, deps: [b.txt], outs: [fast.txt]}
        other: {cmd: cp b.txt other.txt, deps: [b.txt], outs: [other.txt]}

      """)
    try world.write("a.txt", "a\n")
    try world.write("b.txt", "b\n")
    try expectSuccess(world.mlt("repro"))
    try expectSuccess(world.mlt("hook", "install"))
    try expectSuccess(world.shell("git add -A && git commit -qm Pipeline && touch ../wait"))
  }

  @Test("git commits, asking mlt's hook, and eight commands at once succeed, while a stage runs")
  func busy() throws {
    try withWorld { world in
      let (ready, go) = (try Gate("ready", in: world), try Gate("go", in: world))
      try prepare(world, ready, go)
      try world.write("a.txt", "A\n")
      try world.write("b.txt", "B\n")
      try world.write("notes.md", "meanwhile\n")
      try world.write("new.csv", "1,2\n")
      let slow = try world.start([World.program.string, "repro", "slow"])
      try ready.wait()

      let committed = try world.shell("git add notes.md && git commit -qm Notes && git log --format=%s -1")
      try expectSuccess(committed)
      #expect(committed.stdout == "Notes\n")
      let commands = [
        ["status"], ["repro", "fast"], ["repro", "other"], ["repro", "--dry-run"],
        ["run", "--", "cp", "b.txt", "copy.txt"],
        ["add", "new.csv"], ["log"], ["checkout"],
      ]
      let running = try commands.map { try world.start([World.program.string] + $0) }
      for (command, each) in zip(commands, running) {
        let printed = try each.wait()
        // What a stage has just written and not stored yet, it leaves alone.
        let isCareful = command == ["checkout"] && printed.stderr.contains("isn't stored and would be lost")
        #expect(printed.status == (isCareful ? 4 : 0), "\(command): \(printed.stderr)")
      }
      try expectSuccess(world.mlt("fsck"))

      try go.open()
      try expectSuccess(slow.wait())
      #expect(try world.read("slow.txt") == "A\n")
      try expectSuccess(world.shell("rm ../wait"))
      let rest = try #require(try world.json("repro")["stages"]?.array)
      #expect(rest.filter { $0["outcome"] == "ran" }.compactMap { $0["name"]?.string } == ["last"])
      #expect(try world.read("last.txt") == "A\nB\n")
      try expectSuccess(world.mlt("status", "--exit-code"))
      for name in ["slow.txt", "fast.txt", "other.txt", "last.txt", "copy.txt", "new.csv"] {
        #expect(try world.read("mlt.lock")?.contains(" \(name)\n") == true, "\(name)")
      }
    }
  }

  @Test("a checkout takes nothing away that is being tracked at the same time")
  func checkoutBesideAdd() throws {
    try withWorld { world in
      let names = (0..<6).flatMap { round in (0..<4).map { "n-\(round)-\($0).csv" } }
      for round in 0..<6 {
        var running: [World.Running] = []
        for name in names[(4 * round)..<(4 * round + 4)] {
          try world.write(name, "\(name)\n")
          running.append(try world.start([World.program.string, "add", name]))
          running.append(try world.start([World.program.string, "checkout"]))
        }
        for each in running { try expectSuccess(each.wait()) }
      }
      for name in names { #expect(try world.read(name) == "\(name)\n", "\(name)") }
      try expectSuccess(world.mlt("status", "--exit-code"))
    }
  }

  @Test("what comes to stand at a path while others wait for the lock file stays, and is what it was")
  func waiting() throws {
    try withWorld { world in
      try world.write("a.txt", "a\n")
      try world.write("h.txt", "h\n")
      try expectSuccess(world.mlt("add", "a.txt", "h.txt"))
      var waiting: (move: World.Running, run: World.Running)?
      // Whoever has the lock keeps the move, and the end of the run, waiting.
      try FileLock.holding(world.repository.appending(".mlt").appending("lock.lock")) {
        waiting = (
          try world.start([World.program.string, "mv", "a.txt", "b.txt"]),
          try world.start([World.program.string, "run", "-q", "--", "rm", "h.txt"])
        )
        while try world.read("h.txt") != nil { usleep(10_000) }
        usleep(500_000)
        try world.write("b.txt", "mine\n")
        try world.write("h.txt", "again\n")
      }
      let (move, run) = try #require(waiting)
      let moved = try move.wait()
      #expect(moved.status == 4 && moved.stderr.contains("'b.txt' exists already"), "\(moved)")
      try expectSuccess(run.wait())
      #expect(try world.read("b.txt") == "mine\n" && world.read("a.txt") == "a\n")
      let lock = try #require(try world.read("mlt.lock"))
      #expect(lock.contains(" a.txt\n") && lock.contains(" h.txt\n"), "\(lock)")
    }
  }

  @Test("of several that want the same stage at once one runs it, and the others find it done")
  func same() throws {
    try withWorld { world in
      let (ready, go) = (try Gate("ready", in: world), try Gate("go", in: world))
      try prepare(world, ready, go)
      try world.write("a.txt", "A\n")
      let all = try (0..<8).map { _ in try world.start([World.program.string, "repro", "slow"]) }
      try ready.wait()
      try go.open()
      for each in all { try expectSuccess(each.wait()) }
      #expect(try world.runs().filter { $0["component"] == "slow" }.count == 2)
      #expect(try world.read("slow.txt") == "A\n")
    }
  }
}
