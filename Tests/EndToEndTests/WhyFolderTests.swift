import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt why` and `mlt diff` of folders, of files that a run is at, and of runs that made the same.
@Suite struct WhyFolderTests {
  private func causes(_ json: JSON) -> [[String]] {
    (json["causes"]?.array ?? []).map { cause in
      [cause["kind"]?.string ?? "", cause["path"]?.string ?? cause["key"]?.string ?? ""]
    }
  }

  /// Makes a folder whose two files are made by two components, twice, with a commit each time.
  private func makeFolder(_ world: World) throws {
    try world.write("out/readme.txt", "made by two\n")
    try world.write("a.in", "1\n")
    try world.write("b.in", "1\n")
    try world.write("a.sh", "cat a.in > out/a.txt\n")
    try world.write("b.sh", "cat b.in b.in > out/b.txt\n")
    try expectSuccess(world.shell("git add a.sh b.sh && git commit -q -m scripts"))
    func make(_ message: String) throws {
      try world.record("sh a.sh", options: ["-c", "a"])
      try world.record("sh b.sh", options: ["-c", "b"])
      try expectSuccess(world.shell("mlt add out && git add -A && git commit -q -m \(message)"))
    }
    try make("one")
    try world.write("a.sh", "cat a.in a.in > out/a.txt\n")
    try world.write("b.in", "2\n")
    try world.write("out/more.txt", "by hand\n")
    try make("two")
  }

  @Test("a folder that several runs made is explained file by file, each by its own makers")
  func several() throws {
    try withWorld { world in
      try makeFolder(world)
      for arguments in [["out"], ["HEAD", "HEAD~1"], ["out", "HEAD~1"], ["HEAD:out", "HEAD~1:out"]] {
        let printed = try world.run([World.program.string, "why", "--json"] + arguments)
        try expectSuccess(printed)
        let json = try JSON(parsing: Array(printed.stdout.utf8))
        #expect(Set(causes(json)) == [["code", "a.sh"], ["data", "b.in"]], "\(arguments): \(printed.stdout)")
        let paths = json["starts"]?.array?.compactMap { $0["bad"]?["path"]?.string }
        #expect(paths == ["out/a.txt", "out/b.txt"], "\(arguments)")
        if arguments.count == 2 {
          #expect(json["unpaired"]?.array?.map { $0["path"] } == ["out/more.txt"], "\(arguments)")
          #expect(json["unpaired"]?.array?.first?["new"] == true)
        }
      }
      let none = try world.mlt("why", "HEAD:a.in", "HEAD~1:nothing")
      #expect(none.status == 3)
    }
  }

  @Test("a folder that was only added is compared by its files, few or many")
  func added() throws {
    try withWorld { world in
      for file in 1...6 { try world.write("d/\(file).txt", "\(file)\n") }
      try expectSuccess(world.shell("mlt add d && git add -A && git commit -q -m one"))
      try world.write("d/1.txt", "one\n")
      try expectSuccess(world.shell("mlt add d && git add -A && git commit -q -m two"))
      let few = try world.mlt("why", "HEAD", "HEAD~1")
      #expect(causes(try world.json("why", "HEAD", "HEAD~1")) == [["data", "d/1.txt"]])
      #expect(few.stdout.contains("line 1 is 'one', and was '1'"))
      #expect(!few.stdout.contains("aren't here"))
      for file in 1...6 { try world.write("d/\(file).txt", "new \(file)\n") }
      try expectSuccess(world.shell("mlt add d && git add -A && git commit -q -m three"))
      #expect(causes(try world.json("why", "HEAD", "HEAD~1")) == [["data", "d"]])
      let many = try world.mlt("why", "HEAD", "HEAD~1").stdout
      #expect(many.contains("6 changed"))
      #expect(!many.contains("aren't here"))
    }
  }

  @Test("a folder that git keeps can be named by its commit")
  func keptByGit() throws {
    try withWorld { world in
      try world.write("src/deep/x.py", "print(1)\n")
      try world.write("src/y.py", "print(2)\n")
      try expectSuccess(world.shell("git add -A && git commit -q -m one"))
      try world.write("src/deep/x.py", "print(3)\n")
      try expectSuccess(world.shell("git add -A && git commit -q -m two"))
      try expectSuccess(world.mlt("show", "HEAD:src"))
      for (bad, good) in [("HEAD:src", "HEAD~1:src"), ("src", "HEAD~1:src")] {
        let printed = try world.mlt("why", bad, good)
        try expectSuccess(printed)
        #expect(printed.stdout.contains("src/deep/x.py"), "\(printed.stdout)")
        #expect(printed.stdout.contains("line 1 is 'print(3)', and was 'print(1)'"), "\(printed.stdout)")
      }
      let difference = try world.mlt("diff", "HEAD~1:src", "HEAD:src").stdout
      #expect(difference.contains("-print(1)") && difference.contains("+print(3)"), "\(difference)")
      #expect(try world.json("why", "HEAD:src", "src")["same"] == true)
      #expect(try world.mlt("why", "HEAD:nothing", "src").status == 3)
    }
  }

  @Test("of two folders that nobody tracks the contents of the files are compared")
  func untracked() throws {
    try withWorld { world in
      try world.write("u/f.txt", "one\n")
      try world.write("v/f.txt", "two\n")
      try world.write("v/g.txt", "three\n")
      let printed = try world.mlt("diff", "--pair", "u", "v").stdout
      #expect(printed.contains("-one") && printed.contains("+two"), "\(printed)")
      #expect(!printed.contains("aren't here"))
    }
  }

  @Test("a file that a run is writing, or was when it was killed, wasn't changed by hand")
  func underway() throws {
    try withWorld { world in
      try world.record("echo 1 > n.txt", options: ["-c", "make"])
      let (written, go) = (try Gate("written", in: world), try Gate("go", in: world))
      let script = "echo 2 > n.txt; echo > '\(written.path)'; read x < '\(go.path)'"
      let running = try world.start([World.program.string, "run", "-q", "-c", "make", "--", "sh", "-c", script])
      try written.wait()
      let cause = try #require(try world.json("why", "n.txt")["causes"]?.array?.first)
      #expect(cause["kind"] == "underway" && cause["running"] == true)
      #expect(try world.mlt("why", "n.txt").stdout.contains("is writing it, and hasn't ended"))
      // Its keeper, in a group of its own, would finish the record.
      try expectSuccess(world.shell("kill -9 $(pgrep -P \(running.process)) \(running.process)"))
      kill(-running.process, SIGKILL)
      _ = try running.wait()
      let isEnded = try eventually {
        try world.json("why", "n.txt")["causes"]?.array?.first?["running"] == false
      }
      #expect(isEnded)
      try world.record("true", options: ["-c", "other"])
      #expect(try world.mlt("why", "n.txt").stdout.contains("ended without a record of what it wrote"))
    }
  }

  @Test("two runs with the same outputs are said to have them, and what differs nevertheless is told")
  func sameOutputs() throws {
    try withWorld { world in
      let first = try world.record("echo same > n.txt", options: ["-c", "make", "-p", "depth=1"])
      let second = try world.record("echo same > n.txt", options: ["-c", "make", "-p", "depth=2"])
      let json = try world.json("why", second.id, first.id)
      #expect(json["same_outputs"] == true && json["same"] == false && json["causes"] == [])
      #expect(json["others"]?.array?.first?["key"] == "depth")
      let printed = try world.mlt("why", second.id, first.id).stdout
      #expect(printed.contains("the outputs of both are the same") && printed.contains("What differs nevertheless"))
    }
  }

  @Test("a file that is gone and one that is new are one change only if something but their ending says so")
  func roles() throws {
    try withWorld { world in
      try world.write("p/prices.csv", "day,price\n1,2\n2,3\n")
      try world.write("p/quotes.csv", "day,price\n1,2\n2,9\n")
      try world.write("w/weather.csv", "city,rain,sun\nB,0,1\nC,2,3\n")
      try world.record("cat p/prices.csv | tail -1 > a.txt", options: ["-c", "a"])
      try world.record("cat w/weather.csv | tail -1 > a.txt", options: ["-c", "a"])
      let others = try world.json("why", "a.txt")
      let named = (others["causes"]?.array ?? []) + (others["others"]?.array ?? [])
      #expect(!named.contains { $0["kind"] == "replaced" })
      #expect(Set(named.compactMap { $0["path"]?.string }) == ["p/prices.csv", "w/weather.csv"])
      let gone = named.first { $0["path"] == "p/prices.csv" }
      #expect(gone?["after"] == .null)
      try world.record("cat p/prices.csv | tail -1 > b.txt", options: ["-c", "b"])
      try world.record("cat p/quotes.csv | tail -1 > b.txt", options: ["-c", "b"])
      #expect(try world.json("why", "b.txt")["causes"]?.array?.contains { $0["kind"] == "replaced" } == true)
    }
  }

  @Test(
    "where the same inputs give something else, what may differ unseen is told, and a new input has a habit of its own")
  func habits() throws {
    try withWorld { world in
      try world.record("date +%N > t.txt", options: ["-c", "time"])
      try world.record("date +%N > t.txt", options: ["-c", "time"])
      #expect(try world.mlt("why", "t.txt").stdout.contains("random seeds, the network"))
      for day in 1...4 {
        try world.write("day.txt", "\(day)\n")
        try world.record("cat day.txt > c.txt", options: ["-c", "c"])
      }
      try world.write("extra.txt", "new\n")
      try world.record("cat day.txt extra.txt > c.txt", options: ["-c", "c"])
      let json = try world.json("why", "c.txt", "--full")
      let named = ((json["causes"]?.array ?? []) + (json["others"]?.array ?? [])).first { $0["path"] == "extra.txt" }
      #expect(named?["before"] == .null && named?["habit"]?["changes"] == 0)
      let printed = try world.mlt("why", "c.txt", "--full").stdout
      #expect(printed.contains("how many of its kind are read never changed in"), "\(printed)")
    }
  }
}
