import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What `mlt rerun` refuses, warns of, and leaves behind.
@Suite struct RerunHazardTests {
  @Test("a command that names the work tree isn't run, unless it is moved or forced")
  func absolute() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let run = try world.record("cat \(world.repository)/in > out; cp in '\(world.repository)/copy'")
      try world.write("in", "2\n")
      try world.write("copy", "mine\n")
      let before = try world.snapshot()
      let refused = try world.mlt("rerun", run.id)
      #expect(refused.status == 4, "\(refused)")
      #expect(refused.stderr.contains("its command leads into the work tree") && refused.stderr.contains("--relocate"))
      #expect(try world.snapshot() == before)
      #expect(try world.rerun([run.id, "--relocate"]).verdicts == ["out": "same", "copy": "same"])
      #expect(try world.snapshot() == before)
      let forced = try world.rerun([run.id, "--force"], status: 1)
      #expect(forced.runs[0]["recorded"] == false)
      #expect(try world.read("copy") == "1\n", "that is what --force is for")
    }
  }

  @Test(
    "a command that names the work tree by another way isn't run, unless it is moved",
    arguments: ["alias/work", "alias/./work", "alias/work/sub/..", "real/../alias//work", "direct", "al ias/work"])
  func otherWays(_ way: String) throws {
    try withWorld { world in
      try expectSuccess(world.shell("mkdir -p ../real sub"))
      let name = try #require(world.repository.lastComponent)
      for alias in ["alias", "al ias"] {
        try expectSuccess(world.shell("ln -s . '../\(alias)'; ln -sfn '\(world.repository)' ../work"))
      }
      try expectSuccess(world.shell("ln -s '\(name)' ../direct"))
      let place = world.folder.string + "/" + way
      let run = try world.record("echo 1 > '\(place)/o.txt'")
      try world.write("o.txt", "mine\n")
      let refused = try world.mlt("rerun", run.id)
      #expect(refused.status == 4 && refused.stderr.contains("its command leads into the work tree"), "\(refused)")
      #expect(try world.rerun([run.id, "--relocate"]).verdicts == ["o.txt": "same"])
      #expect(try world.read("o.txt") == "mine\n")
    }
  }

  @Test("a script with the work tree's path in it isn't run, be it committed, stored or in a folder")
  func script() throws {
    try withWorld { world in
      try world.write("make.sh", "echo v1 > \(world.repository)/o.txt\n")
      try expectSuccess(world.shell("ln -s . ../alias"))
      let name = try #require(world.repository.lastComponent)
      func refuses(_ command: String, _ path: String) throws {
        let run = try world.record(command)
        try world.write("o.txt", "mine\n")
        for options in [[], ["--relocate"]] {
          let printed = try world.run([World.program.string, "rerun", run.id] + options)
          #expect(printed.status == 4, "\(printed)")
          #expect(printed.stderr.contains("the text of its input '\(path)' names the work tree"), "\(printed)")
        }
        #expect(try world.read("o.txt") == "mine\n")
      }
      try refuses("sh make.sh", "make.sh")
      try expectSuccess(world.shell("git add make.sh; git commit -qm script"))
      try refuses("sh make.sh; echo 1 > other", "make.sh")
      try world.write("make.sh", "echo v1 > \(world.folder)/alias/\(name)/o.txt\n")
      try refuses("sh make.sh", "make.sh")
      try world.write("make.sh", "echo v1 > o.txt  # /other\(world.repository) and/or \(world.repository)-2\n")
      #expect(try world.rerun([try world.record("sh make.sh").id]).verdicts == ["o.txt": "same"])
    }
  }

  @Test("another folder whose name begins alike is no reason", arguments: ["-other", ".old", "2"])
  func similar(_ suffix: String) throws {
    try withWorld { world in
      let run = try world.record("echo \(world.repository)\(suffix)/x /mnt\(world.repository)/x > out")
      #expect(try world.rerun([run.id]).verdicts == ["out": "same"])
    }
  }

  @Test("a run that wrote elsewhere, or links into the work tree, isn't made again")
  func outside() throws {
    try withWorld { world in
      let target = world.home.appending("result")
      let writing = try world.record("echo 1 > \(target); echo 2 > out")
      try FileOperations.replace(target, with: Array("precious\n".utf8))
      let refused = try world.mlt("rerun", writing.id)
      #expect(refused.status == 4 && refused.stderr.contains("outside the work tree"), "\(refused)")
      #expect(try FileOperations.contents(of: target) == Array("precious\n".utf8))
      try expectSuccess(world.shell("mkdir data; echo 1 > data/x; ln -s \"$PWD/data\" link"))
      let linked = try world.record("cat link/x > out2")
      let other = try world.mlt("rerun", linked.id)
      #expect(
        other.status == 4 && other.stderr.contains("the symbolic link 'link' leads into the work tree"), "\(other)")
      try expectSuccess(world.shell("mkdir many; for i in $(seq 70); do echo $i > many/$i; done; ln -s $PWD/x many/l"))
      try expectSuccess(world.mlt("add", "many"))
      let within = try world.mlt("rerun", try world.record("cat many/* > /dev/null; echo 1 > out3").id)
      #expect(within.status == 4 && within.stderr.contains("'many/l' leads into the work tree"), "\(within)")
    }
  }

  @Test("inputs whose bytes are nowhere are all named")
  func missing() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("config", "capture.inputLimit", "2"))
      try world.write("one", "long enough\n")
      try world.write("two", "also long enough\n")
      let run = try world.record("cat one two | wc -c > out")
      #expect(try world.rerun([run.id]).verdicts == ["out": "same"], "what still stands there is good enough")
      try expectSuccess(world.shell("rm one two"))
      let refused = try world.mlt("rerun", run.id)
      #expect(refused.status == 3, "\(refused)")
      for name in ["one", "two"] { #expect(refused.stderr.contains("input '\(name)' aren't to be had")) }
      #expect(try world.shown(run.id).json["replications"]?.array?.count == 1)
      let forced = try world.rerun([run.id, "--force"], status: 1)
      #expect(forced.verdicts == ["out": "differs"] && forced.runs[0]["recorded"] == false)
    }
  }

  @Test("what stops a later run doesn't lose what is known of those before it")
  func laterFailure() throws {
    try withWorld { world in
      let tools = try world.tools(["mytool": "cat one > two"])
      let first = try world.record("echo 1 > one")
      _ = try world.recordCommand(["mytool"], environment: tools)
      let printed = try world.mlt("rerun", "--deep", "two")
      #expect(printed.status == 3 && printed.stderr.contains("there is no 'mytool'"), "\(printed)")
      #expect(try world.shown(first.id).json["replications"]?.array?.count == 1)
    }
  }

  @Test("a commit that git has lost isn't needed if the run was followed")
  func rewritten() throws {
    try withWorld { world in
      try world.write("make.sh", "cat data > out\n")
      try expectSuccess(world.shell("git add make.sh; git commit -qm one"))
      try world.write("data", "1\n")
      let run = try world.record("sh make.sh")
      try expectSuccess(
        world.shell(
          "git commit -q --amend -m other; git reflog expire --expire=now --all; git gc -q --prune=now; echo 2 > data"))
      let made = try world.rerun([run.id])
      #expect(made.verdicts == ["out": "same"])
      #expect(made.printed.stderr.contains("git has no commit"))
    }
  }

  @Test("runs that haven't ended, were interrupted or hide a credential can't be made again")
  func unsuitable() throws {
    try withWorld { world in
      try world.makePipe("ready")
      let running = try world.start([World.program.string, "run", "--", "sh", "-c", "echo > ready; exec sleep 600"])
      try world.awaitLine(inPipe: "ready")
      let id = try #require(try world.runs().first?["id"]?.string)
      let early = try world.mlt("rerun", id)
      #expect(early.status == 4 && early.stderr.contains("hasn't ended"), "\(early)")
      #expect(kill(-running.process, SIGINT) == 0)
      _ = try running.wait()
      let interrupted = try world.mlt("rerun", id)
      #expect(interrupted.status == 4 && interrupted.stderr.contains("was interrupted"), "\(interrupted)")
      let secret = try world.record("echo password=hunter22 > out")
      let hidden = try world.mlt("rerun", secret.id)
      #expect(hidden.status == 1 && hidden.stderr.contains("credential"), "\(hidden)")
      #expect(try world.mlt("rerun", "nothing").status == 3)
      #expect(try world.mlt("rerun").status == 2)
    }
  }

  @Test("a program that isn't there any more is named")
  func program() throws {
    try withWorld { world in
      let tools = try world.tools(["mytool": "echo 1 > out"])
      let run = try world.recordCommand(["mytool"], environment: tools)
      #expect(try world.rerun([run.id], environment: tools).verdicts == ["out": "same"])
      let gone = try world.mlt("rerun", run.id)
      #expect(gone.status == 3 && gone.stderr.contains("there is no 'mytool'"), "\(gone)")
    }
  }

  @Test("Ctrl-C takes the scratch folder away and records nothing")
  func interrupted() throws {
    try withWorld { world in
      let gate = try Gate("gate", in: world)
      let flag = world.home.appending("flag")
      let run = try world.record("if test -e \(flag); then echo > \(gate.path); exec sleep 600; fi; echo 1 > out")
      try FileOperations.replace(flag, with: [])
      let scratch = world.folder.appending("scratch")
      try FileOperations.createFolder(scratch)
      let running = try world.start(
        [World.program.string, "rerun", run.id, "--times", "3", "--force"], environment: ["TMPDIR": scratch.string])
      try gate.wait()
      #expect(kill(-running.process, SIGINT) == 0)
      let printed = try running.wait()
      #expect(printed.status == 130, "\(printed)")
      #expect(try FileOperations.names(in: scratch).isEmpty)
      #expect(try world.shown(run.id).json["replications"]?.array == [])
    }
  }

  @Test("a run that wasn't followed is made again with a warning")
  func untraced() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let run = try world.recordCommand(["cp", "in", "out"], options: ["--no-trace"])
      let made = try world.rerun([run.id])
      #expect(made.verdicts == ["out": "same"] && made.printed.stderr.contains("inputs may be missing"))
    }
  }

  @Test("of a run whose outputs are all unknown nothing is said, whatever comes out")
  func unknown() throws {
    try withWorld { world in
      try expectSuccess(world.shell("printf x > x; mlt add x; mlt remote add origin ../share; mlt push"))
      let run = String(repeating: "cd", count: 16)
      var journal = HandmadeJournal(writer: String(repeating: "c", count: 32))
      journal.add(
        "run.started",
        [
          "run": .string(run), "component": "x", "command": ["sh", "-c", "echo 1 > out"], "directory": ".", "host": "h",
          "user": "u",
        ], at: "2026-01-01T00:00:00.000000Z")
      journal.add(
        "run.ended",
        [
          "run": .string(run), "status": "finished", "exit": 0, "evidence": "observed", "inputs": [],
          "outputs": [["path": "out", "kind": "file", "size": 2, "evidence": "observed"]],
        ], at: "2026-01-01T00:00:01.000000Z")
      try journal.put(into: world.folder.appending("share"), world)
      try expectSuccess(world.mlt("fetch"))
      let made = try world.rerun([run], status: 1)
      #expect(made.verdicts == ["out": "unknown"] && made.runs[0]["recorded"] == false)
      #expect(made.runs[0]["replicable"] == false && made.json["same"] == false)
      #expect(try world.mlt("rerun", run).stdout.contains("not comparable"))
      #expect(try world.shown(run).json["replications"]?.array == [])
    }
  }

  @Test(
    "a hostile record writes nothing beyond the scratch folder",
    arguments: ["../../escaped", "/etc/mlt-escaped", ".git/hooks/post-checkout", ".mlt/config", "a/../../../escaped"])
  func hostile(_ path: String) throws {
    try withWorld { world in
      try expectSuccess(world.shell("printf x > x; mlt add x"))
      let share = world.folder.appending("share")
      try expectSuccess(world.shell("mlt remote add origin ../share; mlt push"))
      let id = ContentHasher.contentID(of: Array("x".utf8)).hex
      let run = String(repeating: "ab", count: 16)
      var journal = HandmadeJournal(writer: String(repeating: "c", count: 32))
      journal.add(
        "run.started",
        [
          "run": .string(run), "component": "../../x", "command": ["true"], "directory": .string(path),
          "streams": ["in": .string(path), "out": .string(path)], "host": "h", "user": "u",
        ], at: "2026-01-01T00:00:00.000000Z")
      journal.add(
        "run.ended",
        [
          "run": .string(run), "status": "finished", "exit": 0, "evidence": "observed",
          "inputs": [["path": .string(path), "kind": "file", "id": .string(id), "size": 1, "evidence": "observed"]],
          "outputs": [["path": .string(path), "kind": "file", "id": .string(id), "size": 1, "evidence": "observed"]],
          "environment": [
            "variables": ["A=B": "c", "PATH": "/usr/bin:/bin"],
            "interpreters": [["name": "python", "version": "", "path": ""]],
          ],
        ], at: "2026-01-01T00:00:01.000000Z")
      try journal.put(into: share, world)
      try expectSuccess(world.mlt("fetch"))
      let scratch = world.folder.appending("a/b/c/scratch")
      try FileOperations.createFolder(scratch)
      let before = try world.shell("find .. -path ../output -prune -o -path ../scratch -prune -o -type f -print | sort")
        .stdout
      for options in [[], ["--force"]] {
        let printed = try world.run(
          [World.program.string, "rerun", run] + options, environment: ["TMPDIR": scratch.string])
        #expect([1, 2, 3, 4].contains(printed.status), "\(printed)")
        #expect(try FileOperations.names(in: scratch).isEmpty)
      }
      let after = try world.shell("find .. -path ../output -prune -o -path ../scratch -prune -o -type f -print | sort")
        .stdout
      func outside(_ listing: String) -> [Substring] {
        listing.split(separator: "\n").filter { !$0.contains("/.mlt/") }
      }
      #expect(outside(after) == outside(before))
      #expect(try FileStatus(at: "/etc/mlt-escaped") == nil)
    }
  }
}
