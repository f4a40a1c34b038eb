import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Bringing the work tree in line with a lock file.
@Suite struct CheckoutTests {
  /// Two commits: `v1` with a folder and two files, `v2` with the folder changed and one file in another's place.
  private func makeHistory(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        mkdir -p d/sub d/empty data
        for i in 1 2 3 4 5; do echo "file $i" > d/$i; echo "below $i" > d/sub/$i; done
        ln -s 1 d/link; echo '#!/bin/sh' > d/tool; chmod +x d/tool
        echo one > data/one; echo both > data/both
        mlt add d data/one data/both && git add -A && git commit -q -m one && git tag v1
        echo changed > d/1; rm d/2; mkdir d/2; echo x > d/2/x; rm d/link; ln -s 3 d/link; chmod -x d/tool; chmod +x d/3
        rmdir d/empty; echo new > d/sub/new
        mlt rm data/one && echo two > data/two && mlt add d data/two && git add -A && git commit -q -m two && git tag v2
        """))
  }

  private func look(_ world: World) throws -> String {
    try world.shell("find d data ! -name .gitignore -printf '%p %y %l %m %s\\n' | sort; cat d/1 d/sub/*").stdout
  }

  /// The files below a folder that a command opens.
  private func opened(_ world: World, below folder: String, _ arguments: String...) throws -> Int {
    let trace = world.folder.appending("trace")
    let printed = try world.run(
      ["strace", "-f", "-o", trace.string, "-e", "trace=open,openat,openat2", World.program.string] + arguments)
    try expectSuccess(printed)
    let text = String(decoding: try FileOperations.contents(of: trace) ?? [], as: UTF8.self)
    return text.split(separator: "\n").filter { $0.contains("/\(folder)/") && !$0.contains("O_DIRECTORY") }.count
  }

  @Test("after git has switched, a checkout brings data in line: changed, new, and gone")
  func switching() throws {
    try withWorld { world in
      try makeHistory(world)
      let second = try look(world)
      try expectSuccess(world.shell("git checkout -q v1"))
      let printed = try world.mlt("checkout")
      try expectSuccess(printed)
      #expect(
        printed.stdout.contains("  d (3 files written, 2 files with another mode, 2 files removed)\n"), "\(printed)")
      #expect(printed.stdout.contains("removed   not tracked  data/two\n"))
      #expect(try world.mlt("status", "--exit-code").status == 0)
      #expect(try world.read("data/one") == "one\n")
      #expect(try world.read("data/two") == nil)
      #expect(try FileStatus(at: world.repository.appending("d/empty"))?.kind == .directory)
      try expectSuccess(world.shell("git checkout -q v2 && mlt checkout"))
      #expect(try look(world) == second)
      #expect(try world.mlt("status", "--exit-code").status == 0)
      #expect(try world.mlt("checkout").stderr.contains("3 paths already as wanted"))
    }
  }

  @Test("a commit's data is restored without git switching, whole or by paths")
  func fromCommit() throws {
    try withWorld { world in
      try makeHistory(world)
      let second = try look(world)
      let lock = try world.read("mlt.lock")
      try expectSuccess(world.mlt("checkout", "--from", "v1", "data/one", "d/sub", "d/1"))
      #expect(try world.mlt("diff", "--name-only").stdout == "d/1\nd/sub/new\n")
      #expect(try world.read("data/one") == "one\n")
      #expect(try world.read("data/two") == "two\n")
      try expectSuccess(world.mlt("checkout", "--from", "HEAD~1"))
      #expect(try world.mlt("diff", "v1", "--exit-code", "d", "data/one", "data/both").status == 0)
      #expect(try world.read("data/two") == nil)
      #expect(try world.read("mlt.lock") == lock)
      try expectSuccess(world.mlt("checkout"))
      #expect(try look(world) == second)
      #expect(try world.mlt("checkout", "--from", "v9").status == 3)
      #expect(try world.mlt("checkout", "--from", "v1", "data/two").status == 3)
      #expect(try world.mlt("checkout", "--from", "v1", "--run", "abcd").status == 2)
      let path = try world.mlt("checkout", "v1")
      #expect(path.status == 2)
      #expect(path.stderr.contains("hint: run 'mlt checkout --from v1'"))
    }
  }

  @Test("a dry run says what would be done and does nothing")
  func dryRun() throws {
    try withWorld { world in
      try makeHistory(world)
      let before = try look(world)
      let printed = try world.mlt("checkout", "--from", "v1", "--dry-run")
      try expectSuccess(printed)
      #expect(printed.stdout.contains("would write  d/1\n"))
      #expect(printed.stdout.contains("would remove  d/2/x\n"))
      #expect(printed.stdout.contains("would change mode  d/3\n"))
      #expect(printed.stdout.contains("would remove  data/two\n"))
      #expect(try look(world) == before)
    }
  }

  @Test("every file that would be lost is named, and nothing is written")
  func unsaved() throws {
    try withWorld { world in
      try makeHistory(world)
      try world.write("d/1", "mine\n")
      try world.write("d/sub/new", "mine too\n")
      try world.write("d/stray", "mine as well\n")
      try world.write("d/4", "not in the way, but not as wanted\n")
      let before = try look(world)
      let printed = try world.mlt("checkout", "--from", "v1")
      #expect(printed.status == 4)
      #expect(
        printed.stderr.hasPrefix(
          "error: 4 files have content that isn't stored and would be lost\n  d/1\n  d/4\n  d/stray\n  d/sub/new\nhint: "
        ),
        "\(printed.stderr)")
      #expect(try look(world) == before)
      // What isn't touched doesn't stand in the way.
      try expectSuccess(world.mlt("checkout", "--from", "v1", "d/2", "data/one"))
      try expectSuccess(world.mlt("checkout", "--from", "v1", "--force"))
      #expect(try world.mlt("diff", "v1", "--exit-code", "d").status == 0)
    }
  }

  @Test("what was tracked before and was changed since stays, and that is said")
  func leftOver() throws {
    try withWorld { world in
      try makeHistory(world)
      try world.write("data/two", "mine\n")
      try expectSuccess(world.shell("git checkout -q v1"))
      let printed = try world.mlt("checkout")
      try expectSuccess(printed)
      #expect(printed.stderr.contains("warning: 'data/two' isn't tracked any more and was changed since"))
      #expect(try world.read("data/two") == "mine\n")
    }
  }

  @Test("files of the user's own, and those that git has, are never taken for left over")
  func notLeftOver() throws {
    try withWorld { world in
      try makeHistory(world)
      try world.write("data/own", "two\n")
      try expectSuccess(
        world.shell(
          "git checkout -q v1 && cp data/two kept && git add -f data/two && git commit -qm 'two is in git now'"))
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("data/two") == "two\n")
      #expect(try world.read("data/own") == "two\n")
      // Without the note of what was put there, nothing is removed.
      try expectSuccess(
        world.shell("git checkout -qf v2 && mlt checkout && rm .mlt/index.sqlite* && git checkout -q v1"))
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("data/two") == "two\n")
    }
  }

  @Test("a tracked file gives way to a tracked folder of the same name, and back")
  func fileAndFolder() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          echo file > x && mlt add x && git add -A && git commit -qm file && git tag file
          rm x && mkdir x && echo in > x/y && mlt add x/y && git add -A && git commit -qm folder && git tag folder
          """))
      for tag in ["file", "folder", "file"] {
        try expectSuccess(world.shell("git checkout -q \(tag)"))
        try expectSuccess(world.mlt("checkout"))
        #expect(try world.mlt("status", "--exit-code").status == 0)
        #expect(try world.read(tag == "file" ? "x" : "x/y") == (tag == "file" ? "file\n" : "in\n"))
      }
    }
  }

  @Test("what '.mltignore' names in a folder stays where it is")
  func ignored() throws {
    try withWorld { world in
      try makeHistory(world)
      try world.write(".mltignore", "*.tmp\n")
      try world.write("d/work.tmp", "mine\n")
      try world.write("d/2/work.tmp", "mine\n")
      try world.write("d/sub/work.tmp", "mine\n")
      let printed = try world.mlt("checkout", "--from", "v1", "d/sub", "d/1")
      try expectSuccess(printed)
      #expect(try world.read("d/work.tmp") == "mine\n")
      #expect(try world.read("d/sub/work.tmp") == "mine\n")
      // A file has to take the place of this folder.
      let lost = try world.mlt("checkout", "--from", "v1")
      #expect(lost.status == 4)
      #expect(lost.stderr.contains("'d/2/work.tmp' has content that isn't stored"), "\(lost.stderr)")
    }
  }

  @Test("of a folder that a run read in part, only that part is put back")
  func part() throws {
    try withWorld { world in
      let make = "mkdir many && for i in $(seq 200); do echo $i > many/$i; done && mlt add many"
      try expectSuccess(world.shell(make))
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "cat many/1?? > sum"))
      try expectSuccess(world.shell("echo other > many/1 && echo other > many/100 && mlt add many"))
      #expect(try world.mlt("diff", lastRun(world), "--name-only").stdout == "many/100\n")
      try expectSuccess(world.mlt("checkout", "--run", lastRun(world), "many"))
      #expect(try world.read("many/100") == "100\n")
      #expect(try world.read("many/1") == "other\n")
      #expect(try world.shell("ls many | wc -l").stdout == "200\n")
    }
  }

  private func lastRun(_ world: World) throws -> String {
    try #require(try world.json("log")["runs"]?.array?.first?["id"]?.string)
  }

  @Test("equal files are neither read nor written, and what was restored isn't read again", .enabled(if: hasTracer))
  func readsNothing() throws {
    try withWorld { world in
      try makeHistory(world)
      try expectSuccess(world.shell("rm -r d"))
      try expectSuccess(world.mlt("checkout"))
      #expect(try opened(world, below: "d", "status") == 0)
      let inode = try FileStatus(at: world.repository.appending("d/5"))?.inode
      try expectSuccess(world.mlt("checkout", "--from", "v1"))
      #expect(try FileStatus(at: world.repository.appending("d/5"))?.inode == inode)
      #expect(try opened(world, below: "d", "diff", "v1") == 0)
      #expect(try opened(world, below: "d", "checkout", "--from", "v1") == 0)
    }
  }

  private static let hasTracer = access("/usr/bin/strace", X_OK) == 0

  @Test("a file is restored as well where the same bytes stand elsewhere")
  func shared() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          "head -c 3000000 /dev/urandom > big && cp big copy && chmod +x copy && mlt add big copy && mlt status"))
      let before = try world.shell("sha256sum copy").stdout
      try expectSuccess(world.shell("rm copy"))
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.shell("sha256sum copy").stdout == before)
      #expect(try FileStatus(at: world.repository.appending("copy"))?.isExecutable == true)
      #expect(try world.shell("ls -A").stdout.contains(".mlt-new") == false)
    }
  }
}
