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
          "its value isn't a number", "it is flagged as wrong", "it didn't write 'models/wine.pkl'",
        ])
      // A filter that only finds what is in production changes nothing; one that can't be read is told.
      let same = try world.mlt("model", "promote", "wine", "--best", "metrics.rmse", "--from", "run_id IN ('\(good)')")
      #expect(same.status == 0 && same.stdout.contains("no change"), "\(same)")
      #expect(
        try world.mlt("model", "promote", "wine", "--best", "metrics.rmse", "--from", "metrics.rmse <").status == 2)
    }
  }
}
