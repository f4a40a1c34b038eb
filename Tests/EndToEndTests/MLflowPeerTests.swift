import Glibc
import MLTBase
import SystemPackage
import Testing

/// Stores that MLflow itself writes are read, of both of its kinds and generations.
@Suite struct MLflowPeerTests {
  /// One MLflow with a kind of store.
  struct Peer: CustomStringConvertible {
    var variable: String
    var store: String

    var program: String { getenv(variable).map { String(cString: $0) } ?? "" }
    var description: String { "\(variable) \(store)" }
  }

  private static let peers = ["MLT_TEST_MLFLOW2", "MLT_TEST_MLFLOW3"].flatMap { variable in
    ["sqlite:///mlflow.db", "./mlruns"].map { Peer(variable: variable, store: $0) }
  }

  private static let areInstalled = peers.allSatisfy { access($0.program, X_OK) == 0 && !$0.program.isEmpty }

  private static let script = """
    import json, os, sys
    import mlflow
    from mlflow.tracking import MlflowClient
    uri = sys.argv[1]
    mlflow.set_tracking_uri(uri)
    client = MlflowClient()
    mlflow.set_experiment("wine")
    ids = []
    for i in range(3):
        with mlflow.start_run(run_name=f"try {i}") as run:
            mlflow.log_params({"depth": i, "a/b c": "ü"})
            for step in range(5): mlflow.log_metric("rmse", 1 / (i + 1) - step * 0.01, step=step)
            for step, value in enumerate([float("nan"), float("inf"), -float("inf")]):
                mlflow.log_metric("odd", value, step=-step)
            mlflow.set_tags({"team": "x", "mlflow.note.content": "# Note"})
            mlflow.log_text("flavors: {}", "model/MLmodel")
            with mlflow.start_run(run_name="child", nested=True): mlflow.log_metric("x", 1)
            ids.append(run.info.run_id)
    client.delete_run(ids[0])
    client.create_registered_model("winemodel", tags={"k": "v"}, description="Wine")
    for i in (1, 2):
        client.create_model_version("winemodel", client.get_run(ids[i]).info.artifact_uri + "/model", ids[i])
    client.transition_model_version_stage("winemodel", "2", "Production")
    client.set_registered_model_alias("winemodel", "champion", "2")
    print(json.dumps(ids))
    """

  @Test(
    "what MLflow wrote reads as MLflow says", .enabled(if: areInstalled, "both MLflows are installed by Tests/run"),
    arguments: peers)
  func real(_ peer: Peer) throws {
    try withWorld { world in
      try world.write("../make.py", Self.script)
      let made = try world.run(
        [peer.program, "../make.py", peer.store],
        environment: ["MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ALLOW_FILE_STORE": "true"])
      try expectSuccess(made)
      let line = try #require(made.stdout.split(separator: "\n").last)
      let ids = try #require(try JSON(parsing: String(line)).array).compactMap(\.string)
      try #require(ids.count == 3)

      let report = try world.json("import", "mlflow", peer.store)
      #expect(report["problems"]?.array == [])
      #expect(report["missing"]?.array == [])
      #expect(report["versions"]?.array?.count == 2)
      #expect(report["groups"]?.array?.first { $0["name"]?.string == "wine" }?["added"]?.int == 6)

      let run = try #require(try world.json("show", ids[2])["run"])
      #expect(run["status"]?.string == "finished")
      #expect(run["note"]?.string == "# Note")
      #expect(run["children"]?.array?.count == 1)
      #expect(run["outputs"]?.array?.map { $0["path"]?.string?.split(separator: "/").last } == ["model"])
      let odd = try #require(try world.json("metric", "odd", "--run", ids[2])["values"]?.array)
      #expect(odd.map { $0["step"]?.int } == [-2, -1, 0])
      #expect(odd.map { $0["value"]?.string } == ["-Infinity", "Infinity", "NaN"])
      let rmse = try #require(try world.json("metric", "rmse", "--run", ids[1])["values"]?.array)
      #expect(rmse.count == 5)
      #expect(try world.mlt("param", "a/b c", "--run", ids[1]).stdout == "ü\n")
      let listed = try world.mlt("log").stdout
      #expect(!listed.contains(ids[0].prefix(10)), "deleted there, deleted here")
      #expect(listed.contains(ids[1].prefix(10)))
      #expect(try world.mlt("import", "mlflow", peer.store).stdout.hasSuffix("nothing new\n"))
    }
  }
}
