import MLTBase
import SystemPackage
import TestSupport
import Testing

extension World {
  /// Trains a model of `train.csv` with a depth, which writes `models/wine.pkl` and logs an error on `test.csv`.
  ///
  /// - Returns: the run's id.
  @discardableResult
  func train(_ depth: Int, error: String, environment: [String: String] = [:]) throws -> String {
    try expectSuccess(
      shell(
        """
        mlt run -q -c train -p depth=\(depth) -- sh -c 'cat train.csv test.csv > /dev/null; mkdir -p models; \
        echo "model of depth \(depth)" > models/wine.pkl; mlt metric rmse=\(error)'
        """, environment: environment))
    return try #require(try json("log", "-n", "1")["runs"]?.array?.first?["id"]?.string)
  }

  /// Writes the data that models are trained and measured on.
  func writeWine() throws {
    try write("train.csv", (1...40).map { "\($0),\($0 * 2)\n" }.joined())
    try write("test.csv", (1...9).map { "\($0),\($0 * 3)\n" }.joined())
  }
}

/// The registry of models, from registering a file to what was in production when.
@Suite struct ModelTests {
  @Test("registering a path finds its run, and the same content again is the same version")
  func register() throws {
    try withWorld { world in
      try world.writeWine()
      let run = try world.train(3, error: "0.5")
      let first = try world.mlt("model", "register", "wine", "models/wine.pkl", "-m", "a first try")
      #expect(first.stdout.hasPrefix("registered  wine version 1  "), "\(first)")
      #expect(first.stdout.contains("run \(run.prefix(10))"))
      let again = try world.mlt("model", "register", "wine", "models/wine.pkl")
      #expect(again.stderr.contains("is wine version 1 already") && again.stdout.isEmpty)
      #expect(try world.json("model", "register", "wine", "models/wine.pkl", "--again")["version"]?["number"]?.int == 2)
      try world.train(4, error: "0.4")
      try expectSuccess(world.mlt("model", "register", "wine", "models/wine.pkl", "--tag", "team=cellar"))
      let earlier = try world.json("model", "register", "old", "models/wine.pkl@" + run)
      #expect(earlier["version"]?["run"]?.string == run)
      let shown = try world.json("model", "show", "wine/3")["version"]
      #expect(shown?["tags"]?["team"]?.string == "cellar")
      #expect(shown?["madeBy"]?["params"]?["depth"]?.string == "4")
      #expect(shown?["data"]?.array?.map { $0["path"]?.string } == ["test.csv", "train.csv"])
      #expect(try world.mlt("show", "models/wine.pkl").stdout.contains("model     wine 3\n"))
      #expect(try world.mlt("trace", "models/wine.pkl").stdout.contains("model: wine 3\n"))
      // A folder is a model, too; and a run stands for the one thing that it made.
      try expectSuccess(
        world.shell("mlt run -q -c pack -- sh -c 'mkdir m; echo flavor > m/MLmodel; echo weights > m/w'"))
      try expectSuccess(world.mlt("model", "register", "packed", "m"))
      #expect(try world.mlt("cat", "models:/packed/1/MLmodel").stdout == "flavor\n")
      #expect(try world.mlt("cat", "models:/packed/1/../m/w").status == 3)
      #expect(try world.mlt("model", "register", "by-run", run).status == 0)
    }
  }

  @Test("pointers to versions work wherever pointers do, also for what isn't there any more")
  func pointers() throws {
    try withWorld { world in
      try world.writeWine()
      let run = try world.train(3, error: "0.5")
      try expectSuccess(world.mlt("model", "register", "wine", "models/wine.pkl"))
      try expectSuccess(world.mlt("model", "alias", "wine/1", "champion"))
      try world.train(4, error: "0.4")
      try expectSuccess(world.mlt("model", "register", "wine", "models/wine.pkl"))
      #expect(try world.mlt("cat", "models:/wine@champion").stdout == "model of depth 3\n")
      #expect(try world.mlt("cat", "models:/wine/latest").stdout == "model of depth 4\n")
      #expect(try world.json("trace", "models:/wine@champion")["runs"]?.array?.first?["id"]?.string == run)
      #expect(try world.json("show", "models:/wine/1")["artifact"]?["path"]?.string == "models/wine.pkl")
      #expect(try world.mlt("diff", "models:/wine/1", "models:/wine/2").stdout.contains("depth 4"))
      try expectSuccess(world.mlt("why", "models:/wine/2", "models:/wine/1"))
      try expectSuccess(world.shell("mlt run -q -c score -- sh -c 'cat models/wine.pkl > scored.txt'"))
      #expect(try world.mlt("trace", "--down", "models:/wine/2").stdout.contains("score"))
      try expectSuccess(world.mlt("flag", "models:/wine/1", "-m", "wrong"))
      let flagged = try world.json("model", "show", "wine/1")["version"]?["flagged"]?.array
      #expect(flagged?.map { $0["path"]?.string } == ["models/wine.pkl"])
      #expect(flagged?.first?["flag"]?["why"]?.string == "wrong")
      try expectSuccess(world.mlt("checkout", "models:/wine/1"))
      #expect(try world.read("models/wine.pkl") == "model of depth 3\n")
      try expectSuccess(world.mlt("checkout", "models:/wine/2", "-o", "deploy/model.pkl"))
      #expect(try world.read("deploy/model.pkl") == "model of depth 4\n")
      #expect(try world.mlt("cat", "models:/wine/Production").status == 3)
      #expect(try world.mlt("cat", "models:/wine/9").stderr.contains("hint: it has 1, 2"))
      #expect(try world.mlt("cat", "models:/whine/1").stderr.contains("did you mean 'wine'?"))
      #expect(try world.mlt("cat", "models:/wine").status == 2)
    }
  }

  @Test("a promotion archives what was there, a rollback goes back, and again further back")
  func stages() throws {
    try withWorld { world in
      try world.writeWine()
      for depth in 1...3 {
        try world.train(depth, error: "0.5")
        try expectSuccess(world.mlt("model", "register", "wine", "models/wine.pkl"))
      }
      func production() throws -> String {
        try world.mlt("cat", "models:/wine/Production").stdout
      }
      #expect(try world.mlt("model", "promote", "wine/1", "-m", "go").stdout == "wine 1  None → Production\n")
      let second = try world.mlt("model", "promote", "wine/2")
      #expect(second.stdout == "wine 2  None → Production\nwine 1  Production → Archived\n", "\(second)")
      try expectSuccess(world.mlt("model", "promote", "wine/3"))
      #expect(try world.mlt("model", "promote", "wine/3").stderr.contains("is so already"))
      try expectSuccess(world.mlt("model", "rollback", "wine", "-m", "bad on Mondays"))
      #expect(try production() == "model of depth 2\n")
      try expectSuccess(world.mlt("model", "rollback", "wine"))
      #expect(try production() == "model of depth 1\n")
      try expectSuccess(world.mlt("flag", "train.csv", "-m", "rows twice"))
      let none = try world.mlt("model", "rollback", "wine")
      #expect(none.status == 1 && none.stderr.contains("nothing else of model 'wine' was in Production before"))
      let flagged = try world.mlt("model", "rollback", "wine", "--to", "3")
      #expect(
        flagged.status == 0
          && flagged.stderr
            == "warning: version 3 of model 'wine' is in Production now, and 'train.csv' is flagged as wrong: rows twice\n",
        "\(flagged)")
      #expect(try production() == "model of depth 3\n")
      #expect(try world.mlt("model", "list").stdout.contains("wine   3         3"))
      let history = try world.mlt("model", "history", "wine").stdout
      #expect(history.contains("rolled back, Archived → Production") && history.contains("bad on Mondays"))
      // What is deleted is nowhere any more, and can't be put anywhere.
      let deleted = try world.mlt("model", "delete", "wine/3", "-m", "leaked")
      #expect(deleted.status == 0 && deleted.stdout == "deleted  wine/3\n", "\(deleted)")
      #expect(
        deleted.stderr == "warning: version 3 was in Production, and nothing of model 'wine' is there now\n",
        "\(deleted)")
      #expect(try world.mlt("cat", "models:/wine/Production").status == 3)
      let refused = try world.mlt("model", "promote", "wine/3")
      #expect(refused.status == 3 && refused.stderr.contains("was deleted"))
      try expectSuccess(world.mlt("model", "restore", "wine/3"))
      try expectSuccess(world.mlt("model", "promote", "wine/3"))
      try expectSuccess(world.mlt("model", "delete", "wine"))
      #expect(try world.mlt("model", "list").stdout.isEmpty)
      #expect(try world.mlt("model", "register", "wine", "models/wine.pkl").status == 3)
    }
  }

  @Test("bytes of versions are kept by gc and sent by push, for as long as they aren't deleted")
  func bytes() throws {
    try withWorld { world in
      try world.writeWine()
      try world.write("by-hand.pkl", "a model made elsewhere\n")
      let registered = try world.mlt("model", "register", "wine", "by-hand.pkl")
      #expect(registered.stderr.contains("no run is known"))
      try expectSuccess(
        world.shell("rm by-hand.pkl; mlt config gc.grace 0; mlt gc; mlt remote add share ../share; mlt push"))
      #expect(try world.mlt("cat", "models:/wine/1").stdout == "a model made elsewhere\n")
      try expectSuccess(world.shell("git init -q ../b; cd ../b; mlt init; mlt remote add share ../share; mlt pull"))
      #expect(try world.mlt("cat", "models:/wine/1", in: world.place("b")).stdout == "a model made elsewhere\n")
      try expectSuccess(world.shell("mlt model delete wine/1; mlt gc"))
      try expectSuccess(world.shell("mv ../share ../gone"))
      try expectSuccess(world.mlt("model", "restore", "wine/1"))
      #expect(try world.mlt("cat", "models:/wine/1").status != 0)
    }
  }

  @Test("two clones that number and promote at once agree after pulling, whichever way, and on every moment")
  func clones() throws {
    try withWorld { world in
      try world.writeWine()
      func at(_ minute: Int) -> [String: String] { ["MLT_FIXED_TIME": "2026-03-14T09:0\(minute):00.000000Z"] }
      let b = world.place("b")
      try expectSuccess(
        world.shell("mlt remote add share ../share; git init -q ../b; cd ../b; mlt init; mlt remote add share ../share")
      )
      try world.write("a.pkl", "the model of a\n")
      try FileOperations.replace(b.appending("b.pkl"), with: Array("the model of b\n".utf8), sync: false)
      try expectSuccess(world.mlt("model", "register", "wine", "a.pkl", environment: at(1)))
      try expectSuccess(world.mlt("model", "register", "wine", "b.pkl", in: b, environment: at(2)))
      try expectSuccess(world.mlt("model", "promote", "wine/1", environment: at(3)))
      try expectSuccess(world.mlt("model", "promote", "wine/1", in: b, environment: at(4)))
      try expectSuccess(
        world.shell("mlt push; cd ../b; mlt pull 2> ../b-pull; mlt push; cd ../repository; mlt pull 2> ../a-pull"))
      let told = try world.shell("cat ../b-pull ../a-pull").stdout
      #expect(told.contains("warning: version 1 of model 'wine' is called 1-"), "\(told)")
      #expect(
        told.contains("warning: model 'wine' has two versions numbered 1; the one from elsewhere is called 1-"),
        "\(told)")
      #expect(told.contains("is in Production now and no longer 1-"), "\(told)")
      #expect(try world.mlt("model", "list").stdout.contains("numbered twice: 1-"))
      for place in [world.repository, b] {
        let versions = try world.json(in: place, "model", "show", "wine")["model"]?["versions"]?.array
        #expect(versions?.map { $0["stage"]?.string } == ["archived", "production"])
        #expect(versions?.first?["version"]?.string?.hasPrefix("1-") == true)
        #expect(versions?.last?["version"]?.string?.hasPrefix("1-") == true)
        #expect(try world.mlt("cat", "models:/wine/Production", in: place).stdout == "the model of b\n")
        let then = try world.json(in: place, "model", "history", "wine", "--at", "2026-03-14T09:03:30Z")
        let unclear = try world.mlt("cat", "models:/wine/1", in: place)
        #expect(
          unclear.status == 4 && unclear.stderr.contains("version 1 of model 'wine' may be any of 2")
            && unclear.stderr.contains("hint:   wine/1-"), "\(unclear)")
        for label in versions?.compactMap({ $0["version"]?.string }) ?? [] {
          try expectSuccess(world.mlt("cat", "models:/wine/\(label.dropLast(2))", in: place))
        }
        #expect(then["versions"]?.array?.map { $0["artifact"]?["path"]?.string } == ["a.pkl"], "\(then)")
        let before = try world.json(in: place, "model", "history", "wine", "--at", "2026-03-14T09:01:30Z")
        #expect(before["versions"]?.array?.isEmpty == true, "\(before)")
        #expect(
          try world.mlt("model", "history", "wine", in: place).stdout.contains("Production → Archived, for version 1-"))
      }
      let both = try [world.repository, b].map { try world.mlt("model", "history", "wine", "--json", in: $0).stdout }
      #expect(both[0] == both[1])
      try expectSuccess(world.mlt("model", "rollback", "wine"))
      #expect(try world.mlt("cat", "models:/wine/Production").stdout == "the model of a\n")
      // What is deleted elsewhere, or put into production where nothing was, is told.
      try expectSuccess(world.shell("mlt model archive wine/Production; mlt push; cd ../b; mlt pull"))
      try expectSuccess(world.shell("cd ../b; mlt model promote wine/latest; mlt push"))
      #expect(try world.mlt("pull").stderr.contains("is in Production now; nothing was before, by Ada"))
      try expectSuccess(world.shell("cd ../b; mlt model delete wine; mlt push"))
      #expect(try world.mlt("pull").stderr.contains("warning: model 'wine' was deleted elsewhere, by Ada"))
      try expectSuccess(world.mlt("model", "restore", "wine"))
      #expect(try world.mlt("cat", "models:/wine/Production").status == 3)
    }
  }

  @Test("of two versions in production a rollback leaves the one before, and a second one has nowhere to go")
  func rollbackOfTwo() throws {
    try withWorld { world in
      for number in 1...2 {
        try world.write("m.pkl", "model \(number)\n")
        try expectSuccess(world.mlt("model", "register", "wine", "m.pkl"))
      }
      try expectSuccess(world.shell("mlt model promote wine/1 && mlt model stage wine/2 Production"))
      try expectSuccess(world.mlt("model", "rollback", "wine"))
      #expect(try world.mlt("cat", "models:/wine/Production").stdout == "model 1\n")
      #expect(try world.mlt("model", "history", "wine").stdout.contains("rolled back, stays in Production"))
      let again = try world.mlt("model", "rollback", "wine")
      #expect(again.status == 1 && again.stderr.contains("nothing else"), "\(again)")
      // What is deleted comes back by nobody's script.
      try expectSuccess(world.mlt("model", "delete", "wine/2", "-m", "leaks"))
      let deleted = try world.mlt("model", "register", "wine", "m.pkl")
      #expect(deleted.status == 3 && deleted.stderr.contains("version 2 of model 'wine' was deleted"), "\(deleted)")
      #expect(try world.json("model", "register", "wine", "m.pkl", "--again")["version"]?["number"]?.int == 3)
    }
  }

  @Test("mistakes are told")
  func mistakes() throws {
    try withWorld { world in
      try world.write("m.pkl", "a model\n")
      #expect(try world.mlt("model", "register", "a/b", "m.pkl").status == 2)
      #expect(try world.mlt("model", "register", "wine", "n.pkl").status == 3)
      #expect(try world.mlt("model", "register", "wine", "s3://bucket/m").status == 3)
      try expectSuccess(world.mlt("model", "create", "wine", "-d", "How good a wine is"))
      #expect(try world.mlt("model", "create", "wine").status == 4)
      #expect(try world.mlt("model", "show", "wine/latest").stderr.contains("has no versions"))
      try expectSuccess(world.mlt("model", "register", "wine", "m.pkl"))
      #expect(try world.mlt("model", "alias", "wine/1", "v2").status == 2)
      #expect(try world.mlt("model", "alias", "--remove", "wine@none").status == 3)
      #expect(try world.mlt("model", "stage", "wine/1", "Live").status == 2)
      #expect(try world.mlt("model", "stage", "wine/1", "staging").stdout == "wine 1  None → Staging\n")
      #expect(try world.mlt("model", "tag", "wine/1", "--remove", "x").status == 3)
      try expectSuccess(world.mlt("model", "describe", "wine/1", "of spring"))
      #expect(try world.mlt("model", "show", "wine/1").stdout.contains("  of spring\n"))
      #expect(try world.mlt("model", "register", "wine", "m.pkl", "--run", "00000000").status == 3)
    }
  }
}
