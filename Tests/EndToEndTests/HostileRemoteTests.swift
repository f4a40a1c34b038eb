import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Remotes that somebody filled to do harm: all is refused with an error, and nothing is written outside.
@Suite struct HostileRemoteTests {
  // MARK: Hostile facts

  @Test("events of the year 9999, nested 100,000 deep, or unpacking to 1 GB are refused one by one, in little memory")
  func hostileFacts() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      func journal(_ digit: Character, _ add: (inout HandmadeJournal) -> Void) throws {
        var journal = HandmadeJournal(writer: String(repeating: digit, count: 32))
        journal.add("a.b", [:], at: "2026-01-01T00:00:00.000000Z")
        add(&journal)
        try journal.put(into: world.place("share"), world)
      }
      try journal("1") { $0.add("a.b", [:], at: "9999-12-31T23:59:59.999999Z") }
      let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
      try journal("2") { $0.add(body: Array("{\"a\":\(deep),\"v\":1}".utf8)) }
      try expectSuccess(
        world.shell(
          """
          mkdir share/journal/\(String(repeating: "3", count: 32))
          head -c 1073741824 /dev/zero | tr '\\0' a | gzip -1 > share/journal/\(String(repeating: "3", count: 32))/000000000001-000000000001.jsonl.gz
          """, in: world.folder))
      let b = world.place("b")
      let printed = try world.shell("ulimit -v 1500000; mlt pull", in: b)
      #expect(printed.status == 6, "\(printed)")
      for (digit, event, says) in [
        ("1", 2, "event is dated '9999-12-31T23:59:59.999999Z', too far in the future"), ("2", 2, "nested too deep"),
        ("3", 1, "segment is damaged"),
      ] {
        let writer = String(repeating: digit, count: 32)
        let line = printed.stderr.split(separator: "\n").first { $0.contains(writer) } ?? ""
        #expect(line.hasPrefix("error: cannot take over event \(event) of writer '\(writer)': "), "\(printed)")
        #expect(line.contains(says) && line.utf8.count < 300, "\(printed)")
      }
      try expectSuccess(world.shell("cmp f ../a/f", in: b))
      #expect(try world.json(in: b, "log")["runs"]?.array?.count == 1)
      try expectSuccess(world.mlt("fsck", in: b))
      // Nothing of it is passed on.
      try expectSuccess(world.shell("mlt remote add other ../other && mlt push other", in: b))
      #expect(
        try world.shell("find ../other/journal -name '*-000000000002.jsonl.gz' | grep -c -e /1 -e /2", in: b).stdout
          == "0\n")
    }
  }

  // MARK: Hostile data

  /// What no clone but `b` may have been written to.
  private func outside(_ world: World) throws -> String {
    try world.shell(
      "find . -path ./b -prune -o -path ./output -prune -o -printf '%p %y %s\\n' | sort; cat b/.git/HEAD b/.git/config; ls b/.git/hooks",
      in: world.folder
    ).stdout
  }

  @Test(
    "trees with names that lead out, or into git's and mlt's folders, are refused and nothing is written",
    arguments: [
      "..", ".", "../x", "/etc/x", "a/b", ".git", ".GIT", ".mlt", "", String(repeating: "n", count: 256), "through",
      "twice", "deep",
    ])
  func hostileTree(name: String) throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      try FileOperations.createFolder(world.place("outside"))
      var pack = HandmadePack()
      let (good, evil) = (pack.add(chunk: Array("good".utf8)), pack.add(chunk: Array("evil".utf8)))
      let tree: ContentID
      switch name {
      case "through":
        // A link that leads out, and a folder of the same name behind it.
        let target = pack.add(chunk: Array("../../outside".utf8))
        tree = pack.add(tree: [("l", target, 13, "d"), ("f", evil, 4, "d/x")])
      case "twice": tree = pack.add(tree: [("f", good, 4, "f"), ("f", evil, 4, "f")])
      case "deep":
        let inner = pack.add(tree: [("f", evil, 4, "..")])
        tree = pack.add(tree: [("t", inner, 4, "inner")])
      default: tree = pack.add(tree: [("f", evil, 4, name)])
      }
      let (id, bytes) = pack.built()
      try FileOperations.replace(world.place("share").pushing(FilePath("packs/\(id.hex).pack")), with: bytes)
      let b = world.place("b")
      try expectSuccess(world.shell("printf '# mlt.lock 1\\ntree \(tree.hex) 4 1 dir\\n' > mlt.lock", in: b))
      let before = try outside(world)
      for command in [["pull"], ["pull", "--force"], ["checkout", "--force"]] {
        let printed = try world.run([World.program.string] + command, in: b)
        #expect([1, 3, 6].contains(printed.status), "\(command): \(printed)")
        #expect(printed.stderr.contains("error: "), "\(printed)")
        #expect(try world.shell("ls -A dir", in: b).status != 0, "nothing is restored")
        #expect(try outside(world) == before)
      }
      #expect(try world.mlt("fsck", in: b).stdout.contains("damaged") == false)
    }
  }

  @Test("names that other systems confuse or keep for devices are ordinary files here, none in another's place")
  func otherSystems() throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      let names = ["AUX", "Con", "NUL.txt", "a", "A", "c:x", "com1", "con", "git~1", "x.", "x ", "\u{e9}", "e\u{301}"]
      var pack = HandmadePack()
      let entries = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
        (mode: "f" as Character, content: pack.add(chunk: Array(name.utf8)), size: name.utf8.count, name: name)
      }
      let tree = pack.add(tree: entries)
      let (id, bytes) = pack.built()
      try FileOperations.replace(world.place("share").pushing(FilePath("packs/\(id.hex).pack")), with: bytes)
      let b = world.place("b")
      let size = names.reduce(0) { $0 + $1.utf8.count }
      try expectSuccess(
        world.shell("printf '# mlt.lock 1\\ntree \(tree.hex) \(size) \(names.count) dir\\n' > mlt.lock", in: b))
      try expectSuccess(world.mlt("pull", in: b))
      for name in names {
        #expect(
          try FileOperations.contents(of: b.appending("dir").appending(name)) == Array(name.utf8), "\(name)")
      }
      #expect(try FileOperations.names(in: b.appending("dir")).count == names.count)
    }
  }

  @Test(
    "lock files that name places outside, or git's and mlt's, are refused before anything is fetched",
    arguments: ["../x", "/etc/x", ".git/hooks/post-checkout", "a/../../x", ".mlt/config", "a/.GIT/x", "link/x"])
  func hostileLock(path: String) throws {
    try withWorld(git: false, initialized: false) { world in
      try world.prepareSharing()
      try FileOperations.createFolder(world.place("outside"))
      let b = world.place("b")
      try expectSuccess(
        world.shell(
          """
          set -e
          ln -s ../outside link
          grep '^file .* f$' mlt.lock | sed 's| f$| \(path)|' > line; (echo '# mlt.lock 1'; cat line) > mlt.lock; rm line
          """, in: b))
      let before = try outside(world)
      for command in [["pull"], ["pull", "--force"]] {
        let printed = try world.run([World.program.string] + command, in: b)
        #expect(path == "link/x" ? printed.status == 4 : printed.status == 6, "\(printed)")
        #expect(printed.stderr.contains("hint: "), "\(printed)")
        #expect(try outside(world) == before)
      }
    }
  }

  // MARK: Credentials

  @Test("a password in a remote's URL, which git brought or somebody typed, is never printed nor recorded")
  func credentials() throws {
    try withWorld { world in
      let secret = "hunter2hunter2"
      let url = "ssh://ada:\(secret)@host.invalid/srv/x"
      try world.write(".mltconfig", "[remote \"origin\"]\n\turl = \(url)\n")
      try expectSuccess(
        world.shell("git add -A; git commit -qm remote; git remote add origin https://ada:\(secret)@host.invalid/x"))
      var said = ""
      for command in [
        ["remote"], ["remote", "list", "--json"], ["push"], ["pull"], ["fetch"], ["gc", "--remote"], ["config"],
        ["config", "--json"], ["status"], ["run", "--", "true"], ["log", "--json"], ["show", "HEAD"], ["env"], ["fsck"],
        ["remote", "rename", "origin", "lab"], ["remote", "set-url", "lab", url], ["remote", "add", "more", url],
        ["remote", "add", "more", "https://ada:\(secret)@host.invalid/x"], ["config", "remote.lab.url"],
        ["config", "remote.lab.url", url], ["remote", "remove", "lab"],
      ] {
        let printed = try world.run([World.program.string] + command)
        #expect(printed.status < 70, "\(command): \(printed)")
        said += printed.stdout + printed.stderr
      }
      #expect(said.contains("ssh://ada@host.invalid/srv/x"))
      #expect(!said.contains(secret), "\(said)")
      #expect(!String(decoding: try world.recordedBytes(), as: UTF8.self).contains(secret))
    }
  }
}
