import MLTBase
import TestSupport
import Testing

/// Metrics and parameters are understood in whatever form programs write them, and no form costs a run its record.
@Suite struct LoggedFormTests {
  private func latest(_ world: World) throws -> JSON {
    let runs = try world.json(in: nil, "log", "-n", "1", "--json")["runs"]?.array
    let run = try #require(runs?.first?["id"]?.string)
    return try #require(try world.json(in: nil, "show", run, "--json")["run"])
  }

  private func start(_ world: World) throws -> String {
    String(try #require(try world.mlt("run", "start", "-c", "job").stdout.split(separator: "\n").first))
  }

  @Test("what a writer that never rests says is to be seen while it goes on")
  func steady() throws {
    try withWorld { world in
      let run = try start(world)
      // The writer ends when the first value was seen; if it is never, after all of its lines.
      try expectSuccess(
        world.shell(
          """
          (for i in $(seq 1000); do
            echo loss=$i step=$i
            if [ -e seen ]; then exit; fi
            sleep 0.02
          done; touch ended) | mlt metric --run \(run) - &
          until mlt metric --run \(run) loss > /dev/null 2>&1; do if [ -e ended ]; then exit 1; fi; done
          test ! -e ended
          touch seen
          wait
          """))
    }
  }

  @Test("a last line without end is recorded, and told, as it may be cut")
  func cutLine() throws {
    try withWorld { world in
      let run = try start(world)
      let cut = try world.shell("printf 'loss=1\\nloss=0.2' | mlt metric --run \(run) -")
      #expect(cut.status == 0 && cut.stderr.contains("warning: the last line has no end"), "\(cut)")
      #expect(try world.shell("printf 'loss=0.3\\n' | mlt metric --run \(run) -").stderr == "")
      #expect(try world.json(in: nil, "metric", "--run", run, "--json")["metrics"]?["loss"]?.double == 0.3)
    }
  }

  @Test("steps and times are found under their names in every form, and what is neither is a metric")
  func places() throws {
    try withWorld { world in
      let run = try start(world)
      try world.write(
        "lines",
        """
        a=1 epoch=3 time=2026-01-01T00:00:00Z
        b=1 epoch=0.5 time=0.12
        {"c": 1, "Step": "5", "timestamp": "2026-01-01"}
        {"d": NaN, "e": -Infinity, "step": 2.0}

        """)
      try expectSuccess(world.shell("mlt metric --run \(run) - < lines"))
      func values(_ name: String) throws -> [String] {
        try world.mlt("metric", "--run", run, name).stdout.split(separator: "\n").dropFirst().map { line in
          let parts = line.split(separator: "\t")
          return "\(parts[0]) \(parts[1].prefix(4)) \(parts[2])"
        }
      }
      #expect(try values("a") == ["3 2026 1"] && values("c") == ["5 2026 1"])
      #expect(try values("epoch").map { $0.suffix(4) } == [" 0.5"] && values("time").map { $0.suffix(5) } == [" 0.12"])
      #expect(try values("d").map { $0.suffix(4) } == [" NaN"] && values("e").map { $0.suffix(5) } == [" -inf"])
      #expect(try values("d").map { $0.prefix(2) } == ["2 "])
      for time in ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"] {
        #expect(try world.mlt("metric", "--run", run, "f=1", "--at", time).status == 2, "\(time)")
      }
      try expectSuccess(
        world.mlt("metric", "--run", run, "g=1", "--at", "9999-12-31T23:59:59Z", "--step", "\(Int64.max)"))
      #expect(try world.mlt("fsck").status == 0)
    }
  }

  @Test("logs of metrics are read by the rules of CSV and of Python's JSON, and what of them is no metric is told")
  func logs() throws {
    try withWorld { world in
      try world.write(
        "log.csv",
        "\u{FEFF}step,\"loss, mean\",note, acc ,a//b\r\n1,0.5,\"x, y\n z\",0.25,7\r\n2, 0.4 ,\"\",nan,7\r\n")
      try world.write("old.csv", "step,old\r1,0.5\r\r2,0.75\r")
      try world.write("log.jsonl", "{\"f1\": 0.5}\n\n{\"f1\": NaN, \"r2\": Infinity}\nno JSON\n{\"f1\": 0.75}\n[1]\n")
      try world.write("one.json", "{\"deep\": {\"x\": -Infinity}, \"a//b\": 1}")
      let done = try world.mlt(
        "run", "-q", "--metrics", "log.csv", "--metrics", "old.csv", "--metrics", "log.jsonl", "--metrics", "one.json",
        "--",
        "true")
      #expect(done.status == 0, "\(done)")
      for told in [
        "not all of 'log.csv' was recorded: 'a//b' can't be a metric's name",
        "not all of 'log.jsonl' was recorded: line 4 holds no metrics (it isn't JSON), and 1 more like it",
        "not all of 'one.json' was recorded: 'a//b' can't be a metric's name",
      ] {
        #expect(done.stderr.contains(told), "\(done)")
      }
      let run = try latest(world)
      #expect(run["metrics"]?.object?.members.map(\.key) == ["acc", "deep.x", "f1", "loss, mean", "old", "r2"])
      #expect(run["metrics"]?["loss, mean"]?.double == 0.4 && run["metrics"]?["acc"]?.string == "NaN")
      #expect(run["metrics"]?["old"]?.double == 0.75)
      #expect(run["metrics"]?["f1"]?.double == 0.75 && run["metrics"]?["deep.x"]?.string == "-Infinity")
      let id = try #require(run["id"]?.string)
      let history = try world.json(in: nil, "metric", "--run", id, "f1", "--json")["values"]?.array
      #expect(history?.map { $0["step"]?.int } == [0, 1, 3])
    }
  }

  @Test("whatever files of values hold, the run's end is recorded")
  func endIsKept() throws {
    try withWorld { world in
      try world.write(
        "train.sh",
        """
        mlt param depth=5
        printf 'depth: 6\\nrate: 0.1\\n' > params.yaml
        printf 'long: %s\\n' "$(head -c 65535 /dev/zero | tr '\\0' a)ü" > long.yaml
        (echo m; seq 45000) > log.csv
        printf 'a//b: 1\\n' > odd.yaml
        """)
      let done = try world.mlt(
        "run", "-q", "--params", "params.yaml", "--params", "long.yaml", "--params", "odd.yaml", "--metrics", "log.csv",
        "--", "sh", "train.sh")
      #expect(done.status == 0, "\(done)")
      #expect(done.stderr.contains("the value of parameter 'long' has 65537 bytes; its first 65536"), "\(done)")
      #expect(done.stderr.contains("from 'odd.yaml': 'a//b' can't be the name"), "\(done)")
      let run = try latest(world)
      #expect(run["status"]?.string == "finished" && run["metrics"]?["m"]?.double == 45000)
      #expect(run["params"]?["depth"]?.string == "5" && run["params"]?["rate"]?.string == "0.1")
      let long = try #require(run["params"]?["long"]?.string)
      #expect(long.utf8.count == 65_535 && long.utf8.allSatisfy { $0 == UInt8(ascii: "a") })
      #expect(try world.mlt("verify").status == 0)
    }
  }

  @Test("what another clone logged before the end is a part of the run's record")
  func otherWriter() throws {
    try withWorld { world in
      let run = try start(world)
      try expectSuccess(world.mlt("metric", "--run", run, "a=1"))
      // Who appends in a copied folder is another writer.
      try expectSuccess(
        world.shell(
          """
          set -e
          cp -r . ../copy
          (cd ../copy; mlt metric --run \(run) b=2; mlt param --run \(run) p=1)
          for writer in ../copy/.mlt/journal/*; do
            test -e .mlt/journal/${writer##*/} || cp -r $writer .mlt/journal/
          done
          """))
      #expect(try world.shell("ls -d .mlt/journal/*/ | wc -l").stdout == "2\n")
      try expectSuccess(world.mlt("metric", "--run", run, "c=3"))
      try expectSuccess(world.mlt("run", "end", run))
      try expectSuccess(world.mlt("verify", run))
      let metrics = try world.json(in: nil, "show", run, "--json")["run"]?["metrics"]?.object
      #expect(metrics?.members.map(\.key) == ["a", "b", "c"])
    }
  }

  @Test("parameters given with a run are checked as those that it says")
  func given() throws {
    try withWorld { world in
      for name in ["../x", "a//b", "e\u{301}"] {
        #expect(try world.mlt("run", "-p", "\(name)=1", "--", "true").status == 125, "\(name)")
        #expect(try world.mlt("run", "start", "-c", "c", "-p", "\(name)=1").status == 2, "\(name)")
      }
      let spelled = try world.mlt("run", "-p", "e\u{301}=1", "--", "true")
      #expect(spelled.stderr.contains("hint: write its characters composed"), "\(spelled)")
      let long = try world.mlt("run", "-q", "-p", "x=" + String(repeating: "y", count: 70_000), "--", "true")
      #expect(long.status == 0 && long.stderr.contains("its first 65536 are recorded"), "\(long)")
      #expect(try latest(world)["params"]?["x"]?.string?.utf8.count == 65_536)
    }
  }
}
