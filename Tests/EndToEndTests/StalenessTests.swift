import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Whether what runs made is up to date, as `mlt show`, `mlt trace` and `mlt status` tell it.
@Suite struct StalenessTests {
  /// The reasons against a run, each as its kind and its path or component.
  private func reasons(_ stale: JSON?) -> [String] {
    (stale?["reasons"]?.array ?? []).map { reason in
      "\(reason["reason"]?.string ?? "?") \(reason["component"]?.string ?? reason["path"]?.string ?? "?")"
    }
  }

  private func reasons(_ world: World, _ pointer: String) throws -> [String] {
    let shown = try world.json("show", pointer)
    return reasons(shown["run"]?["stale"] ?? shown["stale"])
  }

  private func at(_ moment: String) -> [String: String] { ["MLT_FIXED_TIME": "2026-\(moment)T12:00:00.000000Z"] }

  @Test("an input that a later run wrote otherwise makes what came of it stale, and what came of that")
  func newerInput() throws {
    try withWorld { world in
      try world.record("echo one > raw", options: ["-c", "fetch"])
      let clean = try world.record("cat raw > clean", options: ["-c", "clean"])
      try world.record("cat clean > model", options: ["-c", "train"])
      #expect(try reasons(world, "model") == [])
      let second = try world.record("echo two > raw", options: ["-c", "fetch"])
      #expect(try reasons(world, "clean") == ["input-changed raw"])
      #expect(try reasons(world, "model") == ["upstream clean"])
      let trace = try world.json("trace", "model")
      #expect(trace["runs"]?.array?.map { reasons($0["stale"]) } == [["upstream clean"], ["input-changed raw"], []])
      let text = try world.mlt("trace", "model", "--depth", "1").stdout
      #expect(text.contains("stale: clean \(clean.id.prefix(10)) is stale"))
      let short = second.id.prefix(10)
      #expect(try world.mlt("show", clean.id).stdout.contains("raw has changed since, by run \(short)"))
      // Made again from what is there now, all is well; and so it is if the old content comes back.
      try world.record("cat raw > clean", options: ["-c", "clean"])
      #expect(try reasons(world, "clean") == [] && reasons(world, "model") == ["input-changed clean"])
      try world.record("cat clean > model", options: ["-c", "train"])
      #expect(try reasons(world, "model") == [] && world.mlt("status").stdout.contains("up to date"))
    }
  }

  @Test("what has been made anew since is history, and only what it read that was old speaks against it")
  func superseded() throws {
    try withWorld { world in
      try world.write("raw", "one\n")
      let first = try world.record("cat raw > clean", options: ["-c", "clean"])
      try world.write("raw", "two\n")
      let second = try world.record("cat raw > clean", options: ["-c", "clean"])
      let shown = try world.json("show", first.id)
      #expect(reasons(shown["run"]?["stale"]) == [])
      #expect(shown["run"]?["stale"]?["supersededBy"] == .string(second.id))
      #expect(try world.mlt("show", "clean@" + first.id).stdout.contains("has since written it"))
    }
  }

  @Test("a component that runs once for each partition gives no false alarm, though all read a place that changes")
  func partitions() throws {
    try withWorld { world in
      for day in ["01", "02", "03"] {
        try world.write("today.csv", "the table of day \(day)\n")
        try world.write("raw/\(day).csv", "raw data of day \(day)\n")
        try world.record("mkdir -p clean; cat today.csv raw/\(day).csv > clean/\(day).csv", options: ["-c", "clean"])
        try world.record("cat clean/*.csv > all.csv", options: ["-c", "join"])
      }
      for day in ["01", "02", "03"] { #expect(try reasons(world, "clean/\(day).csv") == []) }
      #expect(try reasons(world, "all.csv") == [])
      let status = try world.json("status")
      #expect(status["stale"] == [] && status["clean"] == true)
      // A partition whose own input changes is stale all the same.
      try world.write("raw/02.csv", "corrected\n")
      #expect(try reasons(world, "clean/02.csv") == ["input-changed raw/02.csv"])
      #expect(try reasons(world, "clean/01.csv") == [])
    }
  }

  @Test("a run that goes on from its own earlier output isn't stale by it")
  func inPlace() throws {
    try withWorld { world in
      for day in ["one", "two", "three"] {
        try world.write("today", "\(day)\n")
        try world.record("cat today >> history", options: ["-c", "append"])
      }
      #expect(try reasons(world, "history") == [])
      try world.record("wc -l < history > count", options: ["-c", "count"])
      #expect(try reasons(world, "count") == [])
      #expect(try world.json("trace", "count")["runs"]?.array?.allSatisfy { reasons($0["stale"]) == [] } == true)
    }
  }

  @Test("code that changed since is named, also far behind")
  func code() throws {
    try withWorld { world in
      try world.write("make.sh", "echo 1 > a\n")
      try expectSuccess(world.shell("git add -A; git commit -qm make"))
      try world.record("sh make.sh", options: ["-c", "make"])
      try world.record("cat a > b", options: ["-c", "copy"])
      try world.record("cat b > c", options: ["-c", "again"])
      try world.write("make.sh", "echo 2 > a\n")
      #expect(try reasons(world, "a") == ["code-changed make.sh"])
      #expect(try reasons(world, "c") == ["upstream copy"])
      #expect(try world.mlt("show", "a").stdout.contains("the code in make.sh has changed since"))
    }
  }

  @Test("inputs older than the setting are told, the youngest of a component counting; it is no reason to run again")
  func old() throws {
    try withWorld { world in
      try world.record("echo one > table; echo old > early", options: ["-c", "make"], environment: at("03-01"))
      try world.record("echo part > part1", options: ["-c", "parts"], environment: at("03-01"))
      try world.record("echo part two > part2", options: ["-c", "parts"], environment: at("04-20"))
      let run = try world.record(
        "cat table part1 part2 > out", options: ["-c", "report"], environment: at("04-22"))
      #expect(try reasons(world, run.id) == ["old-input make"])
      #expect(try world.mlt("show", "out").stdout.contains("was run 51 days before"))
      let status = try world.json("status")
      #expect(status["clean"] == true && status["aged"]?.array?.count == 1)
      #expect(status["aged"]?.array?.first?["days"] == 51)
      #expect(try world.mlt("status").stdout.contains("which make had made 51 days before"))
      try expectSuccess(world.mlt("config", "stale.days", "60"))
      #expect(try reasons(world, run.id) == [])
      try expectSuccess(world.mlt("config", "--shared", "Stale.report.Days", "50"))
      #expect(try reasons(world, run.id) == ["old-input make"])
      #expect(try world.mlt("config", "stale.report.days").stdout == "50\n")
      #expect(try world.mlt("config").stdout.contains("stale.report.days=50 "))
      #expect(try world.mlt("config", "stale.Report.days").status == 1)
      #expect(try world.mlt("config", "--unset", "--shared", "stale.report.days").status == 0)
      #expect(try reasons(world, run.id) == [])
      // Names of components may have dots.
      try expectSuccess(world.mlt("config", "stale.clean.v2.days", "7"))
      #expect(try world.mlt("config", "stale.clean.v2.days").stdout == "7\n")
      for key in ["stale.days", "stale.report.days"] {
        #expect(try world.mlt("config", key, "often").stderr.contains("setting '\(key)' can't be 'often'"))
      }
      #expect(try world.mlt("config", "stale..days", "3").status == 2)
    }
  }

  @Test("a copy of what had been written anew before it was read is told")
  func oldCopy() throws {
    try withWorld { world in
      try world.record("echo features of the first day > features", options: ["-c", "features"])
      try expectSuccess(world.shell("cp features kept"))
      try world.record("echo features of the second day > features", options: ["-c", "features"])
      try world.record("cat kept > model", options: ["-c", "train"])
      #expect(try reasons(world, "model") == ["old-copy kept"])
      #expect(try world.mlt("trace", "model").stdout.contains("kept is a copy of an old features"))
    }
  }
}
