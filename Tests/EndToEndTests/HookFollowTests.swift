import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Tracked files that follow when git checks out, merges, rebases and pushes.
@Suite struct HookFollowTests {
  /// A repository with hooks, in which `one.txt` and `data` differ between `main` and `side`.
  private func prepare(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        set -e
        mlt hook install
        mkdir data; echo 1 > data/a; echo 2 > data/b; echo main > one.txt
        mlt add data one.txt; git add -A; git commit -qm main
        git checkout -q -b side
        echo side > one.txt; echo 3 > data/a; echo new > two.txt; mlt add one.txt data two.txt; git add -A; git commit -qm side
        """))
  }

  @Test("switching branches restores what the other one tracks")
  func switching() throws {
    try withWorld { world in
      try prepare(world)
      let back = try world.shell("git checkout -q main")
      try expectSuccess(back)
      #expect(back.stderr == "mlt: restored 2 tracked paths\nmlt: removed 1 path that this commit doesn't track\n")
      #expect(try world.read("one.txt") == "main\n")
      #expect(try world.read("data/a") == "1\n")
      #expect(try world.read("two.txt") == nil)
      #expect(try world.shell("git checkout -q -b same").stderr == "")
      try expectSuccess(world.shell("git switch -q side"))
      #expect(try world.read("two.txt") == "new\n")
      // Of single files nothing follows.
      try expectSuccess(world.shell("git checkout -q main -- mlt.lock"))
      #expect(try world.read("one.txt") == "side\n")
    }
  }

  @Test("what isn't stored stays and is named, and the rest is restored all the same")
  func unsaved() throws {
    try withWorld { world in
      try prepare(world)
      try world.write("one.txt", "mine")
      try world.write("data/c", "mine")
      try expectSuccess(world.shell("cp mlt.lock ../side.lock; echo 9 > data/a"))
      let back = try world.shell("git checkout -q main")
      try expectSuccess(back)
      #expect(back.stderr.contains("warning: 'one.txt' stays, since it has content that isn't stored; "), "\(back)")
      #expect(back.stderr.contains("warning: 'data' stays, since it has content ("), "\(back)")
      #expect(try world.read("one.txt") == "mine")
      #expect(try world.read("data/c") == "mine")
      try expectSuccess(world.shell("rm one.txt; mlt checkout one.txt"))
      let side = try world.shell("git checkout -q side")
      #expect(side.stderr.hasPrefix("mlt: restored 2 tracked paths\nwarning: 'data' stays"), "\(side)")
      #expect(try world.read("one.txt") == "side\n")
    }
  }

  @Test("bytes that nobody has are named, and the rest is restored")
  func missing() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(
        world.shell(
          """
          set -e
          rm data/a data/b one.txt two.txt
          sed "s/ [0-9a-f]\\{64\\} \\(.* one.txt\\)/ \(String(repeating: "5", count: 64)) \\1/" mlt.lock > new && cat new > mlt.lock && rm new
          MLT_HOOK=off git commit -qam lost
          git checkout -q main; git checkout -q side
          """))
      let side = try world.shell("git checkout -q main && rm one.txt && git checkout -q side")
      try expectSuccess(side)
      #expect(side.stderr.contains("warning: the bytes of 'one.txt' are neither here nor in the remote"), "\(side)")
      #expect(try world.read("two.txt") == "new\n")
    }
  }

  @Test("a tracked folder that isn't here whole is named, and the rest is restored")
  func missingPart() throws {
    try withWorld { world in
      try prepare(world)
      // The bytes of the folder's new file are in a pack of their own, beside the one with the listing.
      try expectSuccess(
        world.shell(
          """
          set -e
          git checkout -q main; git checkout -q -b part
          ls .mlt/packs | sort > ../before
          echo lost > copy; mlt add copy; mlt rm copy
          ls .mlt/packs | sort | comm -13 ../before - | sed 's|^|.mlt/packs/|' > ../lost; test -s ../lost
          echo lost > data/a; echo part > one.txt; mlt add data one.txt; git add -A; git commit -qm part
          git checkout -q main; xargs rm < ../lost
          """))
      let part = try world.shell("git checkout -q part")
      try expectSuccess(part)
      #expect(
        part.stderr
          == "mlt: restored 1 tracked path\nwarning: the bytes of 'data' are neither here nor in the remote; 'mlt pull' tries again\n"
      )
      #expect(try world.read("one.txt") == "part\n")
      #expect(try world.read("data/a") == "1\n")
      // What stands there as it should needn't be had from anywhere.
      try expectSuccess(world.shell("git checkout -q main; echo lost > data/a; echo 9 > data/b"))
      let there = try world.shell("git checkout -q part")
      #expect(there.stderr.contains("warning: 'data' stays, since it has content (1 file in it)"), "\(there)")
      #expect(try world.read("one.txt") == "part\n")
    }
  }

  @Test("what stays doesn't keep what isn't tracked any more from being removed, then and later")
  func leftOver() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          set -e
          mlt hook install
          mkdir d; for f in a b c; do echo $f > d/$f; done; mlt add d/a d/b d/c; git add -A; git commit -qm one
          git checkout -q -b two
          echo other > d/a; rm d/b; mlt add d/a; mlt rm d/b; git add -A; git commit -qm two
          git checkout -q -b three; mlt rm d/a; rm -f d/a; git add -A; git commit -qm three
          git checkout -q main; echo mine > d/a
          """))
      let two = try world.shell("git checkout -q two")
      try expectSuccess(two)
      #expect(
        two.stderr.hasPrefix("mlt: removed 1 path that this commit doesn't track\nwarning: 'd/a' stays"), "\(two)")
      #expect(try world.read("d/b") == nil)
      #expect(try world.read("d/a") == "mine\n")
      #expect(try world.shell("git status --porcelain").stdout == "")
      // What stayed is still known to be mlt's when it is as it was.
      let three = try world.shell("echo a > d/a; git checkout -q three")
      #expect(three.stderr == "mlt: removed 1 path that this commit doesn't track\n")
      #expect(try world.read("d/a") == nil)
      #expect(try world.read("d/c") == "c\n")
    }
  }

  @Test("a merge, a fast-forward and a rebase end with what the last commit names")
  func merging() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(world.shell("git checkout -q main && git merge -q --ff-only side"))
      #expect(try world.read("one.txt") == "side\n")
      try expectSuccess(
        world.shell(
          """
          set -e
          git checkout -q -b topic HEAD~1; echo t > t.txt; mlt add t.txt; git add -A; git commit -qm topic
          git rebase -q main
          """))
      #expect(try world.read("one.txt") == "side\n")
      #expect(try world.read("t.txt") == "t\n")
      try expectSuccess(world.mlt("status", "--exit-code"))
      // Nothing to be done again, so that git calls no hook at its end.
      try expectSuccess(world.shell("git checkout -q -b old HEAD~2 && git rebase -q main"))
      #expect(try world.read("one.txt") == "side\n")
      try expectSuccess(world.shell("git checkout -q main && git merge -q --no-ff -m merged topic"))
      #expect(try world.read("t.txt") == "t\n")
    }
  }

  @Test("a new work tree comes with its tracked files, and the hook can be turned off")
  func workTrees() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(world.shell("git worktree add -q ../linked main"))
      #expect(try world.shell("cat ../linked/one.txt ../linked/data/a").stdout == "main\n1\n")
      try expectSuccess(world.shell("mlt config hook.restore false && git checkout -q --detach main"))
      #expect(try world.read("one.txt") == "side\n")
      try expectSuccess(world.shell("mlt config hook.restore true && git checkout -q side"))
      #expect(try world.shell("git checkout -q --detach main", environment: ["MLT_HOOK": "off"]).stderr == "")
      #expect(try world.read("one.txt") == "side\n")
    }
  }

  @Test("a pull that merges isn't refused for bytes that only the others have, and ends with those of a remote")
  func pulling() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(
        world.shell(
          """
          set -e
          mlt remote add origin ../share; git add -A; git commit -qm remote; mlt push >/dev/null
          git clone -q . ../clone; cd ../clone; mlt init >/dev/null; mlt pull >/dev/null; mlt hook install >/dev/null
          echo mine > README; git add README; git commit -qm mine
          """))
      try expectSuccess(
        world.shell(
          "echo later > one.txt; mlt add one.txt; mlt run -- cp one.txt copy.txt; git add -A; git commit -qm later"))
      let clone = world.folder.appending("clone")
      let early = try world.shell("git pull -q --no-rebase --no-edit", in: clone)
      try expectSuccess(early)
      #expect(
        early.stderr.contains(
          "warning: the bytes of 'one.txt' are neither here nor in the remote; 'mlt pull' tries again\n"),
        "\(early)")
      #expect(!early.stderr.contains("whose bytes aren't in the store"), "\(early)")
      try expectSuccess(
        world.shell("echo last > last.txt; mlt add last.txt; git add -A; git commit -qm last; mlt push"))
      try expectSuccess(world.shell("git pull -q --no-rebase --no-edit", in: clone))
      #expect(try world.shell("cat one.txt last.txt copy.txt", in: clone).stdout == "later\nlast\nlater\n")
    }
  }

  // MARK: Pushing

  @Test("what pushed commits name goes along, also what only an earlier one of them names")
  func pushing() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(
        world.shell(
          "git init -q --bare ../bare && git remote add up ../bare && mlt remote add origin ../share && git add -A && git commit -qm remote"
        ))
      try expectSuccess(world.shell("rm two.txt && mlt rm two.txt && git commit -qam two"))
      let push = try world.shell("git push -q up side")
      try expectSuccess(push)
      #expect(push.stderr.hasPrefix("mlt: sent  "), "\(push)")
      #expect(try world.shell("git push -q up side:again").stderr == "")
      try expectSuccess(
        world.shell(
          """
          set -e
          git clone -q -b side ../bare ../clone; cd ../clone; mlt init; mlt hook install; mlt pull -q >/dev/null || mlt pull
          git checkout -q side~1; test "$(cat two.txt)" = new; test "$(cat one.txt)" = side
          """))
    }
  }

  @Test("a push that can't bring the data along is refused with the reason, and a deletion asks nobody")
  func failing() throws {
    try withWorld { world in
      try prepare(world)
      try expectSuccess(world.shell("git init -q --bare ../bare && git push -q ../bare side side:gone"))
      try expectSuccess(world.shell("mlt remote add origin ../share && rm -r ../share"))
      let refused = try world.shell("git push -q ../bare main")
      #expect(refused.status == 1)
      #expect(refused.stderr.contains("error: "), "\(refused)")
      #expect(
        refused.stderr.contains("hint: with MLT_HOOK=off in the environment git goes on without mlt's pre-push hook"))
      try expectSuccess(world.shell("git push -q ../bare :gone"))
      try expectSuccess(world.shell("mlt config hook.push warn"))
      let warned = try world.shell("git push -q ../bare main")
      try expectSuccess(warned)
      #expect(warned.stderr.hasPrefix("warning: "), "\(warned)")
    }
  }
}
