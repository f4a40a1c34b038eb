import MLTBase
import SystemPackage
import Testing

/// What MLflow has tracked is taken over as it is, once, and only what may be read.
@Suite struct ImportMLflowTests {
  private static let run = "0123456789abcdef0123456789abcdef"
  private static let python = "/usr/bin/python3"
  private static let hasPython = ((try? FileStatus(at: "/usr/bin/python3")) ?? nil) != nil

  /// Writes a run of experiment 1 into the file store of the world's folder.
  private func addRun(
    _ world: World, _ id: String, status: Int = 3, uri: String? = nil, more: String = "", artifacts: Bool = true
  ) throws {
    let place = "../old/mlruns/1"
    try world.write("\(place)/meta.yaml", "experiment_id: '1'\nname: wine\ncreation_time: 1700000000000\n")
    try world.write(
      "\(place)/\(id)/meta.yaml",
      """
      artifact_uri: \(uri ?? "/gone/mlruns/1/\(id)/artifacts")
      run_id: \(id)
      run_name: try
      status: \(status)
      start_time: 1700000001000
      \(status == 3 ? "end_time: 1700000002500" : "end_time: null")
      user_id: ada
      lifecycle_stage: active
      \(more)
      """)
    try world.write("\(place)/\(id)/params/depth", "5")
    try world.write("\(place)/\(id)/metrics/a/rmse", "1700000001000 0.5 0\n1700000001100 nan 1\n1700000001200 -inf 2\n")
    try world.write("\(place)/\(id)/tags/mlflow.note.content", "# Why\n")
    try world.write("\(place)/\(id)/tags/mlflow.source.name", "src/train.py")
    try world.write("\(place)/\(id)/tags/team", "x")
    if artifacts {
      try world.write("\(place)/\(id)/artifacts/model/MLmodel", "flavors: {}\n")
      try world.write("\(place)/\(id)/artifacts/note.txt", "hello\n")
    }
  }

  private func eventCount(_ world: World) throws -> String {
    try world.shell("cat .mlt/journal/*/*.jsonl | wc -l").stdout
  }

  @Test("a run keeps its id, its values, its times and its artifacts, and comes once")
  func roundTrip() throws {
    try withWorld { world in
      try addRun(world, Self.run)
      let trial = try world.mlt("import", "mlflow", "../old/mlruns", "-n")
      try expectSuccess(trial)
      #expect(trial.stdout == "1 run  wine  1 to import\n1 run to import, 3 values of metrics\n")
      let printed = try world.mlt("import", "mlflow", "../old/mlruns")
      try expectSuccess(printed)
      #expect(printed.stdout == "1 run  wine  1 imported\n1 run imported, 3 values of metrics, 2 artifacts of 18 B\n")
      #expect(printed.stderr == "")

      let run = try #require(try world.json("show", Self.run)["run"])
      #expect(run["component"]?.string == "train")
      #expect(run["started"]?.string == "2023-11-14T22:13:21.000000Z")
      #expect(run["ended"]?.string == "2023-11-14T22:13:22.500000Z")
      #expect(run["user"]?.string == "ada")
      #expect(run["note"]?.string == "# Why\n")
      #expect(
        try world.mlt("metric", "a/rmse", "--run", Self.run).stdout.hasSuffix(
          "NaN\n2\t2023-11-14T22:13:21.200000Z\t-inf\n"))
      #expect(try world.mlt("param", "depth", "--run", Self.run).stdout == "5\n")
      let model = "mlruns/1/\(Self.run)/artifacts/model"
      #expect(try world.mlt("trace", model).stdout.contains("train"))
      #expect(try world.mlt("cat", "mlruns/1/\(Self.run)/artifacts/note.txt").stdout == "hello\n")
      try expectSuccess(world.mlt("gc"))
      try expectSuccess(world.mlt("fsck"))

      let events = try eventCount(world)
      #expect(try world.mlt("import", "mlflow", "../old").stdout == "1 run  wine  1 here before\nnothing new\n")
      try world.shell("mv ../old ../new")
      #expect(try world.mlt("import", "mlflow", "../new/mlruns").stdout.hasSuffix("nothing new\n"))
      #expect(try eventCount(world) == events)
    }
  }

  @Test("a run that went on is taken on when it has ended, and later tags and deletions come with it")
  func goesOn() throws {
    try withWorld { world in
      try addRun(world, Self.run, status: 1, artifacts: false)
      let model = "../old/mlruns/1/models/m-1"
      try world.write("\(model)/meta.yaml", "model_id: m-1\nname: forest\nsource_run_id: \(Self.run)\n")
      try expectSuccess(world.mlt("import", "mlflow", "../old/mlruns"))
      #expect(try world.json("show", Self.run)["run"]?["status"]?.string == "running")
      // What is said of it here meanwhile stays.
      try world.write("report.txt", "here\n")
      try expectSuccess(world.mlt("artifact", "--run", Self.run, "report.txt"))
      try world.write("\(model)/artifacts/model.pkl", "a forest\n")
      try addRun(world, Self.run)
      try world.shell("echo '1700000001300 0.1 3' >> ../old/mlruns/1/\(Self.run)/metrics/a/rmse")
      let second = try world.mlt("import", "mlflow", "../old/mlruns")
      try expectSuccess(second)
      #expect(second.stdout.contains("1 gone on"))
      #expect(try world.json("metric", "a/rmse", "--run", Self.run)["values"]?.array?.count == 4)
      let run = try #require(try world.json("show", Self.run)["run"])
      #expect(run["status"]?.string == "finished")
      #expect(
        run["outputs"]?.array?.compactMap { $0["path"]?.string } == [
          "mlruns/1/\(Self.run)/artifacts/model", "mlruns/1/\(Self.run)/artifacts/note.txt",
          "mlruns/1/models/m-1/artifacts", "report.txt",
        ])
      let tags = try world.shell("grep -h 'artifact.annotated' .mlt/journal/*/*.jsonl").stdout
      #expect(tags.contains(#""mlflow.model.name":"forest""#))
      try expectSuccess(world.mlt("verify", Self.run))

      try addRun(world, Self.run, more: "")
      try world.shell("echo '1700000001300 0.1 3' >> ../old/mlruns/1/\(Self.run)/metrics/a/rmse")
      try world.write("../old/mlruns/1/\(Self.run)/tags/later", "yes")
      try world.shell("sed -i 's/stage: active/stage: deleted/' ../old/mlruns/1/\(Self.run)/meta.yaml")
      try expectSuccess(world.mlt("import", "mlflow", "../old/mlruns"))
      #expect(try world.json("show", Self.run)["run"]?["tags"]?["later"]?.string == "yes")
      #expect(try !world.mlt("log").stdout.contains(Self.run.prefix(10)))
      #expect(try world.mlt("import", "mlflow", "../old/mlruns").stdout.hasSuffix("nothing new\n"))
    }
  }

  @Test("artifacts outside of store and work tree are left alone, unless their folder is named")
  func outside() throws {
    try withWorld { world in
      try world.write("../secrets/key", "do not read\n")
      let secrets = world.folder.appending("secrets").string
      try addRun(world, Self.run, uri: secrets, artifacts: false)
      let other = String(Self.run.reversed())
      try addRun(world, other, uri: "../../../secrets", artifacts: false)
      let third = "a" + Self.run.dropFirst()
      try addRun(world, third, uri: "s3://me:hunter22@bucket/x", artifacts: false)
      try world.shell("mkdir -p ../old/mlruns/1/\(other); ln -s ../../../../secrets ../old/mlruns/1/\(other)/artifacts")
      let printed = try world.mlt("import", "mlflow", "../old/mlruns")
      #expect(printed.status == 1)
      #expect(printed.stdout.contains("artifacts outside of the store's folder, not read: "))
      #expect(printed.stderr.contains("hint: "))
      #expect(!(try world.mlt("show", Self.run).stdout.contains("key")))
      #expect(!(try world.shell("cat .mlt/journal/*/*.jsonl").stdout.contains("hunter22")))
      #expect(try world.mlt("show", String(third)).stdout.contains("s3://"))

      try expectSuccess(world.shell("rm -r .mlt && mlt init"))
      try expectSuccess(world.mlt("import", "mlflow", "../old/mlruns", "--artifacts", "../secrets/.."))
      #expect(try world.mlt("show", Self.run).stdout.contains("secrets") == false)
      #expect(try world.mlt("show", Self.run).stdout.contains("artifacts/key"))
    }
  }

  @Test("no folder that holds everything is an artifact, and of those that are git's and mlt's own are left")
  func own() throws {
    try withWorld { world in
      // The store lies in the folder of the work tree, and a run says that its artifacts are all of that.
      try addRun(world, Self.run, uri: world.repository.string, artifacts: false)
      let parent = "b" + Self.run.dropFirst()
      try addRun(world, parent, uri: world.folder.string, artifacts: false)
      let folder = "c" + Self.run.dropFirst()
      try addRun(world, folder, uri: world.repository.string + "/made", artifacts: false)
      try world.write("made/.git/config", "secret of git\n")
      try world.write("made/.mlt/config", "secret of mlt\n")
      try world.write("made/model", "a model\n")
      let printed = try world.mlt("import", "mlflow", "../old/mlruns", "--artifacts", "..")
      #expect(printed.status == 1)
      #expect(printed.stdout.contains("artifacts outside of the store's folder, not read: "), "\(printed)")
      for run in [Self.run, parent] {
        #expect(try world.json("show", run)["run"]?["outputs"]?.array?.isEmpty ?? true)
      }
      let outputs = try world.json("show", folder)["run"]?["outputs"]?.array?.compactMap { $0["path"]?.string }
      #expect(outputs == ["mlruns/1/\(folder)/artifacts/model"])
    }
  }

  @Test(
    "of a database only MLflow's own folders beside it are read", .enabled(if: hasPython, "Python writes the database"))
  func besideDatabase() throws {
    try withWorld { world in
      try world.write(
        "../make.py",
        """
        import sqlite3
        c = sqlite3.connect("../home.db")
        c.executescript('''
        create table experiments(experiment_id integer, name text);
        create table runs(run_uuid text, status text, artifact_uri text, experiment_id integer);
        insert into experiments values(0, 'Default');
        insert into runs values('a', 'FINISHED', '.ssh', 0), ('b', 'FINISHED', 'mlartifacts/0/b/artifacts', 0);
        ''')
        c.commit()
        """)
      try expectSuccess(world.shell("\(Self.python) ../make.py"))
      try world.write("../.ssh/id_ed25519", "a key\n")
      try world.write("../mlartifacts/0/b/artifacts/model", "a model\n")
      let printed = try world.mlt("import", "mlflow", "../home.db")
      #expect(printed.status == 1)
      #expect(printed.stdout.contains("1 artifact of 8 B") && printed.stdout.contains("not read: .ssh"), "\(printed)")
    }
  }

  @Test("a run of which the journal can't hold all keeps no other away")
  func refused() throws {
    try withWorld { world in
      try addRun(world, Self.run, artifacts: false)
      let large = "b" + Self.run.dropFirst()
      try addRun(world, large, artifacts: false)
      try expectSuccess(
        world.shell(
          """
          cd ../old/mlruns/1/\(large)
          head -c 1000000 /dev/zero | tr '\\0' x > tags/t0
          for i in $(seq 70); do ln tags/t0 tags/t$i; done
          head -c 70000 /dev/zero | tr '\\0' y > ../\(Self.run)/params/long
          """))
      let printed = try world.mlt("import", "mlflow", "../old/mlruns")
      #expect(printed.status == 1 && printed.stdout.hasPrefix("1 run  wine  1 imported\n1 run imported"), "\(printed)")
      #expect(printed.stderr.contains("error: 'run \(large)': it is too large to be recorded"), "\(printed)")
      #expect(printed.stderr.contains("of parameter 'long' only the first 65536 bytes can be recorded"), "\(printed)")
      #expect(try world.mlt("param", "long", "--run", Self.run).stdout.utf8.count == 65_537)
      #expect(try world.mlt("fsck").status == 0)
    }
  }

  @Test("an id that another run has is told apart from it")
  func taken() throws {
    try withWorld { world in
      let mine = try world.mlt("run", "start", "-c", "own").stdout.split(separator: "\n").last.map(String.init) ?? ""
      try #require(mine.utf8.count == 32)
      try addRun(world, mine)
      let printed = try world.mlt("import", "mlflow", "../old/mlruns")
      try expectSuccess(printed)
      #expect(printed.stdout.contains("1 imported"))
      #expect(try world.json("show", mine)["run"]?["component"]?.string == "own")
      #expect(try world.mlt("import", "mlflow", "../old/mlruns").stdout.hasSuffix("nothing new\n"))
    }
  }

  @Test("versions come with stage, alias and content, and once")
  func models() throws {
    try withWorld { world in
      try addRun(world, Self.run)
      try world.write("../old/mlruns/models/wine/meta.yaml", "name: wine\ndescription: For dinner\n")
      try world.write("../old/mlruns/models/wine/tags/k", "v")
      try world.write("../old/mlruns/models/wine/aliases/champion", "3")
      try world.write(
        "../old/mlruns/models/wine/version-3/meta.yaml",
        """
        name: wine
        version: 3
        creation_timestamp: 1700000003000
        last_updated_timestamp: 1700000004000
        current_stage: Production
        run_id: \(Self.run)
        source: /gone/mlruns/1/\(Self.run)/artifacts/model
        """)
      try world.write("../old/mlruns/models/a prompt/meta.yaml", "name: a prompt\n")
      try world.write("../old/mlruns/models/a prompt/tags/mlflow.prompt.is_prompt", "true")
      let printed = try world.mlt("import", "mlflow", "../old/mlruns")
      try expectSuccess(printed)
      #expect(printed.stdout.contains("models: 1 versions imported: wine version 3\nleft out: 1 prompt\n"))
      let events = try world.shell("grep -h '\"model[.]' .mlt/journal/*/*.jsonl").stdout
      let tree = try world.json("show", Self.run)["run"]?["outputs"]?.array?.first?["id"]?.string
      #expect(events.contains(try #require(tree)))
      #expect(events.contains(#""run":"\#(Self.run)""#))
      #expect(events.contains(#""stage":"production""#))
      #expect(events.contains(#""began":"2023-11-14T22:13:24.000000Z""#))
      #expect(events.contains(#""aliases":["champion"]"#))
      #expect(try world.mlt("import", "mlflow", "../old/mlruns").stdout.hasSuffix("nothing new\n"))

      try world.shell(
        "sed -i 's/Production/Archived/; s/1700000004000/1700000005000/' ../old/mlruns/models/wine/version-3/meta.yaml")
      try expectSuccess(world.mlt("import", "mlflow", "../old/mlruns"))
      #expect(try world.shell("grep -c '\"stage\":\"archived\"' .mlt/journal/*/*.jsonl").stdout == "1\n")
    }
  }

  @Test("a killed import leaves whole runs only, and the next one brings the rest")
  func killed() throws {
    try withWorld { world in
      try addRun(world, Self.run)
      try expectSuccess(
        world.shell(
          """
          set -e; cd ../old/mlruns/1
          for i in $(seq 1000 1600); do
            id=\(Self.run.dropLast(4))$i
            cp -r \(Self.run) $id; sed -i "s/\(Self.run)/$id/" $id/meta.yaml
          done
          """))
      _ = try world.shell("timeout -s KILL 0.4 mlt import mlflow ../old/mlruns")
      try expectSuccess(world.mlt("fsck"))
      let report = try world.json("import", "mlflow", "../old/mlruns")
      let group = try #require(report["groups"]?.array?.first)
      #expect(try #require(group["added"]?.int) + (try #require(group["known"]?.int)) == 602)
      #expect(group["continued"]?.int == 0, "no run was written down in part")
      #expect(try world.mlt("import", "mlflow", "../old/mlruns").stdout.hasSuffix("nothing new\n"))
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("a database is read by what columns it has", .enabled(if: hasPython, "Python writes the database"))
  func database() throws {
    try withWorld { world in
      try world.write(
        "../make.py",
        """
        import sqlite3
        c = sqlite3.connect("mlflow.db")
        c.executescript('''
        create table experiments(experiment_id integer, name text, lifecycle_stage text, creation_time bigint);
        create table runs(run_uuid text, name text, status text, start_time bigint, end_time bigint,
          lifecycle_stage text, artifact_uri text, experiment_id integer, user_id text, source_version text);
        create table params(key text, value text, run_uuid text);
        create table tags(key text, value text, run_uuid text);
        create table metrics(key text, value double, timestamp bigint, run_uuid text, step bigint, is_nan boolean);
        insert into experiments values(0, 'Default', 'active', 1700000000000);
        insert into runs values('\(Self.run)', 'n', 'FINISHED', 1700000001000, 1700000002000, 'active',
          'mlflow-artifacts:/0/\(Self.run)/artifacts', 0, 'bob', 'abc123');
        insert into metrics values('m', 0, 1700000001000, '\(Self.run)', 0, 1),
          ('m', 1.7976931348623157e308, 1700000001000, '\(Self.run)', 1, 0),
          ('m', '3', '1700000001000', '\(Self.run)', 2, 0), ('m', 'three', 1700000001000, '\(Self.run)', 3, 0);
        insert into params values('p', 5, '\(Self.run)'), ('../x', 'y', '\(Self.run)');
        insert into runs values('odd', x'ff', 7, 'soon', null, null, null, '0', null, null);
        ''')
        c.commit()
        """)
      try expectSuccess(world.shell("\(Self.python) ../make.py"))
      try world.write("mlartifacts/0/\(Self.run)/artifacts/a.txt", "a\n")
      let printed = try world.mlt("import", "mlflow")
      #expect(printed.status == 1)
      #expect(printed.stdout.hasPrefix("2 runs  Default  2 imported\n"))
      #expect(printed.stderr.contains("error: 'run \(Self.run)': 1 values of metrics are none\n"))
      #expect(printed.stderr.contains("'../x' can't be the name of a parameter or metric"))
      #expect(printed.stderr.contains("error: 'run odd': its status '7' isn't known"))
      #expect(
        try world.mlt("metric", "m", "--run", Self.run).stdout.split(separator: "\n").dropFirst().map {
          $0.split(separator: "\t").last
        }
          == ["NaN", "inf", "3"])
      #expect(try world.mlt("show", Self.run).stdout.contains("artifacts/a.txt"))
      #expect(try world.mlt("show", Self.run).stdout.contains("abc123"))

      try world.write(
        "../lock.py",
        """
        import sqlite3, subprocess, sys
        c = sqlite3.connect("mlflow.db", isolation_level=None)
        c.execute("begin exclusive")
        sys.exit(subprocess.run(["mlt", "import", "mlflow"]).returncode)
        """)
      let locked = try world.shell("\(Self.python) ../lock.py")
      #expect(locked.status == 5)
      #expect(locked.stderr.contains("is locked by another program"))
    }
  }

  @Test(
    "what can't be read is said",
    arguments: [
      ("http://localhost:5000", 2), ("postgresql://x/y", 2), ("nowhere", 3), ("README.md", 2), ("sqlite:///none.db", 3),
    ])
  func errors(store: String, status: Int32) throws {
    try withWorld { world in
      try world.write("README.md", "no database\n")
      let printed = try world.mlt("import", "mlflow", store)
      #expect(printed.status == status)
      #expect(printed.stderr.hasPrefix("error: "))
      #expect(try world.mlt("import", "mlflow").status == 3)
    }
  }
}
