import Glibc
import MLTBase
import SystemPackage
import Testing

/// Stores of other tools that can't be read as they are, and parts of them that can't be taken, are told.
@Suite struct ImportTrackingRefusalTests {
  private static let run = "0123456789abcdef0123456789abcdef"
  private static let python = "/usr/bin/python3"
  private static let hasPython = ((try? FileStatus(at: "/usr/bin/python3")) ?? nil) != nil
  private static let isRoot = geteuid() == 0

  private func addRun(_ world: World, _ id: String = run, experiment: Int = 1, times: Bool = true) throws {
    let place = "../old/mlruns/\(experiment)"
    try world.write(
      "\(place)/meta.yaml", "experiment_id: '\(experiment)'\nname: wine\(experiment)\ncreation_time: 1700000000000\n")
    try world.write(
      "\(place)/\(id)/meta.yaml",
      """
      artifact_uri: /gone/mlruns/\(experiment)/\(id)/artifacts
      run_id: \(id)
      status: 3
      \(times ? "start_time: 1700000001000" : "start_time: soon")
      end_time: 1700000002500
      """)
    try world.write("\(place)/\(id)/artifacts/model/MLmodel", "flavors: {}\n")
  }

  @Test("what is logged after a run's end is told once an import, and is no failure")
  func late() throws {
    try withWorld { world in
      try addRun(world)
      try expectSuccess(world.mlt("import", "mlflow", "../old/mlruns"))
      try world.write("../old/mlruns/1/\(Self.run)/params/new", "1")
      try world.write("../old/mlruns/1/\(Self.run)/metrics/new", "1700000001000 0.5 0\n")
      try world.write("../old/mlruns/1/\(Self.run)/artifacts/late.txt", "1")
      for _ in 0..<2 {
        let again = try world.mlt("import", "mlflow", "../old/mlruns")
        try expectSuccess(again)
        #expect(again.stdout.hasSuffix("nothing new\n"))
        #expect(
          again.stderr
            == "warning: not added to runs that had ended when they were imported: metrics, parameters, artifacts of run \(Self.run)\n"
        )
      }
    }
  }

  @Test("a run without a readable start counts from its end, and that is told")
  func start() throws {
    try withWorld { world in
      try addRun(world, times: false)
      let printed = try world.mlt("import", "mlflow", "../old/mlruns")
      #expect(printed.status == 1)
      #expect(printed.stderr.contains("nobody can read when it started; it counts from its end"))
      #expect(try world.json("show", Self.run)["run"]?["started"]?.string == "2023-11-14T22:13:22.500000Z")
    }
  }

  @Test("a folder that can't be looked into is told", .enabled(if: !isRoot, "root may look into everything"))
  func unreadable() throws {
    try withWorld { world in
      try addRun(world)
      try addRun(world, "f" + Self.run.dropFirst(), experiment: 2)
      try world.shell("chmod 000 ../old/mlruns/2")
      let part = try world.mlt("import", "mlflow", "../old/mlruns")
      #expect(part.status == 1)
      #expect(part.stderr.contains("error: '2/meta.yaml': Permission denied\n"))
      #expect(part.stdout.contains("1 run  wine1  1 imported"))
      try world.shell("chmod 000 ../old/mlruns")
      let whole = try world.mlt("import", "mlflow", "../old/mlruns")
      try world.shell("chmod 755 ../old/mlruns; chmod 755 ../old/mlruns/2")
      #expect(whole.status == 1)
      #expect(whole.stderr.contains("Permission denied"))
      try expectSuccess(world.mlt("import", "mlflow", "../old/mlruns"))
    }
  }

  @Test("an experiment's own folder is told from a store", arguments: ["../old/mlruns/1", "../old/mlruns/1/\(run)"])
  func part(_ path: String) throws {
    try withWorld { world in
      try addRun(world)
      let printed = try world.mlt("import", "mlflow", path)
      #expect(printed.status == 2)
      #expect(printed.stderr.contains("is a folder within a store"))
      #expect(printed.stderr.contains("hint: name the store, '"))
      #expect(printed.stderr.contains("/old/mlruns', and"))
    }
  }

  @Test("a version whose source is a run's path has that run's bytes", arguments: ["model", "model/MLmodel"])
  func source(_ path: String) throws {
    try withWorld { world in
      try addRun(world)
      try world.write("../old/mlruns/models/wine/meta.yaml", "name: wine\n")
      try world.write(
        "../old/mlruns/models/wine/version-1/meta.yaml",
        "version: 1\ncreation_timestamp: 1700000003000\nrun_id: \(Self.run)\nsource: runs:/\(Self.run)/\(path)\n")
      let printed = try world.mlt("import", "mlflow", "../old/mlruns")
      try expectSuccess(printed)
      #expect(!printed.stdout.contains("elsewhere"))
      let artifact = try world.json("model", "show", "wine/1")["version"]?["artifact"]
      #expect(artifact?["path"]?.string == "mlruns/1/\(Self.run)/artifacts/\(path)")
      #expect(artifact?["id"]?.string != nil)
    }
  }

  @Test(
    "runs of no experiment and models of no run are told, and where a database is can be said in SQLAlchemy's words",
    .enabled(if: hasPython, "Python writes the database"))
  func strays() throws {
    try withWorld { world in
      try world.write(
        "../make.py",
        """
        import sqlite3
        c = sqlite3.connect("mlflow.db")
        c.executescript('''
        create table experiments(experiment_id integer, name text, lifecycle_stage text, creation_time bigint);
        create table runs(run_uuid text, status text, start_time bigint, end_time bigint, artifact_uri text,
          experiment_id integer);
        create table logged_models(model_id text, experiment_id integer, name text, artifact_location text,
          source_run_id text);
        insert into experiments values(0, 'Default', 'active', 1700000000000);
        insert into runs values('\(Self.run)', 'FINISHED', 1700000001000, 1700000002000,
          'mlflow-artifacts:/0/\(Self.run)/artifacts', 0),
          ('lost', 'FINISHED', 1700000001000, 1700000002000, null, 7),
          ('none', 'FINISHED', 1700000001000, 1700000002000, null, null);
        insert into logged_models values('m-1', 0, 'alone', 'mlflow-artifacts:/0/models/m-1/artifacts', null);
        ''')
        c.commit()
        """)
      try expectSuccess(world.shell("\(Self.python) ../make.py"))
      let trial = try world.mlt("import", "mlflow", "sqlite+pysqlite:///mlflow.db", "-n")
      #expect(trial.stderr.contains("'mlflow-artifacts:/0': no such folder, so that 1 run has no artifacts"))
      let printed = try world.mlt("import", "mlflow", "file://\(world.repository.appending("mlflow.db").string)")
      #expect(printed.status == 1)
      #expect(printed.stdout.hasPrefix("1 run  Default  1 imported\n"))
      #expect(printed.stderr.contains("error: 'run lost': its experiment isn't there, nor those of 1 more runs"))
      #expect(printed.stderr.contains("warning: 'model m-1': no run has logged it, so that it isn't taken\n"))
    }
  }

  @Test(
    "dumps that can't be read say what to do",
    arguments: [
      ("COPY public.component_runs (id, component_name) FROM stdin;\n1\tetl\n", 6, "was cut off"),
      ("COPY public.component_runs (id, component_name) FROM stdin;\n1\tetl\n\\.\n", 6, "was cut off"),
      ("INSERT INTO public.component_runs VALUES (1, 'etl');\n", 2, "without '--inserts'"),
      ("PGDMP\u{1}\u{E}\u{0}", 2, "pg_restore --data-only -f"),
    ])
  func dumps(_ text: String, _ status: Int32, _ words: String) throws {
    try withWorld { world in
      try world.write("dump.sql", text)
      let printed = try world.mlt("import", "mltrace", "dump.sql")
      #expect(printed.status == status)
      #expect(printed.stderr.contains(words))
      #expect(try world.mlt("log").stdout == "")
    }
  }
}
