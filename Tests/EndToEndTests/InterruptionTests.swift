import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Ctrl-C, and mlt killed at any moment.
@Suite struct InterruptionTests {
  // MARK: Ctrl-C

  @Test("Ctrl-C reaches the command, and the run is recorded as interrupted", arguments: [[], ["--no-trace"]])
  func interrupted(_ options: [String]) throws {
    try withWorld { world in
      try world.makePipe("ready")
      let running = try world.start(
        [World.program.string, "run"] + options + ["--", "sh", "-c", "echo made > out; echo > ready; exec sleep 600"])
      try world.awaitLine(inPipe: "ready")
      #expect(kill(-running.process, SIGINT) == 0)
      #expect(try running.wait().status == 130)
      let run = try #require(try world.runs().first)
      #expect(run["status"] == "interrupted")
      #expect(run["exit"] == 130)
      #expect(try world.read("out") == "made\n")
      #expect(try world.mlt("cat", "out@\(try #require(run["id"]?.string))").stdout == "made\n")
    }
  }

  @Test("a command that takes Ctrl-C its own way ends its own way")
  func handled() throws {
    try withWorld { world in
      try world.makePipe("ready")
      let script = "trap 'echo cleaned > out; exit 5' INT; sh -c 'echo > ready; exec sleep 600'"
      let running = try world.start([World.program.string, "run", "--", "sh", "-c", script])
      try world.awaitLine(inPipe: "ready")
      #expect(kill(-running.process, SIGINT) == 0)
      #expect(try running.wait().status == 5)
      let run = try #require(try world.runs().first)
      #expect(run["exit"] == 5)
      #expect(run["status"] == "interrupted")
      #expect(try world.read("out") == "cleaned\n")
    }
  }

  @Test("a signal sent to mlt alone is handed on to the command", arguments: [SIGTERM, SIGHUP])
  func handedOn(_ signal: Int32) throws {
    try withWorld { world in
      try world.makePipe("ready")
      let running = try world.start([World.program.string, "run", "--", "sh", "-c", "echo > ready; exec sleep 600"])
      try world.awaitLine(inPipe: "ready")
      #expect(kill(running.process, signal) == 0)
      #expect(try running.wait().status == 128 + signal)
      #expect(try world.runs().first?["exit"]?.int == Int64(128 + signal))
    }
  }

  // MARK: SIGKILL

  /// Kills a program after some time, and waits for its end.
  private func end(_ running: World.Running, after microseconds: UInt32) throws {
    // Not a wait for anything: the moment is what is drawn by lot.
    usleep(microseconds)
    Glibc.kill(running.process, SIGKILL)
    _ = try running.wait()
  }

  @Test(
    "mlt add killed at random moments: the next command works, and what was added before is there",
    arguments: [1, 2, 3] as [UInt64])
  func killedAdding(seed: UInt64) throws {
    try withWorld { world in
      var generator = SeededGenerator(seed: seed)
      try world.write("first", "kept\n")
      try expectSuccess(world.mlt("add", "first"))
      var added: [String: String] = ["first": "kept\n"]
      for round in 0..<12 {
        let text = (0..<2000).map { "\(seed) \(round) \($0) \(generator.next())\n" }.joined()
        let name = "file-\(round)"
        try world.write(name, text)
        try world.write("folder-\(round)/x", text + "x")
        let running = try world.start([World.program.string, "add", name, "folder-\(round)"])
        try end(running, after: UInt32.random(in: 0..<60_000, using: &generator))
        if round % 3 == 2 {
          // What a killed one had begun doesn't hinder the next.
          let printed = try world.mlt("add", name)
          try expectSuccess(printed)
          added[name] = text
        }
        try expectSuccess(world.mlt("status"))
        _ = try #require(try world.read("mlt.lock"))
      }
      try world.shell("mkdir away && mv first file-* folder-* away; rm .mlt/index.sqlite*")
      // Whatever the lock file names is there, whole: also what was killed after its bytes and facts were safe.
      try expectSuccess(world.mlt("checkout"))
      for (name, text) in added { #expect(try world.read(name) == text, "\(name)") }
      let same = try world.shell(
        "for f in file-* folder-*; do [ -e \"$f\" ] || continue; diff -r \"$f\" \"away/$f\" || exit 1; done")
      try expectSuccess(same)
    }
  }

  @Test(
    "mlt run killed at random moments: the next command works, and what was recorded before is there",
    arguments: [4, 5, 6] as [UInt64])
  func killedRunning(seed: UInt64) throws {
    try withWorld { world in
      var generator = SeededGenerator(seed: seed)
      var reported: [(name: String, run: String)] = []
      for round in 0..<10 {
        try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo \(round) > kept-\(round)"))
        reported.append(("kept-\(round)", try #require(try world.runs().first?["id"]?.string)))
        let script =
          "for i in 1 2 3 4; do head -c 20000 /dev/urandom > out-\(round)-$i; cat out-\(round)-* > all-\(round); done"
        let running = try world.start([World.program.string, "run", "--", "sh", "-c", script])
        try end(running, after: UInt32.random(in: 0..<120_000, using: &generator))
        // The very next command meets whatever the killed one left, its keeper perhaps still at work.
        try expectSuccess(world.mlt("log", "--oneline"))
        try expectSuccess(world.mlt("status"))
      }
      try awaitKeepers(world)
      try world.shell("rm .mlt/index.sqlite*")
      let known = try world.runs()
      for (name, run) in reported {
        #expect(known.contains { $0["id"]?.string == run && $0["status"] == "finished" })
        #expect(try world.mlt("cat", "\(name)@\(run)").stdout == String(name.dropFirst(5)) + "\n")
      }
      // A run either has an end with all its bytes or is known to have none.
      for run in known where run["status"] == "finished" {
        let id = try #require(run["id"]?.string)
        for output in try #require(try world.json("show", id)["run"]?["outputs"]?.array) {
          let path = try #require(output["path"]?.string)
          try expectSuccess(world.mlt("cat", "\(path)@\(id)"))
        }
      }
      try world.shell("rm -f kept-* out-* all-*")
      try expectSuccess(world.mlt("checkout"))
      try expectSuccess(world.mlt("status", "--exit-code"))
    }
  }

  /// Waits until every killed run has been finished, by its keeper or, where that couldn't, by the next run.
  private func awaitKeepers(_ world: World) throws {
    var left: [FilePath] = []
    for _ in 0..<500 {
      // A keeper may still be at work when this one looks, so that the one after it finds what is left.
      try expectSuccess(world.mlt("run", "--", "true"))
      left = try world.dataFiles(in: "tmp", suffix: "")
      if left.isEmpty { return }
      usleep(100_000)
    }
    throw NeverHappened(fact: "the end of the keepers; left are \(left.map(\.string))")
  }

  @Test("a run whose mlt was killed is finished by its keeper")
  func orphaned() throws {
    try withWorld { world in
      try world.makePipe("ready")
      try world.makePipe("go")
      let script = "echo early > early; echo > ready; cat go; echo late > late"
      let running = try world.start([World.program.string, "run", "--", "sh", "-c", script])
      try world.awaitLine(inPipe: "ready")
      #expect(Glibc.kill(running.process, SIGKILL) == 0)
      #expect(try running.wait().status == 137)
      #expect(try world.runs().first?["status"] == "running")
      try expectSuccess(world.shell("echo > go"))
      try world.await("the run's end") { try world.runs().first?["status"] != "running" }
      let run = try #require(try world.runs().first)
      #expect(run["status"] == "finished" && run["exit"] == 0)
      let shown = try world.json("show", try #require(run["id"]?.string))
      #expect(shown["run"]?["outputs"]?.array?.compactMap { $0["path"]?.string } == ["early", "late"])
      try world.await("the lock file") { try world.read("mlt.lock")?.contains(" late\n") == true }
      try world.await("the spool's end") { try world.dataFiles(in: "tmp", suffix: "").isEmpty }
    }
  }

  /// Runs a command and kills mlt, but not the keeper, while mlt waits for a lock after the command's end.
  ///
  /// - Parameter name: the lock's name in `.mlt`, given the run.
  private func killRecording(_ world: World, lock name: (_ run: String) -> String) throws -> String {
    try world.makePipe("ready")
    try world.makePipe("go")
    let running = try world.start(
      [World.program.string, "run", "--", "sh", "-c", "echo > ready; cat go > /dev/null; echo made > out; exit 0"])
    try world.awaitLine(inPipe: "ready")
    let run = try #require(try world.runs().first?["id"]?.string)
    let lock = try FileLock(world.repository.appending(".mlt/" + name(run)))
    try expectSuccess(world.shell("echo > go"))
    try world.await("the wait for the lock") {
      let locks = String(decoding: try FileOperations.contents(of: "/proc/locks") ?? [], as: UTF8.self)
      return locks.split(separator: "\n").contains { line in
        line.contains("-> FLOCK") && line.contains(" \(running.process) ")
      }
    }
    #expect(Glibc.kill(running.process, SIGKILL) == 0)
    #expect(try running.wait().status == 137)
    lock.release()
    return run
  }

  /// How often a run's end is recorded.
  private func ends(of run: String, in world: World) throws -> Int {
    let journal = String(decoding: try world.recordedBytes(), as: UTF8.self)
    return journal.split(separator: "\n").count { $0.contains(#""type":"run.ended""#) && $0.contains(run) }
  }

  @Test("a run whose mlt was killed after the command's end, before that was recorded, is finished by its keeper")
  func killedRecording() throws {
    try withWorld { world in
      let run = try killRecording(world) { "tmp/log-" + $0 }
      try world.await("the run's end") { try world.runs().first?["status"] != "running" }
      let ended = try #require(try world.runs().first)
      #expect(ended["status"] == "finished" && ended["exit"] == 0)
      #expect(try world.mlt("cat", "out@\(run)").stdout == "made\n")
      try world.await("the lock file") { try world.read("mlt.lock")?.contains(" out\n") == true }
      try awaitKeepers(world)
    }
  }

  @Test("the outputs of a run whose mlt was killed after it had recorded the end are tracked by its keeper")
  func killedTracking() throws {
    try withWorld { world in
      let run = try killRecording(world) { _ in "lock.lock" }
      try world.await("the lock file") { try world.read("mlt.lock")?.contains(" out\n") == true }
      // The keeper takes away its spool after that, which must not happen while everything is read.
      try awaitKeepers(world)
      #expect(try ends(of: run, in: world) == 1)
      #expect(try world.runs().first { $0["id"]?.string == run }?["status"] == "finished")
      try expectSuccess(world.mlt("status", "--exit-code"))
    }
  }

  @Test("a run whose mlt and keeper were both killed is finished once, however many come by next")
  func abandoned() throws {
    try withWorld { world in
      try world.makePipe("ready")
      let script = "echo early > early; echo > ready; exec sleep 600"
      let running = try world.start([World.program.string, "run", "--", "sh", "-c", script])
      try world.awaitLine(inPipe: "ready")
      let run = try #require(try world.runs().first?["id"]?.string)
      try expectSuccess(world.shell("kill -9 $(pgrep -P \(running.process)) \(running.process)"))
      #expect(try running.wait().status == 137)
      Glibc.kill(-running.process, SIGKILL)
      let all = try (0..<16).map { _ in try world.start([World.program.string, "run", "--", "true"]) }
      for next in all { try expectSuccess(next.wait()) }
      let runs = try world.runs()
      #expect(runs.count == 17)
      #expect(runs.last?["id"]?.string == run)
      #expect(runs.last?["status"] == "interrupted")
      #expect(try ends(of: run, in: world) == 1)
      #expect(try world.dataFiles(in: "tmp", suffix: "").isEmpty)
    }
  }
}
