import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

extension World {
  /// Runs `mlt bisect --json` with its scratch folders in one of the test's own.
  func bisect(
    _ arguments: [String], in place: FilePath? = nil, environment extra: [String: String] = [:], status: Int32 = 0,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> (json: JSON, stderr: String) {
    let temporary = folder.appending("scratch")
    try FileOperations.createFolder(temporary)
    let printed = try run(
      [World.program.string, "bisect", "--json"] + arguments, in: place,
      environment: ["TMPDIR": temporary.string].merging(extra) { $1 })
    try #require(printed.status == status, "\(printed.stderr)\(printed.stdout)", sourceLocation: location)
    #expect(try FileOperations.names(in: temporary).isEmpty, "nothing is left behind", sourceLocation: location)
    return (status == 0 ? try JSON(parsing: printed.stdout) : .null, printed.stderr)
  }
}

/// `mlt bisect`: which of several changes at once turned good into bad.
@Suite struct BisectTests {
  /// A pipeline of three steps: cleaning, features and a model's score.
  private struct Pipeline {
    let world: World
    var raw = "1\n2\n# a remark\n3\n"
    var clean = "grep -v '^#' raw.csv > clean.csv\n"
    var train = "awk '{ s += $1 } END { print \"{\\\"score\\\": \" s \"}\" }' features.csv > score.json\n"
    var scale = "1"

    init(_ world: World) throws {
      self.world = world
      // Reads its input through a module of its own, as real ones do.
      try world.write(
        "features.py",
        """
        import sys
        from scaling import scaled
        with open("clean.csv") as source, open("features.csv", "w") as target:
            for line in source:
                target.write(f"{scaled(int(line), float(sys.argv[2]))}\\n")

        """)
      try world.write("scaling.py", "def scaled(value, scale):\n    return value * scale\n")
    }

    /// Makes the whole, and returns the last run.
    func make(_ message: String) throws -> RecordedRun {
      try world.write("raw.csv", raw)
      try world.write("clean.sh", clean)
      try world.write("train.sh", train)
      try expectSuccess(world.shell("git add clean.sh train.sh *.py && git commit -q --allow-empty -m '\(message)'"))
      try world.recordCommand(["sh", "clean.sh"], options: ["-c", "clean"])
      try world.recordCommand(["python3", "features.py", "--scale", scale], options: ["-c", "features"])
      return try world.recordCommand(["sh", "train.sh"], options: ["-c", "train"])
    }
  }

  /// The differences that were found to be the cause, each as its kind and name.
  private func cause(_ report: JSON) -> [String] {
    let numbers = report["cause"]?.array ?? []
    return (report["differences"]?.array ?? []).filter { numbers.contains($0["number"] ?? .null) }.map {
      "\($0["kind"]?.string ?? "?") \($0["name"]?.string ?? "?")"
    }
  }

  @Test("of data, code and an argument that changed at once, the argument is found, and nothing is made twice")
  func argument() throws {
    try withWorld { world in
      var pipeline = try Pipeline(world)
      let good = try pipeline.make("good")
      pipeline.raw += "4\n"
      pipeline.clean = "# without remarks\n" + pipeline.clean
      pipeline.scale = "100"
      let bad = try pipeline.make("bad")
      let before = try world.snapshot()
      let ends = ["--good", good.id, "--bad", bad.id]
      let dry = try world.bisect(ends + ["--dry-run"]).json
      #expect(
        (dry["differences"]?.array ?? []).map { $0["name"]?.string ?? "" }.sorted() == [
          "--scale", "clean.sh", "raw.csv",
        ])
      #expect(dry["cause"] == .null && dry["tries"] == [])

      let found = try world.bisect(ends + ["--metric", "score"])
      #expect(cause(found.json) == ["argument --scale"], "\(found.stderr)")
      #expect(found.json["without"] == "good" && found.json["undecided"] == [])
      let tries = found.json["tries"]?.array ?? []
      #expect(tries.first?["verdict"] == "good" && tries.dropFirst().first?["verdict"] == "bad")
      // Both ends are recorded just so, and the remark in the code changes nothing of what comes after it.
      #expect(tries.prefix(2).allSatisfy { $0["made"] == 0 }, "\(found.stderr)")
      #expect(found.stderr.contains("mlt: try 1: all as in the good run"))

      // A check that was never committed, named from where one stands.
      try world.write("check.sh", "test $(tr -dc 0-9 < score.json) -lt 500\n")
      let checked = try world.bisect(ends + ["--", "sh", "check.sh"])
      #expect(cause(checked.json) == ["argument --scale"], "\(checked.stderr)")
      try expectSuccess(world.shell("rm check.sh"))
      #expect(try world.snapshot() == before)
      let text = try world.mlt("bisect", "--good", good.id, "--bad", bad.id, "--metric", "score").stdout
      #expect(text.contains("This change turns good into bad:") && text.contains("1 → 100"), "\(text)")
    }
  }

  @Test("two changes that only do harm together are both named, and made for real with --fresh")
  func together() throws {
    try withWorld { world in
      var pipeline = try Pipeline(world)
      let good = try pipeline.make("good")
      // New data has a word in it, which new code counts as a thousand; the old code drops it.
      pipeline.raw = "1\n2\n# none\n3\nmany\n"
      pipeline.clean = "sed -e '/^#/d' -e 's/many/1000/' raw.csv > clean.csv\n"
      pipeline.train = "# the model\n" + pipeline.train
      try world.write("clean.sh", pipeline.clean)
      let bad = try pipeline.make("bad")
      let found = try world.bisect(["--good", good.id, "--bad", bad.id, "--fresh", "--metric", "score.json:score"])
      // Old code with the new word makes the features fail, so that data alone is neither good nor bad.
      #expect(cause(found.json) == ["code clean.sh", "data raw.csv"], "\(found.stderr)")
      #expect((found.json["tries"]?.array ?? []).contains { $0["verdict"] == "unresolved" })
      #expect((found.json["tries"]?.array ?? [])[0]["made"] == 3)
    }
  }

  @Test("a folder that is new within one that was listed isn't in the good pipeline")
  func newPartition() throws {
    try withWorld { world in
      for day in 1...2 { try world.write("raw/day=\(day)/part.csv", "\(day)\n") }
      try world.write("sum.sh", "cat raw/*/part.csv | awk '{ s += $1 } END { print s }' > sum.txt\n")
      try expectSuccess(world.shell("mlt add raw && git add -A && git commit -qm good"))
      let good = try world.recordCommand(["sh", "sum.sh"], options: ["-c", "sum"])
      try world.write("raw/day=3/part.csv", "1000\n")
      try world.write("sum.sh", "# the sum\n" + (world.read("sum.sh") ?? ""))
      try expectSuccess(world.shell("mlt add raw && git add -A && git commit -qm bad"))
      let bad = try world.recordCommand(["sh", "sum.sh"], options: ["-c", "sum"])
      let found = try world.bisect(
        ["--good", good.id, "--bad", bad.id, "--fresh", "--", "sh", "-c", "test $(cat sum.txt) -lt 100"])
      #expect(cause(found.json) == ["data raw/day=3/part.csv"], "\(found.stderr) \(found.json)")
    }
  }

  @Test("code that is to blame is narrowed to the lines that are, unless whole files are asked for")
  func lines() throws {
    try withWorld { world in
      var pipeline = try Pipeline(world)
      pipeline.train =
        "# a model\nfactor=1\nname=score\nawk -v f=$factor '{ s += $1 } END { print s * f }' features.csv > $name.txt\n"
      let good = try pipeline.make("good")
      pipeline.train =
        "# the model\nfactor=50\nname=score\nawk -v f=$factor '{ s += $1 } END { print s * f }' features.csv > $name.txt # print\n"
      pipeline.raw += "4\n"
      let bad = try pipeline.make("bad")
      let ends = ["--good", good.id, "--bad", bad.id, "--metric", "score.txt"]
      let found = try world.bisect(ends).json
      #expect(cause(found) == ["code train.sh"])
      let hunks = try #require(found["hunks"]?.array)
      #expect(hunks.count == 1 && hunks[0]["good"] == ["factor=1"] && hunks[0]["bad"] == ["factor=50"], "\(hunks)")
      #expect(hunks[0]["goodLine"] == 2)
      #expect(try world.bisect(ends + ["--whole-files"]).json["hunks"] == [])
    }
  }

  @Test("what is read in one of the pipelines only: a module that is new, and a file named by the day")
  func onlyOne() throws {
    try withWorld { world in
      try world.write("in/2026-11-20.csv", "1\n2\n")
      try world.write("in/2026-11-21.csv", "1\n200\n")
      try world.write("sum.sh", "awk '{ s += $1 } END { print s }' in/$1.csv > out/$1.txt\n")
      try expectSuccess(world.shell("mkdir out; git add sum.sh; git commit -qm one"))
      let good = try world.recordCommand(["sh", "sum.sh", "2026-11-20"], options: ["-c", "sum"])
      try world.write("helper.sh", "# nothing\n")
      try world.write("sum.sh", ". ./helper.sh\nawk '{ s += $1 } END { print s }' in/$1.csv > out/$1.txt\n")
      try expectSuccess(world.shell("git add sum.sh helper.sh; git commit -qm two"))
      let bad = try world.recordCommand(["sh", "sum.sh", "2026-11-21"], options: ["-c", "sum"])
      let found = try world.bisect(
        [
          "--good", good.id, "--bad", bad.id, "--metric", "out/2026-11-21.txt", "--fresh",
        ], status: 3)
      #expect(found.stderr.contains("has no number"))
      try world.write("check.sh", "test $(cat out/*.txt | sort -n | tail -1) -lt 100\n")
      let checked = try world.bisect(["--good", good.id, "--bad", bad.id, "--", "sh", "check.sh"])
      #expect(cause(checked.json) == ["data in/2026-11-21.csv"], "\(checked.stderr)")
      #expect((checked.json["differences"]?.array ?? []).contains { $0["kind"] == "argument" })
    }
  }

  @Test("a good run that is bad, a bad one that is good, and a check that can't tell are refused with what was seen")
  func refused() throws {
    try withWorld { world in
      var pipeline = try Pipeline(world)
      let good = try pipeline.make("good")
      pipeline.raw += "4\n"
      let bad = try pipeline.make("bad")
      let ends = ["--good", good.id, "--bad", bad.id]
      #expect(try world.bisect(ends + ["--", "false"], status: 1).stderr.contains("it is bad: exit 1"))
      #expect(try world.bisect(ends + ["--", "true"], status: 1).stderr.contains("it is good: exit 0"))
      #expect(
        try world.bisect(ends + ["--", "sh", "-c", "exit 125"], status: 1).stderr.contains("neither good nor bad"))
      #expect(try world.bisect(ends + ["--", "sh", "-c", "exit 127"], status: 1).stderr.contains("status 127"))
      #expect(try world.bisect(ends + ["--metric", "none"], status: 3).stderr.contains("has no number 'none'"))
      #expect(try world.bisect(ends + ["--metric", "score", "--threshold", "3"], status: 2).stderr.contains("tell"))
      #expect(
        try world.bisect(["--good", good.id, "--bad", good.id, "--", "true"], status: 2).stderr.contains("both are"))
      #expect(
        try world.bisect(["--good", "clean.csv", "--bad", bad.id, "--", "true"], status: 2).stderr
          .contains("of component 'clean'"))
      #expect(try world.mlt("bisect", "--good", good.id, "--bad", bad.id).status == 2)
      let bound = try world.bisect(ends + ["--metric", "score", "--threshold", "8"]).json
      #expect(cause(bound) == ["data raw.csv"])
    }
  }

  @Test("a mixture that fails by chance is tried several times, and what most tries say counts")
  func times() throws {
    try withWorld { world in
      var pipeline = try Pipeline(world)
      let good = try pipeline.make("good")
      pipeline.raw += "400\n"
      pipeline.train = "# the model\n" + pipeline.train
      let bad = try pipeline.make("bad")
      // Every third answer is the wrong one.
      let count = world.home.appending("count")
      try FileOperations.replace(count, with: Array("0\n".utf8))
      try world.write(
        "check.sh",
        """
        n=$(($(cat \(count)) + 1)); echo $n > \(count)
        test $(tr -dc 0-9 < score.json) -lt 100; is=$?
        if [ $((n % 3)) = 0 ]; then exit $((1 - is)); else exit $is; fi

        """)
      let found = try world.bisect(["--good", good.id, "--bad", bad.id, "--times", "3", "--", "sh", "check.sh"])
      #expect(cause(found.json) == ["data raw.csv"], "\(found.stderr)")
      #expect(found.json["tries"]?.array?[0]["good"] == 2 && found.json["tries"]?.array?[0]["bad"] == 1)
    }
  }

  @Test("what takes too long is neither good nor bad")
  func slow() throws {
    try withWorld { world in
      var pipeline = try Pipeline(world)
      let good = try pipeline.make("good")
      pipeline.raw += "4\n"
      let bad = try pipeline.make("bad")
      let found = try world.bisect(
        ["--good", good.id, "--bad", bad.id, "--timeout", "3s", "--", "sleep", "600"], status: 1)
      // On a machine that is busy enough it is the run.
      #expect(found.stderr.contains("is neither good nor bad: "), "\(found.stderr)")
      #expect(found.stderr.contains(" took too long\n"), "\(found.stderr)")
    }
  }

  @Test("an interruption ends it, and leaves nothing behind")
  func interrupted() throws {
    try withWorld { world in
      var pipeline = try Pipeline(world)
      let good = try pipeline.make("good")
      pipeline.raw += "4\n"
      let bad = try pipeline.make("bad")
      let temporary = world.folder.appending("scratch")
      try FileOperations.createFolder(temporary)
      let gate = world.home.appending("gate")
      try expectSuccess(world.run(["mkfifo", gate.string]))
      let running = try world.start(
        [
          World.program.string, "bisect", "--good", good.id, "--bad", bad.id, "--", "sh", "-c",
          "echo here > \(gate); sleep 60",
        ], environment: ["TMPDIR": temporary.string])
      // Waits until the check runs.
      try expectSuccess(world.run(["cat", gate.string]))
      kill(-running.process, SIGINT)
      let printed = try running.wait()
      #expect(printed.status == 130, "\(printed.stderr)")
      #expect(printed.stderr.contains("hint: what was made is removed; the same command begins from the start\n"))
      #expect(try FileOperations.names(in: temporary).isEmpty)
    }
  }
}
