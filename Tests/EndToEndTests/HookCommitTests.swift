import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What the hook says of commits, against what is staged.
@Suite struct HookCommitTests {
  /// A repository with hooks in which `double.sh` makes `out.txt` of `in.txt`, all committed.
  private func prepare(_ world: World) throws {
    try world.write("double.sh", "cat in.txt in.txt > out.txt\n")
    try world.write("in.txt", "one\n")
    try world.write("README", "text\n")
    try expectSuccess(
      world.shell(
        "mlt hook install && mlt add in.txt && mlt run -- sh double.sh && git add -A && git commit -qm made"))
  }

  @Test("code that was changed and not run again is refused with the command that mends it, and passes after that")
  func outdated() throws {
    try withWorld { world in
      try prepare(world)
      try world.write("double.sh", "cat in.txt in.txt in.txt > out.txt\n")
      let refused = try world.shell("git commit -qam more")
      #expect(refused.status == 1)
      #expect(
        refused.stderr.hasPrefix("error: 'out.txt' is out of date: 'double.sh' isn't what run "), "\(refused.stderr)")
      #expect(refused.stderr.contains(" (double) read\nhint: run 'mlt run -- sh double.sh', then 'git add mlt.lock'\n"))
      try expectSuccess(world.shell("mlt run -- sh double.sh"))
      let unstaged = try world.shell("git add double.sh && git commit -qm more")
      #expect(unstaged.status == 1)
      #expect(unstaged.stderr.hasPrefix("error: 'mlt.lock' isn't staged, though run "), "\(unstaged.stderr)")
      #expect(unstaged.stderr.contains(" made 'out.txt' of what is\nhint: run 'git add mlt.lock'\n"))
      try expectSuccess(world.shell("git commit -qam more"))
    }
  }

  @Test("data that was changed and not used is refused as well, and so is code that is gone")
  func data() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(world.shell("echo two > in.txt && mlt add in.txt"))
      let refused = try world.shell("git commit -qam data")
      #expect(
        refused.stderr.hasPrefix("error: 'out.txt' is out of date: 'in.txt' isn't what run "), "\(refused.stderr)")
      try expectSuccess(world.shell("git checkout -q mlt.lock && mlt checkout --force && git rm -q double.sh"))
      let gone = try world.shell("git commit -qm gone")
      #expect(
        gone.stderr.hasPrefix("error: 'out.txt' is out of date: 'double.sh' (gone) isn't what run "), "\(gone.stderr)")
    }
  }

  @Test("what counts is what is staged: in partial commits, with -a, by paths, and in an amended one")
  func staged() throws {
    try withWorld { world in
      try prepare(world)
      try world.write("double.sh", "cat in.txt in.txt # and more\n")
      try world.write("README", "more\n")
      // Only the work tree has it.
      try expectSuccess(world.shell("git add README && git commit -qm readme"))
      try world.write("README", "much more\n")
      try expectSuccess(world.shell("git commit -qm readme README"))
      #expect(try world.shell("git commit -qm code double.sh").status == 1)
      #expect(try world.shell("git commit -qam all").status == 1)
      // Staged, but not of this commit.
      try world.write("README", "even more\n")
      try expectSuccess(world.shell("git add double.sh && git commit -qm readme README"))
      #expect(try world.shell("git commit -q --amend -m amended").status == 1)
      try expectSuccess(world.shell("git reset -q && git commit -q --amend -m amended"))
      // The work tree is as it was again, but what is staged isn't.
      try expectSuccess(world.shell("git add double.sh && git show HEAD:double.sh > double.sh"))
      #expect(try world.shell("git commit -qm code").status == 1)
    }
  }

  @Test("of a tracked folder only those files count that were read")
  func folders() throws {
    try withWorld { world in
      for name in ["read", "other"] { try world.write("data/\(name)", name) }
      try expectSuccess(
        world.shell(
          "mlt hook install && mlt add data && mlt run -- sh -c 'cat data/read > out.txt' && git add -A && git commit -qm made"
        ))
      try expectSuccess(world.shell("echo x > data/other; echo y > data/new; mlt add data; git commit -qam other"))
      let refused = try world.shell("echo x > data/read; mlt add data; git commit -qam read")
      #expect(refused.stderr.hasPrefix("error: 'out.txt' is out of date: 'data/read' isn't what run "), "\(refused)")
      let gone = try world.shell("rm data/read; mlt add data; git commit -qam gone")
      #expect(gone.stderr.hasPrefix("error: 'out.txt' is out of date: 'data/read' (gone) isn't what"), "\(gone)")
    }
  }

  @Test("a result of another way to the same bytes isn't out of date, nor is one that nothing has any more")
  func others() throws {
    try withWorld { world in
      try prepare(world)
      try world.write("double.sh", "cat in.txt in.txt > out.txt # the same\n")
      try expectSuccess(world.shell("mlt run -- sh double.sh && git commit -qam same"))
      try world.write("double.sh", "cat in.txt > out.txt\n")
      try expectSuccess(world.shell("rm out.txt && mlt rm out.txt && git add -A && git commit -qm removed"))
    }
  }

  @Test("checks can be left to warn or be turned off, in the settings and for once")
  func levels() throws {
    try withWorld { world in
      try prepare(world)
      try world.write("double.sh", "# other\n")
      try expectSuccess(world.mlt("config", "hook.stages", "warn"))
      let warned = try world.shell("git commit -qam warned")
      try expectSuccess(warned)
      #expect(warned.stderr.hasPrefix("warning: 'out.txt' is out of date: "))
      try expectSuccess(world.mlt("config", "hook.stages", "off"))
      try world.write("double.sh", "# another\n")
      #expect(try world.shell("git commit -qam off").stderr == "")
      try expectSuccess(world.mlt("config", "--unset", "hook.stages"))
      try world.write("double.sh", "# one more\n")
      #expect(try world.shell("git commit -qam no").status == 1)
      try expectSuccess(world.shell("git commit -qam yes", environment: ["MLT_HOOK": "warn"]))
      try world.write("double.sh", "# and one more\n")
      #expect(try world.shell("git commit -qam off", environment: ["MLT_HOOK": "off"]).stderr == "")
      #expect(try world.mlt("config", "hook.lock", "maybe").status == 2)
    }
  }

  @Test("large files and tracked ones are kept out of git, and pointers of git-lfs aren't large")
  func large() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(world.mlt("config", "hook.largeFile", "1K"))
      try world.write("notes", String(repeating: "x", count: 2000))
      try world.write("odd\nname", String(repeating: "x", count: 2000))
      let refused = try world.shell("git add -f notes out.txt 'odd\nname' && git commit -qm large")
      #expect(refused.status == 1)
      #expect(
        refused.stderr.contains("error: 'notes' has 2.00 kB, more than 'hook.largeFile' (1.02 kB)\n"),
        "\(refused.stderr)")
      #expect(refused.stderr.contains("hint: run 'git rm --cached notes' and 'mlt add notes' to have mlt keep it\n"))
      #expect(refused.stderr.contains("error: 'out.txt' is staged, though mlt tracks it\n"))
      #expect(refused.stderr.contains("error: '\"odd\\nname\"' has 2.00 kB"))
      // What was decided once isn't asked again.
      try expectSuccess(world.shell("git rm -q --cached out.txt 'odd\nname' && git commit -qm large --no-verify"))
      try world.write("notes", String(repeating: "y", count: 2001))
      try expectSuccess(world.shell("git commit -qam larger"))
      let pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "0", count: 64))\nsize 9000000\n"
      try world.write("model.bin", pointer)
      try expectSuccess(
        world.shell(
          "echo '*.bin filter=lfs' > .gitattributes && git -c filter.lfs.clean=cat add -A . ':!odd*' && git commit -qm lfs"
        ))
    }
  }

  @Test("a file that is only intended to be added isn't staged")
  func intended() throws {
    try withWorld { world in
      try world.write("sum.py", "print(1)\n")
      try expectSuccess(
        world.shell(
          "mlt hook install && mlt run -- sh -c 'cat sum.py > sum.txt' && git add -A ':!sum.py' && git commit -qm made"
        ))
      try world.write("README", "text\n")
      let commit = try world.shell("git add README && git add -N sum.py && git commit -qm readme")
      try expectSuccess(commit)
      #expect(commit.stderr == "")
    }
  }

  @Test("a large file of git's may be moved, and one that is as large may not come with it")
  func moved() throws {
    try withWorld { world in
      try prepare(world)
      try world.write("notes", String(repeating: "x", count: 2000))
      try expectSuccess(world.shell("git add notes && git commit -qm notes && mlt config hook.largeFile 1K"))
      try expectSuccess(world.shell("mkdir old && git mv notes old/notes && git commit -qm moved"))
      try world.write("other", String(repeating: "y", count: 2000))
      let refused = try world.shell("git mv old/notes notes && git add other && git commit -qm both")
      #expect(refused.status == 1)
      #expect(refused.stderr.contains("error: 'other' has 2.00 kB"), "\(refused)")
      #expect(!refused.stderr.contains("'notes'"), "\(refused)")
    }
  }

  @Test("a lock file that can't be read, or names what nobody has stored, is refused")
  func lock() throws {
    try withWorld { world in
      try prepare(world)
      let lock = try #require(try world.read("mlt.lock"))
      try world.write("mlt.lock", lock.replacing("file ", with: "<<<<<<< ours\nfile ", maxReplacements: 1))
      let conflict = try world.shell("git commit -qam conflict")
      #expect(conflict.stderr.hasPrefix("error: 'mlt.lock', as it is staged, has a merge conflict at line 2\n"))
      try world.write("mlt.lock", lock + "file \(ContentHasher.contentID(of: Array("new\n".utf8)).hex) 4 z.txt\n")
      let missing = try world.shell("git commit -qam missing")
      #expect(missing.status == 1)
      #expect(
        missing.stderr.contains("for 'z.txt', whose bytes aren't in the store\nhint: run 'mlt fetch z.txt'"),
        "\(missing)")
      try world.write("z.txt", "new\n")
      #expect(try world.shell("git commit -qam missing").stderr.contains("hint: run 'mlt add z.txt'\n"))
      try expectSuccess(world.shell("mlt add z.txt && git add -A && git commit -qm stored"))
    }
  }

  @Test("what the default remote has isn't missing, of a tracked folder neither what it names")
  func elsewhere() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          set -e
          mkdir data; echo 1 > data/a; echo 2 > data/b; echo main > one.txt
          mlt add data one.txt; mlt remote add origin ../share; git add -A; git commit -qm main; mlt push
          git clone -q . ../clone; cd ../clone; mlt init; mlt pull; mlt hook install; cd -
          git checkout -q -b side; echo side > one.txt; echo 3 > data/c; mlt add one.txt data; git add -A; git commit -qm side
          """))
      let clone = world.folder.appending("clone")
      try expectSuccess(world.shell("git fetch -q && git merge -q --squash origin/side", in: clone))
      let early = try world.shell("git commit -qm squashed", in: clone)
      #expect(early.status == 1)
      #expect(early.stderr.contains(" for 'one.txt', whose bytes aren't in the store"), "\(early)")
      try expectSuccess(world.shell("mlt push && mv ../share ../away"))
      let unreachable = try world.shell("git commit -qm squashed", in: clone)
      #expect(unreachable.status == 1)
      #expect(unreachable.stderr.contains(" for 'data', whose bytes aren't in the store"), "\(unreachable)")
      #expect(unreachable.stderr.contains("warning: "), "\(unreachable)")
      try expectSuccess(world.shell("mv ../away ../share"))
      let squashed = try world.shell("git commit -qm squashed", in: clone)
      try expectSuccess(squashed)
      #expect(squashed.stderr == "")
    }
  }

  @Test("a tracked folder whose listing is here, and a new file of it isn't, is refused")
  func missingPart() throws {
    try withWorld { world in
      try world.write("data/a", "1")
      try world.write("data/b", "2")
      // Each file's bytes are in a pack of their own, beside the one with the listing.
      try expectSuccess(
        world.shell(
          """
          set -e
          mlt hook install
          ls .mlt/packs | sort > ../none
          mlt add data/a; ls .mlt/packs | sort > ../old; mlt rm data/a; mlt add data; git add -A; git commit -qm first
          ls .mlt/packs | sort > ../before; echo 3 > copy; mlt add copy; mlt rm copy
          ls .mlt/packs | sort | comm -13 ../before - | sed 's|^|.mlt/packs/|' > ../lost; test -s ../lost
          echo 3 > data/c; mlt add data; xargs rm < ../lost
          """))
      let refused = try world.shell("git add mlt.lock && git commit -qm second")
      #expect(refused.status == 1)
      #expect(
        refused.stderr.contains(" for 'data', whose bytes aren't in the store\nhint: run 'mlt add data'"), "\(refused)")
      // What isn't new isn't held against it.
      try expectSuccess(
        world.shell(
          """
          set -e
          mlt add data; ls .mlt/packs; comm -13 ../none ../old | sed 's|^|.mlt/packs/|' | xargs rm
          git commit -qam second
          """))
    }
  }

  @Test("before the first commit, with HEAD detached and with a submodule, commits are checked as ever")
  func shapes() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          set -e
          git init -q -b main ../first; cd ../first; mlt init; mlt hook install
          echo 'cp a b' > copy.sh; echo 1 > a; mlt run -- sh copy.sh; git add -A; git commit -qm first
          git checkout -q --detach
          git init -q ../sub; (cd ../sub; git commit -q --allow-empty -m s)
          git -c protocol.file.allow=always submodule --quiet add ../sub sub; git commit -qm submodule
          """))
      let first = world.folder.appending("first")
      try expectSuccess(
        world.shell("(cd sub; git commit -q --allow-empty -m t); git add sub; git commit -qm sub", in: first))
      let refused = try world.shell("echo 2 > a; git add a; git commit -qm detached", in: first)
      #expect(refused.stderr.hasPrefix("error: 'b' is out of date: 'a' isn't what run "), "\(refused)")
    }
  }

  @Test("a merge is checked for what neither side had, with and without conflicts")
  func merges() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(
        world.shell(
          """
          set -e
          git checkout -q -b side
          echo 'cat in.txt in.txt > out.txt; echo side >> out.txt' > double.sh
          mlt run -- sh double.sh; git commit -qam side
          git checkout -q main; echo main > README; git commit -qam main
          git merge -q -m merged side
          """))
      #expect(try world.read("out.txt") == "one\none\nside\n")
      // Each side is in order; together they aren't.
      try expectSuccess(
        world.shell(
          """
          set -e
          git checkout -q -b code
          echo 'cat in.txt > out.txt; true' > double.sh; MLT_HOOK=off git commit -qam code
          git checkout -q main
          echo three > in.txt; mlt add in.txt; mlt run -- sh double.sh; git commit -qam data
          """))
      let merge = try world.shell("git merge -m merged code")
      #expect(merge.status != 0)
      #expect(merge.stderr.contains("error: 'out.txt' is out of date: 'double.sh' isn't what run "), "\(merge)")
      try expectSuccess(world.shell("mlt run -- sh double.sh && git add -A && git commit -qm merged"))
    }
  }

  @Test("in a rebase or cherry-pick it is said, and nothing is stopped")
  func repeated() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(
        world.shell(
          """
          set -e
          git checkout -q -b side; echo side > README; echo '# side' > double.sh; MLT_HOOK=off git commit -qam side
          git checkout -q main; echo main > README; git commit -qam main
          """))
      #expect(try world.shell("git cherry-pick side").status == 1)
      let picked = try world.shell("echo both > README; git add -A; git commit -qm picked")
      try expectSuccess(picked)
      #expect(picked.stderr.hasPrefix("warning: 'out.txt' is out of date: "), "\(picked)")
      #expect(picked.stderr.contains("hint: a cherry-pick goes on, so that this stops nothing\n"))
    }
  }

  @Test("who clones a project and hasn't set mlt up is told so once, and may commit")
  func cloned() throws {
    try withWorld { world in
      try prepare(world)
      let clone = world.folder.appending("clone")
      try expectSuccess(world.shell("git clone -q . ../clone && cp .git/hooks/* ../clone/.git/hooks"))
      let commit = try world.shell("echo '# x' >> double.sh; git commit -qam x", in: clone)
      try expectSuccess(commit)
      #expect(commit.stderr.hasPrefix("warning: there is no .mlt for "), "\(commit)")
      #expect(commit.stderr.hasSuffix("so that mlt's pre-commit hook does nothing\nhint: run 'mlt init'\n"))
    }
  }

  @Test(
    "an index that only git can read isn't checked, which is said, and stops nothing",
    arguments: [
      ("git update-index --split-index", "split", "git update-index --no-split-index"),
      (
        "git sparse-checkout init --cone --sparse-index && git sparse-checkout set src", "sparse",
        "git sparse-checkout reapply --no-sparse-index"
      ),
    ])
  func indexes(_ making: String, _ kind: String, _ mending: String) throws {
    try withWorld { world in
      try world.write("src/a", "1")
      try world.write("other/deep/b", "1")
      try expectSuccess(world.shell("mlt hook install && git add -A && git commit -qm a"))
      try expectSuccess(world.shell("\(making) && echo 2 > src/a"))
      let commit = try world.shell("git commit -qam b")
      try expectSuccess(commit)
      #expect(commit.stderr.contains("' has a \(kind) index, which can't be read\nhint: '"), "\(commit)")
      try expectSuccess(world.shell(mending))
      #expect(try world.shell("echo 3 > src/a && git commit -qam c").stderr == "")
    }
  }

  @Test("commits are made and checked while a long run goes on")
  func running() throws {
    try withWorld { world in
      try prepare(world)
      let ready = try Gate("ready", in: world), go = try Gate("go", in: world)
      let run = try world.start(
        [World.program.string, "run", "--", "sh", "-c", "echo > \(ready.path); read x < \(go.path); cp in.txt x"])
      try ready.wait()
      try expectSuccess(world.shell("echo more >> README; git commit -qam readme"))
      #expect(try world.shell("echo '# x' >> double.sh; git commit -qam code").status == 1)
      try go.open()
      try expectSuccess(run.wait())
    }
  }

  @Test("no git program is needed to check what is staged")
  func withoutGit() throws {
    try withWorld { world in
      try prepare(world)
      try world.write("double.sh", "# other\n")
      try expectSuccess(world.shell("git add double.sh"))
      let checked = try world.run(
        [World.program.string, "hook", "run", "pre-commit", "--json"], environment: ["PATH": "/nonexistent"])
      #expect(checked.status == 1)
      let finding = try JSON(parsing: checked.stdout).object?["findings"]?.array?.first?.object
      #expect(finding?["problem"] == "outdated")
      #expect(finding?["command"]?.array?.compactMap(\.string) == ["sh", "double.sh"])
      #expect(finding?["inputs"] == ["double.sh"])
    }
  }
}
