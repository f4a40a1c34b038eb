import MLTBase
import Testing

/// What an import of MLflow's models brings the second time, and when several import at once.
@Suite struct ImportMLflowAgainTests {
  private static let run = "0123456789abcdef0123456789abcdef"

  private func addRun(_ world: World, _ id: String = run, status: Int = 3, stage: String = "active") throws {
    let place = "../old/mlruns/1"
    try world.write("\(place)/meta.yaml", "experiment_id: '1'\nname: wine\ncreation_time: 1700000000000\n")
    try world.write(
      "\(place)/\(id)/meta.yaml",
      """
      artifact_uri: /gone/mlruns/1/\(id)/artifacts
      run_id: \(id)
      run_name: try
      status: \(status)
      start_time: 1700000001000
      \(status == 3 ? "end_time: 1700000002500" : "end_time: null")
      lifecycle_stage: \(stage)
      """)
    try world.write("\(place)/\(id)/artifacts/model/MLmodel", "flavors: {}\n")
  }

  private func addVersion(
    _ world: World, _ number: Int, stage: String = "None", summary: String = "", source: String? = nil
  ) throws {
    try world.write("../old/mlruns/models/wine/meta.yaml", "name: wine\n")
    try world.write(
      "../old/mlruns/models/wine/version-\(number)/meta.yaml",
      """
      name: wine
      version: \(number)
      creation_timestamp: 170000000\(number)000
      last_updated_timestamp: 170000000\(number)000
      current_stage: \(stage)
      description: \(summary)
      run_id: \(Self.run)
      source: \(source ?? "/gone/mlruns/1/\(Self.run)/artifacts/model")
      """)
  }

  private func importing(_ world: World, status: Int32 = 0) throws -> Printed {
    let printed = try world.mlt("import", "mlflow", "../old/mlruns")
    #expect(printed.status == status, "\(printed.stderr)")
    return printed
  }

  private func versions(_ world: World) throws -> [String] {
    try world.json("model", "show", "wine")["model"]?["versions"]?.array?.compactMap { $0["version"]?.string } ?? []
  }

  @Test("several who import one store at once have each version once")
  func atOnce() throws {
    try withWorld { world in
      try addRun(world)
      for number in 1...4 { try addVersion(world, number) }
      try world.write("../old/mlruns/models/wine/aliases/champion", "4")
      let all = try world.shell("for i in 1 2 3; do mlt import mlflow ../old/mlruns & done; wait")
      try expectSuccess(all)
      #expect(try world.shell("cat .mlt/journal/*/*.jsonl | grep -c '\"model.registered\"'").stdout == "4\n")
      #expect(try versions(world).sorted() == ["1", "2", "3", "4"])
    }
  }

  @Test("two clones that import one store have each version once when they have exchanged it")
  func clones() throws {
    try withWorld { world in
      try addRun(world)
      for number in 1...3 { try addVersion(world, number) }
      try world.write("../old/mlruns/models/wine/aliases/champion", "2")
      try expectSuccess(
        world.shell(
          """
          set -e; mkdir ../share; mlt remote add share ../share
          cp -r ../old ../same; git clone -q . ../clone; cd ../clone; mlt init; mlt remote add share ../share
          mlt import mlflow ../same/mlruns; cd ../repository; mlt import mlflow ../old/mlruns; mlt push
          cd ../clone; mlt pull; mlt model promote wine/2; mlt push; cd ../repository; mlt pull
          """))
      #expect(try versions(world).sorted() == ["1", "2", "3"])
      #expect(try world.mlt("model", "show", "wine@champion").stdout.contains("wine/2"))
      #expect(try importing(world).stdout.hasSuffix("nothing new\n"))
    }
  }

  @Test("what the import said follows MLflow, and what somebody said here stays and is told")
  func follows() throws {
    try withWorld { world in
      try addRun(world)
      for number in 1...3 { try addVersion(world, number, summary: "one") }
      let wine = "../old/mlruns/models/wine"
      try world.write("\(wine)/aliases/champion", "1")
      try world.write("\(wine)/aliases/old", "1")
      try world.write("\(wine)/aliases/mine", "1")
      try world.write("\(wine)/version-1/tags/a", "1")
      try world.write("\(wine)/version-2/tags/a", "1")
      _ = try importing(world)
      try expectSuccess(world.mlt("model", "alias", "wine/3", "mine"))
      try expectSuccess(world.mlt("model", "tag", "wine/2", "a=here"))

      try world.write("\(wine)/aliases/champion", "2")
      try world.write("\(wine)/aliases/mine", "2")
      try world.shell("rm \(wine)/aliases/old")
      try world.write("\(wine)/version-1/tags/a", "2")
      try world.write("\(wine)/version-1/tags/b", "new")
      try world.write("\(wine)/version-2/tags/a", "3")
      try addVersion(world, 2, summary: "two")
      let trial = try world.mlt("import", "mlflow", "../old/mlruns", "-n")
      #expect(trial.stdout.contains("2 changes of models"))
      let events = try world.shell("cat .mlt/journal/*/*.jsonl | wc -l").stdout
      let second = try importing(world)
      #expect(try world.shell("cat .mlt/journal/*/*.jsonl | wc -l").stdout != events)
      #expect(second.stdout.contains("2 changes of models"))
      #expect(
        second.stderr
          == "warning: 'model wine': it was changed here since, and stays as it is here: version 2: tag 'a', alias 'mine'\n"
      )
      let aliases = try world.json("model", "show", "wine")["model"]?["aliases"]
      #expect(aliases?.object?.members.count == 2)
      #expect(aliases?["champion"]?.string == "2" && aliases?["mine"]?.string == "3")
      let first = try world.mlt("model", "show", "wine/1").stdout
      #expect(first.contains("a=2") && first.contains("b=new"))
      #expect(try world.mlt("model", "show", "wine/2").stdout.contains("a=here"))
      #expect(try world.mlt("model", "show", "wine/2").stdout.contains("two"))
      let third = try importing(world)
      #expect(third.stdout.hasSuffix("nothing new\n"))
      #expect(third.stderr == second.stderr)

      // Deleted there: follows, unless somebody has a use for it here.
      try addVersion(world, 1, stage: "Deleted_Internal", summary: "one")
      try addVersion(world, 3, stage: "Deleted_Internal", summary: "one")
      #expect(try importing(world).stderr.contains("version 3, which was deleted there"))
      #expect(try versions(world).sorted() == ["2", "3"])
    }
  }

  @Test("runs that are deleted and restored in MLflow are so here")
  func restored() throws {
    try withWorld { world in
      try addRun(world, stage: "deleted")
      _ = try importing(world)
      #expect(try !world.mlt("log").stdout.contains(Self.run.prefix(10)))
      try addRun(world)
      _ = try importing(world)
      #expect(try world.mlt("log").stdout.contains(Self.run.prefix(10)))
      #expect(try importing(world).stdout.hasSuffix("nothing new\n"))
    }
  }

  @Test("what a run has made that never ends is kept and can be had")
  func running() throws {
    try withWorld { world in
      try addRun(world, status: 1)
      let first = try importing(world)
      #expect(first.stdout.contains("1 artifact"))
      try world.shell("rm -r ../old")
      let path = "mlruns/1/\(Self.run)/artifacts/model"
      #expect(try world.json("show", Self.run)["run"]?["outputs"]?.array?.count == 1)
      try expectSuccess(world.mlt("gc", "--grace", "0"))
      try expectSuccess(world.mlt("fsck"))
      #expect(try world.mlt("cat", "\(path)/MLmodel@\(Self.run)").stdout == "flavors: {}\n")
    }
  }
}
