import MLTBase
import SystemPackage
import Testing

/// `mlt diff` of any two artifacts, of what two runs stood on, and of contents.
@Suite struct DiffPairTests {
  @Test("two versions of a table are compared cell by cell, however they are named")
  func table() throws {
    try withWorld { world in
      let first = try world.record("printf 'id,price\\n1,10\\n2,20\\n3,30\\n' > t.csv", options: ["-c", "make"])
      try world.shell("git add -A && git commit -q -m one")
      let second = try world.record("printf 'id,price\\n1,10\\n2,25\\n4,40\\n' > t.csv", options: ["-c", "make"])
      for arguments in [
        ["t.csv@\(first.id)", "t.csv@\(second.id)"], ["t.csv@\(first.id)"], ["HEAD:t.csv", "./t.csv"],
        ["t.csv@\(first.id)", "t.csv@{today}"],
      ] {
        let printed = try world.run([World.program.string, "diff"] + arguments)
        try expectSuccess(printed)
        #expect(printed.stdout.contains("price"), "\(arguments)")
      }
      let json = try world.json("diff", "t.csv@\(first.id)", "t.csv@\(second.id)")
      #expect(json["contents"]?.array?.count == 1)
    }
  }

  @Test("two files are compared with each other where that is asked for")
  func pair() throws {
    try withWorld { world in
      try world.write("a.txt", "one\ntwo\nthree\n")
      try world.write("b.txt", "one\n2\nthree\n")
      let printed = try world.mlt("diff", "--pair", "a.txt", "b.txt")
      try expectSuccess(printed)
      #expect(printed.stdout.contains("-two"))
      #expect(printed.stdout.contains("+2"))
      #expect(try world.mlt("diff", "--pair", "a.txt", "b.txt", "--exit-code").status == 1)
      #expect(try world.mlt("diff", "--pair", "a.txt", "a.txt", "--exit-code").status == 0)
      // Beside each other paths say what to look at; who means to compare them is told how.
      try expectSuccess(world.mlt("add", "a.txt", "b.txt"))
      let paths = try world.mlt("diff", "a.txt", "b.txt")
      #expect(paths.stdout.isEmpty && paths.stderr.contains("'mlt diff --pair a.txt b.txt'"), "\(paths)")
      #expect(try world.mlt("diff", "a.txt").stderr.isEmpty)
    }
  }

  @Test("of two runs it is said what else they stood on, and with -p how contents differ")
  func runs() throws {
    try withWorld { world in
      let first = try world.record("echo a > a; echo same > b", options: ["-c", "make", "-p", "depth=3"])
      let second = try world.record("echo c > a; echo same > b", options: ["-c", "make", "-p", "depth=4"])
      let printed = try world.mlt("diff", first.id, second.id).stdout
      #expect(printed.contains("depth: 3 → 4"))
      #expect(!printed.contains("+c"))
      let patch = try world.mlt("diff", "-p", first.id, second.id).stdout
      #expect(patch.contains("-a"))
      #expect(patch.contains("+c"))
      let json = try world.json("diff", first.id, second.id)
      #expect(json["conditions"]?.array?.contains { $0["key"] == "depth" } == true)
    }
  }

  @Test("two versions of a folder are compared file by file")
  func folders() throws {
    try withWorld { world in
      let first = try world.record(
        "mkdir d; for i in 1 2 3; do echo $i > d/$i; done", options: ["-c", "make", "-o", "d"])
      let second = try world.record("echo 20 > d/2; rm d/3; echo 4 > d/4", options: ["-c", "edit", "-o", "d"])
      let json = try world.json("diff", "d@\(first.id)", "d@\(second.id)")
      let changes = json["artifacts"]?.array?.compactMap { $0["change"]?.string }
      #expect(changes == ["changed", "gone", "new"])
    }
  }
}
