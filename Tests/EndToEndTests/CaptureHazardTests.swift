import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What makes a record less than the whole truth, and runs within runs.
@Suite struct CaptureHazardTests {
  @Test("an input that somebody else changes while the run goes on is a hazard")
  func inputChanged() throws {
    try withWorld { world in
      try world.write("a", "1\n")
      let ready = try Gate("ready", in: world), go = try Gate("go", in: world)
      let running = try world.start([
        World.program.string, "run", "--", "sh", "-c", "cat a > b; echo > \(ready.path); read x < \(go.path)",
      ])
      try ready.wait()
      try world.write("a", "changed\n")
      try go.open()
      let printed = try running.wait()
      try expectSuccess(printed)
      #expect(printed.stderr.contains("warning: 'a' was read and changed by somebody else while the run went on"))
      let run = try world.lastRun()
      #expect(run.hazards == ["input-changed a"])
      #expect(run.outputs["b"]?["id"] == contentID("1\n"))
    }
  }

  @Test("an input that somebody else removes while the run goes on is still told")
  func inputGone() throws {
    try withWorld { world in
      try world.write("a", "1\n")
      let ready = try Gate("ready", in: world), go = try Gate("go", in: world)
      let running = try world.start([
        World.program.string, "run", "--", "sh", "-c", "cat a > b; echo > \(ready.path); read x < \(go.path)",
      ])
      try ready.wait()
      try world.shell("rm a")
      try go.open()
      try expectSuccess(running.wait())
      let run = try world.lastRun()
      #expect(run.inputPaths == ["a"])
      #expect(run.inputs["a"]?["problem"]?.string != nil)
      #expect(run.hazards == ["input-changed a"])
      #expect(run.removed == [])
    }
  }

  @Test("a file that two runs write at once is a hazard")
  func writtenByTwo() throws {
    try withWorld { world in
      let ready = try Gate("ready", in: world), go = try Gate("go", in: world)
      let running = try world.start([
        World.program.string, "run", "-c", "slow", "--", "sh", "-c",
        "echo 1 > a; echo > \(ready.path); read x < \(go.path)",
      ])
      try ready.wait()
      let quick = try world.record("echo 2 > a", options: ["-c", "quick"])
      try go.open()
      try expectSuccess(running.wait())
      let runs = try #require(try world.json("log", "-c", "slow")["runs"]?.array)
      let record = try world.shown(try #require(runs.first?["id"]?.string))
      #expect(record.hazards == ["written-by-two-runs a"])
      #expect(
        record.json["hazards"]?.array?.first?["detail"]?.string?.contains(String(quick.id.prefix(10))) == true)
    }
  }

  @Test("a write after the command's end is told once the process that was left behind has ended")
  func lateWrite() throws {
    try withWorld { world in
      let go = try Gate("go", in: world)
      let run = try world.record(
        "echo 1 > a; (read x < \(go.path); echo late > b; echo late >> a) > /dev/null 2>&1 &")
      #expect(run.outputPaths == ["a"])
      try go.open()
      #expect(try eventually { try !world.shown(run.id).hazards.isEmpty })
      #expect(try world.shown(run.id).hazards == ["write-after-exit a", "write-after-exit b"])
      #expect(try world.mlt("show", run.id).stdout.contains("'b' was written after the command had ended"))
    }
  }

  @Test("work that is handed to a place out of sight is a hazard", arguments: ["ssh", "docker", "sbatch"])
  func elsewhere(_ program: String) throws {
    try withWorld { world in
      let run = try world.record(
        "\(program) machine work; echo 1 > a", environment: world.tools([program: "exit 0"]))
      #expect(run.hazards == ["work-elsewhere '\(program)' was started"])
      #expect(run.outputPaths == ["a"])
    }
  }

  // MARK: Runs within runs

  @Test("a run within a run is its child, and each file belongs to the run that touched it")
  func childRuns() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      try world.write(
        "all.sh",
        """
        mlt run -q -c first -- sh -c 'cat in > middle'
        mlt run -q -c second -- sh -c 'cat middle > out'
        cat out > summary

        """)
      let outer = try world.recordCommand(["sh", "all.sh"])
      #expect(outer.inputPaths == ["all.sh", "out"])
      #expect(outer.outputPaths == ["summary"])
      #expect(outer.hazards == [])
      let children = try #require(outer.json["children"]?.array).compactMap(\.string)
      let inner = try children.map { try world.shown($0) }
      #expect(inner.map { $0.json["component"] } == ["first", "second"])
      #expect(inner.map(\.inputPaths) == [["in"], ["middle"]])
      #expect(inner.map(\.outputPaths) == [["middle"], ["out"]])
      #expect(inner.allSatisfy { $0.json["parent"] == .string(outer.id) && $0.hazards == [] })
      let trace = try world.json("trace", "summary")
      #expect(
        trace["runs"]?.array?.compactMap { $0["component"]?.string } == ["all", "second", "first"])
    }
  }

  @Test("a change in place by a run within a run keeps the content before")
  func childInPlace() throws {
    try withWorld { world in
      try world.write("a", "1\n")
      try world.record("mlt run -q -c inner -- sh -c 'echo 2 >> a'")
      let runs = try #require(try world.json("log", "-c", "inner")["runs"]?.array)
      let inner = try world.shown(try #require(runs.first?["id"]?.string))
      #expect(inner.inputs["a"]?["id"] == contentID("1\n"))
      #expect(inner.outputs["a"]?["id"] == contentID("1\n2\n"))
    }
  }

  // MARK: Without following

  @Test("without following, the work tree is compared, and says so")
  func compared() throws {
    try withWorld { world in
      try world.write("changed", "1\n")
      try world.write("same", "1\n")
      try world.write("gone", "1\n")
      try world.write("script.sh", "cat same; echo 22 > changed; echo 1 > new; rm gone\n")
      let run = try world.recordCommand(["sh", "script.sh"], options: ["--no-trace"])
      #expect(run.outputPaths == ["changed", "new"])
      #expect(run.removed == ["gone"])
      #expect(run.outputs.values.allSatisfy { $0["evidence"] == "compared" })
      // Nobody saw a reading; what the command line names is taken for read.
      #expect(run.inputPaths == ["script.sh"])
      #expect(run.inputs["script.sh"]?["evidence"] == "declared")
      #expect(run.json["evidence"] == "compared")
      #expect(run.hazards == ["not-observed told not to"])
    }
  }

  @Test("a trace shows the weaker evidence of writing and reading")
  func weakestEvidence() throws {
    try withWorld { world in
      try world.record("echo 1 > a", options: ["--no-trace"])
      let run = try world.record("cat a > b")
      #expect(run.inputs["a"]?["evidence"] == "compared")
    }
  }

  // MARK: Killed

  /// Runs a script, kills mlt between its two parts, and waits until its keeper has recorded the run.
  private func killedRun(
    in world: World, options: [String], before: String, after: String
  ) throws -> RecordedRun {
    let ready = try Gate("ready", in: world), go = try Gate("go", in: world)
    let script = "\(before); echo > \(ready.path); read x < \(go.path); \(after)"
    let running = try world.start([World.program.string, "run"] + options + ["--", "sh", "-c", script])
    try ready.wait()
    // `env` has replaced itself by mlt.
    kill(running.process, SIGKILL)
    #expect(try running.wait().status == 128 + SIGKILL)
    try go.open()
    #expect(try eventually { try world.lastRun().json["status"] != "running" })
    return try world.lastRun()
  }

  @Test("when mlt is killed, the command goes on and its run is recorded after all")
  func killed() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let run = try killedRun(in: world, options: ["-c", "orphan"], before: "cat in > a", after: "cat a > b")
      #expect(run.json["status"] == "finished")
      #expect(run.inputPaths == ["in"])
      #expect(run.outputPaths == ["a", "b"])
      #expect(run.hazards == ["incomplete mlt itself was killed before it had recorded the run"])
      #expect(try world.cat("b") == "1\n")
    }
  }

  @Test("when mlt is killed that didn't follow its command, the record doesn't say that it was observed")
  func killedUntraced() throws {
    try withWorld { world in
      let run = try killedRun(in: world, options: ["--no-trace"], before: "true", after: "exit 3")
      #expect(run.json["status"] == "failed" && run.json["exit"] == 3)
      #expect(run.json["evidence"] == "declared")
      #expect(
        run.hazards.sorted() == [
          "incomplete mlt itself was killed before it had recorded the run",
          "not-observed its keeper didn't follow it",
        ])
    }
  }

  @Test("a failed run is recorded with its outputs and leaves the lock file alone")
  func failed() throws {
    try withWorld { world in
      try world.record("echo 1 > a")
      let lock = try world.read("mlt.lock")
      let run = try world.record("echo 2 > a; echo 3 > b; exit 3", status: 3)
      #expect(run.json["status"] == "failed")
      #expect(run.json["exit"] == 3)
      #expect(run.outputPaths == ["a", "b"])
      #expect(try world.read("mlt.lock") == lock)
      #expect(try world.cat("b@" + run.id) == "3\n")
    }
  }
}
