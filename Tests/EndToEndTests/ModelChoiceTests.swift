import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Choosing what goes into production by a metric, and writing down why.
@Suite struct ModelChoiceTests {
  /// Measures what stands at `models/wine.pkl` on a file, in a run of its own.
  private func evaluate(on data: String, error: String, in world: World) throws {
    try expectSuccess(
      world.shell("mlt run -q -c evaluate -- sh -c 'cat models/wine.pkl \(data) > /dev/null; mlt metric rmse=\(error)'")
    )
  }

  private func register(_ depth: Int, error: String, in world: World) throws {
    try world.train(depth, error: error)
    try expectSuccess(world.mlt("model", "register", "wine", "models/wine.pkl"))
  }

  @Test("the best is promoted, what was there archived, and the decision written down; or no change is")
  func deciding() throws {
    try withWorld { world in
      try world.writeWine()
      try register(1, error: "0.5", in: world)
      let first = try world.json("model", "promote", "wine", "--best", "metrics.rmse:asc", "--if-better")
      #expect(first["promoted"]?["version"]?.string == "1", "\(first)")
      try register(2, error: "0.4", in: world)
      try register(3, error: "0.7", in: world)
      let dry = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse:asc", "--if-better", "-n")
      #expect(dry.stdout.contains("would be promoted"))
      let second = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse", "--if-better", "-m", "cron")
      #expect(second.stdout.contains("promoted  wine 2 (Production)\narchived  wine 1\n"), "\(second)")
      let third = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse:asc", "--if-better")
      #expect(
        third.status == 0
          && third.stdout.contains("no change: version 1 with rmse 0.5 is no better than version 2 with 0.4"))
      #expect(
        try world.mlt("model", "promote", "wine", "--best", "metrics.rmse:asc").stdout.contains("no change: version 2"))
      let decisions = try #require(try world.json("model", "history", "wine")["events"]?.array)
        .filter { $0["kind"]?.string == "decided" }
      #expect(decisions.count == 4)
      #expect(decisions[1]["decision"]?["candidates"]?.array?.count == 3)
      #expect(decisions[1]["why"]?.string == "cron")
      #expect(
        try world.mlt("model", "promote", "wine", "--best", "metrics.rmse:desc").stdout.contains("promoted  wine 3"))
      #expect(try world.mlt("model", "promote", "wine", "--best", "metrics.weight").stderr.contains("hint: say so"))
      #expect(try world.mlt("model", "promote", "wine", "--best", "metrics.weight:asc").status == 1)
    }
  }

  @Test("values that were measured on different data are never compared")
  func differentData() throws {
    try withWorld { world in
      try world.writeWine()
      try register(1, error: "0.5", in: world)
      try expectSuccess(world.mlt("model", "promote", "wine/1"))
      try expectSuccess(world.shell("seq 100 > train.csv"))
      try register(2, error: "0.4", in: world)
      let refused = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse:asc", "--if-better")
      #expect(
        refused.status == 1 && refused.stderr.contains("values of 'rmse' were measured on different data"), "\(refused)"
      )
      #expect(refused.stderr.contains("version 1: test.csv ") && refused.stderr.contains(", train.csv "))
      // The data that counts is the same.
      let held = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse:asc", "--holdout", "test.csv", "-n")
      #expect(held.stdout.contains("version 2 with rmse 0.4 is better than version 1 with 0.5"), "\(held)")
      // What production wasn't measured on compares with nothing, until it is.
      try expectSuccess(world.shell("seq 7 > spring.csv"))
      try evaluate(on: "spring.csv", error: "0.1", in: world)
      let unmeasured = try world.mlt(
        "model", "promote", "wine", "--best", "metrics.rmse:asc", "--holdout", "spring.csv")
      #expect(unmeasured.status == 1 && unmeasured.stderr.contains("version 1 of model 'wine' has no value of 'rmse'"))
      try expectSuccess(world.mlt("checkout", "models:/wine/Production"))
      try evaluate(on: "spring.csv", error: "0.05", in: world)
      let kept = try world.mlt(
        "model", "promote", "wine", "--best", "metrics.rmse:asc", "--holdout", "spring.csv", "--if-better")
      #expect(
        kept.stdout.contains("no change: version 2 with rmse 0.1 is no better than version 1 with 0.05"), "\(kept)")
      // By runs that read them on the same data, the values compare without its being named.
      #expect(try world.mlt("model", "promote", "wine", "--best", "metrics.rmse:asc").stdout.contains("no change"))
    }
  }

  @Test("what runs made is registered when it is promoted, and what is no number or flagged doesn't count")
  func fromRuns() throws {
    try withWorld { world in
      try world.writeWine()
      try register(1, error: "0.5", in: world)
      try expectSuccess(world.mlt("model", "promote", "wine/1"))
      let bad = try world.train(2, error: "nan")
      let flagged = try world.train(3, error: "0.1")
      try expectSuccess(world.mlt("flag", "models/wine.pkl", "-m", "leak"))
      let good = try world.train(4, error: "0.3")
      try expectSuccess(world.shell("mlt run -q -c other -- sh -c 'echo 1 > one.txt; echo 2 > two.txt'"))
      let other = try #require(try world.json("log", "-n", "1")["runs"]?.array?.first?["id"]?.string)
      let choice = try world.json(
        "model", "promote", "wine", "--best", "metrics.rmse:asc", "--if-better", "--from",
        "run_id IN ('\(bad)', '\(flagged)', '\(good)', '\(other)')")
      #expect(choice["promoted"]?["version"]?.string == "2" && choice["promoted"]?["run"]?.string == good, "\(choice)")
      #expect(choice["filter"]?.string?.hasPrefix("run_id IN") == true)
      let remarks = choice["candidates"]?.array?.compactMap { $0["remark"]?.string } ?? []
      #expect(
        Set(remarks) == [
          "its value isn't a finite number", "it is flagged as wrong", "it didn't write 'models/wine.pkl'",
        ])
      // A filter that only finds what is in production changes nothing; one that can't be read is told.
      let same = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse", "--from", "run_id IN ('\(good)')")
      #expect(same.status == 0 && same.stdout.contains("no change"), "\(same)")
      #expect(
        try world.mlt("model", "promote", "wine", "--best", "metrics.rmse", "--from", "metrics.rmse <").status == 2)
    }
  }

  @Test("whoever made the same bytes has measured them, and few bytes are the same only where they stand")
  func sameBytes() throws {
    try withWorld { world in
      try world.writeWine()
      for error in ["0.9", "0.1"] {
        try expectSuccess(
          world.shell(
            """
            mlt run -q -c train -- sh -c 'cat test.csv > /dev/null; echo threshold-17 > one.txt; mlt metric rmse=\(error)'
            mlt model register rules one.txt
            """))
      }
      for options in [[], ["--from", "metrics.rmse < 1"]] {
        let arguments = ["model", "promote", "rules", "--best", "rmse", "-n", "--json"] + options
        let printed = try world.run([World.program.string] + arguments).stdout
        #expect(printed.contains("\"value\": 0.1"), "\(options) \(printed)")
      }
      // Another file that says no more than this one is none of its measurements.
      try expectSuccess(
        world.shell(
          """
          mlt run -q -c make -- sh -c 'echo 1 > few.txt'; mlt model register few few.txt; echo 1 > other.txt
          mlt run -q -c look -- sh -c 'cat other.txt test.csv > /dev/null; mlt metric rmse=0.5'
          """))
      let few = try world.mlt("model", "promote", "few", "--best", "rmse")
      #expect(few.status != 0 && !few.stdout.contains("0.5"), "\(few)")
      #expect(try world.mlt("model", "register", "git", ".git").stderr.contains("belongs to git or mlt"))
    }
  }

  @Test("data that git keeps is data, and what was measured on nothing that is known compares with nothing")
  func knownData() throws {
    try withWorld { world in
      try world.writeWine()
      try expectSuccess(world.shell("git add train.csv test.csv; git commit -qm data"))
      try register(1, error: "0.5", in: world)
      try expectSuccess(world.mlt("model", "promote", "wine/1"))
      try expectSuccess(world.shell("seq 100 > test.csv; git commit -qam other"))
      try register(2, error: "0.4", in: world)
      let refused = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse", "--if-better")
      #expect(refused.status == 1 && refused.stderr.contains("were measured on different data"), "\(refused)")
      for name in ["a", "b"] {
        try expectSuccess(
          world.shell(
            """
            mlt run -q -c make -- sh -c 'echo of \(name) > m.pkl; mlt metric rmse=0.5' && mlt model register bare m.pkl
            """))
        if name == "a" { try expectSuccess(world.mlt("model", "promote", "bare", "--best", "metrics.rmse")) }
      }
      let bare = try world.mlt("model", "promote", "bare", "--best", "metrics.rmse")
      #expect(
        bare.status == 1 && bare.stderr.contains("version 1: no data is known that it was measured on")
          && bare.stderr.contains("--holdout"), "\(bare)")
    }
  }

  @Test("held-out data must have been read whole: a folder's every file")
  func wholeHoldout() throws {
    try withWorld { world in
      try world.write("held/a.csv", "1,2\n3,4\n")
      try world.write("held/b.csv", "5,6\n7,8\n")
      for (number, read) in ["held/a.csv held/b.csv", "held/a.csv"].enumerated() {
        try expectSuccess(
          world.shell(
            """
            mlt run -q -c train -- sh -c 'cat \(read) > /dev/null; echo \(number) > m.pkl; mlt metric rmse=0.\(5 - number)'
            mlt model register wine m.pkl
            """))
      }
      let choice = try world.json("model", "promote", "wine", "--best", "metrics.rmse", "--holdout", "held", "-n")
      let remarks = Dictionary(
        uniqueKeysWithValues: (choice["candidates"]?.array ?? []).map { ($0["version"]?.string, $0["remark"]?.string) })
      #expect(remarks["1"] == .some(nil) && remarks["2"] == "it wasn't measured on 'held' as it is", "\(choice)")
      // Of a place only the name is known, which two runs may have met with different things in it.
      try expectSuccess(
        world.shell("mlt run -q -c fetch -- sh -c 'mlt artifact --input s3://bucket/held.csv; echo 1 > fetched.txt'"))
      let place = try world.mlt(
        "model", "promote", "wine", "--best", "metrics.rmse", "--holdout", "s3://bucket/held.csv")
      #expect(
        place.status == 1 && place.stderr.contains("the content of 's3://bucket/held.csv' isn't known"), "\(place)")
    }
  }

  @Test("what a run measured that read a model to make another one of it, or reads two, isn't the one's that it read")
  func readers() throws {
    try withWorld { world in
      try world.writeWine()
      try register(1, error: "0.5", in: world)
      try expectSuccess(world.mlt("model", "promote", "wine/1"))
      try expectSuccess(
        world.shell(
          """
          mlt run -q -c tune -- sh -c 'cat test.csv models/wine.pkl > /dev/null; echo tuned >> models/wine.pkl; mlt metric rmse=0.3'
          mlt model register wine models/wine.pkl; cp models/wine.pkl challenger.pkl; mlt checkout models:/wine/1 -o champion.pkl
          mlt run -q -c both -- sh -c 'cat test.csv champion.pkl challenger.pkl > /dev/null; mlt metric rmse=0.1'
          """))
      let choice = try world.json(
        "model", "promote", "wine", "--best", "metrics.rmse", "--holdout", "test.csv", "--if-better")
      #expect(choice["promoted"]?["version"]?.string == "2", "\(choice)")
      #expect(choice["candidates"]?.array?.map { $0["value"]?.double } == [0.3, 0.5], "\(choice)")
      let decision = try #require(try world.events("model.decided").last?["candidates"]?.array?.first)
      #expect(decision["run"] == choice["candidates"]?.array?.first?["run"], "\(decision)")
      #expect(decision["measuredBy"] == decision["run"])
    }
  }

  @Test(
    "what was deleted isn't chosen again, a flagged version in production holds nothing up, and policy is asked at once"
  )
  func deletedAndFlagged() throws {
    try withWorld { world in
      try world.writeWine()
      try register(1, error: "0.2", in: world)
      try expectSuccess(world.mlt("model", "promote", "wine/1"))
      let good = try world.train(2, error: "0.4")
      let gone = try world.train(3, error: "0.1")
      try expectSuccess(world.shell("mlt model register wine models/wine.pkl && mlt model delete wine/2"))
      func choose(_ options: String...) throws -> Printed {
        try world.run(
          [World.program.string, "model", "promote", "wine", "--best", "metrics.rmse", "--if-better", "--from"]
            + ["run_id IN ('\(good)', '\(gone)')"] + options)
      }
      let kept = try choose()
      #expect(kept.status == 0 && kept.stdout.contains("it is version 2, which was deleted"), "\(kept)")
      #expect(kept.stdout.contains("no change: run \(good.prefix(10)) with rmse 0.4 is no better than"), "\(kept)")
      try expectSuccess(world.mlt("flag", "models:/wine/1", "-m", "leak"))
      let dry = try choose("-n")
      #expect(
        dry.stdout.contains("is the best with rmse 0.4, and version 1 in Production is flagged as wrong"), "\(dry)")
      try expectSuccess(choose())
      #expect(try world.json("model", "show", "wine/3")["version"]?["stage"]?.string == "production")
      // What would be refused is refused, with all that is missing, before anything is done.
      try register(4, error: "0.05", in: world)
      try expectSuccess(world.shell("mlt config --shared review.approvals 1; mlt config --shared policy.prod '<=1.0'"))
      let refused = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse", "-n")
      #expect(
        refused.status == 1 && refused.stderr.contains("0 of 1 approval")
          && refused.stderr.contains("'prod' takes versions <=1.0, and this is 4"), "\(refused)")
      let none = try world.mlt(
        "model", "promote", "wine", "--best", "metrics.rmse", "--from", "run_id IN ('\(good)')", "--path", "m.pkl")
      #expect(none.status == 1 && none.stderr.contains("none of the runs wrote 'm.pkl'"), "\(none)")
    }
  }
}
