import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Logs of predictions, and the way from a key to what made its prediction.
@Suite struct PredictionTests {
  private static let train = "cat data.csv > models/churn.pkl; echo trained >> models/churn.pkl"
  private static let predict = """
    cat models/churn.pkl > /dev/null
    printf 'time,customer_id,age,score\n2026-11-20T10:15:00Z,4711,31,0.83\n' > scores.csv
    printf '2026-11-20T10:16:00Z,4712,52,0.12\n2026-11-20T11:00:00Z,4711,31,0.85\n' >> scores.csv
    """

  /// Trains a model and predicts by it.
  private func predict(_ world: World) throws {
    try world.write("data.csv", "some raw data\nof the first day\n")
    try world.write("train.sh", Self.train)
    try world.write("predict.sh", Self.predict)
    try expectSuccess(world.shell("mkdir models && git add -A && git commit -qm code"))
    try expectSuccess(world.mlt("run", "-q", "-c", "train", "--", "sh", "train.sh"))
    try expectSuccess(world.mlt("run", "-q", "-c", "predict", "--", "sh", "predict.sh"))
  }

  private func run(_ component: String, _ world: World) throws -> String {
    let runs = try world.json(in: nil, "log", "-c", component, "--json")["runs"]?.array
    return try #require(runs?.first?["id"]?.string)
  }

  @Test("a key leads to its rows, the run that predicted, the model, and what that was made from")
  func trace() throws {
    try withWorld { world in
      try predict(world)
      let logged = try world.mlt("record", "log", "scores.csv")
      #expect(logged.status == 0 && logged.stderr.isEmpty, "\(logged)")
      #expect(logged.stdout.hasPrefix("logged  scores.csv  3 rows  2026-11-20 10:15:00 to 2026-11-20 11:00:00\n"))
      #expect(logged.stdout.contains("    key 'customer_id', time 'time', no model column, output 'score'\n"))
      #expect(logged.stdout.contains("model models/churn.pkl"))
      let found = try world.mlt("trace", "--key", "4711")
      #expect(found.status == 0, "\(found)")
      #expect(found.stdout.hasPrefix("prediction 4711  2026-11-20 11:00:00  row 3 of scores.csv\n"), "\(found.stdout)")
      #expect(found.stdout.contains("\nprediction 4711  2026-11-20 10:15:00  row 1 of scores.csv\n"))
      #expect(found.stdout.contains("    output   score=0.83\n    inputs   age=31\n"))
      #expect(found.stdout.contains("\nWhat the first one's model was made from:\n\nmodels/churn.pkl"))
      #expect(found.stdout.contains("data.csv"))
      let json = try world.json(in: nil, "trace", "--key", "4711")
      let first = try #require(json["predictions"]?.array?.first)
      #expect(first["model"]?["run"]?.string == (try run("train", world)))
      #expect(first["model"]?["found"]?.string == "read")
      #expect(first["run"]?["id"]?.string == (try run("predict", world)))
      #expect(json["trace"]?["runs"]?.array?.count == 1)
      #expect(try world.mlt("trace", "--key", "4712").stdout.contains("What the model was made from:"))
    }
  }

  @Test("what was predicted later than asked for, or in other logs, is left out; what isn't there is not found")
  func narrowing() throws {
    try withWorld { world in
      try predict(world)
      try expectSuccess(world.mlt("record", "log", "scores.csv"))
      try world.write("daily/a.jsonl", #"{"id": 4711, "time": 1700000000, "score": 1}"# + "\n")
      try expectSuccess(world.mlt("record", "log", "daily/a.jsonl"))
      func rows(_ arguments: String...) throws -> [String] {
        let printed = try world.run([World.program.string, "trace", "--key", "4711", "--json"] + arguments)
        let json = try JSON(parsing: printed.stdout)
        return (json["predictions"]?.array ?? []).compactMap { row in
          row["log"]?.string.map { "\($0):\(row["row"]?.int ?? 0)" }
        }
      }
      #expect(try rows() == ["scores.csv:3", "scores.csv:1", "daily/a.jsonl:1"])
      #expect(try rows("--in", "daily") == ["daily/a.jsonl:1"])
      #expect(try rows("--in", "*.csv", "--in", "nothing") == ["scores.csv:3", "scores.csv:1"])
      #expect(try rows("--at", "2026-11-20") == rows() && rows("--at", "2026-11-19") == ["daily/a.jsonl:1"])
      #expect(try rows("--at", "2026-11-20 10:30") == ["scores.csv:1", "daily/a.jsonl:1"])
      let early = try world.mlt("trace", "--key", "4712", "--at", "2020-01-01")
      #expect(early.status == 3 && early.stderr.contains("hint: the first one is of 2026-11-20 10:16:00"), "\(early)")
      let unknown = try world.mlt("trace", "--key", "nobody")
      #expect(unknown.status == 3 && unknown.stderr == "error: no prediction with key 'nobody' in 2 logs\n")
      let pattern = try world.mlt("trace", "--key", "4711", "--in", "score.csv")
      #expect(pattern.status == 3 && pattern.stderr.contains("did you mean 'scores.csv'"), "\(pattern)")
      #expect(try world.mlt("trace", "--key", "1", "scores.csv").status == 2)
      #expect(try world.mlt("trace").status == 2)
      #expect(try world.mlt("trace", "scores.csv", "--in", "x").status == 2)
    }
  }

  @Test("the model is the one that was said, that the row names by content, path, file name or tag")
  func models() throws {
    try withWorld { world in
      try predict(world)
      let old = try #require(try world.json(in: nil, "show", "models/churn.pkl")["artifact"]?["id"]?.string)
      let before = try run("train", world)
      try world.write("data.csv", "raw data of the second day\n")
      try expectSuccess(world.mlt("run", "-q", "-c", "train", "--", "sh", "train.sh"))
      let new = try #require(try world.json(in: nil, "show", "models/churn.pkl")["artifact"]?["id"]?.string)
      #expect(old != new)
      try expectSuccess(world.mlt("tag", "models/churn.pkl", "version=v2"))
      try world.write(
        "named.csv",
        """
        id,model
        content,\(old.prefix(12))
        run,\(before)
        path,models/churn.pkl
        pathrun,models/churn.pkl@\(before.prefix(10))
        tag,v2
        said,gold
        none,unheard-of

        """)
      let logged = try world.mlt("record", "log", "named.csv", "--model-version", "gold=\(old)")
      #expect(logged.status == 0)
      #expect(
        logged.stderr.contains("warning: 'named.csv': nobody knows which model is meant by 'unheard-of'"), "\(logged)")
      let wanted = [
        ("content", old, "named"), ("run", old, "named"), ("path", new, "named"), ("pathrun", old, "named"),
        ("tag", new, "tagged"), ("said", old, "said"),
      ]
      for (key, content, finding) in wanted {
        let model = try world.json(in: nil, "trace", "--key", key)["predictions"]?.array?.first?["model"]
        #expect(model?["id"]?.string == content, "\(key)")
        #expect(model?["found"]?.string == finding, "\(key)")
      }
      let none = try world.mlt("trace", "--key", "none")
      #expect(none.status == 0 && none.stdout.contains("'unheard-of', nobody knows which"), "\(none)")
      // And one model for all rows, for whom no column of that name is taken.
      try world.write("all.csv", "id,score\n1,2\n")
      try expectSuccess(world.mlt("record", "log", "all.csv", "--model", "models/churn.pkl@\(before)"))
      let model = try world.json(in: nil, "trace", "--key", "1")["predictions"]?.array?.first?["model"]
      #expect(model?["id"]?.string == old && model?["found"]?.string == "said")
      let missing = try world.mlt("record", "log", "all.csv", "--model", "nowhere")
      #expect(
        missing.status == 3 && missing.stderr.contains("'nowhere' is neither a column of 'all.csv' nor names a model"),
        "\(missing)")
    }
  }

  @Test("bad rows are counted and kept, or nothing is logged at all")
  func bad() throws {
    try withWorld { world in
      try world.write("bad.csv", "id,time,score\n1,2026-11-20,3\n2,noon,4\n3\n,2026-11-20,1\n")
      let strict = try world.mlt("record", "log", "--strict", "bad.csv")
      #expect(
        strict.status == 1 && strict.stderr.hasPrefix("error: 'bad.csv' has 3 bad rows; nothing was logged\n"),
        "\(strict)")
      #expect(strict.stderr.contains("\n  row 2 of 'bad.csv': 'noon' is no time\n"))
      #expect(try world.json(in: nil, "record", "list")["logs"]?.array?.isEmpty == true)
      let logged = try world.mlt("record", "log", "bad.csv")
      #expect(logged.status == 0 && logged.stdout.contains("4 rows, 3 bad"), "\(logged)")
      #expect(logged.stderr.contains("warning: row 3 of 'bad.csv': it has 1 fields, not 3\n"), "\(logged)")
      #expect(try world.mlt("trace", "--key", "2").stdout.contains("problem  'noon' is no time"))
      let shown = try world.mlt("record", "show", "bad.csv")
      #expect(shown.stdout.contains("row 4 of 'bad.csv': it has no 'id'"), "\(shown)")
      for (name, text, status) in [("x.json", "[{}]", 1), ("b.bin", "a\0b", 1), ("n.csv", "a,b\n1,2\n", 1)]
        as [(String, String, Int32)]
      {
        try world.write(name, text)
        let refused = try world.mlt("record", "log", name)
        #expect(
          refused.status == status && refused.stderr.hasPrefix("error: '\(name)' is no prediction log: "), "\(refused)")
      }
      #expect(try world.mlt("record", "log", "nowhere").status == 3)
      #expect(try world.mlt("record", "log", ".").status == 2)
    }
  }

  @Test("a log that was logged is not logged again, unless it is to be read otherwise")
  func again() throws {
    try withWorld { world in
      try world.write("log.csv", "id,other_id,score\n1,2,3\n")
      try expectSuccess(world.mlt("record", "log", "log.csv", "--key", "id"))
      #expect(try world.mlt("record", "log", "log.csv", "--key", "id").stdout.hasPrefix("logged before  log.csv"))
      #expect(try world.mlt("trace", "--key", "2").status == 3)
      #expect(try world.mlt("record", "log", "log.csv", "--key", "other_id").stdout.hasPrefix("logged  log.csv"))
      #expect(try world.mlt("trace", "--key", "2").status == 0)
      #expect(try world.mlt("trace", "--key", "1").status == 3)
      let logs = try world.json(in: nil, "record", "list")["logs"]?.array
      #expect(logs?.count == 1 && logs?.first?["columns"]?["key"]?.string == "other_id")
    }
  }

  @Test("single predictions and standard input are found by their keys, with the run within which they were logged")
  func singles() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          mlt run -q -c serve -- sh -c 'mlt record add key=7 output=0.5 age=31 time=2026-11-20T10:00:00Z; \
          printf "id,score\\n8,1\\n" | mlt record log - --name batch/one.csv'
          """))
      let serve = try run("serve", world)
      for (key, log) in [("7", "predictions"), ("8", "batch/one.csv")] {
        let found = try world.json(in: nil, "trace", "--key", key)["predictions"]?.array?.first
        #expect(found?["log"]?.string == log)
        #expect(found?["run"]?["id"]?.string == serve)
      }
      #expect(try world.mlt("trace", "--key", "7").stdout.contains("output   output=0.5\n    inputs   age=31\n"))
      #expect(try world.mlt("record", "add", "output=1").status == 2)
      #expect(try world.mlt("record", "add", "key=1", "time=noon").status == 2)
      #expect(try world.mlt("record", "list").stdout.split(separator: "\n").count == 2)
    }
  }

  @Test("a clone that has pulled finds keys too, and one whose log's bytes are gone says so")
  func clones() throws {
    try withWorld { world in
      try predict(world)
      try expectSuccess(world.mlt("record", "log", "scores.csv"))
      try expectSuccess(
        world.shell(
          "mlt remote add origin ../share && mlt push && git clone -q . ../clone && cd ../clone && mlt init"))
      let clone = world.folder.appending("clone")
      try expectSuccess(
        world.shell("mlt remote add origin ../share && mlt fetch", in: clone))
      let found = try world.mlt("trace", "--key", "4712", in: clone)
      #expect(found.status == 0 && found.stdout.contains("row 2 of scores.csv"), "\(found)")
      #expect(found.stdout.contains("What the model was made from:"))
      // The key index can be lost and damaged.
      try expectSuccess(world.shell("rm -r .mlt/keys"))
      #expect(try world.mlt("trace", "--key", "4712").status == 0)
      try expectSuccess(
        world.shell("for f in .mlt/keys/*; do printf x | dd of=$f bs=1 seek=4100 conv=notrunc 2>/dev/null; done"))
      #expect(try world.mlt("trace", "--key", "4712").status == 0)
      try expectSuccess(world.shell("rm -r .mlt/packs/* .mlt/keys scores.csv ../share"))
      let gone = try world.mlt("trace", "--key", "4712")
      #expect(gone.status == 3 && gone.stderr.contains("wasn't searched"), "\(gone)")
    }
  }

  @Test("collecting keeps logged predictions")
  func collecting() throws {
    try withWorld { world in
      try world.write("log.csv", "id,score\n1,\(String(repeating: "7", count: 5000))\n")
      try expectSuccess(world.mlt("record", "log", "log.csv"))
      try expectSuccess(world.shell("rm log.csv && mlt gc --grace 0"))
      #expect(try world.mlt("trace", "--key", "1").status == 0)
      #expect(try world.mlt("fsck").status == 0)
    }
  }

  @Test("files with the same bytes are logs of their own, whose rows are found once")
  func sameBytes() throws {
    try withWorld { world in
      for name in ["a.csv", "b.csv"] { try world.write(name, "id,score\n1,0.5\n") }
      try expectSuccess(world.mlt("record", "log", "a.csv", "b.csv"))
      #expect(try world.json("record", "list")["logs"]?.array?.map { $0["name"]?.string } == ["a.csv", "b.csv"])
      #expect(try world.mlt("record", "log", "a.csv").stdout.hasPrefix("logged before  a.csv"))
      #expect(try world.json("trace", "--key", "1")["predictions"]?.array?.count == 1)
      #expect(
        try world.json("trace", "--key", "1", "--in", "a.csv")["predictions"]?.array?.first?["log"]?.string == "a.csv")
      let content = try #require(world.json("record", "list")["logs"]?.array?.first?["content"]?.string)
      #expect(try world.mlt("record", "show", content).status == 0)
    }
  }

  @Test("a log that can be asked isn't replaced by a way to read it in which no row can be used")
  func allBad() throws {
    try withWorld { world in
      try world.write("a.csv", "id,when,score\n1,2026-11-20,0.5\n2,2026-11-21,0.7\n")
      try expectSuccess(world.mlt("record", "log", "a.csv"))
      let slip = try world.mlt("record", "log", "a.csv", "--time", "score", "--key", "when")
      #expect(slip.status == 1 && slip.stderr.contains("'a.csv' has 2 bad rows; nothing was logged"), "\(slip)")
      #expect(try world.mlt("trace", "--key", "2").status == 0)
      #expect(try world.json("record", "list")["logs"]?.array?.first?["bad"]?.int == 0)
    }
  }

  @Test("of many predictions the latest are shown, with how many more there are")
  func limit() throws {
    try withWorld { world in
      let rows = (1...30).map { "7,2026-11-20T10:00:\($0 + 10)Z,0.\($0)\n" }.joined()
      try world.write("a.csv", "id,time,score\n" + rows)
      try expectSuccess(world.mlt("record", "log", "a.csv"))
      let shown = try world.mlt("trace", "--key", "7").stdout
      #expect(shown.split(separator: "\n").count { $0.hasPrefix("prediction 7  ") } == 20)
      #expect(shown.contains("… and 10 earlier predictions with this key (--limit 30 shows all)"), "\(shown)")
      let two = try world.json("trace", "--key", "7", "--limit", "2")
      #expect(two["predictions"]?.array?.count == 2 && two["count"]?.int == 30)
      #expect(try world.json("trace", "--key", "7")["predictions"]?.array?.count == 30)
      #expect(try world.mlt("trace", "--key", "7", "--limit", "0").status == 2)
      #expect(try world.mlt("trace", "a.csv", "--limit", "3").status == 2)
    }
  }

  @Test("without any stored bytes the facts tell what they can")
  func withoutPacks() throws {
    try withWorld { world in
      try predict(world)
      try expectSuccess(world.mlt("record", "log", "scores.csv"))
      try expectSuccess(world.shell("mlt record add key=9 output=1; rm -rf .mlt/packs"))
      #expect(try world.mlt("trace", "--key", "9").status == 0)
      // What stands in the work tree still can be read.
      let found = try world.mlt("trace", "--key", "4711")
      #expect(found.status == 0 && found.stderr.contains("'.mlt/packs' is gone"), "\(found)")
      try expectSuccess(world.mlt("flag", "scores.csv", "-m", "wrong"))
      try expectSuccess(world.shell("rm -rf .mlt/packs"))
      #expect(try world.mlt("review").status == 0)
      try expectSuccess(world.shell("rm -rf .mlt/packs"))
      #expect(try world.mlt("trace", "scores.csv").stdout.contains("predict"))
      try expectSuccess(world.shell("rm -rf .mlt/packs"))
      let why = try world.mlt("why", run("predict", world), run("train", world))
      #expect(why.status != 6, "\(why)")
      #expect(try world.mlt("fsck").status != 0)
    }
  }

  @Test("single predictions may have keys and values of odd bytes, which are shown on one line")
  func oddSingles() throws {
    try withWorld { world in
      try expectSuccess(world.shell("mlt record add \"$(printf 'key=caf\\351')\" \"$(printf 'note=a\\nb')\" output=1"))
      try expectSuccess(world.shell("mlt record add key=x \"$(printf 'note=\\351')\" output=1"))
      try expectSuccess(world.shell("mlt record add 'key=\"quoted\" word' output=1"))
      let odd = try world.shell("mlt trace --key \"$(printf 'caf\\351')\"")
      #expect(odd.status == 0 && odd.stdout.contains("prediction \"caf\\351\""), "\(odd)")
      #expect(odd.stdout.contains("note=\"a\\nb\""), "\(odd)")
      #expect(try world.mlt("trace", "--key", "x").stdout.contains("note=\"\\351\""))
      let quoted = try world.mlt("trace", "--key", "\"quoted\" word")
      #expect(quoted.status == 0, "\(quoted)")
    }
  }

  @Test("keys of odd bytes are found as listings show them")
  func odd() throws {
    try withWorld { world in
      try expectSuccess(world.shell(#"printf 'id,score\ncaf\351,1\n"a\nb",2\n' > log.csv && mlt record log log.csv"#))
      #expect(try world.mlt("trace", "--key", #""caf\351""#).stdout.hasPrefix(#"prediction "caf\351"  "#))
      #expect(try world.mlt("trace", "--key", "a\nb").stdout.hasPrefix(#"prediction "a\nb"  "#))
    }
  }
}
