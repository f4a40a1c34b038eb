import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt review`: what flagged files have in common.
@Suite struct ReviewTests {
  /// Six days of two branches; from the fourth on, the script that cleans orders drops what it shouldn't.
  private func record(_ world: World) throws {
    try world.write("clean.sh", "grep -v '^#' raw/$1.csv > clean/$1.csv\n")
    try world.write("predict.sh", "cksum clean/$1.csv > predictions/$1.txt\n")
    try expectSuccess(
      world.shell("mkdir raw clean predictions visits; git add clean.sh predict.sh; git commit -qm scripts"))
    try expectSuccess(world.mlt("component", "describe", "clean", "--owner", "data-team"))
    for day in 1...6 {
      if day == 4 {
        try world.write("clean.sh", "grep -v '0' raw/$1.csv > clean/$1.csv\n")
        try expectSuccess(world.shell("git commit -qam 'drop comments, faster'"))
      }
      try world.write("raw/\(day).csv", "# day \(day)\n\((1...30).map { "\($0 * day),10\n" }.joined())7,1\n")
      try expectSuccess(
        world.shell(
          """
          mlt run -q -c clean -- sh clean.sh \(day)
          mlt run -q -c predict -- sh predict.sh \(day)
          mlt run -q -c visits -- sh -c 'wc -c < raw/\(day).csv > visits/\(day).txt'
          """))
    }
  }

  @Test("the component whose code changed comes first, with the script, its owner, and the commit's author")
  func code() throws {
    try withWorld { world in
      try record(world)
      try expectSuccess(world.mlt("flag", "predictions/4.txt", "predictions/6.txt", "-m", "too few"))
      let text = try world.mlt("review").stdout
      #expect(text.hasPrefix("2 flagged, 4 unflagged of the same kinds, "), "\(text)")
      #expect(text.contains("\n1. clean  (data-team)  "), "\(text)")
      #expect(text.contains("by Ada: drop comments, faster\n"), "\(text)")
      #expect(text.contains("   code clean.sh "), "\(text)")
      let report = try world.json(in: nil, "review", "--json")
      #expect(report["flagged"]?.int == 2 && report["unflagged"]?.int == 4, "\(report)")
      let first = try #require(report["suspects"]?.array?.first)
      #expect(first["component"]?.string == "clean")
      #expect(first["owner"]?.string == "data-team")
      #expect(first["best"]?["author"]?.string == "Ada")
      #expect(first["best"]?["traits"]?.array?.first?["kind"]?.string == "code")
      for method in ["tarantula", "dstar"] {
        let suspects = try world.json(in: nil, "review", "--json", "--method", method)["suspects"]?.array
        #expect(suspects?.first?["component"]?.string == "clean", "\(method)")
      }
      // What mltrace counts are runs: of those behind both there are none, so the newest comes first.
      let counted = try world.json(in: nil, "review", "--json", "--method", "count", "-n", "2")["suspects"]?.array
      #expect(counted?.map { $0["component"]?.string } == ["predict", "clean"])
      #expect(try world.mlt("review", "-c", "visits").stdout.hasPrefix("0 flagged"))
      #expect(try world.mlt("review", "-c", "nobody").status == 3)
      // Neither bytes nor the files in the work tree are needed.
      try expectSuccess(world.shell("rm -rf .mlt/packs/* predictions clean raw"))
      #expect(try world.mlt("review").stdout == text)
    }
  }

  @Test("closed flags leave status and review, the file stays marked, and flagging opens it again")
  func close() throws {
    try withWorld { world in
      try record(world)
      try expectSuccess(world.mlt("flag", "predictions/4.txt", "predictions/5.txt"))
      #expect(try world.mlt("status").stdout.contains("run 'mlt review'"))
      #expect(try world.mlt("review", "--close", "predictions/5.txt", "-m", "grep").stdout.hasPrefix("closed  "))
      #expect(try world.mlt("review").stdout.hasPrefix("1 flagged, 5 unflagged"))
      #expect(try world.mlt("review", "--close").stdout.hasSuffix("  predictions/4.txt\n"))
      #expect(try world.mlt("review").stdout == "Nothing is flagged; 'mlt flag PATH -m WHY' says what is wrong\n")
      #expect(try !world.mlt("status").stdout.contains("Flagged"))
      #expect(try world.mlt("show", "predictions/5.txt").stdout.contains("\nflagged   by Ada"))
      #expect(try world.mlt("show", "--history", "predictions/5.txt").stdout.contains("flag closed"))
      #expect(try world.mlt("review", "--close", "predictions/5.txt").stderr.contains("has no open flag"))
      try expectSuccess(world.mlt("flag", "predictions/5.txt"))
      #expect(try world.mlt("review").stdout.hasPrefix("1 flagged"))
      try expectSuccess(world.mlt("unflag", "predictions/5.txt"))
      #expect(try !world.mlt("show", "predictions/5.txt").stdout.contains("\nflagged"))
    }
  }

  @Test("flags on raw inputs, on runs and on everything are said to be so, and break nothing")
  func oddities() throws {
    try withWorld { world in
      #expect(try world.mlt("review").stdout.hasPrefix("Nothing is flagged"))
      try record(world)
      try expectSuccess(world.mlt("flag", "raw/4.csv"))
      let raw = try world.mlt("review")
      #expect(raw.status == 0 && raw.stdout.contains("  not made by any known run: raw/4.csv\n"), "\(raw)")
      try expectSuccess(world.shell("mlt flag predictions/*.txt"))
      let all = try world.mlt("review").stdout
      #expect(all.contains("with nothing unflagged of the same kinds"), "\(all)")
      let runs = try world.json(in: nil, "log", "-c", "visits", "--json")["runs"]?.array
      try expectSuccess(world.mlt("flag", try #require(runs?.first?["id"]?.string)))
      #expect(try world.mlt("review").stdout.hasPrefix("7 flagged, 5 unflagged"))
      for arguments in [
        ["-n", "0"], ["predictions/1.txt"], ["-m", "why"], ["--method", "guess"], ["--close", "--json"],
      ] {
        #expect(try world.run([World.program.string, "review"] + arguments).status == 2, "\(arguments)")
      }
    }
  }

  @Test("a word or an option of the command that was mistyped is named, and what is another one each time isn't")
  func arguments() throws {
    try withWorld { world in
      try expectSuccess(world.shell("mkdir out; echo x > data"))
      for day in 1...6 {
        let (depth, rate) = (day == 4 ? 50 : 5, day == 6 ? "0.01" : "0.1")
        try expectSuccess(
          world.shell(
            "mlt run -q -c train -- sh -c 'cat data > out/$0; echo $0 $1 $2 >> out/$0' \(day) \(depth) --rate=\(rate)"))
      }
      try expectSuccess(world.mlt("flag", "out/4"))
      let word = try world.mlt("review").stdout
      #expect(word.contains("\n   argument 3 50, otherwise 5\n"), "\(word)")
      #expect(!word.contains("argument 2") && !word.contains("argument 1"), "\(word)")
      try expectSuccess(world.shell("mlt unflag out/4 && mlt flag out/6"))
      let option = try world.mlt("review").stdout
      #expect(option.contains("\n   parameter --rate=0.01, otherwise 0.1\n"), "\(option)")
      let traits = try world.json(in: nil, "review", "--json")["suspects"]?.array?.first?["best"]?["traits"]?.array
      #expect(traits?.contains { $0["name"]?.string == "--rate" && $0["kind"]?.string == "parameter" } == true)
    }
  }

  @Test("a folder stands for the files in it that runs have made")
  func folder() throws {
    try withWorld { world in
      try record(world)
      try world.write("predictions/note", "by hand\n")
      let flagged = try world.mlt("flag", "predictions", "-m", "all of them")
      #expect(flagged.stdout.split(separator: "\n").count == 6, "\(flagged.stdout)\(flagged.stderr)")
      #expect(!flagged.stdout.contains("note"))
      #expect(try world.mlt("review").stdout.hasPrefix("6 flagged, 0 unflagged"))
      try expectSuccess(world.mlt("unflag", "predictions/3.txt"))
      #expect(try world.mlt("review", "--close", "predictions").stdout.split(separator: "\n").count == 5)
      #expect(try world.mlt("unflag", "predictions").stdout.split(separator: "\n").count == 5)
      #expect(try world.mlt("unflag", "predictions").stderr.contains("'predictions' isn't flagged"))
      // One that nobody has made anything in is flagged itself.
      #expect(try world.mlt("flag", "raw").stdout.hasSuffix("  raw\n"))
    }
  }

  @Test("what runs made that failed a check counts as flagged")
  func checks() throws {
    try withWorld { world in
      try record(world)
      let run = try world.mlt(
        "run", "-q", "-c", "predict", "--check-after", "test -s nowhere", "--", "sh", "predict.sh", "6")
      #expect(run.status != 0)
      let text = try world.mlt("review").stdout
      #expect(text.hasPrefix("1 flagged, "), "\(text)")
      #expect(text.contains("  outputs of 1 run that failed a check count as flagged\n"), "\(text)")
      #expect(try world.json(in: nil, "review", "--json")["failedRuns"]?.int == 1)
    }
  }
}
