import Glibc
import MLTBase
import SystemPackage
import Testing

/// `mlt run --timeout`.
@Suite struct TimeLimitTests {
  @Test("a command that takes too long ends with 124, and is recorded as failed", arguments: [[], ["--no-trace"]])
  func tooLong(_ options: [String]) throws {
    try withWorld { world in
      try world.write("out", "before\n")
      try expectSuccess(world.mlt("add", "out"))
      let lock = try world.read("mlt.lock")
      let printed = try world.run(
        [World.program.string, "run", "--timeout", "0.5"] + options + [
          "--", "sh", "-c", "echo x > out; exec sleep 600",
        ])
      #expect(printed.status == 124)
      #expect(printed.stderr.hasPrefix("warning: the command was ended because it took too long (after 0.5 s)\n"))
      #expect(printed.stderr.contains(", failed with exit status 124\n"))
      let run = try #require(try world.runs().first)
      #expect(run["status"] == "failed" && run["exit"] == 124)
      let id = try #require(run["id"]?.string)
      let shown = try world.json("show", id)["run"]
      #expect(
        shown?["hazards"]?.array?.contains { $0["kind"] == "out-of-time" && $0["detail"] == "after 0.5 s" } == true)
      #expect(shown?["outputs"]?.array?.compactMap { $0["path"]?.string } == ["out"])
      #expect(try world.read("mlt.lock") == lock)
    }
  }

  @Test("neither a child that ignores SIGTERM nor one in a session of its own is left, and the next run goes on")
  func stubborn() throws {
    try withWorld { world in
      let script = """
        trap '' TERM
        setsid sh -c 'echo $$ > child; while :; do read x < never; done' &
        echo $$ > self; while :; do read x < never; done
        """
      try world.makePipe("never")
      let printed = try world.mlt("run", "--timeout", "2s", "--kill-after", "50ms", "--", "sh", "-c", script)
      #expect(printed.status == 124)
      for name in ["self", "child"] {
        let text = try #require(try world.read(name))
        let process = try #require(Int32(text.dropLast()))
        #expect(kill(process, 0) != 0, "\(name) is alive")
      }
      try expectSuccess(world.mlt("run", "--cached", "--timeout", "1h", "--", "sh", "-c", "echo 1 > done"))
      #expect(try world.mlt("run", "--cached", "--", "sh", "-c", "echo 1 > done").stderr.contains("skipped"))
      #expect(try world.shell("ls .mlt/tmp").stdout == "")
    }
  }

  @Test("the runs inside one that takes too long are recorded, too")
  func nested() throws {
    try withWorld { world in
      let script = "mlt run -c quick -- true; mlt run -c slow -- sleep 600; mlt run -c never -- true"
      let printed = try world.mlt("run", "--timeout", "3", "-c", "all", "--", "sh", "-c", script)
      #expect(printed.status == 124)
      let runs = try world.runs()
      #expect(runs.map { $0["component"]?.string } == ["slow", "quick", "all"])
      #expect(runs.map { $0["status"]?.string } == ["interrupted", "finished", "failed"])
      #expect(runs.map { $0["exit"]?.int } == [143, 0, 124])
    }
  }

  @Test("a stage that takes too long fails, and what doesn't depend on it runs", arguments: ["1", "2"])
  func stage(jobs: String) throws {
    try withWorld { world in
      try world.write(
        "mlt.yaml",
        """
        stages:
          slow: {cmd: sleep 600, outs: [a]}
          after: {cmd: cp a b, deps: [a], outs: [b]}
          other: {cmd: echo 1 > c, outs: [c]}
        """)
      let printed = try world.mlt("repro", "--timeout", "2s", "--keep-going", "--jobs", jobs)
      #expect(printed.status == 1)
      #expect(printed.stderr.contains("warning: the command was ended because it took too long (after 2 s)\n"))
      #expect(printed.stderr.contains("error: stage 'slow' failed with exit status 124\n"))
      #expect(printed.stderr.hasSuffix("mlt: 3 stages: 1 run, 1 failed, 1 skipped\n"))
      #expect(try world.read("c") == "1\n")
      #expect(try world.runs().first { $0["component"] == "slow" }?["exit"] == 124)
    }
  }

  @Test(
    "a time that can't be understood is a mistake of usage",
    arguments: [
      "0", "-1", "x", "", "1e3", ".5", "5.", "30m1h", "1h 2m", "1hm", "nan", "0x10", "99999999999d", "0.0001",
    ])
  func mistaken(_ time: String) throws {
    try withWorld(git: false) { world in
      let printed = try world.mlt("run", "--timeout=\(time)", "--", "touch", "out")
      #expect(printed.status == 2)
      #expect(try world.read("out") == nil)
    }
  }

  @Test("times are taken as people type them", arguments: ["90", "1.5h", "30m", "1h30m", "2d", "500ms", "1d2h3m4s5ms"])
  func understood(_ time: String) throws {
    try withWorld(git: false) { world in
      try expectSuccess(world.mlt("run", "--timeout", time, "--kill-after", time, "--", "true"))
    }
  }
}
