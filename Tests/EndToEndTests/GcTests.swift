import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Removing what nobody refers to.
@Suite struct GcTests {
  /// Numbers that don't compress away, so that each content is told from every other.
  private func text(_ name: String) -> String {
    (0..<40).map { "\(name) \($0)\n" }.joined()
  }

  /// Adds a file, and notes nothing of it anywhere but in the lock file.
  private func add(_ world: World, _ name: String, as content: String) throws {
    try world.write(name, text(content))
    try expectSuccess(world.mlt("add", name))
  }

  /// Whether the store itself has a text, asked by content so that neither git nor the work tree can help out.
  private func has(_ world: World, _ content: String) throws -> Bool {
    let id = ContentHasher.contentID(of: Array(text(content).utf8)).hex
    let printed = try world.mlt("cat", id)
    if printed.status == 0 {
      #expect(printed.stdout == text(content))
    } else {
      #expect(printed.status == 3, "\(printed)")
    }
    return printed.status == 0
  }

  private func collect(_ world: World, _ options: String...) throws -> JSON {
    let printed = try world.run([World.program.string, "gc", "--grace", "0", "--json"] + options)
    try expectSuccess(printed)
    return try JSON(parsing: printed.stdout)
  }

  private func packs(_ world: World) throws -> [FilePath] { try world.dataFiles(in: "packs", suffix: ".pack") }

  // MARK: Lock files

  /// A history in which each content is named by one lock file alone; none of them stands in the work tree.
  private func makeHistory(_ world: World) throws {
    try add(world, "f", as: "old")
    try expectSuccess(world.shell("git add -A && git commit -qm old"))
    try add(world, "f", as: "tip")
    try expectSuccess(world.shell("git add -A && git commit -qm tip && git checkout -q -b side"))
    try add(world, "f", as: "branch")
    try expectSuccess(world.shell("git add -A && git commit -qm branch && git checkout -q -b gone"))
    try add(world, "f", as: "tag")
    try expectSuccess(world.shell("git add -A && git commit -qm tag && git tag -a -m t v1 && git checkout -q main"))
    try expectSuccess(world.shell("git branch -q -D gone"))
    try add(world, "f", as: "stash")
    try expectSuccess(world.shell("git stash -q && git worktree add -q ../linked -b linked"))
    try world.write("../linked/f", text("linked"))
    try expectSuccess(world.mlt("add", "f", in: world.repository.appending("../linked")))
    try add(world, "f", as: "nobody")
    try add(world, "f", as: "uncommitted")
    try expectSuccess(world.shell("rm -f f ../linked/f"))
  }

  @Test("what any lock file names is kept: of branches, tags, stash, work trees, older commits, and not yet committed")
  func lockFiles() throws {
    try withWorld { world in
      try makeHistory(world)
      let report = try collect(world)
      #expect(report["hindered"] == false && report["missing"] == 0)
      for kept in ["old", "tip", "branch", "tag", "stash", "linked", "uncommitted"] {
        #expect(try has(world, kept), "\(kept)")
      }
      #expect(try !has(world, "nobody"))
      #expect(report["removed"] == 1, "\(report)")
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("with --tips-only lock files of older commits keep nothing")
  func tips() throws {
    try withWorld { world in
      try makeHistory(world)
      _ = try collect(world, "--tips-only")
      for kept in ["tip", "branch", "tag", "stash", "linked", "uncommitted"] {
        #expect(try has(world, kept), "\(kept)")
      }
      for dropped in ["old", "nobody"] { #expect(try !has(world, dropped), "\(dropped)") }
      // What an older commit names and was collected so is no damage.
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("a detached HEAD keeps what its lock file names")
  func detached() throws {
    try withWorld { world in
      try add(world, "f", as: "start")
      try expectSuccess(world.shell("git add -A && git commit -qm start && git checkout -q --detach"))
      try add(world, "f", as: "detached")
      try expectSuccess(world.shell("git add -A && git commit -qm detached && rm mlt.lock f"))
      _ = try collect(world, "--tips-only")
      #expect(try has(world, "detached") && has(world, "start"))
    }
  }

  @Test(
    "a lock file that can't be read stops the collection, and nothing is removed", arguments: ["<<<<<<< HEAD\n", "x"])
  func malformed(_ lock: String) throws {
    try withWorld { world in
      try add(world, "f", as: "kept")
      try world.write("mlt.lock", lock)
      let printed = try world.mlt("gc", "--grace", "0")
      #expect(printed.status == 4 || printed.status == 6, "\(printed)")
      #expect(printed.stderr.contains("mlt.lock") && printed.stderr.contains("\nhint: "), "\(printed)")
      try world.shell("rm f mlt.lock")
      #expect(try has(world, "kept"))
    }
  }

  @Test("one in an old commit that can't be read hinders nobody")
  func malformedInHistory() throws {
    try withWorld { world in
      try world.write("mlt.lock", "<<<<<<< HEAD\n")
      try expectSuccess(
        world.shell("git add -A && git commit -qm broken && git rm -q mlt.lock && git commit -qm mended"))
      try add(world, "f", as: "dropped")
      try expectSuccess(world.shell("rm mlt.lock f"))
      _ = try collect(world)
      #expect(try !has(world, "dropped"))
    }
  }

  // MARK: Grace

  @Test("what nobody names is kept within the grace")
  func grace() throws {
    try withWorld { world in
      try add(world, "f", as: "young")
      try expectSuccess(world.shell("rm mlt.lock f"))
      for arguments in [["gc"], ["gc", "--grace", "100"]] {
        let printed = try world.run([World.program.string] + arguments)
        try expectSuccess(printed)
        #expect(printed.stdout.contains("nothing to remove"), "\(printed)")
      }
      #expect(try has(world, "young"))
      try expectSuccess(world.shell("mlt config gc.grace 0 && mlt gc"))
      #expect(try !has(world, "young"))
      #expect(try world.mlt("gc", "--grace", "-1").status == 2)
    }
  }

  // MARK: Dry run

  @Test("a dry run changes nothing, and says what would be removed")
  func dryRun() throws {
    try withWorld { world in
      for name in ["a", "b", "c"] { try add(world, name, as: name) }
      try expectSuccess(world.mlt("rm", "b"))
      let look =
        "find .mlt -path .mlt/packs -o -name '*.lock' -o -type f -printf '%p %s %T@\\n' | sort; sha256sum .mlt/packs/*"
      let before = try world.shell(look).stdout
      let planned = try collect(world, "--dry-run")
      #expect(try world.shell(look).stdout == before)
      #expect(try has(world, "b"))
      let done = try collect(world)
      #expect(planned["dryRun"] == true && done["dryRun"] == false)
      #expect(planned["removed"] == done["removed"] && done["removed"] == 1)
      #expect(planned["packsRetired"] == done["packsRetired"])
      #expect(planned["before"] == done["before"])
      #expect(planned["after"]?["objects"] == done["after"]?["objects"])
      #expect(planned["after"]?["packs"] == done["after"]?["packs"])
      #expect(planned["freed"] == done["freed"], "\(planned) \(done)")
      #expect(try !has(world, "b"))
      let again = try world.mlt("gc", "--grace", "0")
      #expect(again.stdout.hasPrefix("nothing to remove\n"), "\(again)")
    }
  }

  // MARK: Runs

  /// Five runs of each of two components, an hour apart, whose outputs nobody tracks any more.
  private func makeRuns(_ world: World) throws {
    for hour in 0..<5 {
      for component in ["x", "y"] {
        let name = "\(component)\(hour)"
        try world.write("source", text(name))
        let printed = try world.mlt(
          "run", "-c", component, "--", "sh", "-c", "cat source > out-\(component)",
          environment: ["MLT_FIXED_TIME": "2026-01-01T0\(hour):00:00Z"])
        try expectSuccess(printed)
      }
    }
    try expectSuccess(world.shell("rm mlt.lock source out-*"))
  }

  @Test("what runs read or wrote is kept")
  func runs() throws {
    try withWorld { world in
      try makeRuns(world)
      _ = try collect(world)
      for hour in 0..<5 { #expect(try has(world, "x\(hour)") && has(world, "y\(hour)")) }
    }
  }

  @Test(
    "runs beyond the newest of their component, or older than a moment, keep nothing",
    arguments: [
      (["--keep-last", "2"], 2), (["--keep-last", "0"], 0), (["--keep-last", "9"], 5),
      (["--older-than", "2026-01-01T02:00:00Z"], 3), (["--older-than", "150m"], 2), (["--older-than", "1d"], 5),
      (["--keep-last", "1", "--older-than", "2026-01-01T02:00:00Z"], 3),
      (["--keep-last", "4", "--older-than", "2026-01-01T02:00:00Z"], 4),
    ])
  func retention(_ options: [String], _ kept: Int) throws {
    try withWorld { world in
      try makeRuns(world)
      let questions = [["log"], ["trace", "out-x"], ["show", "out-y"], ["component"]]
      func answers() throws -> [String] {
        // Only that bytes are stored is said no more.
        try questions.map {
          try world.run([World.program.string] + $0 + ["--json"]).stdout.split(separator: "\n").filter {
            !$0.contains("\"stored\":")
          }.joined()
        }
      }
      let before = try answers()
      let printed = try world.run(
        [World.program.string, "gc", "--grace", "0"] + options, environment: ["MLT_FIXED_TIME": "2026-01-01T05:00:00Z"])
      try expectSuccess(printed)
      for hour in 0..<5 {
        for component in ["x", "y"] {
          #expect(try has(world, "\(component)\(hour)") == (hour >= 5 - kept), "\(component)\(hour)")
        }
      }
      #expect(try answers() == before)
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("facts stay when bytes are gone, and what asks for the bytes says what is missing")
  func facts() throws {
    try withWorld { world in
      try makeRuns(world)
      let run = try #require(try world.runs().last?["id"]?.string)
      _ = try collect(world, "--keep-last", "1")
      #expect(try world.runs().count == 10)
      let shown = try world.mlt("show", run)
      try expectSuccess(shown)
      #expect(shown.stdout.contains("out-x"))
      let asked = try world.mlt("cat", "out-x@\(run)")
      #expect(asked.status == 3 && asked.stdout == "", "\(asked)")
      #expect(asked.stderr.contains("out-x") && asked.stderr.contains("\nhint: "), "\(asked)")
      let restored = try world.mlt("checkout", "--run", run, "out-x")
      #expect(restored.status == 3, "\(restored)")
      #expect(try world.read("out-x") == nil)
    }
  }

  @Test("what a lock file names stays, whatever is said of runs")
  func lockBeforeRetention() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "mkdir d; seq 1000 > d/made; seq 500 > made"))
      try expectSuccess(world.shell("git add -A && git commit -qm made && rm -r d made"))
      _ = try collect(world, "--keep-last", "0", "--older-than", "0m")
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.shell("seq 1000 | cmp - d/made && seq 500 | cmp - made").status == 0)
    }
  }

  @Test("what a checkout could restore before a collection it can restore after", arguments: [1, 2, 3] as [UInt64])
  func restorable(seed: UInt64) throws {
    try withWorld { world in
      var generator = SeededGenerator(seed: seed)
      for commit in 0..<5 {
        for _ in 0..<4 {
          let name = "d\(Int.random(in: 0..<2, using: &generator))/f\(Int.random(in: 0..<5, using: &generator))"
          try world.write(name, text("\(Int.random(in: 0..<9, using: &generator))"))
        }
        try world.write("large", (0..<30_000).map { "\($0 / (commit + 1))\n" }.joined())
        try expectSuccess(world.shell("mlt add d* large && git add -A && git commit -qm \(commit)"))
        if Bool.random(using: &generator) { try expectSuccess(world.mlt("rm", "large")) }
      }
      let look = """
        for c in $(git rev-list HEAD); do mlt checkout --force --from $c >/dev/null 2>&1; echo $?
        find . -path ./.git -prune -o -path ./.mlt -prune -o -type f -exec sha256sum {} + | sort; done
        """
      let before = try world.shell(look).stdout
      #expect(before.contains("large"))
      _ = try collect(world)
      #expect(try world.shell(look).stdout == before)
      try expectSuccess(world.mlt("fsck"))
    }
  }

  // MARK: Small packs

  @Test("many small packs are merged after the runs that made them, and by gc")
  func merging() throws {
    try withWorld { world in
      for number in 0..<45 { try add(world, "f\(number)", as: "\(number)") }
      #expect(try packs(world).count < 43)
      for number in 0..<45 { #expect(try has(world, "\(number)")) }
      let report = try collect(world)
      #expect(report["removed"] == 0)
      #expect(try packs(world).count == 1)
      try expectSuccess(world.shell("rm f* && mlt checkout"))
      for number in 0..<45 { #expect(try world.read("f\(number)") == text("\(number)")) }
    }
  }

  @Test("of several collections at once each succeeds or is told that another is at work")
  func together() throws {
    try withWorld { world in
      for number in 0..<10 { try add(world, "f", as: "\(number)") }
      let all = try (0..<6).map { _ in try world.start([World.program.string, "gc", "--grace", "0"]) }
      let printed = try all.map { try $0.wait() }
      #expect(printed.contains { $0.status == 0 })
      for one in printed where one.status != 0 {
        #expect(one.status == 5, "\(one)")
        #expect(one.stderr.hasPrefix("error: "), "\(one)")
      }
      #expect(try has(world, "9"))
      try expectSuccess(world.mlt("gc", "--grace", "0"))
      try world.shell("rm f")
      #expect(try has(world, "9") && !has(world, "8"))
      try expectSuccess(world.mlt("fsck"))
    }
  }
}
