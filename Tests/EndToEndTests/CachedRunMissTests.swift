import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What makes `mlt run --cached` run a command again.
@Suite struct CachedRunMissTests {
  /// A change after the first run, and what is said of it.
  struct Change: CustomTestStringConvertible, Sendable {
    var what: String
    var script: String
    var change: String
    var reason: String
    var testDescription: String { what }
  }

  @Test(
    "what differs from what the run found is named",
    arguments: [
      Change(
        what: "an input has other content", script: "sort raw.txt > out.txt", change: "echo c >> raw.txt",
        reason: "input 'raw.txt' changed"),
      Change(
        what: "an input of the same size and time", script: "sort raw.txt > out.txt",
        change: "touch -r raw.txt t; printf 'a\\nb\\n' > raw.txt; touch -r t raw.txt; rm t",
        reason: "input 'raw.txt' changed"),
      Change(
        what: "an input is gone", script: "cat raw.txt more.txt > out.txt; true", change: "rm more.txt",
        reason: "input 'more.txt' is gone"),
      Change(
        what: "a script is no program any more", script: "./tool; cp raw.txt out.txt; true", change: "chmod -x tool",
        reason: "input 'tool' changed"),
      Change(
        what: "a link leads elsewhere", script: "cat link > out.txt",
        change: "cp raw.txt copy; ln -sf copy link", reason: "input 'link' changed"),
      Change(
        what: "a file that was looked for is there", script: "cat options 2>/dev/null; cp raw.txt out.txt",
        change: "echo 1 > options", reason: "'options', which it looked for in vain, is there"),
      Change(
        what: "a folder that was looked for is there", script: "echo later/*; cp raw.txt out.txt",
        change: "mkdir later", reason: "'later', which it looked for in vain, is there"),
      Change(
        what: "a folder that was listed has one file more", script: "cat parts/* > out.txt", change: "echo 3 > parts/c",
        reason: "folder 'parts', which it listed, holds other names"),
      Change(
        what: "a folder that was listed has one file less", script: "ls parts > out.txt", change: "rm parts/b",
        reason: "folder 'parts', which it listed, holds other names"),
      Change(
        what: "an output was edited", script: "sort raw.txt > out.txt", change: "echo by hand > out.txt",
        reason: "output 'out.txt' was edited and isn't stored"),
      Change(
        what: "an output's folder is a link to elsewhere", script: "mkdir -p made; sort raw.txt > made/out.txt",
        change: "rm -r made; mkdir other; ln -s other made", reason: "output 'made/out.txt' was edited and isn't stored"
      ),
      Change(
        what: "a removed file is back", script: "rm -f old.txt; cp raw.txt out.txt", change: "echo 1 > old.txt",
        reason: "'old.txt', which it removed, is there"),
      Change(
        what: "an output is flagged", script: "sort raw.txt > out.txt",
        change: "seq 1 9 > raw.txt; mlt run -q -- sh -c 'sort raw.txt > out.txt'; mlt flag out.txt -m wrong",
        reason: "output 'out.txt' is flagged as wrong"),
    ])
  func difference(_ change: Change) throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          printf 'b\\na\\n' > raw.txt; cp raw.txt more.txt; printf '#!/bin/sh\\n' > tool; chmod +x tool; ln -s raw.txt link
          mkdir parts; echo 1 > parts/a; echo 2 > parts/b; echo 1 > old.txt
          """))
      #expect(try world.cached(change.script).reason == "no run of this command is known")
      let second = try world.cached(change.script)
      #expect(second.isSkipped, "\(second)")
      try expectSuccess(world.shell(change.change))
      let third = try world.cached(change.script)
      #expect(third.reason == change.reason, "\(third)")
    }
  }

  @Test("what is edited by hand is never overwritten by mlt itself, but saved content is")
  func edited() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      let script = "[ -e stop ] && exit 3; cp raw.txt out.txt"
      try world.cached(script)
      try world.write("out.txt", "by hand\n")
      try world.write("stop", "")
      // The command stops before it would write.
      #expect(try world.cached(script, status: 3).reason == "output 'out.txt' was edited and isn't stored")
      #expect(try world.read("out.txt") == "by hand\n")
      try expectSuccess(world.mlt("add", "out.txt"))
      #expect(try world.cached(script).isSkipped)
      #expect(try world.read("out.txt") == "1\n")
    }
  }

  @Test("another command line, folder, component or parameter is another command")
  func key() throws {
    try withWorld { world in
      try expectSuccess(world.shell("mkdir sub; echo 1 > raw.txt; echo 1 > sub/raw.txt"))
      let script = "cp raw.txt out.txt"
      try world.cached(script, ["-p", "depth=5"])
      #expect(try world.cached(script, ["-p", "depth=5"]).isSkipped)
      #expect(try world.cached(script, ["-p", "depth=6"]).reason == "parameter 'depth' is 6, was 5")
      #expect(try world.cached(script, ["-p", "depth=6"]).isSkipped)
      #expect(try world.cached(script, ["-p", "depth=5"]).isSkipped)
      #expect(try world.cached(script).reason == "parameter 'depth' isn't there, was 6")
      #expect(try world.cached(script, ["-c", "other"]).reason == "no run of this command is known")
      #expect(try world.cached(script + " ").reason == "no run of this command is known")
      #expect(
        try world.cached(script, in: world.repository.appending("sub")).reason == "no run of this command is known")
      #expect(try world.cached(script, ["-i", "sub"]).reason == "'sub' was no input of that run")
      #expect(try world.cached(script, ["-i", "sub"]).isSkipped)
      try world.write("sub/more.txt", "1\n")
      #expect(try world.cached(script, ["-i", "sub"]).reason == "input 'sub' changed")
      #expect(try world.cached(script, ["-o", "late.txt"]).reason == "'late.txt' was no output of that run")
    }
  }

  @Test("chosen variables count, and those that a run recorded")
  func variables() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      let script = "cp raw.txt out.txt"
      func result(_ environment: [String: String]) throws -> World.CachedResult {
        try world.cached(script, environment: environment)
      }
      _ = try result(["MODE": "fast"])
      #expect(try result(["MODE": "slow"]).isSkipped)
      try expectSuccess(world.mlt("config", "capture.environment", "MODE"))
      #expect(try result(["MODE": "fast"]).reason == "variable 'MODE' is fast, wasn't given")
      #expect(try result(["MODE": "fast"]).isSkipped)
      #expect(try result(["MODE": "slow"]).reason == "variable 'MODE' is slow, was fast")
      #expect(
        try result(["MODE": "slow", "OMP_NUM_THREADS": "2"]).reason == "variable 'OMP_NUM_THREADS' is 2, wasn't given")
      #expect(try world.cached(script, ["--trust"], environment: ["MODE": "other"]).isSkipped)
    }
  }

  @Test("a failed or interrupted run is never taken, an earlier one that ended well is")
  func failed() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      let script = "cp raw.txt out.txt; exit $(cat code)"
      try world.write("code", "3\n")
      try world.cached(script, status: 3)
      #expect(try world.cached(script, ["--trust"], status: 3).reason == "its last run failed")
      try world.write("code", "0\n")
      try world.cached(script)
      try world.write("code", "3\n")
      #expect(try world.cached(script, status: 3).reason == "input 'code' changed")
      try world.write("code", "0\n")
      #expect(try world.cached(script).isSkipped)
    }
  }

  @Test("a run whose record proves too little counts only if it is trusted")
  func trust() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      let script = "cp raw.txt out.txt"
      try world.record(script, options: ["--no-trace"])
      #expect(try world.cached(script).reason == "that run's file accesses weren't followed")
      #expect(try world.cached(script).isSkipped)
      try world.record("cp raw.txt three.txt", options: ["--no-trace", "-i", "raw.txt"])
      let trusted = try world.cached("cp raw.txt three.txt", ["--trust"])
      #expect(trusted.isSkipped && trusted.printed.stderr.contains("warning: passed over: "), "\(trusted)")
      // What is known to differ is passed over by nobody.
      try world.write("raw.txt", "2\n")
      #expect(try world.cached("cp raw.txt three.txt", ["--trust"]).reason == "input 'raw.txt' changed")
    }
  }

  @Test("a run with a hazard is taken only if it is trusted")
  func hazards() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      let tools = try world.tools(["ssh": "cat raw.txt > out.txt"])
      #expect(try !world.cached("ssh host", environment: tools).isSkipped)
      let again = try world.cached("ssh host", environment: tools)
      #expect(again.reason.hasPrefix("a hazard: work may have gone where it can't be followed"), "\(again)")
      #expect(try world.cached("ssh host", ["--trust"], environment: tools).isSkipped)
    }
  }

  @Test("a run that used the network is taken only if it is trusted", arguments: [true, false])
  func network(_ isLocal: Bool) throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      // Nobody answers at an address that is for documentation only; that it is asked is enough.
      let address = isLocal ? "127.0.0.1" : "192.0.2.1"
      let program = """
        import socket
        s = socket.socket(); s.settimeout(0.01)
        try: s.connect(('\(address)', 9))
        except OSError: pass
        open('out.txt', 'w').write(open('raw.txt').read())
        """
      try world.write("load.py", program)
      try world.cached("python3 load.py")
      let again = try world.cached("python3 load.py")
      #expect(again.isSkipped == isLocal, "\(again)")
      if !isLocal { #expect(again.reason == "that run used the network (192.0.2.1:9)") }
      #expect(try world.cached("python3 load.py", ["--trust"]).isSkipped)
    }
  }

  @Test("a command that holds a credential isn't skipped")
  func credentials() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      for password in ["one", "two"] {
        let printed = try world.mlt("run", "--cached", "--", "sh", "-c", "cp raw.txt out.txt", "--password=\(password)")
        try expectSuccess(printed)
        #expect(printed.stderr.contains("mlt: runs sh: the command holds a credential"), "\(printed)")
      }
    }
  }

  @Test("what comes through a pipe isn't recorded, a redirected file is")
  func standardInput() throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      try world.write("other.txt", "d\nc\n")
      let command = "mlt run --cached -- sh -c 'sort > out.txt'"
      try expectSuccess(world.shell("cat raw.txt | \(command)"))
      #expect(try world.shell("cat other.txt | \(command)").stderr.contains("its standard input comes from a pipe"))
      #expect(try world.read("out.txt") == "c\nd\n")
      #expect(try world.shell("\(command) < raw.txt").stderr.contains("that run's standard input came from a pipe"))
      #expect(try world.shell("\(command) < raw.txt").stderr.contains("mlt: skipped sh"))
      #expect(
        try world.shell("\(command) < other.txt").stderr.contains("'other.txt' on its standard input was no input"))
      #expect(try world.read("out.txt") == "c\nd\n")
    }
  }

  @Test("--explain lists all that speaks against skipping")
  func explain() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      try world.write("more.txt", "1\n")
      let script = "cat options 2>/dev/null; cat raw.txt more.txt > out.txt"
      try world.cached(script)
      try expectSuccess(world.shell("echo 2 > raw.txt; rm more.txt; echo 1 > options; echo mine > out.txt"))
      let printed = try world.cached(script, ["--explain"], status: 1).printed.stderr
      let lines = printed.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { $0.drop { $0 == " " } }
      #expect(
        lines == [
          "input 'more.txt' is gone", "input 'raw.txt' changed", "'options', which it looked for in vain, is there",
          "output 'out.txt' was edited and isn't stored",
        ], "\(printed)")
    }
  }
}
