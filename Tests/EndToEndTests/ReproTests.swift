import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt repro`: what is run, in which order, and why.
@Suite struct ReproTests {
  @Test("stages run after what they depend on, and not again while nothing changes")
  func order() throws {
    try withWorld { world in
      try world.makePipeline()
      #expect(try world.repro().lines == ["clean: ran", "count: ran"])
      #expect(try world.read("count.txt")?.trimmingBlanks == "2")
      #expect(try world.repro().lines == ["clean: up to date", "count: up to date"])
      #expect(try world.runs().count == 2)
      try expectSuccess(world.mlt("status", "--exit-code"))
      let lock = try #require(try world.read("mlt.lock"))
      #expect(lock.contains(" clean.txt\n") && lock.contains(" count.txt\n"))
    }
  }

  @Test("a run knows the stage, its definition and its parameters")
  func recorded() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      let run = try world.lastRun().json
      #expect(run["component"] == "count" && run["params"]?["rows"] == "2", "\(run)")
      let log = try expectedOutput(world.mlt("log"))
      #expect(log.contains("sh count.sh") && !log.contains("--norc"), "\(log)")
    }
  }

  @Test(
    "each kind of change makes its stage stale for a reason that is told",
    arguments: [
      ("printf 'kiwi\\n' >> raw.txt", "clean", "dependency raw.txt modified"),
      ("echo '# new' >> clean.sh", "clean", "code clean.sh modified"),
      ("sed -i 's/rows: 2/rows: 1/' params.yaml", "count", "parameter rows: 2 → 1"),
      ("sed -i 's/sh count.sh/sh  count.sh/' mlt.yaml", "count", "command changed"),
    ])
  func reasons(change: String, stage: String, reason: String) throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(world.shell(change))
      let plan = try world.repro("--dry-run")
      #expect(plan.reasons[stage] == [reason], "\(plan)")
      let status = try world.mlt("status", "--exit-code")
      #expect(status.status == 1 && status.stdout.contains("\(stage)  \(reason)"), "\(status)")
      let again = try world.repro()
      #expect(again.ran.contains(stage) && again.reasons[stage] == [reason], "\(again)")
      #expect(try world.repro().ran.isEmpty)
    }
  }

  @Test("another key of a parameter file, another time of a file and another name of a stage change nothing")
  func unchanged() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(world.shell("sed -i 's/other: 1/other: 2/' params.yaml; touch raw.txt clean.sh"))
      #expect(try world.repro().ran.isEmpty)
      try expectSuccess(world.shell("sed -i 's/^  count:/  number:/' mlt.yaml"))
      #expect(try world.repro().lines == ["clean: up to date", "number: up to date"])
    }
  }

  @Test("what depends on a stage runs only if that made something else")
  func cutOff() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(world.shell("echo '# says the same' >> clean.sh"))
      let plan = try world.repro("--dry-run")
      #expect(plan.reasons == ["clean": ["code clean.sh modified"], "count": ["depends on clean"]])
      #expect(try world.repro().lines == ["clean: ran", "count: up to date"])
    }
  }

  @Test("outputs that are gone or were edited are put back, and what was edited is kept")
  func restored() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(world.shell("rm clean.txt; echo mine > count.txt"))
      let plan = try world.repro("--dry-run")
      #expect(plan.reasons["clean"] == ["output clean.txt missing"])
      #expect(plan.reasons["count"]?.contains("output count.txt modified") == true)
      let again = try world.repro()
      #expect(again.lines == ["clean: restored", "count: restored"], "\(again)")
      #expect(try world.read("count.txt")?.trimmingBlanks == "2")
      let id = try #require(again.printed.stderr.split(separator: "'").first { $0.hasPrefix("mlt cat ") }?.dropFirst(8))
      #expect(try expectedOutput(world.mlt("cat", String(id))) == "mine\n")
    }
  }

  @Test("going back to earlier inputs puts back what they made")
  func earlier() throws {
    try withWorld { world in
      try world.makePipeline()
      for rows in ["1", "3", "1"] {
        try expectSuccess(world.shell("sed -i 's/rows: .*/rows: \(rows)/' params.yaml"))
        let repro = try world.repro()
        #expect(try world.read("count.txt")?.trimmingBlanks == rows)
        if try world.runs().count == 3 { #expect(repro.ran == (rows == "3" ? ["count"] : [])) }
      }
      #expect(try world.runs().count == 3)
      try expectSuccess(world.mlt("status", "--exit-code"))
    }
  }

  @Test("a teammate's runs, once pulled, needn't be run again")
  func pulled() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(world.shell("git add . && git commit -q -m made && git clone -q . ../other"))
      try expectSuccess(world.mlt("remote", "add", "share", "../share"))
      try expectSuccess(world.mlt("push"))
      let other = world.folder.appending("other")
      try expectSuccess(world.mlt("init", in: other))
      try expectSuccess(world.mlt("remote", "add", "share", "../share", in: other))
      try expectSuccess(world.mlt("fetch", in: other))
      try expectSuccess(world.mlt("checkout", "raw.txt", in: other))
      #expect(try world.repro(in: other).lines == ["clean: restored", "count: restored"])
      try expectSuccess(world.mlt("status", "--exit-code", in: other))
    }
  }

  @Test("chosen stages bring those that they depend on, or those that depend on them, or nobody")
  func selection() throws {
    try withWorld { world in
      try world.makePipeline()
      #expect(try world.repro("clean").lines == ["clean: ran"])
      #expect(try world.repro("--downstream", "clean").lines == ["clean: up to date", "count: ran"])
      #expect(try world.repro("--single", "--force", "count").lines == ["count: ran"])
      #expect(try world.repro("count.txt").lines == ["clean: up to date", "count: up to date"])
      #expect(try world.repro("--force").lines == ["clean: ran", "count: ran"])
      let unknown = try world.mlt("repro", "cuont")
      #expect(unknown.status == 3 && unknown.stderr.contains("hint: run 'mlt stage list'"), "\(unknown)")
    }
  }

  @Test("frozen stages don't run, and others run always")
  func flags() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(
        world.shell("sed -i 's/    cmd: sh clean.sh/&\\n    frozen: true/' mlt.yaml; echo kiwi >> raw.txt"))
      #expect(try world.repro().lines == ["clean: frozen", "count: up to date"])
      try expectSuccess(world.shell("rm clean.txt"))
      #expect(try world.repro().lines == ["clean: frozen", "count: up to date"])
      #expect(try world.read("clean.txt") != nil)
      try expectSuccess(world.shell("sed -i 's/    frozen: true/    always_changed: true/' mlt.yaml"))
      let always = try world.repro()
      #expect(always.ran.first == "clean" && always.reasons["clean"] == ["always runs"])
    }
  }

  @Test("lists of commands have shells of their own, several lines are one script, and both end with the first failure")
  func commands() throws {
    try withWorld { world in
      try world.write(
        "dvc.yaml",
        """
        stages:
          list:
            cmd: ['cd / && x=1', 'pwd > place.txt; echo "$x" > x.txt']
            wdir: sub
            outs: [place.txt, x.txt]
          lines:
            cmd: |
              cd sub
              for i in 1 2; do
                echo "$i it's"
              done > ../lines.txt
            outs: [lines.txt]
          fails:
            cmd: ['echo a > a.txt', 'false', 'echo b > b.txt']
            outs: [a.txt, b.txt]

        """)
      try FileOperations.createFolder(world.repository.appending("sub"))
      let repro = try world.repro("--keep-going", status: 1)
      #expect(repro.lines == ["list: ran", "lines: ran", "fails: failed"], "\(repro.printed)")
      #expect(try world.read("sub/place.txt") == world.repository.string + "/sub\n")
      #expect(try world.read("sub/x.txt") == "\n" && world.read("lines.txt") == "1 it's\n2 it's\n")
      #expect(try world.read("b.txt") == nil)
    }
  }

  @Test("what isn't declared is named, and fails a stage if that is asked for")
  func undeclared() throws {
    try withWorld { world in
      try world.write("secret.txt", "1\n")
      try world.write(
        "mlt.yaml",
        """
        stages:
          first: {cmd: echo 1 > first.txt, outs: [first.txt]}
          second: {cmd: cat secret.txt first.txt > second.txt; echo 2 > beside.txt, outs: [second.txt]}

        """)
      let repro = try world.repro()
      for line in [
        "stage 'second' read 'first.txt', which stage 'first' makes, and doesn't declare it",
        "stage 'second' read 'secret.txt', and doesn't declare it",
        "stage 'second' wrote 'beside.txt', and doesn't declare it",
      ] {
        #expect(repro.printed.stderr.contains("warning: " + line), "\(repro.printed)")
      }
      // Declared or not, it counts.
      try world.write("secret.txt", "2\n")
      #expect(try world.repro().reasons["second"] == ["dependency secret.txt modified"])
      #expect(try world.repro("--strict", status: 1).lines == ["first: up to date", "second: failed"])
    }
  }

  @Test("outputs that are left to git are neither tracked nor ignored")
  func leftToGit() throws {
    try withWorld { world in
      try world.write(
        "mlt.yaml",
        """
        stages:
          train:
            cmd: echo 1 > model.txt; echo '{"f1":1}' > metrics.json
            outs: [model.txt]
            metrics: [{metrics.json: {cache: false}}]

        """)
      try world.repro()
      #expect(try world.read("mlt.lock")?.contains("metrics.json") == false)
      #expect(try expectedOutput(world.shell("git status --short")).contains("?? metrics.json"))
      try expectSuccess(world.shell("rm metrics.json"))
      #expect(try world.repro().lines == ["train: restored"])
      #expect(try world.read("mlt.lock")?.contains("metrics.json") == false)
    }
  }

  @Test("what lies beside the repository is a dependency as any other")
  func beside() throws {
    try withWorld { world in
      try expectSuccess(world.shell("echo 1 > ../beside.txt"))
      try world.write(
        "mlt.yaml", "stages: {a: {cmd: cp ../beside.txt a.txt, deps: [../beside.txt], outs: [a.txt]}}\n")
      #expect(try world.repro("--strict").lines == ["a: ran"])
      #expect(try world.repro().lines == ["a: up to date"])
      try expectSuccess(world.shell("echo 2 > ../beside.txt"))
      #expect(try world.repro().ran == ["a"])
    }
  }

  @Test("reasons are told against the run whose outputs are there")
  func nearest() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(world.shell("sed -i 's/rows: .*/rows: 3/' params.yaml"))
      try world.repro()
      try expectSuccess(world.shell("sed -i 's/rows: .*/rows: 2/' params.yaml"))
      #expect(try world.repro().lines == ["clean: up to date", "count: restored"])
      try expectSuccess(world.shell("echo '# new' >> count.sh"))
      #expect(try world.repro("--dry-run").reasons["count"] == ["code count.sh modified"])
    }
  }

  @Test("what follows from outputs that will be put back is not told as a change")
  func restorableUpstream() throws {
    try withWorld { world in
      try world.makePipeline()
      try world.repro()
      try expectSuccess(world.shell("rm clean.txt"))
      let plan = try world.repro("--dry-run")
      #expect(plan.reasons == ["clean": ["output clean.txt missing"], "count": ["depends on clean"]])
      #expect(try world.repro().lines == ["clean: restored", "count: up to date"])
    }
  }

  @Test("an output of a frozen stage that was edited stays, and one that is missing is put back beside it")
  func frozenOutputs() throws {
    try withWorld { world in
      try world.write("in.txt", "1\n")
      try world.write(
        "mlt.yaml", "stages: {a: {cmd: cp in.txt a.txt; cp in.txt b.txt, deps: [in.txt], outs: [a.txt, b.txt]}}\n")
      try world.repro()
      try expectSuccess(world.shell("sed -i 's/cmd:/frozen: true, cmd:/' mlt.yaml; echo mine > a.txt; rm b.txt"))
      #expect(try world.repro().lines == ["a: frozen"])
      #expect(try world.read("a.txt") == "mine\n" && world.read("b.txt") == "1\n")
    }
  }

  @Test("options and parameters that count a model's tokens are no secrets")
  func tokens() throws {
    try withWorld { world in
      try world.write("params.yaml", "n: 50\neos_token: </s>\n")
      try world.write(
        "mlt.yaml",
        "stages: {a: {cmd: 'echo --max-new-tokens=${n} > a.txt', params: [eos_token], outs: [a.txt]}}\n")
      try world.repro()
      try expectSuccess(world.shell("sed -i 's/n: 50/n: 500/' params.yaml"))
      #expect(try world.repro().ran == ["a"])
      try expectSuccess(world.shell("sed -i 's/<.s>/<eos>/' params.yaml"))
      #expect(try world.repro().reasons["a"] == ["parameter eos_token: \"</s>\" → \"<eos>\""])
    }
  }

  @Test("outputs that a pipeline keeps from remotes, or from all but one, aren't sent")
  func withheld() throws {
    try withWorld { world in
      try world.write(
        "mlt.yaml",
        """
        stages:
          make:
            cmd: mkdir -p own; for n in own/a own/b big shared; do echo $n > $n; done
            outs: [{own: {push: false}}, {big: {remote: second}}, shared]

        """)
      try world.repro()
      try expectSuccess(world.mlt("remote", "add", "first", "../first"))
      try expectSuccess(world.mlt("remote", "add", "second", "../second"))
      try expectSuccess(world.mlt("push", "first"))
      try expectSuccess(world.mlt("push", "second"))
      for (path, remotes) in [("own/a", []), ("big", ["second"]), ("shared", ["first", "second"])] {
        let places = try #require(try world.json("whereis", path)["places"]?.array)
        let holding = places.filter { $0["holds"] == true }.compactMap { $0["remote"]?.string }
        #expect(holding == remotes, "\(path)")
      }
      // A folder that is tracked as one would bring it along.
      try world.write("data/a", "1\n")
      try expectSuccess(world.mlt("add", "data"))
      try world.write("mlt.yaml", "stages: {a: {cmd: echo 1 > data/s, outs: [{data/s: {push: false}}]}}\n")
      try world.repro()
      let refused = try world.mlt("push", "first")
      #expect(refused.status == 4 && refused.stderr.contains("'data/s' is to be kept from the remote"), "\(refused)")
    }
  }

  @Test("a package of another version makes a stage stale, and is passed over when told to")
  func packages() throws {
    try withWorld { world in
      let site = "lib/python3/site-packages"
      try world.write(site + "/tool-1.0.dist-info/METADATA", "Name: tool\nVersion: 1.0\n")
      try world.write(site + "/tool-1.0.dist-info/RECORD", "tool.py,,\n")
      try world.write(site + "/tool.py", "value = 1\n")
      try world.write(
        "mlt.yaml",
        "stages:\n  use:\n    cmd: PYTHONPATH=\(site) python3 -c 'import tool; open(\"out.txt\", \"w\").write(str(tool.value))'\n"
          + "    outs: [out.txt]\n")
      try world.repro()
      try expectSuccess(
        world.shell(
          "cd \(site) && mv tool-1.0.dist-info tool-2.0.dist-info && sed -i 's/1.0/2.0/' tool-2.0.dist-info/METADATA"))
      #expect(try world.repro("--dry-run").reasons["use"] == ["package tool: 1.0 → 2.0"])
      #expect(try world.repro("--trust").lines == ["use: up to date"])
      #expect(try world.repro().lines == ["use: ran"])
    }
  }
}

extension String {
  /// The text without blanks and line ends around it.
  var trimmingBlanks: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}

/// What a program printed, which must have ended well.
func expectedOutput(_ printed: Printed, _ location: SourceLocation = #_sourceLocation) throws -> String {
  try expectSuccess(printed, location)
  return printed.stdout
}
