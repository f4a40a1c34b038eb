import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Branches that both changed what is tracked, put together by git.
@Suite struct MergeTests {
  /// Makes a repository with the branch `side`, where one script ran, and `main`, where the other one did.
  private func branch(_ world: World, side: String, main: String) throws {
    try expectSuccess(
      world.shell(
        """
        set -e
        mkdir data; echo base > data/base; echo one > one.txt
        mlt add data one.txt; git add -A; git commit -qm base
        git checkout -q -b side
        \(side)
        git add -A; git commit -qm side
        git checkout -q main; mlt checkout
        \(main)
        git add -A; git commit -qm main
        """))
  }

  private func lines(_ world: World) throws -> [Substring] {
    try #require(try world.read("mlt.lock")).split(separator: "\n")
  }

  @Test(
    "outputs of both branches are tracked after a merge, a rebase and a cherry-pick",
    arguments: ["git merge -q -m merged side", "git rebase -q side", "git cherry-pick side"])
  func both(_ command: String) throws {
    try withWorld { world in
      try branch(
        world, side: "mlt run -- sh -c 'echo s > side.txt'; echo two > one.txt; mlt add one.txt",
        main: "mlt run -- sh -c 'echo m > main.txt'")
      try expectSuccess(world.shell(command))
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("side.txt") == "s\n")
      #expect(try world.read("main.txt") == "m\n")
      #expect(try world.read("one.txt") == "two\n")
      #expect(
        try world.read(".gitignore")?.split(separator: "\n").sorted() == [
          "/data", "/main.txt", "/one.txt", "/side.txt",
        ])
      try expectSuccess(world.mlt("status", "--exit-code"))
    }
  }

  @Test("files that both branches add to a tracked folder are all in it")
  func folders() throws {
    try withWorld { world in
      try branch(
        world, side: "mkdir data/new; echo s > data/new/side; rm data/base; mlt add data",
        main: "mkdir data/new; echo m > data/new/main; echo more > data/more; mlt add data")
      try expectSuccess(world.shell("git merge -q -m merged side"))
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.shell("find data -type f | sort").stdout == "data/more\ndata/new/main\ndata/new/side\n")
      try expectSuccess(world.mlt("status", "--exit-code"))
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("what both changed is shown between git's marks, the rest is merged")
  func conflict() throws {
    try withWorld { world in
      try branch(
        world, side: "echo s > one.txt; echo s > data/base; echo x > x; mlt add one.txt data x",
        main: "echo m > one.txt; rm data/base; echo y > y; mlt add one.txt data y")
      let merge = try world.shell("git merge -m merged side")
      #expect(merge.status == 1)
      #expect(merge.stderr.contains("conflict: 'data' has two contents\nconflict: 'one.txt' has two contents\nhint: "))
      let kinds = try lines(world).map { $0.split(separator: " ").last ?? "" }
      #expect(
        kinds == [
          "1", "ours", "data", "=======", "data", "theirs", "ours", "one.txt", "=======", "one.txt", "theirs", "x", "y",
        ])
      let status = try world.mlt("status")
      #expect(status.status == 4)
      #expect(status.stderr.hasPrefix("error: '"), "\(status)")
      try expectSuccess(
        world.shell(
          "sed -i -e '/^<<<<<<< /,/^=======/d' -e '/^>>>>>>> /d' mlt.lock && git add mlt.lock && git commit -qm done"))
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("one.txt") == "s\n")
      #expect(try world.read("data/base") == "s\n")
    }
  }

  @Test("a folder tracked as one on one side, and file by file on the other, is one conflict")
  func nesting() throws {
    try withWorld { world in
      try branch(
        world, side: "mkdir d; echo 1 > d/1; mlt add d/1",
        main: "mkdir -p d; echo 2 > d/2; mlt add d; echo z > d.csv; mlt add d.csv")
      #expect(try world.shell("git merge -m merged side").status == 1)
      let kinds = try lines(world).map { $0.split(separator: " ").last ?? "" }
      #expect(kinds == ["1", "ours", "d", "=======", "d/1", "theirs", "d.csv", "data", "one.txt"])
    }
  }

  @Test("a branch that untracks what the other one changed is a conflict; what both do alike is none")
  func removal() throws {
    try withWorld { world in
      try branch(
        world, side: "mlt rm one.txt; echo same > same; mlt add same",
        main: "echo m > one.txt; echo same > same; mlt add one.txt same")
      #expect(try world.shell("git merge -m merged side").status == 1)
      let kinds = try lines(world).map { $0.split(separator: " ").last ?? "" }
      #expect(kinds == ["1", "data", "ours", "one.txt", "=======", "theirs", "same"])
    }
  }

  @Test("a lock file of a newer version is left to the user, and said so")
  func newer() throws {
    try withWorld { world in
      try branch(world, side: "echo '# mlt.lock 2' > mlt.lock", main: "echo m > one.txt; mlt add one.txt")
      let before = try world.read("mlt.lock")
      let merge = try world.shell("git merge -m merged side")
      #expect(merge.status == 1)
      #expect(merge.stderr.hasPrefix("error: "), "\(merge)")
      #expect(try world.read("mlt.lock") == before)
    }
  }

  @Test("the settings that git needs are made once, and the user's own stay")
  func settings() throws {
    try withWorld { world in
      try expectSuccess(world.shell("mkdir -p .git/info; printf '*.png binary' > .git/info/attributes"))
      try expectSuccess(world.shell("git config merge.mlt.driver 'own %A'"))
      try expectSuccess(world.mlt("init"))
      try expectSuccess(world.mlt("init"))
      #expect(
        try world.read(".git/info/attributes") == "*.png binary\n/mlt.lock merge=mlt\n.gitignore merge=union\n")
      #expect(try world.shell("git config --get-all merge.mlt.driver").stdout == "own %A\n")
    }
  }
}
