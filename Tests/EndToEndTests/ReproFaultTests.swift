import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt repro` where something goes wrong.
@Suite struct ReproFaultTests {
  @Test(
    "pipelines that can't be meant are refused with file, line and stage, before anything runs",
    arguments: [
      ("stages: {a: {cmd: x, outs: [o]}, b: {cmd: x, outs: [o]}}", "output 'o' is also one of stage 'a'"),
      ("stages: {a: {cmd: x, outs: [o]}, b: {cmd: x, outs: [o/p]}}", "output 'o/p' lies in output 'o' of stage 'a'"),
      ("stages: {a: {cmd: x, deps: [p], outs: [o]}, b: {cmd: x, deps: [o], outs: [p]}}", "in a circle"),
      ("stages: {a: {cmd: x, dpes: [p]}}", "unknown key 'dpes'"),
      ("stages: {a: {cmd: '${nope}'}}", "'nope' is not defined"),
      ("stages:\n\ta: {cmd: x}", "line 2, column 1"),
      ("stages: {a: {cmd: x}, a: {cmd: y}}", "a"),
      ("stages: {a: {cmd: x, outs: [../o]}}", "output '../o' lies outside the project"),
      ("a: &a [x, x]\nb: &b [*a, *a]", "unknown key 'a'"),
    ])
  func refused(text: String, message: String) throws {
    try withWorld { world in
      try world.write("mlt.yaml", text + "\n")
      let printed = try world.mlt("repro")
      #expect(printed.status == 1 && printed.stderr.hasPrefix("error: 'mlt.yaml'"), "\(printed)")
      #expect(printed.stderr.contains(message), "\(printed)")
      #expect(try world.runs().isEmpty)
      // What else there is to tell is told all the same.
      let status = try world.mlt("status", "--exit-code")
      #expect(status.status == 1 && status.stdout.contains("The pipeline can't be read:"), "\(status)")
    }
  }

  @Test("without a pipeline, or a repository, the next step is told")
  func missing() throws {
    try withWorld { world in
      let printed = try world.mlt("repro")
      #expect(printed.status == 3 && printed.stderr.contains("hint: declare stages in 'mlt.yaml'"), "\(printed)")
    }
    try withWorld(initialized: false) { world in
      let printed = try world.mlt("repro")
      #expect(printed.stderr.contains("hint: run 'mlt init' first"))
    }
  }

  @Test("a failed stage stops what depends on it, with --keep-going nothing else, and is tried again next time")
  func failure() throws {
    try withWorld { world in
      try world.write(
        "mlt.yaml",
        """
        stages:
          bad: {cmd: 'echo part > bad.txt; test -e mended', deps: [in.txt], outs: [bad.txt]}
          after: {cmd: cp bad.txt after.txt, deps: [bad.txt], outs: [after.txt]}
          other: {cmd: echo 1 > other.txt, outs: [other.txt]}

        """)
      try world.write("in.txt", "1\n")
      let first = try world.repro(status: 1)
      #expect(first.lines == ["bad: failed", "after: skipped"], "\(first.printed)")
      #expect(first.printed.stderr.contains("error: stage 'bad' failed with exit status 1"))
      #expect(try world.repro("-k", status: 1).lines == ["bad: failed", "other: ran", "after: skipped"])
      #expect(try world.repro("-n").reasons["bad"] == ["its last run failed"])
      // What failed is no output of anything.
      #expect(try world.read("mlt.lock")?.contains("bad.txt") == false)
      try world.write("mended", "")
      #expect(try world.repro().lines == ["bad: ran", "after: ran", "other: up to date"])
    }
  }

  @Test(
    "a stage that doesn't make its output, or takes away or changes what it depends on, fails",
    arguments: [
      ("true", "didn't make 'out.txt'"),
      ("rm in.txt; echo 1 > out.txt", "changes 'in.txt', which it depends on"),
      ("echo 2 >> in.txt; echo 1 > out.txt", "changes 'in.txt', which it depends on"),
    ])
  func misbehaving(script: String, message: String) throws {
    try withWorld { world in
      try world.write("in.txt", "1\n")
      try world.write("mlt.yaml", "stages: {a: {cmd: '\(script)', deps: [in.txt], outs: [out.txt]}}\n")
      let repro = try world.repro(status: 1)
      #expect(repro.printed.stderr.contains("error: stage 'a' \(message)"), "\(repro.printed)")
      // The record stays, and what was there before can be had.
      #expect(try world.runs().count == 1)
      if script == "true" { return }
      let before = try #require(try world.lastRun().inputs["in.txt"]?["id"]?.string)
      let kept = try expectedOutput(world.mlt("cat", before))
      #expect(kept == "1\n")
    }
  }

  @Test("a dependency that isn't there is told before anything is removed")
  func missingDependency() throws {
    try withWorld { world in
      try world.write("out.txt", "mine\n")
      try world.write("mlt.yaml", "stages: {a: {cmd: cp in.txt out.txt, deps: [in.txt], outs: [out.txt]}}\n")
      let repro = try world.repro(status: 1)
      #expect(repro.printed.stderr.contains("error: stage 'a' depends on 'in.txt', which isn't there"))
      #expect(try world.read("out.txt") == "mine\n")
    }
  }

  @Test("what a stage writes outside of the repository is named")
  func outside() throws {
    try withWorld { world in
      let place = world.folder.appending("elsewhere.txt").string
      try world.write("mlt.yaml", "stages: {a: {cmd: 'echo 1 > out.txt; echo 2 > \(place)', outs: [out.txt]}}\n")
      #expect(try world.repro().printed.stderr.contains("warning: stage 'a' wrote '\(place)', and doesn't declare it"))
      #expect(try world.repro("--strict", status: 1).lines == ["a: failed"])
    }
  }

  @Test("a stage that hangs is ended by its time limit, and by Ctrl-C, after which the next one goes on from there")
  func hanging() throws {
    try withWorld { world in
      let gate = try Gate("gate", in: world)
      // A shell that is asked to end while it starts a command may not hear of it.
      let script = world.folder.appending("slow.sh").string
      try expectSuccess(world.shell("printf 'echo > \(gate.path)\\nexec sleep 1000\\n' > \(script)"))
      try world.write(
        "mlt.yaml",
        """
        stages:
          quick: {cmd: echo 1 > quick.txt, outs: [quick.txt]}
          slow: {cmd: 'test -e mended || exec sh \(script); echo > \(gate.path); echo 2 > slow.txt', deps: [quick.txt], outs: [slow.txt]}

        """)
      let late = try world.repro("--timeout", "300ms", status: 1)
      try gate.wait()
      #expect(late.lines == ["quick: ran", "slow: failed"])
      #expect(late.printed.stderr.contains("exit status 124"), "\(late.printed)")
      for options in [[], ["-j", "2"]] {
        let running = try world.start([World.program.string, "repro"] + options)
        try gate.wait()
        kill(-running.process, SIGINT)
        let printed = try running.wait()
        #expect(printed.status == 130, "\(printed)")
        #expect(try world.json("log")["runs"]?.array?.first?["status"] == "interrupted")
      }
      try world.write("mended", "")
      let repro = try world.repro()
      try gate.wait()
      #expect(repro.lines == ["quick: up to date", "slow: ran"], "\(repro.printed)")
    }
  }

  @Test("repro works in the middle of a merge and of a rebase, and without a git program")
  func middle() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(
        world.shell(
          """
          git add . && git commit -q -m made && git checkout -q -b side && echo '# side' >> clean.sh && git commit -qam side
          git checkout -q main && echo '# main' >> clean.sh && git commit -qam main && ! git merge side
          """))
      let broken = try world.repro(status: 1)
      #expect(broken.lines == ["clean: failed", "count: skipped"], "\(broken.printed)")
      try expectSuccess(world.shell("git checkout -q --theirs clean.sh"))
      #expect(try world.repro().ran == ["clean"])
      try expectSuccess(world.shell("git merge --abort; git checkout -q -- .; ! git rebase side"))
      try expectSuccess(world.shell("git checkout -q --ours clean.sh"))
      #expect(try world.repro().printed.status == 0)
      let path = world.folder.appending("bin")
      try FileOperations.createFolder(path)
      try expectSuccess(
        world.shell(
          "ln -s $(command -v sh) $(command -v sort) $(command -v head) $(command -v wc) $(command -v sed) \(path)"))
      #expect(try world.repro("--force", environment: ["PATH": path.string]).ran == ["clean", "count"])
    }
  }

  @Test("where file accesses can't be followed, what is declared decides")
  func untraced() throws {
    try withWorld { world in
      try world.makePipeline()
      #expect(try world.repro("--no-trace").ran == ["clean", "count"])
      #expect(try world.repro().ran.isEmpty)
      try expectSuccess(world.shell("echo kiwi >> raw.txt"))
      #expect(try world.repro("--no-trace").ran == ["clean", "count"])
      try expectSuccess(world.shell("echo '# new' >> count.sh; rm clean.txt"))
      #expect(try world.repro("--no-trace").lines == ["clean: restored", "count: ran"])
    }
  }

  @Test("a stage that changes what it depends on isn't up to date afterwards either")
  func changedStaysStale() throws {
    try withWorld { world in
      try world.write("in.txt", "1\n")
      try world.write(
        "mlt.yaml", "stages: {a: {cmd: cat in.txt > out.txt; echo 2 >> in.txt, deps: [in.txt], outs: [out.txt]}}\n")
      for _ in 0..<2 { #expect(try world.repro(status: 1).lines == ["a: failed"]) }
      #expect(try world.mlt("status", "--exit-code").status == 1)
    }
  }

  @Test("a parameter that isn't there fails its stage, by name")
  func missingParameter() throws {
    try withWorld { world in
      try world.makePipeline()
      try expectSuccess(world.shell("sed -i 's/params: .rows./params: [rosw]/' mlt.yaml"))
      let repro = try world.repro(status: 1)
      #expect(repro.lines == ["clean: ran", "count: failed"])
      #expect(
        repro.printed.stderr.contains("stage 'count' can't run: parameter rosw is not in params.yaml"), "\(repro)")
    }
  }

  @Test("workers that end are replaced, and a stage that asks for itself fails instead of going round")
  func workers() throws {
    try withWorld { world in
      try world.write("pa.json", "{")
      try world.write("pb.json", "{")
      try world.write(
        "mlt.yaml",
        """
        stages:
          a: {cmd: x, params: [{pa.json: [x]}]}
          b: {cmd: x, params: [{pb.json: [x]}]}
          c: {cmd: echo 1 > c.txt, outs: [c.txt]}
          d: {cmd: mlt repro e; echo 1 > d.txt, outs: [d.txt]}
          e: {cmd: cp d.txt e.txt, deps: [d.txt], outs: [e.txt]}

        """)
      let repro = try world.repro("-j", "2", "-k", "a", "b", "c", status: 1)
      #expect(repro.lines.sorted() == ["a: failed", "b: failed", "c: ran"], "\(repro)")
      try expectSuccess(world.shell("echo '{\"x\":1}' | tee pa.json > pb.json"))
      let round = try world.repro("e")
      #expect(round.printed.stderr.contains("stage 'd' is running already: its own command asks for it"), "\(round)")
    }
  }

  @Test("a pipe that ends early ends commands beside others as it does alone")
  func brokenPipe() throws {
    try withWorld { world in
      try world.write(
        "mlt.yaml",
        "stages: {a: {cmd: 'while :; do echo x; done | head -n 1 > a.txt', outs: [a.txt]}, b: {cmd: echo 1 > b.txt, outs: [b.txt]}}\n"
      )
      #expect(try world.repro("-j", "2").ran.sorted() == ["a", "b"])
    }
  }

  @Test("what somebody puts into a folder among the outputs is stored and taken out, but for a repository in it")
  func strangers() throws {
    try withWorld { world in
      try world.write("mlt.yaml", "stages: {a: {cmd: mkdir -p o; echo 1 > o/x, outs: [o]}}\n")
      try world.repro()
      try world.write("o/extra", "mine\n")
      #expect(try world.repro().lines == ["a: restored"])
      #expect(try world.read("o/extra") == nil)
      #expect(try world.repro().lines == ["a: up to date"])
      try expectSuccess(world.shell("git init -q o"))
      #expect(try world.repro("--force").lines == ["a: ran"])
      #expect(try world.read("o/.git/HEAD") != nil)
    }
  }
}
