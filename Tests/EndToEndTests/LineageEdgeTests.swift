import MLTBase
import SystemPackage
import Testing

/// Where inputs came from, as `mlt show` and `mlt trace` tell it.
@Suite struct LineageEdgeTests {
  /// The kind of an input's origin, and the run it leads to.
  private func origin(_ run: RecordedRun, _ path: String) -> [String?] {
    let origin = run.inputs[path]?["origin"]
    return [origin?["kind"]?.string, origin?["run"]?.string]
  }

  private func components(_ trace: JSON) -> [String] {
    trace["runs"]?.array?.compactMap { $0["component"]?.string } ?? []
  }

  @Test("content that a run wrote at the path was produced by it, also if it was written again and again")
  func samePath() throws {
    try withWorld { world in
      try world.record("echo 1 > a")
      let second = try world.record("echo 1 > a")
      #expect(origin(try world.record("cat a"), "a") == ["produced", second.id])
    }
  }

  @Test("a file that was copied or moved by hand leads to the run that wrote its content elsewhere")
  func copied() throws {
    try withWorld { world in
      let maker = try world.record("echo content > a; echo other content > b")
      try world.shell("cp a copy; mv b moved")
      let reader = try world.record("cat copy moved")
      #expect(origin(reader, "copy") == ["copied", maker.id])
      #expect(reader.inputs["copy"]?["origin"]?["from"] == "a")
      #expect(origin(reader, "moved") == ["copied", maker.id])
      #expect(reader.inputs["moved"]?["origin"]?["from"] == "b")
      #expect(try world.mlt("trace", reader.id).stdout.contains("copied from a"))
    }
  }

  @Test("a few bytes are taken for a copy only under the name they had")
  func chance() throws {
    try withWorld { world in
      let maker = try world.record("mkdir made; echo 0 > made/status")
      try world.shell("echo 0 > mine; mkdir other; cp made/status other/status")
      let reader = try world.record("cat mine other/status")
      #expect(origin(reader, "mine") == ["source", nil])
      #expect(origin(reader, "other/status") == ["copied", maker.id])
    }
  }

  @Test("a file that a run copied isn't taken for a copy of its copy, nor what the commit holds")
  func original() throws {
    try withWorld { world in
      try world.write("in.csv", "a table of some length\n")
      try world.write("conf.yaml", "depth: a value of some length\n")
      try world.shell("git add conf.yaml && git commit -q -m conf")
      try world.record("cp in.csv mid.csv; cp conf.yaml backup.yaml")
      let reader = try world.record("cat in.csv conf.yaml")
      #expect(origin(reader, "in.csv") == ["source", nil])
      #expect(origin(reader, "conf.yaml") == ["git", nil])
    }
  }

  @Test("empty files aren't taken for copies of each other")
  func emptyCopies() throws {
    try withWorld { world in
      try world.record(": > a")
      try world.shell(": > b")
      #expect(origin(try world.record("cat b"), "b") == ["source", nil])
    }
  }

  @Test("a file that somebody changed since a run wrote it is changed outside, and the trace warns")
  func changedOutside() throws {
    try withWorld { world in
      let maker = try world.record("echo 1 > a")
      try world.write("a", "by hand\n")
      let reader = try world.record("cat a > b")
      #expect(origin(reader, "a") == ["changed-outside", maker.id])
      let short = String(maker.id.prefix(10))
      #expect(try world.mlt("trace", "b").stdout.contains("changed outside mlt since sh \(short)"))
    }
  }

  @Test("a file that was added, tracked by git, or neither is told as such")
  func withoutRun() throws {
    try withWorld { world in
      try world.write("added", "1\n")
      try world.write("code", "2\n")
      try world.write("neither", "3\n")
      try expectSuccess(world.mlt("add", "added"))
      try world.shell("git add code && git commit -q -m code")
      let run = try world.record("cat added code neither")
      #expect(origin(run, "added") == ["added", nil])
      #expect(origin(run, "code") == ["git", nil])
      #expect(origin(run, "neither") == ["source", nil])
    }
  }

  @Test("a file that somebody changed and then added is still what a run wrote, changed; what no run wrote is added")
  func addedAfterChange() throws {
    try withWorld { world in
      let writer = try world.record("echo 1 > a")
      try world.write("a", "by hand\n")
      try world.write("b", "by hand alone\n")
      try expectSuccess(world.mlt("add", "a", "b"))
      let reader = try world.record("cat a b")
      #expect(origin(reader, "a") == ["changed-outside", writer.id])
      #expect(origin(reader, "b") == ["added", nil])
    }
  }

  @Test("a file of a tree leads to the run that wrote the tree, a tree to all that wrote its files")
  func trees() throws {
    try withWorld { world in
      let first = try world.record("mkdir d; for i in $(seq 100); do echo $i > d/$i; done", options: ["-c", "first"])
      let member = try world.record("cat d/7")
      #expect(origin(member, "d/7") == ["produced", first.id])
      let second = try world.record("echo changed > d/7; echo new > d/new", options: ["-c", "second"])
      let reader = try world.record("cat d/* > all", options: ["-c", "reader"])
      let edges = try #require(reader.json["inputs"]?.array).filter { $0["path"] == "d" }
      let makers = edges.map { edge in
        [edge["origin"]?["run"]?.string ?? "", edge["matched"]?.int.map { "\($0)" } ?? ""]
      }
      #expect(Set(makers) == [[first.id, "99"], [second.id, "2"]])
      #expect(Set(components(try world.json("trace", "all"))) == ["reader", "first", "second"])
      #expect(Set(components(try world.json("trace", "--down", "d/8"))) == ["reader"])
    }
  }

  @Test("what a run read keeps its maker when the maker is run again with another result")
  func rerun() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let first = try world.record("cat in > a", options: ["-c", "make"])
      let reader = try world.record("cat a > b", options: ["-c", "read"])
      try world.write("in", "2\n")
      let second = try world.record("cat in > a", options: ["-c", "make"])
      #expect(origin(try world.shown(reader.id), "a") == ["produced", first.id])
      #expect(try world.json("trace", "b")["runs"]?.array?.last?["id"] == .string(first.id))
      #expect(try world.json("trace", "a")["runs"]?.array?.first?["id"] == .string(second.id))
    }
  }

  @Test("a run that had started before its input's maker was run again keeps the older one as parent")
  func rerunMeanwhile() throws {
    try withWorld { world in
      let first = try world.record("echo 1 > a", options: ["-c", "make"])
      let ready = try Gate("ready", in: world), go = try Gate("go", in: world)
      let running = try world.start([
        World.program.string, "run", "-c", "reader", "--", "sh", "-c",
        "cat a > b; echo > \(ready.path); read x < \(go.path)",
      ])
      try ready.wait()
      // The same result once more, while the reader goes on.
      try world.record("echo 1 > a", options: ["-c", "make"])
      try go.open()
      try expectSuccess(running.wait())
      let runs = try #require(try world.json("log", "-c", "reader")["runs"]?.array)
      let reader = try world.shown(try #require(runs.first?["id"]?.string))
      #expect(origin(reader, "a") == ["produced", first.id])
    }
  }

  @Test("a maker that is recorded only later is found all the same")
  func backfill() throws {
    try withWorld { world in
      try world.write("a", "1\n")
      let ready = try Gate("ready", in: world), go = try Gate("go", in: world)
      let maker = try world.start([
        World.program.string, "run", "-c", "maker", "--", "sh", "-c",
        "echo 1 > a; echo > \(ready.path); read x < \(go.path)",
      ])
      try ready.wait()
      let reader = try world.record("cat a")
      #expect(origin(reader, "a") == ["source", nil])
      try go.open()
      try expectSuccess(maker.wait())
      #expect(origin(try world.shown(reader.id), "a").first == "produced")
    }
  }

  @Test("a file that several runs changed in place leads from each to the one before")
  func inPlaceChain() throws {
    try withWorld { world in
      let first = try world.record("echo 1 > a", options: ["-c", "one"])
      let second = try world.record("echo 2 >> a", options: ["-c", "two"])
      let third = try world.record("echo 3 >> a", options: ["-c", "three"])
      #expect(origin(third, "a") == ["produced", second.id])
      #expect(origin(second, "a") == ["produced", first.id])
      #expect(components(try world.json("trace", "a")) == ["three", "two", "one"])
      #expect(try world.cat("a@" + second.id) == "1\n2\n")
      #expect(components(try world.json("trace", "--down", "a@" + first.id)) == ["two", "three"])
    }
  }

  @Test("down, a trace leads to everything that was made from a file, and to nothing else")
  func down() throws {
    try withWorld { world in
      try world.write("raw", "1\n")
      try world.record("sed s/1/2/ raw > clean", options: ["-c", "clean"])
      try world.record("sed s/2/3/ clean > model", options: ["-c", "train"])
      // Content that is the same by chance doesn't make a copy of what a run is known to have made.
      try world.record("sed s/3/2/ model > table", options: ["-c", "report"])
      try world.record("echo 5 > other", options: ["-c", "unrelated"])
      #expect(components(try world.json("trace", "--down", "raw")) == ["clean", "train", "report"])
      #expect(components(try world.json("trace", "--down", "model")) == ["report"])
      #expect(components(try world.json("trace", "--down", "table")) == [])
    }
  }

  @Test("a trace goes as deep as asked and says that there is more")
  func depth() throws {
    try withWorld { world in
      try world.record("echo 1 > a", options: ["-c", "one"])
      try world.record("cat a > b", options: ["-c", "two"])
      try world.record("cat b > c", options: ["-c", "three"])
      let two = try #require(try world.json("trace", "c", "--depth", "2")["runs"]?.array)
      #expect(two.compactMap { $0["component"]?.string } == ["three", "two"])
      #expect(two.compactMap { $0["cut"]?.bool } == [false, true])
      let all = try #require(try world.json("trace", "c", "--depth", "3")["runs"]?.array)
      #expect(all.compactMap { $0["cut"]?.bool } == [false, false, false])
    }
  }

  @Test("an ancestor that is reached by several ways is shown once and then referred to")
  func diamond() throws {
    try withWorld { world in
      try world.record("echo 1 > a", options: ["-c", "top"])
      try world.record("cat a > b", options: ["-c", "left"])
      try world.record("cat a > c", options: ["-c", "right"])
      try world.record("cat b c > d", options: ["-c", "bottom"])
      #expect(components(try world.json("trace", "d")) == ["bottom", "left", "right", "top"])
      let text = try world.mlt("trace", "d").stdout
      #expect(text.count(of: "(see above)") == 1)
      #expect(text.count(of: "top  ") == 2)
    }
  }

  // MARK: Code

  @Test("code that differs from HEAD is stored, and what ran can be had again")
  func dirtyCode() throws {
    try withWorld { world in
      try world.write("train.sh", "echo committed > out\n")
      try world.shell("git add train.sh && git commit -q -m train")
      let clean = try world.recordCommand(["sh", "train.sh"])
      #expect(clean.json["git"]?["dirty"] == nil)
      try world.write("train.sh", "echo edited > out\n")
      try world.write("helper.sh", "true\n")
      let dirty = try world.recordCommand(["sh", "-c", "sh ./helper.sh; sh ./train.sh"])
      #expect(dirty.json["git"]?["dirty"] == true)
      #expect(dirty.inputs["train.sh"]?["stored"] == true)
      #expect(dirty.inputs["train.sh"]?["git"] == nil)
      #expect(dirty.inputs["helper.sh"]?["stored"] == true)
      try world.shell("git checkout -q train.sh && rm helper.sh")
      #expect(try world.cat("train.sh@" + dirty.id) == "echo edited > out\n")
      #expect(try world.cat("helper.sh@" + dirty.id) == "true\n")
      #expect(try world.cat("train.sh@" + clean.id) == "echo committed > out\n")
      // The first run's code is in git, wherever HEAD has gone since.
      try world.shell("git rm -q train.sh && git commit -q -m gone")
      #expect(try world.cat("train.sh@" + clean.id) == "echo committed > out\n")
    }
  }

  @Test("mlt's own bookkeeping doesn't make a repository dirty; an edited file does")
  func dirty() throws {
    try withWorld { world in
      try world.write("code.sh", "true\n")
      try world.shell("git add -A && git commit -q -m all")
      #expect(try world.record("echo 1 > a").json["git"]?["dirty"] == nil)
      #expect(try world.record("echo 2 > b").json["git"]?["dirty"] == nil)
      try world.write("code.sh", "false\n")
      #expect(try world.record("true").json["git"]?["dirty"] == true)
      try world.shell("git commit -q -a -m edit")
      #expect(try world.record("true").json["git"]?["dirty"] == nil)
    }
  }
}

extension String {
  /// How often another text stands in this one.
  fileprivate func count(of text: String) -> Int {
    ranges(of: text).count
  }
}
