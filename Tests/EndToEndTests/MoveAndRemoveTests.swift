import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Moving and removing what is tracked, with work tree, lock file and `.gitignore` in step.
@Suite struct MoveAndRemoveTests {
  private func makeData(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        mkdir -p d/sub data
        for i in 1 2 3; do echo "file $i" > d/$i; echo "below $i" > d/sub/$i; done
        echo a > data/a; echo b > data/b; echo c > c; chmod +x c
        mlt add d data/a data/b c && git add -A && git commit -q -m data
        """))
  }

  private func tracked(_ world: World) throws -> [String] {
    let lines = (try world.read("mlt.lock") ?? "").split(separator: "\n").dropFirst()
    return lines.compactMap { $0.split(separator: " ").last.map(String.init) }
  }

  @Test(
    "a tracked path moves with its line and its '.gitignore' line",
    arguments: [
      ("data/a", "data/z", ["c", "d", "data/b", "data/z"]), ("data/a", "z", ["c", "d", "data/b", "z"]),
      ("c", "data", ["d", "data/a", "data/b", "data/c"]), ("c", "new/deep/c", ["d", "data/a", "data/b", "new/deep/c"]),
      ("d", "e", ["c", "data/a", "data/b", "e"]), ("data", "other", ["c", "d", "other/a", "other/b"]),
      ("d", "data", ["c", "data/a", "data/b", "data/d"]), ("c", "d", ["d", "data/a", "data/b"]),
      ("d/1", "d/sub/one", ["c", "d", "data/a", "data/b"]), ("d/sub", "sub", ["c", "d", "data/a", "data/b", "sub"]),
      ("d/sub", "d/new/sub", ["c", "d", "data/a", "data/b"]),
    ])
  func moves(_ from: String, _ to: String, _ expected: [String]) throws {
    try withWorld { world in
      try makeData(world)
      let sums = "find . -path ./.git -prune -o -path ./.mlt -prune -o -type f ! -name .gitignore ! -name mlt.lock "
      let before = try world.shell(sums + "-exec sha256sum {} + | cut -c1-64 | sort").stdout
      try expectSuccess(world.mlt("mv", from, to))
      #expect(try tracked(world) == expected)
      let status = try world.mlt("status", "-v", "--exit-code")
      #expect(status.status == 0, "\(status.stdout)")
      #expect(try world.shell(sums + "-exec sha256sum {} + | cut -c1-64 | sort").stdout == before)
      let renamed = try world.mlt("diff", "HEAD", "--json").stdout
      let differences = try #require(try JSON(parsing: renamed)["tracked"]?.array)
      #expect(differences.allSatisfy { $0["change"]?.string == "renamed" }, "\(renamed)")
      // Git sees neither the old nor the new place, and no line is left over.
      let seen = try world.shell("git status --short -uall | grep -v -e .gitignore -e mlt.lock").stdout
      #expect(seen == "")
      let lines = try world.shell("find . -name .gitignore -not -path './.mlt/*' -exec cat {} + | sort").stdout
      #expect(lines.split(separator: "\n").count == expected.count)
    }
  }

  @Test(
    "what can't be moved stays where it is",
    arguments: [
      ("nix", "x", 3), ("data/a", "data/b", 4), ("d", "d/sub/d", 2), ("d", "d", 2), ("data/a", "../x", 2),
      ("data/a", ".mlt/x", 2), ("data/a", "c/x", 4), ("code", "x", 3), ("data/a", "code", 4), ("c", "gone", 3),
      ("c", "none/", 3),
    ])
  func refused(_ from: String, _ to: String, _ status: Int) throws {
    try withWorld { world in
      try makeData(world)
      try expectSuccess(world.shell("echo code > code && git add code && git commit -qm code"))
      if to == "gone" { try world.shell("rm c") }
      let before = try world.shell("find . -path ./.git -prune -o -path ./.mlt -prune -o -print | sort; cat mlt.lock")
      #expect(Int(try world.mlt("mv", from, to).status) == status)
      let after = try world.shell("find . -path ./.git -prune -o -path ./.mlt -prune -o -print | sort; cat mlt.lock")
      #expect(after.stdout == before.stdout)
    }
  }

  @Test("a moved file keeps its lineage, and isn't taken for left over")
  func lineage() throws {
    try withWorld { world in
      try makeData(world)
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "seq 1000 | cat data/a data/b - > out"))
      try expectSuccess(world.mlt("mv", "out", "data/result"))
      #expect(try world.mlt("trace", "data/result").stdout.contains("cat data/a data/b - > out"))
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("data/result")?.hasPrefix("a\nb\n1\n") == true)
    }
  }

  @Test(
    "what is removed goes from the work tree, the lock file and '.gitignore', and can be had back",
    arguments: [
      (["data/a"], ["c", "d", "data/b"]), (["-r", "data"], ["c", "d"]), (["-r", "d", "c"], ["data/a", "data/b"]),
      (["data/*"], ["c", "d"]), (["d/1", "d/2"], ["c", "d", "data/a", "data/b"]),
      (["-r", "d/sub", "d/sub/1"], ["c", "d", "data/a", "data/b"]),
    ])
  func removes(_ arguments: [String], _ expected: [String]) throws {
    try withWorld { world in
      try makeData(world)
      let look = "find d data c ! -name .gitignore -type f 2> /dev/null | sort | xargs sha256sum"
      let before = try world.shell(look).stdout
      try expectSuccess(world.run([World.program.string, "rm"] + arguments))
      #expect(try tracked(world) == expected)
      #expect(try world.mlt("status", "--exit-code").status == 0)
      #expect(try world.shell(look).stdout != before)
      #expect(try world.shell("git status --short -uall | grep -v -e .gitignore -e mlt.lock").stdout == "")
      try expectSuccess(world.mlt("checkout", "--from", "HEAD"))
      #expect(try world.shell(look).stdout == before)
    }
  }

  @Test("a folder needs -r, a part of a tracked folder can't stay in it, and names must be tracked")
  func refusedRemovals() throws {
    try withWorld { world in
      try makeData(world)
      for (arguments, status) in [
        (["d"], 2), (["data"], 2), (["d/sub"], 2), (["--cached", "d/1"], 4), (["nix"], 3), (["nix*"], 3),
        (["c", "nix"], 3),
      ] {
        #expect(Int(try world.run([World.program.string, "rm"] + arguments).status) == status, "\(arguments)")
      }
      #expect(try tracked(world) == ["c", "d", "data/a", "data/b"])
      #expect(try world.mlt("status", "--exit-code").status == 0)
    }
  }

  @Test("content that isn't stored is only removed by force")
  func unsaved() throws {
    try withWorld { world in
      try makeData(world)
      try world.write("d/2", "mine\n")
      try world.write("d/new", "mine too\n")
      let printed = try world.mlt("rm", "-r", "d", "c")
      #expect(printed.status == 4)
      #expect(printed.stderr.contains("2 files have content that isn't stored and would be lost\n  d/2\n  d/new\n"))
      #expect(try world.read("c") == "c\n")
      #expect(try tracked(world) == ["c", "d", "data/a", "data/b"])
      try expectSuccess(world.mlt("rm", "-r", "--force", "d", "c"))
      #expect(try FileStatus(at: world.repository.appending("d")) == nil)
      #expect(try tracked(world) == ["data/a", "data/b"])
    }
  }

  @Test("with --cached the files stay, git sees them, and a checkout leaves them alone")
  func cached() throws {
    try withWorld { world in
      try makeData(world)
      try expectSuccess(world.mlt("rm", "--cached", "-r", "data/a", "d"))
      #expect(try tracked(world) == ["c", "data/b"])
      #expect(try world.read("data/a") == "a\n")
      #expect(try world.shell("git status --short").stdout.contains("?? d/\n"))
      #expect(try world.read("data/.gitignore") == "/b\n")
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("data/a") == "a\n")
      #expect(try world.read("d/1") == "file 1\n")
    }
  }

  @Test("a lock file that can't be written leaves everything as it was")
  func failure() throws {
    try withWorld { world in
      try makeData(world)
      let lock = try #require(try world.read("mlt.lock"))
      try world.write("mlt.lock", lock + "nonsense\n")
      #expect(try world.mlt("mv", "c", "e").status == 6)
      #expect(try world.mlt("rm", "c").status == 6)
      #expect(try world.read("c") == "c\n")
      #expect(try FileStatus(at: world.repository.appending("e")) == nil)
    }
  }
}
