import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What takes the space.
@Suite struct DuTests {
  /// Two components that share an input, a tracked folder, and a content that nothing uses.
  private func makeUse(_ world: World) throws {
    func text(_ name: String) -> String { (0..<200).map { "\(name) \($0)\n" }.joined() }
    for name in ["shared", "x-only", "y-only", "d/a", "d/b", "gone"] { try world.write(name, text(name)) }
    try expectSuccess(world.mlt("add", "shared", "d", "gone"))
    try expectSuccess(world.mlt("run", "-c", "x", "--", "sh", "-c", "cat shared x-only > x-out"))
    try expectSuccess(world.mlt("run", "-c", "y", "--", "sh", "-c", "cat shared y-only > y-out"))
    try expectSuccess(world.mlt("rm", "gone"))
  }

  private func amount(_ json: JSON?, _ field: String = "stored") throws -> Int64 { try #require(json?[field]?.int) }

  private func packBytes(_ world: World) throws -> Int64 {
    try world.dataFiles(in: "packs", suffix: ".pack").reduce(0) { try $0 + Int64(FileStatus(at: $1)?.size ?? 0) }
  }

  @Test("by component: what is one's own and what is shared, and both add up")
  func components() throws {
    try withWorld { world in
      try makeUse(world)
      let report = try world.json("du")
      #expect(report["format"] == 1 && report["by"] == "component")
      let entries = try #require(report["entries"]?.array)
      #expect(Set(entries.compactMap { $0["name"]?.string }) == ["(tracked)", "x", "y"])
      let own = try entries.map { try amount($0["own"]) }
      #expect(own == own.sorted(by: >), "the largest comes first")
      let used = try amount(report["used"])
      for entry in entries {
        #expect(entry["missing"] == 0)
        #expect(try amount(entry["own"]) + amount(entry["shared"]) <= used)
        #expect(try amount(entry["shared"], "objects") > 0, "\(entry)")
      }
      // What is shared is counted once among what is used.
      let shared = try entries.map { try amount($0["shared"]) }
      #expect(used - own.reduce(0, +) <= shared.reduce(0, +))
      #expect(try used - own.reduce(0, +) >= #require(shared.max()))
      #expect(try amount(report["unused"], "objects") == 1)
      let all = try used + amount(report["unused"]) + amount(report["duplicates"])
      #expect(try all < packBytes(world))
      #expect(report["packBytes"]?.int == (try packBytes(world)))
      // What nothing uses is what a collection removes.
      try expectSuccess(world.mlt("gc", "--grace", "0"))
      let after = try world.json("du")
      #expect(after["used"] == report["used"])
      #expect(try amount(after["unused"], "objects") == 0)
    }
  }

  @Test("by path: every path by itself; a path narrows it to what lies below")
  func paths() throws {
    try withWorld { world in
      try makeUse(world)
      func names(_ report: JSON) throws -> [String] {
        try #require(report["entries"]?.array).compactMap { $0["name"]?.string }.sorted()
      }
      let all = try world.json("du", "--by", "path")
      #expect(Set(try names(all)).isSuperset(of: ["shared", "d", "x-out", "y-out", "gone"]), "\(all)")
      #expect(try names(world.json("du", "--by", "path", "d")) == ["d"])
      #expect(try names(world.json("du", "--by", "path", "x-out", "shared")) == ["shared", "x-out"])
      #expect(try names(world.json("du", "x-out")) == ["(tracked)", "x"])
      let below = try world.json("du", "--by", "path", "d")
      let entry = try #require(below["entries"]?.array?.first)
      #expect(try amount(entry["own"], "raw") > 0 && amount(entry["shared"], "raw") == 0)
      #expect(entry["own"] == all["entries"]?.array?.first { $0["name"] == "d" }?["own"])
      // The same files under another name are shared by both paths.
      try expectSuccess(world.shell("cp -r d e && mlt add e"))
      let twice = try #require(try world.json("du", "--by", "path", "d", "e")["entries"]?.array)
      for entry in twice { #expect(try amount(entry["own"], "objects") == 0, "\(entry)") }
    }
  }

  @Test("as text: a table, at most as many lines as asked for, sizes before and after compression")
  func text() throws {
    try withWorld { world in
      let empty = try world.mlt("du")
      try expectSuccess(empty)
      try makeUse(world)
      let printed = try world.mlt("du")
      try expectSuccess(printed)
      #expect(printed.stdout.contains("own") && printed.stdout.contains("(tracked)"), "\(printed)")
      let one = try world.mlt("du", "-n", "1")
      #expect(one.stdout.contains("… and 2 more\n"), "\(one)")
      #expect(try world.json("du", "-n", "1")["entries"]?.array?.count == 1)
      #expect(try world.mlt("du", "--raw").stdout != printed.stdout)
      #expect(try world.mlt("du", "--limit", "0").status == 2)
    }
  }
}
