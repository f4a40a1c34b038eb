import MLTBase
import Testing

/// `mlt why`: what it names first where one thing was done otherwise, and how its two sides are named.
@Suite struct WhyTests {
  /// What a cause is about: its kind and the path, key or name.
  private func causes(_ json: JSON) -> [[String]] {
    (json["causes"]?.array ?? []).map { cause in
      [cause["kind"]?.string ?? "", (cause["path"] ?? cause["key"] ?? cause["name"])?.string ?? ""]
    }
  }

  private func first(_ json: JSON) -> [String] { causes(json).first ?? [] }

  @Test("a change of code is named, with its lines and the component, and what follows from it is folded away")
  func code() throws {
    try withWorld { world in
      try world.makeSales()
      for day in 1...3 {
        try world.bring(day: day)
        try world.runSales()
      }
      try world.shell("sed -i 's: / 100::' clean.sh")
      try world.bring(day: 4)
      try world.runSales()
      let json = try world.json("why", "report.csv")
      #expect(first(json) == ["code", "clean.sh"])
      let cause = try #require(json["causes"]?.array?.first)
      #expect(cause["places"]?.array?.first?["component"] == "clean")
      #expect(cause["habit"]?["changes"] == 0)
      let consequences = json["consequences"]?.array?.compactMap { $0["component"]?.string }
      #expect(consequences == ["join", "report"])
      let printed = try world.mlt("why", "report.csv").stdout
      #expect(printed.contains("code clean.sh"))
      #expect(printed.contains("What follows from that"))
      #expect(printed.contains("$2 / 100"))
    }
  }

  @Test("data that isn't what it always is comes before data that changes every day")
  func data() throws {
    try withWorld { world in
      try world.makeSales()
      for day in 1...5 {
        try world.bring(day: day)
        try world.runSales()
      }
      try world.bring(day: 6, factor: 100)
      try world.runSales()
      let json = try world.json("why", "report.csv", "report.csv@" + goodRun(world, back: 1))
      #expect(first(json) == ["data", "sales.csv"])
    }
  }

  @Test("with a single version before, data that is plainly otherwise comes before an edit that changes nothing")
  func shortHistory() throws {
    try withWorld { world in
      try world.makeSales()
      for (day, factor) in [(1, 1), (2, 100)] {
        try world.bring(day: day, factor: factor)
        try world.runSales()
        try world.shell("sed -i 's:^:: ; $a true' clean.sh")
      }
      let json = try world.json("why", "report.csv", "report.csv@" + goodRun(world, back: 1))
      #expect(first(json) == ["data", "sales.csv"], "\(json)")
    }
  }

  @Test("where rows are lost before a step that always makes the same few, its edit without effect isn't blamed")
  func fewRowsMade() throws {
    try withWorld { world in
      let script =
        "awk -F, 'NR > 1 { n[$1]++ } END { print \"region,n\"; for (r in n) print r \",\" n[r] }' raw.csv > sum.csv"
      try world.write("sum.sh", script + "\n")
      for (day, count) in [100, 104, 97, 101, 99, 20].enumerated() {
        if day == 5 { try world.write("sum.sh", script + "\ntrue\n") }
        let rows = (0..<count).map { "\($0 % 3),\(($0 * 7 + day) % 50)\n" }
        try world.write("raw.csv", "region,amount\n" + rows.joined())
        try world.record("sh sum.sh", options: ["-c", "sum"])
      }
      let json = try world.json("why", "sum.csv")
      #expect(first(json) == ["data", "raw.csv"], "\(json)")
    }
  }

  /// The id of the report's run that many versions back.
  private func goodRun(_ world: World, back: Int) throws -> String {
    let runs = try world.json("log", "-c", "report")["runs"]?.array ?? []
    return try #require(runs.dropFirst(back).first?["id"]?.string)
  }

  @Test("a file that somebody changed by hand between two runs is named")
  func hand() throws {
    try withWorld { world in
      try world.makeSales()
      try world.bring(day: 1)
      try world.runSales()
      try world.record("sh clean.sh", options: ["-c", "clean"])
      try world.shell("sed -i '3s/,.*/,99999.00/' clean.csv")
      try world.record("sh join.sh", options: ["-c", "join"])
      try world.record("sh report.sh", options: ["-c", "report"])
      let json = try world.json("why", "report.csv")
      #expect(causes(json) == [["changed-outside", "clean.csv"]])
      #expect(try world.mlt("why", "report.csv").stdout.contains("changed outside mlt since run"))
    }
  }

  @Test("what was changed by hand after it was written is compared with what was written, on either side")
  func handMadeEnd() throws {
    try withWorld { world in
      let run = try world.record("seq 5 > n.csv", options: ["-c", "count"])
      try world.shell("echo 9 >> n.csv")
      #expect(causes(try world.json("why", "n.csv")) == [["changed-outside", "n.csv"]])
      try world.record("sort n.csv > s.csv", options: ["-c", "sort"])
      try world.record("seq 5 > n.csv", options: ["-c", "count"])
      try world.record("sort n.csv > s.csv", options: ["-c", "sort"])
      #expect(causes(try world.json("why", "s.csv")) == [["changed-outside", "n.csv"]])
      #expect(try world.json("why", "n.csv@\(run.id)", "n.csv")["same"] == true)
    }
  }

  @Test("a number in the command that changes each time is said to do so")
  func numbers() throws {
    try withWorld { world in
      for number in [1, 2, 3, 5, 8] { try world.recordCommand(["sh", "-c", "echo $0 > n.txt", "\(number)"]) }
      let habit = try world.json("why", "n.txt")["causes"]?.array?.first { $0["kind"] == "command" }?["habit"]
      #expect(habit?["changes"] == 3)
      #expect(habit?["runs"] == 3)
    }
  }

  @Test("parameters are named with both values, those of files by file and key")
  func parameters() throws {
    try withWorld { world in
      try world.write("params.yaml", "train:\n  depth: 3\n  rate: 0.1\n")
      try world.write("train.sh", "sed -n 's/ *depth: //p' params.yaml > model.txt; echo $1 >> model.txt\n")
      try world.shell("git add . && git commit -q -m train")
      try world.record("sh train.sh a", options: ["-c", "train", "-p", "seed=1"])
      try world.shell("sed -i 's/depth: 3/depth: 30/' params.yaml")
      try world.record("sh train.sh a", options: ["-c", "train", "-p", "seed=2"])
      let named = Set(causes(try world.json("why", "model.txt")))
      #expect(named == [["parameter", "train.depth"], ["parameter", "seed"]])
      #expect(try world.mlt("why", "model.txt").stdout.contains("params.yaml: train.depth: 3 → 30"))
    }
  }

  @Test("where everything that went in is the same and something else came out, that is what is said")
  func unrepeatable() throws {
    try withWorld { world in
      try world.write("in.txt", "some input\n")
      try world.record("cat in.txt > out.txt; date +%N >> out.txt", options: ["-c", "stamp"])
      try world.record("cat in.txt > out.txt; date +%N >> out.txt", options: ["-c", "stamp"])
      #expect(causes(try world.json("why", "out.txt")) == [["unrepeatable", "out.txt"]])
    }
  }

  @Test("another file read in the place of the usual one is named with who made both")
  func replaced() throws {
    try withWorld { world in
      try world.record("echo model of the first kind > models-a.bin", options: ["-c", "train-a"])
      try world.record("echo model of the second kind > models-b.bin", options: ["-c", "train-b"])
      try world.record("cp models-a.bin live.bin", options: ["-c", "promote"])
      try world.record("cat live.bin > predictions.txt", options: ["-c", "infer"])
      try world.record("cp models-b.bin live.bin", options: ["-c", "promote"])
      try world.record("cat live.bin > predictions.txt", options: ["-c", "infer"])
      let json = try world.json("why", "predictions.txt")
      let replaced = json["causes"]?.array?.first { $0["kind"] == "replaced" }
      #expect(replaced?["before"]?["component"] == "train-a")
      #expect(replaced?["after"]?["component"] == "train-b")
    }
  }

  @Test("both sides can be named by path, run, moment, commit and content")
  func pointers() throws {
    try withWorld { world in
      try world.makeSales()
      try world.bring(day: 1)
      let good = try world.runSales()
      try world.shell("git add -A && git commit -q -m one")
      try world.shell("sed -i 's/s += /s -= /' report.sh")
      let bad = try world.runSales()
      try world.shell("git add -A && git commit -q -m two")
      let expected = ["code", "report.sh"]
      let content = try #require(good.outputs["report.csv"]?["id"]?.string)
      for (bad, good) in [
        ("report.csv", "report.csv@\(good.id)"), ("report.csv", good.id), (bad.id, good.id), ("report.csv", "HEAD~1"),
        ("HEAD:report.csv", "HEAD~1:report.csv"), ("HEAD", "HEAD~1"), ("report.csv", content),
        ("report.csv@{today}", good.id), (bad.id, "report.csv@\(good.id)"),
      ] {
        #expect(first(try world.json("why", bad, good)) == expected, "why \(bad) \(good)")
      }
      let early = try world.mlt("why", "report.csv", "report.csv@{2001-01-01}")
      #expect(early.status == 3)
      #expect(early.stderr.contains("nothing was recorded at 'report.csv' by 2001-01-0"))
      let clean = try #require(try world.json("log", "-c", "clean")["runs"]?.array?.first?["id"]?.string)
      let other = try world.mlt("why", bad.id, clean)
      #expect(other.status == 2)
      let none = try world.mlt("why", "report.csv", "HEAD:nothing.csv")
      #expect(none.status == 3)
      #expect(none.stderr.contains("has nothing at 'nothing.csv'"))
    }
  }

  @Test("what a component carries on from its own runs is followed run by run up to the good one")
  func carried() throws {
    try withWorld { world in
      try world.write("step.sh", "cat new.txt >> all.txt\n")
      try world.shell("git add step.sh && git commit -q -m step; : > all.txt")
      var runs: [RecordedRun] = []
      for day in 1...5 {
        try world.write("new.txt", "day \(day)\n")
        if day == 3 { try world.shell("echo 'echo oops >> all.txt' >> step.sh") }
        if day == 4 { try world.shell("sed -i '$d' step.sh") }
        runs.append(try world.record("sh step.sh", options: ["-c", "collect"]))
      }
      let json = try world.json("why", "all.txt@\(runs[4].id)", "all.txt@\(runs[1].id)")
      #expect(causes(json).contains(["code", "step.sh"]))
    }
  }

  @Test("same contents need no explanation, and a first version has nothing before it")
  func nothing() throws {
    try withWorld { world in
      let first = try world.record("echo a > a", options: ["-c", "make"])
      let second = try world.record("echo a > a", options: ["-c", "make"])
      #expect(try world.json("why", "a@\(second.id)", "a@\(first.id)")["same"] == true)
      let none = try world.mlt("why", "a")
      #expect(none.status == 3)
      #expect(none.stderr.contains("nothing is recorded before 'a'"))
    }
  }

  @Test("what no run made is compared with what was added before")
  func addedAlone() throws {
    try withWorld { world in
      try world.write("t.csv", "a,b\n1,2\n3,4\n")
      try expectSuccess(world.mlt("add", "t.csv"))
      #expect(try world.mlt("why", "t.csv").status == 3)
      try world.write("t.csv", "a,b\n1,20\n3,40\n")
      try expectSuccess(world.mlt("add", "t.csv"))
      let json = try world.json("why", "t.csv")
      #expect(causes(json) == [["data", "t.csv"]], "\(json)")
    }
  }

  @Test("bytes that are gone are said to be gone, and the causes are named all the same")
  func gone() throws {
    try withWorld { world in
      try world.makeSales()
      try world.bring(day: 1)
      try world.runSales()
      try world.bring(day: 2)
      try world.runSales()
      try world.shell("rm -rf .mlt/packs/* sales.csv clean.csv joined.csv")
      let printed = try world.mlt("why", "report.csv")
      #expect(printed.stdout.contains("sales.csv"))
      #expect(printed.stdout.contains("aren't here"))
    }
  }
}
