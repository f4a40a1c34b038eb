import MLTBase
import SystemPackage
import TestSupport
import Testing

/// The exit status of `mlt run` is the command's own.
@Suite struct ExitStatusTests {
  @Test(
    "every exit status is handed on and recorded", arguments: [0, 1, 2, 3, 70, 77, 124, 125, 126, 127, 128, 130, 255])
  func kept(_ status: Int32) throws {
    try withWorld { world in
      #expect(try world.mlt("run", "--", "sh", "-c", "exit \(status)").status == status)
      let run = try #require(try world.runs().first)
      #expect(run["exit"]?.int == Int64(status))
      #expect(run["status"] == (status == 0 ? "finished" : "failed"))
    }
  }

  @Test(
    "a command that a signal ends gives 128 + n",
    arguments: [("TERM", 15), ("KILL", 9), ("SEGV", 11), ("HUP", 1), ("PIPE", 13), ("XFSZ", 25)] as [(String, Int32)])
  func signal(_ name: String, _ number: Int32) throws {
    try withWorld { world in
      let printed = try world.mlt("run", "--", "sh", "-c", "echo before > out; kill -\(name) $$; echo after > out")
      #expect(printed.status == 128 + number)
      #expect(try world.read("out") == "before\n")
      let run = try #require(try world.runs().first)
      #expect(run["exit"]?.int == Int64(128 + number))
      #expect(run["status"] == "failed")
    }
  }

  @Test("the command gets its signals as the shell would have given them")
  func dispositions() throws {
    try withWorld { world in
      // Signals 1 to 28; the C library uses two of the higher ones for itself.
      let script = "sed -n -E 's/^Sig(Blk|Ign).*(.{7})$/\\1 \\2/p' /proc/self/status"
      let bare = try world.shell(script)
      #expect(bare.stdout == "Blk 0000000\nIgn 0000000\n")
      #expect(try world.mlt("run", "--", "sh", "-c", script).stdout == bare.stdout)
      #expect(try world.mlt("run", "--no-trace", "--", "sh", "-c", script).stdout == bare.stdout)
      let ignoring = "trap '' XFSZ USR1 HUP; exec "
      let wanted = try world.shell(ignoring + script)
      #expect(wanted.stdout == "Blk 0000000\nIgn 1000201\n")
      #expect(try world.shell(ignoring + "mlt run -q -- " + script).stdout == wanted.stdout)
    }
  }

  @Test("a failed command's outputs are recorded as those of a failed run, and not tracked")
  func failedOutputs() throws {
    try withWorld { world in
      #expect(try world.mlt("run", "--", "sh", "-c", "echo half > out; exit 9").status == 9)
      let run = try #require(try world.runs().first?["id"]?.string)
      let shown = try world.json("show", run)
      #expect(shown["run"]?["status"] == "failed")
      #expect(try world.read("mlt.lock") == nil)
      #expect(try world.mlt("cat", "out@\(run)").stdout == "half\n")
    }
  }

  @Test("a command that isn't there gives 127, one that can't be executed 126, and neither is recorded")
  func notStarted() throws {
    try withWorld { world in
      try world.write("plain", "text\n")
      try world.write("broken", "#!/no/such/interpreter\n")
      try world.shell("chmod +x broken; mkdir folder; ln -s nowhere dangling; ln -s loop loop")
      let cases: [(String, Int32)] = [
        ("no-such-command", 127), ("./missing", 127), ("missing/deep", 127), ("./dangling", 127), ("./plain", 126),
        ("./folder", 126), ("/", 126), ("", 127), ("./loop", 126),
      ]
      for (command, status) in cases {
        let printed = try world.mlt("run", "--", command)
        #expect(printed.status == status, "\(command): \(printed)")
        #expect(printed.stderr.hasPrefix("error: cannot run '\(command)': "), "\(printed.stderr)")
      }
      #expect(try world.runs().isEmpty)
      // As env(1) and shells have it: the file is there, its interpreter isn't.
      #expect(try world.shell("env ./broken").status == 127)
      #expect(try world.mlt("run", "--", "./broken").status == 127)
    }
  }

  @Test(
    "wrong usage gives 2",
    arguments: [
      ["run"], ["run", "--"], ["run", "--no-such-option", "--", "true"], ["trace"], ["log", "--no-such-option"],
      ["run", "-p", "novalue", "--", "true"], ["-C"],
    ])
  func usage(_ arguments: [String]) throws {
    try withWorld { world in
      let printed = try world.run([World.program.string] + arguments)
      #expect(printed.status == 2)
      #expect(printed.stderr.hasPrefix("error: "))
      #expect(printed.stdout == "")
    }
  }
}
