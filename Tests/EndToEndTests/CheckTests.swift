import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Checks before and after runs.
@Suite struct CheckTests {
  @Test("checks that pass are part of the run, with the run's id and directory at hand")
  func passing() throws {
    try withWorld { world in
      let run = try world.mlt(
        "run", "--check-before", "test \"$MLT_CHECK\" = before", "--check-after",
        "test -s out.txt && echo $MLT_RUN >&2",
        "--", "sh", "-c", "echo something > out.txt")
      #expect(run.status == 0, "\(run)")
      let id = try world.lastRun().id
      #expect(run.stderr.contains(id + "\n") && run.stderr.contains("mlt: passed 2 checks: test, test\n"), "\(run)")
      let checks = try world.json("show", id)["run"]?["checks"]?.array
      #expect(checks?.map { $0["phase"]?.string } == ["before", "after"])
      #expect(checks?.allSatisfy { $0["passed"]?.bool == true } == true)
      #expect(checks?.last?["output"]?.string == id + "\n")
      #expect(try world.mlt("show", id).stdout.contains("\nchecks\n  passed  before  test  "))
      #expect(try !world.mlt("status").stdout.contains("Checks that failed"))
    }
  }

  @Test("a check that fails before the run keeps the command from starting, and that is recorded")
  func before() throws {
    try withWorld { world in
      let run = try world.mlt(
        "run", "-c", "train", "--check-before", "echo no data; false", "--check-before", "true", "--", "sh", "-c",
        "echo x > out.txt")
      #expect(run.status == 123, "\(run)")
      #expect(run.stderr.contains("no data\n") && run.stderr.contains("so the command wasn't started"), "\(run)")
      #expect(try world.read("out.txt") == nil)
      let log = try world.json("log", "-n", "1")["runs"]?.array?.first
      #expect(log?["status"]?.string == "failed" && log?["exit"]?.int == 123)
      #expect(log?["failedChecks"]?.array?.count == 1)
      #expect(try world.mlt("log", "--oneline").stdout.contains("failed, exit 123, check failed"))
      #expect(try world.mlt("fsck").status == 0)
    }
  }

  @Test("a check that fails after the run makes what it made suspect until a run passes it")
  func after() throws {
    try withWorld { world in
      let command = ["run", "-c", "train", "--check-after", "grep -q good out.txt", "--", "sh", "-c"]
      let run = try world.run([World.program.string] + command + ["echo bad news > out.txt"])
      #expect(run.status == 123 && run.stderr.contains("so what it made is suspect"), "\(run)")
      let log = try world.json("log", "-n", "1")["runs"]?.array?.first
      #expect(log?["status"]?.string == "finished" && log?["exit"]?.int == 0)
      #expect(try world.mlt("status").stdout.contains("\nChecks that failed:\n"))
      #expect(try world.json("status")["failedChecks"]?.array?.first?["component"]?.string == "train")
      #expect(try world.mlt("log").stdout.contains("check 'grep' after the run failed, exit 1"))
      for (format, text) in [
        ("prov", "\"mlt:failedCheck\""), ("openlineage", "\"failedChecks\""),
        ("ro-crate", "hasn't passed check 'grep'"),
        ("in-toto", "\"failedChecks\""),
      ] {
        let export = try world.mlt("export", format, "out.txt")
        #expect(export.status == 0 && export.stdout.contains(text), "\(export)")
      }
      // It stands for no other.
      let cached = try world.run(
        [World.program.string, "run", "--cached"] + command.dropFirst() + ["echo bad news > out.txt"])
      #expect(cached.status == 123 && cached.stderr.contains("its check 'grep' failed"), "\(cached)")
      try expectSuccess(world.run([World.program.string] + command + ["echo good news > out.txt"]))
      #expect(try !world.mlt("status").stdout.contains("Checks that failed"))
      #expect(try world.mlt("log", "--oneline").stdout.contains("finished, check failed"))
    }
  }

  @Test("with --check-warn a failure only warns, and a check isn't made of a command that failed")
  func warning() throws {
    try withWorld { world in
      let warned = try world.mlt(
        "run", "--check-warn", "--check-before", "false", "--check-after", "exit 3", "--", "true")
      #expect(
        warned.status == 0 && warned.stderr.contains("warning: check 'exit' after the run failed with exit status 3"))
      #expect(try !world.mlt("status").stdout.contains("Checks that failed"))
      let failed = try world.mlt("run", "--check-after", "touch made", "--", "sh", "-c", "exit 9")
      #expect(failed.status == 9)
      #expect(try world.read("made") == nil)
    }
  }

  @Test("a reused run has to have passed the checks that are asked for")
  func reuse() throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      let command = ["--", "sh", "-c", "sort raw.txt > out.txt"]
      let program = [World.program.string, "run", "--cached"]
      try expectSuccess(world.run(program + command))
      let unchecked = try world.run(program + ["--check-after", "test -s out.txt"] + command)
      #expect(unchecked.stderr.contains("check 'test' wasn't made of it"), "\(unchecked)")
      let checked = try world.run(program + ["--check-after", "test -s out.txt"] + command)
      #expect(checked.stderr.contains("mlt: skipped "), "\(checked)")
    }
  }

  @Test("a reused run has to have passed the component's checks, also those that only warned when it was made")
  func reuseOfComponents() throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      let program = [World.program.string, "run", "--cached", "-c", "sort"]
      let command = ["--", "sh", "-c", "sort raw.txt > out.txt"]
      try expectSuccess(world.run(program + command))
      try expectSuccess(world.mlt("component", "describe", "sort", "--check-after", "grep -q c out.txt"))
      let warned = try world.run(program + ["--check-warn"] + command)
      #expect(warned.status == 0 && warned.stderr.contains("check 'grep' wasn't made of it"), "\(warned)")
      #expect(try world.run(program + ["--check-warn"] + command).stderr.contains("mlt: skipped "))
      let earnest = try world.run(program + command)
      #expect(earnest.status == 123 && earnest.stderr.contains("check 'grep' failed"), "\(earnest)")
      try expectSuccess(world.mlt("component", "describe", "sort", "--no-checks"))
      let free = try world.run(program + command)
      #expect(free.status == 0, "\(free)")
    }
  }

  @Test("a run whose check was cut short isn't taken for one that passed it")
  func interrupted() throws {
    try withWorld { world in
      let command = ["run", "-c", "train", "--check-after", "test -e calm || kill -9 $PPID", "--"]
      let program = [World.program.string]
      let killed = try world.run(program + command + ["sh", "-c", "echo x > out.txt"])
      #expect(killed.status != 0, "\(killed)")
      #expect(try world.mlt("status").stdout.contains("after the run, not made to its end"))
      #expect(try world.mlt("show", world.lastRun().id).stdout.contains("\nchecks\n  not finished  after  test  "))
      #expect(try world.mlt("show", "out.txt").stdout.contains("\nsuspect\n  run "))
      #expect(
        try world.mlt("trace", "out.txt").stdout.contains("suspect: check 'test' after the run wasn't made to its end"))
      #expect(try world.json("trace", "out.txt")["runs"]?.array?.first?["failedChecks"]?.array?.count == 1)
      try world.write("calm", "")
      try expectSuccess(world.run(program + command + ["sh", "-c", "echo x > out.txt"]))
      #expect(try !world.mlt("status").stdout.contains("Checks that failed"))
      #expect(try !world.mlt("show", "out.txt").stdout.contains("suspect"))
      #expect(try world.json("show", world.lastRun().id)["run"]?["checks"]?.array?.count == 1)
      // Of a command that failed nothing was to be checked.
      #expect(try world.run(program + command + ["false"]).status == 1)
      #expect(try world.json("show", world.lastRun().id)["run"]?["checks"]?.array?.count == 0)
    }
  }

  @Test("a component's checks are made of each of its runs, and those from elsewhere only once they are accepted")
  func components() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let (one, two) = (world.place("a"), world.place("b"))
      try expectSuccess(
        world.mlt("component", "describe", "train", "--check-after", "touch checked; test -s out.txt", in: one))
      #expect(try world.mlt("component", "show", "train", in: one).stdout.contains("check after  touch checked"))
      let empty = try world.shell("mlt run -c train -- sh -c ': > out.txt'", in: one)
      #expect(empty.status == 123, "\(empty)")
      #expect(try FileStatus(at: one.appending("checked")) != nil)
      try expectSuccess(world.mlt("push", in: one))
      try expectSuccess(world.mlt("pull", in: two))
      // Whoever can push mustn't say what is executed here.
      let foreign = try world.shell("mlt run -c train -- sh -c ': > out.txt'", in: two)
      #expect(foreign.status == 0 && foreign.stderr.contains("described by Ada"), "\(foreign)")
      #expect(try FileStatus(at: two.appending("checked")) == nil)
      try expectSuccess(world.mlt("component", "describe", "train", "--accept-checks", in: two))
      #expect(try world.shell("mlt run -c train -- sh -c ': > out.txt'", in: two).status == 123)
      #expect(try FileStatus(at: two.appending("checked")) != nil)
      try expectSuccess(world.mlt("component", "describe", "train", "--no-checks", in: two))
      #expect(try world.shell("mlt run -c train -- sh -c ': > out.txt'", in: two).status == 0)
    }
  }

  @Test("a stage whose check fails has failed, and runs again until it passes")
  func stages() throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      try world.write("limit", "3\n")
      try world.write(
        "mlt.yaml",
        """
        stages:
          sort:
            cmd: sort raw.txt > out.txt
            deps: [raw.txt]
            outs: [out.txt]
            meta:
              mlt:
                checks:
                  after: test $(wc -l < out.txt) -ge $(cat limit)
          count:
            cmd: wc -l < out.txt > count.txt
            deps: [out.txt]
            outs: [count.txt]

        """)
      let failed = try world.repro(status: 1)
      #expect(failed.lines == ["sort: failed", "count: skipped"], "\(failed)")
      #expect(failed.printed.stderr.contains("stage 'sort' doesn't pass check 'test'"), "\(failed)")
      try world.write("limit", "2\n")
      let passed = try world.repro()
      #expect(passed.lines == ["sort: ran", "count: ran"], "\(passed)")
      #expect(passed.reasons["sort"] == ["check 'test' failed"])
      #expect(try world.repro().ran == [])
    }
  }

  @Test("credentials are kept out of a check's command and output, and a long output keeps its end")
  func recorded() throws {
    try withWorld { world in
      let run = try world.run(
        [
          World.program.string, "run", "--check-after",
          "echo password=hunter22; seq 5000; kill -9 $$", "--", "true",
        ], environment: ["MY_TOKEN": "s3cr3t-value"])
      #expect(run.status == 123)
      let check = try world.json("show", world.lastRun().id)["run"]?["checks"]?.array?.first
      #expect(check?["exit"]?.int == 137)
      let output = try #require(check?["output"]?.string)
      #expect(output.hasSuffix("5000\n") && output.utf8.count <= 4096)
      #expect(check?["command"]?.string?.contains("hunter22") == false)
    }
  }
}
