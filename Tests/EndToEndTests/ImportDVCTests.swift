import MLTBase
import SystemPackage
import Testing

/// A DVC project is taken over as it is, and left as it is.
@Suite struct ImportDVCTests {
  private func objects(_ world: World) throws -> String { try world.shell("ls .mlt/packs").stdout }

  @Test(
    "files and folders come from the cache, and back out of the store bit for bit",
    arguments: DVCFixture.Layout.allCases)
  func roundTrip(_ layout: DVCFixture.Layout) throws {
    try withWorld { world in
      let dvc = try DVCFixture(world, layout)
      _ = try dvc.file("data/raw.csv", "a,b\r\n1,2\r\n")
      _ = try dvc.file("tool", "#!/bin/sh\n", more: "  isexec: true\n")
      _ = try dvc.file("odd näme 'x'".replacing("'", with: ""), "odd\n")
      let members = ["one.txt": "1\r\n2\n", "deep/er/two": "2\n", "empty": ""]
      let folder = try dvc.listing(members.map { ($0.key, try dvc.keep($0.value)) })
      try dvc.point("images", to: folder, size: 7)
      for (name, text) in members { try world.write("images/\(name)", text) }
      try world.shell("chmod 755 tool; git add -A; git commit -qm dvc")
      let before = try dvc.everything()

      let trial = try world.mlt("import", "dvc", "--dry-run")
      try expectSuccess(trial)
      #expect(trial.stdout.contains("4 to import"))
      #expect(try world.read("mlt.lock") == nil)
      #expect(try objects(world) == "")

      let printed = try world.mlt("import", "dvc")
      try expectSuccess(printed)
      #expect(printed.stderr == "")
      #expect(printed.stdout.contains("images (3 files, from cache)\n"))
      #expect(try dvc.everything() == before)
      #expect(try world.shell("git status --short").stdout == "?? mlt.lock\n")
      #expect(try world.shell("grep -c . mlt.lock").stdout == "5\n")
      #expect(try world.shell("grep -c ^exec mlt.lock").stdout == "1\n")

      let lock = try world.read("mlt.lock")
      let events = try world.shell("cat .mlt/journal/*/*.jsonl | wc -l").stdout
      let again = try world.mlt("import", "dvc")
      try expectSuccess(again)
      #expect(again.stdout.hasSuffix("4 unchanged\n"))
      #expect(try world.read("mlt.lock") == lock)
      #expect(try world.shell("cat .mlt/journal/*/*.jsonl | wc -l").stdout == events)

      try world.shell("rm -r data/raw.csv tool images 'odd näme x' .dvc/cache")
      try expectSuccess(world.mlt("checkout"))
      #expect(
        try dvc.everything()
          == before.split(separator: "\n").filter { !$0.contains(".dvc/cache") }.map { $0 + "\n" }.joined())
      #expect(try dvc.outcomes().values.allSatisfy { $0 == "unchanged" }, "the work tree tells that nothing changed")
      try world.shell("rm -r data/raw.csv tool images")
      #expect(try dvc.outcomes().values.allSatisfy { $0 == "unchanged" }, "and so does the store")
    }
  }

  @Test("each imported artifact is a fact with where it came from, without credentials")
  func origin() throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      let hash = try dvc.keep("x\n")
      try world.write(
        "sub/x.dvc",
        """
        deps: [{path: x, repo: {url: 'https://me:secret@example.invalid/r', rev_lock: abc}}]
        outs: [{md5: \(hash), hash: md5, path: x}]
        """)
      try expectSuccess(world.mlt("import", "dvc"))
      let events = try world.shell("cat .mlt/journal/*/*.jsonl").stdout
      #expect(
        events.contains(
          #""origin":{"file":"sub/x.dvc","hash":"md5:\#(hash)","source":"https://example.invalid/r x at abc","tool":"dvc"}"#
        ),
        "\(events)")
      #expect(!events.contains("secret"))
    }
  }

  @Test("without the cache, bytes come from the work tree if they are right", arguments: DVCFixture.Layout.allCases)
  func workTree(_ layout: DVCFixture.Layout) throws {
    try withWorld { world in
      let dvc = try DVCFixture(world, layout)
      _ = try dvc.file("right", "right\r\n")
      _ = try dvc.file("edited", "before\n")
      try world.write("edited", "after\n")
      try dvc.point("d", to: try dvc.listing([("a", try dvc.keep("1\r\n")), ("b/ü", try dvc.keep("2\n"))].map { $0 }))
      try world.write("d/a", "1\r\n")
      try world.write("d/b/ü", "2\n")
      if layout == .three {
        // As Python writes a listing.
        let text =
          #"[{"md5": "\#(try dvc.md5("1\r\n"))", "relpath": "a"}, {"md5": "\#(try dvc.md5("2\n"))", "relpath": "b/\u00fc"}]"#
        try dvc.point("d", to: try dvc.md5(text) + ".dir")
      }
      try world.shell("rm -r .dvc/cache")
      let outcomes = try dvc.outcomes()
      #expect(outcomes["right"] == "imported")
      #expect(outcomes["edited"] == "absent")
      if layout == .three { #expect(outcomes["d"] == "imported") }
      #expect(try world.read("edited") == "after\n")
    }
  }

  @Test("what is absent gets a line, is shown as such, and is taken when the bytes come")
  func absent() throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      let hash = try dvc.file("gone", "text\n", inWorkTree: false)
      _ = try dvc.file("here", "here\n", inWorkTree: false)
      let one = try dvc.keep("1\n")
      let folder = try dvc.listing([("a", one), ("b", try dvc.keep("2\n"))])
      try dvc.point("d", to: folder, size: 4)
      try world.shell("mv \(dvc.place(hash)) saved; mv \(dvc.place(one)) saved-one")

      let printed = try world.mlt("import", "dvc")
      try expectSuccess(printed)
      #expect(printed.stdout.contains("d (not to be had: a)\n"))
      #expect(printed.stdout.hasSuffix("1 imported, 2 absent\n"))
      #expect(printed.stderr.hasPrefix("hint: get absent bytes with 'dvc pull'"))
      let lock = try #require(try world.read("mlt.lock"))
      #expect(lock.contains("\nabsent md5:\(folder) 4 d\nabsent md5:\(hash) 5 gone\nfile "))
      try expectSuccess(world.mlt("import", "dvc"))
      #expect(try world.read("mlt.lock") == lock)

      let status = try world.mlt("status", "--exit-code")
      #expect(status.status == 1)
      #expect(status.stdout.contains("\nAbsent, known by DVC's hash only:\n"))
      #expect(status.stdout.contains("\n  d\n  gone\n"))
      let checkout = try world.mlt("checkout")
      #expect(checkout.status == 3)
      #expect(checkout.stderr.contains("error: the bytes of 'gone' (md5:\(hash)) are not available\n"))
      #expect(try world.read("here") == "here\n", "what is to be had is restored")
      #expect(try world.mlt("checkout", "gone").status == 3)
      try expectSuccess(world.mlt("checkout", "here"))

      try world.write("gone", "mine\n")
      try expectSuccess(world.mlt("add", "gone"))
      #expect(try world.read("mlt.lock")?.contains(" gone\n") == true)
      #expect(try world.read("mlt.lock")?.contains("absent md5:\(hash)") == false)
      try world.write("mlt.lock", lock)
      try world.shell("mv saved \(dvc.place(hash)); mv saved-one \(dvc.place(one)); rm gone")
      try expectSuccess(world.mlt("import", "dvc"))
      #expect(try world.read("mlt.lock")?.contains("absent") == false)
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("gone") == "text\n")
      #expect(try world.read("d/a") == "1\n")
    }
  }

  @Test("a damaged object of the cache is reported and never taken for good", arguments: [false, true])
  func damaged(isInWorkTree: Bool) throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      let hash = try dvc.file("f", "good\n", inWorkTree: isInWorkTree)
      let member = try dvc.keep("1\n")
      try dvc.point("d", to: try dvc.listing([("a", member), ("b", try dvc.keep("2\n"))]))
      let listing = try dvc.listing([("x", member)])
      try dvc.point("e", to: listing)
      try world.write(dvc.place(hash), "evil\n")
      try world.write(dvc.place(member), "3\n")
      try world.write(dvc.place(listing), "[]")
      let printed = try world.mlt("import", "dvc")
      #expect(printed.status == 1)
      for place in [dvc.place(hash), dvc.place(member), dvc.place(listing)] {
        #expect(printed.stderr.contains("\(place)' is damaged"), "\(printed.stderr)")
      }
      let outcomes = try dvc.outcomes()
      #expect(outcomes == ["f": isInWorkTree ? "unchanged" : "absent", "d": "absent", "e": "absent"])
      let evil = try world.shell("printf 'evil\\n' | sha256sum | cut -c1-64").stdout.prefix(64)
      #expect(try world.mlt("cat", String(evil)).status == 3)
    }
  }

  @Test(
    "a hostile listing is refused, and the rest is imported",
    arguments: [
      "../x", "/tmp/x", "a/../../x", ".git/hooks/post-checkout", ".mlt/x", "a//b", #"a\u0000"#, #"\ud800"#,
    ])
  func hostile(_ path: String) throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      let member = try dvc.keep("1\n")
      try dvc.point("d", to: try dvc.listing([(path, member)]))
      _ = try dvc.file("f", "good\n")
      let printed = try world.mlt("import", "dvc")
      #expect(printed.status == 1)
      #expect(printed.stderr.hasPrefix("error: 'd.dvc', line 2: the listing of the folder can't be understood"))
      #expect(printed.stdout.hasSuffix("1 imported\n"))
      #expect(try world.shell("cut -d' ' -f1,4- mlt.lock | tail -n +2").stdout == "file f\n")
    }
  }

  @Test("links that DVC made to its cache are followed and stay", arguments: ["ln -sf ../", "ln -f "])
  func links(_ command: String) throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      let hash = try dvc.file("data/f", "text\n")
      try world.shell("\(command)\(dvc.place(hash)) data/f && chmod 444 \(dvc.place(hash))")
      let before = try dvc.everything()
      try expectSuccess(world.mlt("import", "dvc"))
      #expect(try dvc.everything() == before)
      try world.shell("rm -f data/f; rm -rf .dvc/cache")
      try expectSuccess(world.mlt("checkout"))
      #expect(try world.read("data/f") == "text\n")
    }
  }

  @Test(
    "a pipe or folder in place of a cache object is no content, and isn't waited for", arguments: ["mkfifo", "mkdir"])
  func notAFile(_ command: String) throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      let hash = try dvc.file("f", "text\n", inWorkTree: false)
      try world.shell("rm \(dvc.place(hash)); \(command) \(dvc.place(hash)); \(command) f")
      #expect(try dvc.outcomes() == ["f": "absent"])
    }
  }

  @Test("other content in the lock file stays, unless forced")
  func conflict() throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      try world.write("f", "mine\n")
      try world.write("d/a", "mine\n")
      try world.write("t/x", "mine\n")
      try expectSuccess(world.mlt("add", "f", "d/a", "t"))
      let lock = try world.read("mlt.lock")
      _ = try dvc.file("f", "dvc's\n", inWorkTree: false)
      try dvc.point("d", to: try dvc.listing([("a", try dvc.keep("dvc's\n"))]))
      _ = try dvc.file("t/x", "dvc's\n", inWorkTree: false)
      let printed = try world.mlt("import", "dvc")
      #expect(printed.status == 4)
      #expect(printed.stdout.hasSuffix("3 in conflict\n"))
      #expect(printed.stderr == "hint: use --force to replace what 'mlt.lock' says otherwise\n")
      #expect(try world.read("mlt.lock") == lock)
      let forced = try dvc.outcomes("--force")
      #expect(forced == ["f": "imported", "d": "imported", "t/x": "conflict"], "a tracked folder is not taken apart")
      #expect(try world.read("mlt.lock") != lock)
      try expectSuccess(world.mlt("checkout", "f"))
      #expect(try world.read("f") == "dvc's\n")
    }
  }

  @Test("lines for files give way to the folder that holds the same")
  func folderAround() throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      try world.write("d/a", "1\n")
      try expectSuccess(world.mlt("add", "d/a"))
      try dvc.point("d", to: try dvc.listing([("a", try dvc.keep("1\n"))]))
      try expectSuccess(world.mlt("import", "dvc"))
      #expect(try world.shell("cut -d' ' -f1,5- mlt.lock | tail -n +2").stdout == "tree d\n")
    }
  }

  @Test("what git tracks stays with git")
  func git() throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      _ = try dvc.file("f", "text\n")
      try world.write(
        "dvc.lock",
        """
        schema: '2.0'
        stages:
          score:
            cmd: score
            outs: [{path: metrics.json, hash: md5, md5: \(try dvc.keep("{}\n")), size: 3}]
        """)
      try world.write("metrics.json", "{}\n")
      try world.shell("git add -f f metrics.json; git commit -qm all")
      let printed = try world.mlt("import", "dvc")
      #expect(printed.status == 1)
      #expect(printed.stderr == "error: 'f.dvc', line 2: output 'f' is tracked by git\n")
      #expect(printed.stdout.contains("left to git: metrics.json\nstages that have run: score ("))
      #expect(try world.read("mlt.lock") == nil)
    }
  }

  @Test("a project in a sub-folder is found from inside it, with a cache that its configuration names")
  func subfolder() throws {
    try withWorld { world in
      let dvc = try DVCFixture(world)
      let hash = try dvc.keep("text\n")
      try world.write("team/.dvc/config", "[cache]\n    dir = ../../.dvc/cache\n")
      try world.write("team/data/x.dvc", "outs: [{md5: \(hash), hash: md5, path: x}]")
      let nested = try world.mlt("import", "dvc")
      #expect(nested.status == 1)
      #expect(nested.stderr == "error: 'team': is a DVC project of its own; import it by itself\n")
      try expectSuccess(world.mlt("import", "dvc", "team/data"))
      #expect(try world.read("mlt.lock")?.hasSuffix(" 5 team/data/x\n") == true)
      #expect(try world.read("team/data/.gitignore") == "/x\n")
    }
  }

  @Test("a folder without DVC, outside, or not there is refused", arguments: [("..", 2), ("absent", 3), (".", 3)])
  func noProject(_ folder: String, status: Int32) throws {
    try withWorld { world in
      let printed = try world.mlt("import", "dvc", folder)
      #expect(printed.status == status)
      #expect(printed.stderr.hasPrefix("error: "))
    }
  }
}
