import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What runs say of themselves: parameters, metrics, files, and runs without a command.
@Suite struct TrackingTests {
  private func latest(_ world: World) throws -> JSON {
    let runs = try world.json(in: nil, "log", "-n", "1", "--json")["runs"]?.array
    let run = try #require(runs?.first?["id"]?.string)
    return try #require(try world.json(in: nil, "show", run, "--json")["run"])
  }

  @Test("a command records parameters, metrics, tags and a note of the run that it is")
  func within() throws {
    try withWorld { world in
      try world.write(
        "train.sh",
        """
        mlt param depth=5 'loss=squared error'
        for i in 1 2 3; do mlt metric loss=0.$i acc=0.9 --step $i; done
        mlt tag team=a
        mlt note -m 'the *third* try'
        """)
      try expectSuccess(
        world.mlt("run", "-q", "-p", "seed=1", "--name", "third", "--experiment", "depth", "--", "sh", "train.sh"))
      let run = try latest(world)
      #expect(run["params"]?.object == ["seed": "1", "depth": "5", "loss": "squared error"])
      #expect(run["metrics"]?["loss"]?.double == 0.3 && run["metrics"]?["acc"]?.double == 0.9)
      #expect(run["tags"]?["team"]?.string == "a" && run["note"]?.string == "the *third* try")
      #expect(run["name"]?.string == "third" && run["experiment"]?.string == "depth")
      let id = try #require(run["id"]?.string)
      #expect(
        try world.mlt("metric", "--run", id, "loss").stdout.split(separator: "\n").map { $0.prefix(2) } == [
          "st", "1\t", "2\t", "3\t",
        ])
      #expect(try world.mlt("param", "--run", id, "depth").stdout == "5\n")
      let shown = try world.mlt("show", id).stdout
      #expect(shown.contains("\nname        third\n") && shown.contains("\nmetrics\n  acc   0.9\n  loss  0.3\n"))
      // The record is whole: what was logged is a part of it.
      #expect(try world.mlt("verify", "--json").status == 0)
      #expect(try world.mlt("fsck").status == 0)
    }
  }

  @Test("a parameter can't be changed once it is set, and of several none is recorded then")
  func immutable() throws {
    try withWorld { world in
      let run = try #require(
        try world.mlt("run", "start", "-c", "job", "-p", "depth=5").stdout.split(separator: "\n").first)
      let again = try world.mlt("param", "--run", String(run), "depth=5")
      #expect(again.status == 0 && again.stderr.isEmpty, "\(again)")
      let other = try world.mlt("param", "--run", String(run), "depth=6", "rate=0.1")
      #expect(other.status == 4 && other.stderr.contains("'depth' is '5', not '6'"), "\(other)")
      #expect(try world.mlt("param", "--run", String(run)).stdout == "depth=5\n")
      #expect(try world.mlt("param", "--run", String(run), "rate").status == 3)
    }
  }

  @Test("a run without a command goes on until it is ended, and what it made is tracked")
  func byHand() throws {
    try withWorld { world in
      try world.write("raw.csv", "some raw data\n")
      try world.write("model.txt", "a model of it\n")
      try expectSuccess(
        world.shell(
          """
          export MLT_RUN=$(mlt run start -c train --experiment e --name n)
          mlt param depth=5
          mlt metric rmse=0.42
          mlt artifact --input raw.csv s3://bucket/other
          mlt artifact model.txt
          mlt run -q -c inner -- sh -c 'cat raw.csv > copy.csv'
          mlt run end
          mlt metric rmse=1
          test $? = 4
          """))
      let run = try latest(world)
      #expect(run["component"]?.string == "inner")
      #expect(run["experiment"]?.string == "e")
      let outer = try #require(run["parent"]?.string)
      let ended = try #require(try world.json(in: nil, "show", outer, "--json")["run"])
      #expect(ended["status"]?.string == "finished" && ended["command"]?.array == [])
      #expect(ended["inputs"]?.array?.compactMap { $0["path"]?.string } == ["raw.csv", "s3://bucket/other"])
      #expect(ended["outputs"]?.array?.compactMap { $0["path"]?.string } == ["model.txt"])
      #expect(try world.mlt("trace", "model.txt").stdout.contains("(no command)"))
      #expect(try world.shell("cat mlt.lock").stdout.contains("model.txt"))
      #expect(try world.mlt("run", "end", outer).status == 4)
      let inner = try #require(run["id"]?.string)
      #expect(try world.mlt("run", "end", inner).status == 2)
      #expect(try world.mlt("rerun", outer).stderr.contains("there is no command to run again"))
      #expect(try world.mlt("fsck").status == 0)
    }
  }

  @Test("lines of metrics are recorded as they come, and what isn't one is told and loses nothing")
  func stream() throws {
    try withWorld { world in
      let run = String(try #require(try world.mlt("run", "start", "-c", "job").stdout.split(separator: "\n").first))
      let lines = """
        loss=1 step=1

        loss=nan acc=inf step=2
        {"loss": 0.5, "acc": -1e308, "step": 3, "note": "text", "sub": {"a/b": 2}}
        {"key": "wünderlich größe", "value": "-Infinity", "step": -4}
        what is this
        a//b=1
        loss=x
        loss=0.25 step=3
        """
      try world.write("lines", lines)
      let told = try world.shell("mlt metric --run \(run) - < lines")
      #expect(told.status == 1, "\(told)")
      for line in ["line 6: 'what' isn't KEY=VALUE", "line 7: 'a//b' can't be", "line 8: 'x' isn't a number"] {
        #expect(told.stderr.contains(line), "\(told)")
      }
      let metrics = try world.json(in: nil, "metric", "--run", run, "--json")["metrics"]
      #expect(metrics?["loss"]?.double == 0.25, "of one step the later one counts")
      #expect(metrics?["acc"]?.double == -1e308 && metrics?["sub.a/b"]?.double == 2)
      #expect(metrics?["wünderlich größe"]?.string == "-Infinity")
      let history = try world.json(in: nil, "metric", "--run", run, "loss", "--json")["values"]?.array
      #expect(history?.map { $0["step"]?.int } == [1, 2, 3, 3] && history?[1]["value"]?.string == "NaN")
      let unknown = try world.mlt("metric", "--run", run, "los")
      #expect(unknown.status == 3 && unknown.stderr.contains("did you mean 'loss'?"), "\(unknown)")
    }
  }

  @Test("a logger that is killed leaves what it had read, and so does a run")
  func killed() throws {
    try withWorld { world in
      let run = String(try #require(try world.mlt("run", "start", "-c", "job").stdout.split(separator: "\n").first))
      // The writer stays silent until the first values are to be seen; the logger dies without seeing an end.
      try expectSuccess(
        world.shell(
          """
          mkfifo pipe
          mlt metric --run \(run) - < pipe &
          logger=$!
          exec 3> pipe
          printf 'loss=1 step=1\\nloss=2 step=2\\n' >&3
          until mlt metric --run \(run) loss 2> /dev/null | grep -q '^2'; do :; done
          kill -9 $logger
          """))
      #expect(try world.json(in: nil, "metric", "--run", run, "--json")["metrics"]?["loss"]?.double == 2)
      let dying = try world.mlt(
        "run", "-q", "-c", "dying", "--", "sh", "-c", "mlt param a=1; mlt metric m=2; kill -9 $$")
      #expect(dying.status == 137, "\(dying)")
      let died = try latest(world)
      #expect(died["params"]?["a"]?.string == "1" && died["metrics"]?["m"]?.double == 2)
    }
  }

  @Test("a command's run that nobody saw the end of can be ended by hand, but not one that goes on")
  func unseen() throws {
    try withWorld { world in
      let running = try world.start([
        World.program.string, "run", "-c", "long", "--", "sh", "-c", "touch on; sleep 600",
      ])
      #expect(try eventually { try world.read("on") != nil })
      let run = try #require(try latest(world)["id"]?.string)
      let refused = try world.mlt("run", "end", run, "--failed")
      #expect(refused.status == 2 && refused.stderr.contains("it ends when its command does"), "\(refused)")
      // As a loss of power leaves it: no process, and nothing noted.
      try expectSuccess(
        world.shell("kill -9 $(pgrep -P \(running.process)) \(running.process); rm -f .mlt/tmp/trace-*"))
      kill(-running.process, SIGKILL)
      _ = try running.wait()
      #expect(try world.mlt("run", "end", run).status == 2)
      try expectSuccess(world.mlt("run", "end", run, "--failed"))
      #expect(try latest(world)["status"] == "failed")
      #expect(try world.mlt("status").stdout.contains(run.prefix(10)) == false)
      #expect(try world.mlt("run", "end", run, "--failed").status != 0)
    }
  }

  @Test("files of parameters and metrics are recorded, and those of a log with their steps")
  func files() throws {
    try withWorld { world in
      try world.write("params.yaml", "train:\n  depth: 5\n  rate: 1e-3\nname: forest\n")
      try world.write(
        "train.sh",
        """
        printf '{"test": {"rmse": 0.5, "ok": true, "name": "x"}, "r2": NaN}' > metrics.json
        printf 'epoch,loss,note\\n1,0.9,a\\n2,0.7,\\n3,inf,c\\n' > log.csv
        echo 'train: {depth: 6}' > params.yaml
        """)
      let done = try world.mlt(
        "run", "-q", "--params", "params.yaml", "--metrics", "metrics.json", "--metrics", "log.csv", "--metrics",
        "none.json",
        "--", "sh", "train.sh")
      #expect(
        done.status == 0 && done.stderr.contains("nothing was recorded from 'none.json': no such file"), "\(done)")
      let run = try latest(world)
      #expect(run["params"]?["train.depth"]?.string == "5" && run["params"]?["name"]?.string == "forest")
      #expect(run["metrics"]?["test.rmse"]?.double == 0.5 && run["metrics"]?["loss"]?.string == "Infinity")
      let id = try #require(run["id"]?.string)
      let history = try world.json(in: nil, "metric", "--run", id, "loss", "--json")["values"]?.array
      #expect(history?.map { $0["step"]?.int } == [1, 2, 3])
    }
  }

  @Test("metrics of a stage are those of its runs; where two files have a name, the file tells them apart")
  func stages() throws {
    try withWorld { world in
      try world.write("params.yaml", "depth: 3\n")
      try world.write(
        "mlt.yaml",
        """
        stages:
          train:
            cmd: echo '{"acc":0.9,"loss":1}' > train.json; echo '{"acc":0.8}' > test.json
            params: [depth]
            metrics:
              - train.json: {cache: false}
              - test.json: {cache: false}
        """)
      try expectSuccess(world.mlt("repro"))
      let run = try latest(world)
      #expect(run["params"]?["depth"]?.string == "3" && run["metrics"]?["loss"]?.double == 1)
      #expect(run["metrics"]?["test.json:acc"]?.double == 0.8 && run["metrics"]?["train.json:acc"]?.double == 0.9)
    }
  }

  @Test("outside of a run something must be named, and odd names are refused")
  func errors() throws {
    try withWorld { world in
      let nowhere = try world.mlt("metric", "a=1")
      #expect(nowhere.status == 2 && nowhere.stderr.contains("hint: inside 'mlt run'"), "\(nowhere)")
      #expect(try world.shell("MLT_RUN=zz mlt param a=1").status == 3)
      #expect(try world.shell("MLT_RUN=\(String(repeating: "a", count: 32)) mlt param a=1").status == 3)
      let run = String(try #require(try world.mlt("run", "start", "-c", "job").stdout.split(separator: "\n").first))
      for name in ["../x", "a//b", "/a", ".", "a\nb"] {
        #expect(try world.mlt("param", "--run", run, "\(name)=1").status == 2, "\(name)")
      }
      for name in ["a/b c.d-e_f:g", "größe", "a b"] {
        try expectSuccess(world.mlt("param", "--run", run, "\(name)=\(String(repeating: "x", count: 6000))"))
      }
      #expect(try world.mlt("param", "--run", run, "long=" + String(repeating: "x", count: 70_000)).status == 2)
      #expect(try world.mlt("metric", "--run", run, "a=b").status == 2)
      #expect(try world.mlt("run", "end", run, "--failed").status == 0)
      let late = try world.mlt("param", "--run", run, "late=1")
      #expect(late.status == 4 && late.stderr.contains("has ended (failed)"), "\(late)")
    }
  }
}
