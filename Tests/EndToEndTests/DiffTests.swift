import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What differs between versions of data.
@Suite struct DiffTests {
  /// A tracked folder and a tracked file, committed as `v1`.
  private func makeData(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        mkdir -p d/sub/deep d/empty data
        for i in 1 2 3 4 5 6; do echo "file $i" > d/$i; echo "below $i" > d/sub/deep/$i; done
        ln -s 1 d/link; printf 'odd\\n' > "d/odd\nname"; echo 1 > data/table.csv
        mlt add d data/table.csv && git add -A && git commit -q -m one && git tag v1
        """))
  }

  private func change(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        echo changed > d/1; rm d/2; mv d/3 d/sub/three; chmod +x d/4; rm d/5; mkdir d/5; echo x > d/5/x
        echo new > d/new; rm d/link; ln -s 4 d/link; rmdir d/empty; rm data/table.csv; rm "d/odd\nname"
        """))
  }

  private static let changes = [
    "changed d/1", "gone d/2", "mode changed d/4", "type changed d/5", "gone d/empty", "changed d/link", "new d/new",
    "gone \"d/odd\\nname\"", "renamed d/sub/three", "gone data/table.csv",
  ]

  private func changes(_ world: World, _ arguments: String..., of subject: String = "tracked") throws -> [String] {
    let printed = try world.run([World.program.string, "diff", "--json"] + arguments)
    try expectSuccess(printed)
    let differences = try #require(try JSON(parsing: printed.stdout)[subject]?.array)
    return differences.map { "\($0["change"]?.string ?? "") \($0["path"]?.string ?? "")" }
  }

  @Test("each file that differs in a tracked folder is named, with what happened to it")
  func workTree() throws {
    try withWorld { world in
      try makeData(world)
      #expect(try world.mlt("diff").stdout == "")
      #expect(try world.mlt("diff", "--exit-code").status == 0)
      try change(world)
      #expect(try changes(world) == Self.changes)
      let printed = try world.mlt("diff", "--exit-code")
      #expect(printed.status == 1)
      #expect(printed.stdout.contains("changed       d/1                7 B → 8 B\n"), "\(printed.stdout)")
      #expect(printed.stdout.contains("mode changed  d/4                now executable\n"))
      #expect(printed.stdout.contains("type changed  d/5                file → folder\n"))
      #expect(printed.stdout.contains("gone          d/empty/           0 B\n"))
      #expect(printed.stdout.contains("renamed       d/3 → d/sub/three  7 B\n"))
      #expect(
        printed.stdout.hasSuffix(
          "10 paths differ: 1 new, 4 gone, 2 changed, 1 mode changed, 1 type changed, 1 renamed; -13 B\n"))
    }
  }

  @Test("paths limit what is compared, and the short forms say less")
  func limits() throws {
    try withWorld { world in
      try makeData(world)
      try change(world)
      #expect(try world.mlt("diff", "--name-only", "d/sub", "data").stdout == "d/sub/three\ndata/table.csv\n")
      #expect(try world.mlt("diff", "--name-only", "--", "d/sub/").stdout == "d/sub/three\n")
      #expect(try world.mlt("diff", "--name-only", in: world.repository.appending("d")).stdout.hasPrefix("d/1\n"))
      #expect(
        try world.mlt("diff", "--name-only", "sub", in: world.repository.appending("d")).stdout == "d/sub/three\n")
      let figures = try world.mlt("diff", "--stat", "data").stdout
      #expect(figures == "data/table.csv  1 gone  -2 B\n1 path differs: 1 gone; -2 B\n")
      #expect(try world.mlt("diff", "v1", "--name-only", "data").stdout == "data/table.csv\n")
      #expect(try world.mlt("diff", "--stat", "--json").status == 2)
    }
  }

  @Test("commits are compared by their lock files, without the work tree")
  func commits() throws {
    try withWorld { world in
      try makeData(world)
      try change(world)
      try world.write("data/table.csv", "other\n")
      try expectSuccess(world.shell("mlt add d data/table.csv && git commit -qam two && git tag v2 && rm -r d data"))
      let expected = Self.changes.dropLast() + ["changed data/table.csv"]
      for versions in [["v1", "v2"], ["v1..v2"], ["v1.."], ["HEAD~1", "HEAD"], ["v1", "main"]] {
        let printed = try world.run([World.program.string, "diff", "--json"] + versions)
        let differences = try #require(try JSON(parsing: printed.stdout)["tracked"]?.array)
        #expect(differences.map { "\($0["change"]?.string ?? "") \($0["path"]?.string ?? "")" } == Array(expected))
      }
      #expect(try changes(world, "v2", "v1", "d/new") == ["gone d/new"])
      #expect(try changes(world, "v1", "v1") == [])
      #expect(try changes(world, "v1", "HEAD~1") == [])
      // The first commit had no lock file yet.
      #expect(try changes(world, "HEAD~2", "HEAD~1", "data") == ["new data/table.csv"])
      #expect(try changes(world, "HEAD~2", "HEAD~1", "d").count == 15)
      #expect(try changes(world, "v2", "data") == ["gone data/table.csv"])
    }
  }

  @Test("data tracked as a folder compares with the same data tracked file by file")
  func shapes() throws {
    try withWorld { world in
      try world.write("d/a", "1\n")
      try world.write("d/b", "2\n")
      try expectSuccess(world.shell("mlt add d/a d/b && git add -A && git commit -qm files"))
      try world.write("d/b", "3\n")
      // The folder's own '.gitignore' would be a part of it.
      try expectSuccess(world.shell("git rm -qf d/.gitignore && mlt add d && git add -A && git commit -qm folder"))
      #expect(try changes(world, "HEAD~1", "HEAD") == ["changed d/b"])
      #expect(try changes(world, "HEAD", "HEAD~1") == ["changed d/b"])
      #expect(try changes(world, "HEAD~1") == ["changed d/b"])
    }
  }

  @Test("runs are compared by what they wrote and read")
  func runs() throws {
    try withWorld { world in
      try world.write("raw", "b\na\n")
      try expectSuccess(world.mlt("add", "raw"))
      let command = "sort raw > sorted; mkdir -p out; for i in $(wc -l < raw) x; do echo $i > out/$i; done"
      try expectSuccess(world.mlt("run", "--", "sh", "-c", command))
      try world.write("raw", "c\nb\na\n")
      try expectSuccess(world.shell("rm -r out"))
      try expectSuccess(world.mlt("run", "--", "sh", "-c", command))
      let runs = try #require(try world.json("log")["runs"]?.array).compactMap { $0["id"]?.string ?? $0["run"]?.string }
      try #require(runs.count == 2)
      #expect(try changes(world, runs[1], runs[0], of: "inputs") == ["changed raw"])
      let outputs = try changes(world, String(runs[1].prefix(8)), runs[0], of: "outputs")
      #expect(outputs == ["gone out/2", "new out/3", "changed sorted"])
      #expect(try world.mlt("diff", runs[1], runs[0]).stdout.contains("Outputs:\n"))
      #expect(try changes(world, runs[0], of: "outputs") == [])
      try world.write("sorted", "mine\n")
      #expect(try changes(world, runs[0], of: "outputs") == ["changed sorted"])
      let mixed = try world.mlt("diff", runs[0], "HEAD")
      #expect(mixed.status == 2)
      #expect(mixed.stderr.contains("a commit and a run, which can't be compared"))
    }
  }

  @Test("what can't be meant is said, with what could be")
  func unknown() throws {
    try withWorld { world in
      try makeData(world)
      let mistyped = try world.mlt("diff", "v2")
      #expect(mistyped.status == 3)
      #expect(mistyped.stderr.hasPrefix("error: 'v2' is no commit, run or path\nhint: did you mean 'v1'"))
      #expect(try world.mlt("diff", "v1", "--", "data/tables.csv").stderr.contains("did you mean 'data/table.csv'?"))
      #expect(try world.mlt("diff", "v1..v2").stderr.contains("git knows no commit 'v2'"))
      try world.write("v1", "a file\n")
      let ambiguous = try world.mlt("diff", "v1")
      #expect(ambiguous.status == 4)
      #expect(ambiguous.stderr.contains("path './v1'"), "\(ambiguous.stderr)")
      try expectSuccess(world.mlt("diff", "./v1"))
      try expectSuccess(world.mlt("diff", "--", "v1"))
    }
  }

  @Test("a folder whose listing isn't stored counts as one difference, and that is said")
  func missingListing() throws {
    try withWorld { world in
      try makeData(world)
      let lock = try #require(try world.read("mlt.lock"))
      let lines = lock.split(separator: "\n").map { line in
        line.hasPrefix("tree ") ? "tree " + String(repeating: "ab", count: 32) + " 100 7 d" : String(line)
      }
      try world.write("mlt.lock", lines.joined(separator: "\n") + "\n")
      let printed = try world.mlt("diff", "--name-only")
      #expect(printed.status == 0)
      #expect(printed.stdout == "d\n")
      #expect(printed.stderr == "warning: cannot look into folder 'd' ababababab: its listing isn't in the store\n")
      #expect(try world.mlt("status", "-v").status == 0)
    }
  }
}
