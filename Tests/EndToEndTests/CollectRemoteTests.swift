import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt gc --remote`: what is small is merged, what nothing refers to goes, and nobody is held up.
@Suite struct CollectRemoteTests {
  /// Makes the clone `a` with a hub for git and a remote beside it.
  private func prepare(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        set -e
        git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1; cd a; git checkout -q -b main
        mlt init; mlt remote add origin ../share
        """, in: world.folder))
  }

  private func place(_ name: String, _ world: World) -> FilePath { world.folder.appending(name) }

  /// The names of a remote's files of a kind.
  private func files(_ world: World, _ folder: String) throws -> [String] {
    let printed = try world.shell("cd share && [ ! -d \(folder) ] || find \(folder) -type f | sort", in: world.folder)
    return printed.stdout.split(separator: "\n").map(String.init)
  }

  /// A new clone that gets all facts and all bytes, and finds nothing wrong.
  private func checkWhole(_ world: World, _ name: String) throws {
    try expectSuccess(world.shell("git clone -q hub.git \(name)", in: world.folder))
    try expectSuccess(world.mlt("pull", in: place(name, world)))
    let fetched = try world.json(in: place(name, world), "fetch", "--all")
    #expect(fetched["missing"]?.array?.isEmpty == true && fetched["problems"]?.array?.isEmpty == true, "\(fetched)")
    try expectSuccess(world.mlt("fsck", in: place(name, world)))
    #expect(
      try world.mlt("log", "-n", "1000", "--json", in: place(name, world)).stdout
        == world.mlt("log", "-n", "1000", "--json", in: place("a", world)).stdout)
  }

  @Test("the files of many pushes become few; the old ones can be read until the grace is over, and go then")
  func merging() throws {
    try withWorld(git: false, initialized: false) { world in
      try prepare(world)
      let a = place("a", world)
      try expectSuccess(
        world.shell(
          "set -e; for i in $(seq 17); do mlt run --no-trace -o out -- sh -c \"echo $i > out\"; mlt push; done", in: a))
      try expectSuccess(world.shell("git add -A; git commit -qm all; git push -q origin main", in: a))
      #expect(try files(world, "packs").count == 17 && files(world, "journal").count == 17)

      let before = try files(world, ".")
      let dry = try world.mlt("gc", "--remote", "--dry-run", in: a)
      #expect(dry.status == 0 && dry.stdout.hasPrefix("17 packs ("), "\(dry)")
      #expect(dry.stdout.contains("would be replaced"), "\(dry)")
      #expect(try files(world, ".") == before)

      let merged = try world.json(in: a, "gc", "--remote", "origin")
      #expect(merged["packs_retired"] == 17 && merged["packs_made"] == 1 && merged["packs_deleted"] == 0, "\(merged)")
      #expect(merged["segments_made"] == 1 && merged["segments_deleted"] == 0, "\(merged)")
      #expect(merged["remote"] == "origin" && merged["dry_run"] == false && merged["problems"]?.array == [])
      #expect(Set(before).isSubset(of: try files(world, ".")), "the old ones are there until the grace is over")
      try checkWhole(world, "b")
      let idle = try world.mlt("gc", "--remote", in: a)
      #expect(idle.status == 0 && idle.stdout == "Nothing to merge or delete in 'origin'\n", "\(idle)")

      let deleted = try world.mlt("gc", "--remote", "--grace", "0", in: a)
      #expect(deleted.stdout.contains("17 packs ("), "\(deleted)")
      #expect(deleted.stdout.contains("17 segments deleted"), "\(deleted)")
      #expect(try files(world, ".").count == 3, "the format, a pack and a segment")
      try checkWhole(world, "c")
      // Who had read the old files' names goes on with the new ones.
      try expectSuccess(world.mlt("fetch", "--all", in: place("b", world)))
      #expect(try world.mlt("push", in: a).stdout == "Everything is in 'origin' already\n")
    }
  }

  /// Pushes a file whose fact is then lost, as by a push that is killed before the facts; returns its line in a
  /// lock file.
  private func pushUnnamed(_ world: World, _ text: String) throws -> (id: String, line: String) {
    try expectSuccess(
      world.shell(
        """
        set -e
        git init -q x; cd x; mlt init; git config -f .mlt/config remote.origin.url ../share
        echo \(text) > f; head -c 2000000 /dev/urandom >> f; mlt add f; mlt push
        rm -r ../share/journal/$(ls .mlt/journal | grep -v lock)
        """, in: world.folder))
    let bytes = try #require(try FileOperations.contents(of: world.folder.appending("x").appending("f")))
    removeTree(world.folder.appending("x"))
    let id = ContentHasher.contentID(of: bytes).hex
    return (id, "file \(id) \(bytes.count) f")
  }

  /// Whether a clone whose lock file has a line gets what it names.
  private func holds(_ world: World, _ line: String) throws -> Bool {
    removeTree(place("asking", world))
    let printed = try world.shell(
      """
      git init -q asking; cd asking; mlt init; git config -f .mlt/config remote.origin.url ../share
      printf '# mlt.lock 1\\n\(line)\\n' > mlt.lock; mlt pull
      """, in: world.folder)
    #expect(printed.status == 0 || printed.status == 3, "\(printed)")
    return printed.status == 0
  }

  @Test("--unreferenced drops what neither facts nor lock files name, and nothing that is new")
  func unreferenced() throws {
    try withWorld(git: false, initialized: false) { world in
      try prepare(world)
      let a = place("a", world)
      try expectSuccess(
        world.shell(
          """
          set -e
          mkdir d; seq 3000 > d/1; head -c 1500000 /dev/urandom > d/2; mlt add d
          mlt run --no-trace -i d/1 -o sum -- sh -c 'wc -l < d/1 > sum'
          git add -A; git commit -qm one; git push -q origin main; mlt push
          """, in: a))
      let dropped = try pushUnnamed(world, "unnamed")
      func collect(_ options: String...) throws -> JSON {
        let printed = try world.run([World.program.string, "gc", "--remote", "--json"] + options, in: a)
        try expectSuccess(printed)
        return try JSON(parsing: printed.stdout)
      }
      // Somebody may be about to push the facts.
      #expect(try collect("--unreferenced")["packs_retired"] == 0)
      let dry = try collect("--unreferenced", "--grace", "0", "--dry-run")
      #expect(dry["packs_retired"] != 0 && dry["dry_run"] == true, "\(dry)")
      #expect(try holds(world, dropped.line))
      // Without the option all is kept, and merged.
      let kept = try collect("--grace", "0")
      #expect(kept["packs_retired"] != 0, "\(kept)")
      #expect(try collect("--grace", "0")["packs_deleted"] == kept["packs_retired"])
      #expect(try holds(world, dropped.line))

      let gone = try collect("--unreferenced", "--grace", "0")
      #expect(gone["packs_retired"] != 0, "\(gone)")
      #expect(try collect("--unreferenced", "--grace", "0")["packs_deleted"] == gone["packs_retired"])
      #expect(try !holds(world, dropped.line))
      try checkWhole(world, "b")
    }
  }

  @Test("lock files in commits and facts of newer versions keep what they name")
  func roots() throws {
    try withWorld(git: false, initialized: false) { world in
      try prepare(world)
      let a = place("a", world)
      let (locked, named, dropped) = (
        try pushUnnamed(world, "locked"), try pushUnnamed(world, "named"), try pushUnnamed(world, "dropped")
      )
      try expectSuccess(
        world.shell(
          """
          set -e
          git checkout -q -b side; printf '# mlt.lock 1\\n\(locked.line)\\n' > mlt.lock; git add -A; git commit -qm side
          git checkout -q main || git checkout -q -b main HEAD^ || git checkout -q --orphan main
          git rm -q -f --cached mlt.lock; rm -f mlt.lock
          """, in: a))
      var journal = HandmadeJournal(writer: String(repeating: "7", count: 32))
      journal.add(
        "model.dreamt", ["deep": .array([["of": .string(named.id)], .int(1)]), "other": .string("not \(dropped.id)")],
        at: "2026-01-01T00:00:00.000000Z", version: 9)
      try journal.put(into: place("share", world), world)
      for _ in 0..<2 { try expectSuccess(world.mlt("gc", "--remote", "--unreferenced", "--grace", "0", in: a)) }
      #expect(try holds(world, locked.line) && holds(world, named.line))
      #expect(try !holds(world, dropped.line))
    }
  }

  @Test("nothing is removed while facts can't be read, or a pack that may name what is wanted")
  func hidden() throws {
    try withWorld(git: false, initialized: false) { world in
      try prepare(world)
      let a = place("a", world)
      try expectSuccess(world.shell("echo 1 > f; mlt add f; mlt push", in: a))
      let content = try pushUnnamed(world, "unnamed")
      let segment = try #require(try files(world, "journal").first)
      let pack = try #require(try files(world, "packs").first)
      for (file, says) in [
        (segment, "nothing was removed from remote 'origin', since facts that can't be read may name what is wanted"),
        (pack, "cannot use '\(pack)' of the remote"),
      ] {
        try expectSuccess(
          world.shell("cp -p share/\(file) good; truncate -s -9 share/\(file)", in: world.folder))
        let before = try files(world, ".")
        let printed = try world.mlt("gc", "--remote", "--unreferenced", "--grace", "0", in: a)
        #expect(printed.status == 6 && printed.stderr.contains(says), "\(printed)")
        #expect(printed.stderr.contains("\(file == pack ? "error" : "hint"): cannot"), "\(printed)")
        #expect(Set(before.filter { !$0.contains("/tmp") }).isSubset(of: try files(world, ".")))
        try expectSuccess(world.shell("mv good share/\(file)", in: world.folder))
        #expect(try holds(world, content.line))
      }
      for _ in 0..<2 { try expectSuccess(world.mlt("gc", "--remote", "--unreferenced", "--grace", "0", in: a)) }
      #expect(try !holds(world, content.line))
    }
  }

  @Test("options that are not for remotes, or for them alone, are refused")
  func usage() throws {
    try withWorld { world in
      for options in [
        ["--remote", "--keep-last", "1"], ["--remote", "--tips-only"], ["--remote", "--older-than", "1d"],
        ["--unreferenced"], ["origin"], ["--remote", "--grace", "-1"],
      ] {
        let printed = try world.run([World.program.string, "gc"] + options)
        #expect(printed.status == 2, "\(options): \(printed)")
      }
      #expect(try world.mlt("gc", "--remote").status == 3)
      #expect(try world.mlt("gc", "--remote", "nowhere").status == 3)
    }
  }

  @Test(
    "collections beside one who pushes, all grace being over at once, lose nothing",
    arguments: [[], ["--unreferenced"]])
  func beside(_ options: [String]) throws {
    try withWorld(git: false, initialized: false) { world in
      try prepare(world)
      let a = place("a", world)
      try expectSuccess(
        world.shell(
          """
          set -e
          seq 100 > start; mlt add start; git add -A; git commit -qm start; git push -q origin main; mlt push
          git clone -q ../hub.git ../collector; cd ../collector; mlt init
          """, in: a))
      let pushing = try world.start(
        [
          "/bin/sh", "-c",
          """
          set -e
          for i in $(seq 10); do
            mlt run --no-trace -o out -- sh -c "cat start > out; echo $i >> out"
            until mlt push; do [ $? = 5 ]; done
          done
          touch ../done
          """,
        ], in: a)
      let collecting = try world.start(
        [
          "/bin/sh", "-c",
          """
          set -e
          while [ ! -e ../done ]; do
            mlt gc --remote --grace 0 \(options.joined(separator: " ")) --json > ../said; cat ../said >> ../collected
          done
          """,
        ], in: place("collector", world))
      let pushed = try pushing.wait()
      // Whoever collects has to end, too, if the other didn't come to its end.
      try world.shell("touch done", in: world.folder)
      try expectSuccess(collecting.wait())
      try expectSuccess(pushed)
      #expect(try world.shell("grep -q '_deleted.: [1-9]' collected", in: world.folder).status == 0)
      try expectSuccess(world.shell("git add -A; git commit -qm all; git push -q origin main", in: a))
      try checkWhole(world, "b")
    }
  }
}
