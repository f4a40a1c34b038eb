import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

extension World {
  /// What `mlt rerun --json` says of its last run.
  struct Rerun {
    let printed: Printed
    let json: JSON

    /// The runs, in the order they were made.
    var runs: [JSON] { json["runs"]?.array ?? [] }
    /// The verdict on each output of the last run, by path.
    var verdicts: [String: String] { verdicts(runs.count - 1) }

    func verdicts(_ number: Int) -> [String: String] {
      guard runs.indices.contains(number) else { return [:] }
      return Dictionary(
        (runs[number]["outputs"]?.array ?? []).map { ($0["path"]?.string ?? "", $0["verdict"]?.string ?? "") },
        uniquingKeysWith: { $1 })
    }
  }

  /// Runs `mlt rerun` with its scratch folders in one of the test's own.
  func rerun(
    _ arguments: [String], in place: FilePath? = nil, environment extra: [String: String] = [:], status: Int32 = 0,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> Rerun {
    let temporary = folder.appending("scratch")
    try FileOperations.createFolder(temporary)
    let printed = try run(
      [World.program.string, "rerun", "--json"] + arguments, in: place,
      environment: ["TMPDIR": temporary.string].merging(extra) { $1 })
    try #require(printed.status == status, "\(printed.stderr)\(printed.stdout)", sourceLocation: location)
    if !arguments.contains("--keep") {
      #expect(try FileOperations.names(in: temporary).isEmpty, "nothing is left behind", sourceLocation: location)
    }
    return Rerun(printed: printed, json: try JSON(parsing: printed.stdout))
  }

  /// All that git and the file system say of the work tree, to be compared.
  func snapshot() throws -> String {
    let printed = try shell(
      "find . -path ./.git -prune -o -path ./.mlt -prune -o -type f -exec sha256sum {} + | sort -k2; git status -s")
    return printed.stdout
  }
}

/// `mlt rerun`: one run made again.
@Suite struct RerunTests {
  @Test("a run that makes the same again is replicable, which is recorded, and the work tree stays as it is")
  func same() throws {
    try withWorld { world in
      try world.write("in.txt", "b\na\n")
      let run = try world.record("sort in.txt > sorted; wc -l < in.txt > count")
      try world.write("in.txt", "other\n")
      try world.write("sorted", "edited\n")
      let before = try world.snapshot()
      let made = try world.rerun([run.id])
      #expect(made.json["same"] == true)
      #expect(made.verdicts == ["sorted": "same", "count": "same"])
      #expect(made.runs[0]["replicable"] == true && made.runs[0]["recorded"] == true)
      #expect(try world.snapshot() == before)
      let shown = try world.shown(run.id)
      let replications = try #require(shown.json["replications"]?.array)
      #expect(replications.count == 1 && replications[0]["replicable"] == true && replications[0]["compared"] == 2)
      #expect(replications[0]["record"] == shown.json["record"])
      #expect(try world.mlt("show", run.id).stdout.contains("replicable  2 outputs the same"))
      #expect(try world.mlt("fsck").status == 0)
    }
  }

  @Test("a dirty run is made again with the code as it was, not as it is or was committed")
  func dirty() throws {
    try withWorld { world in
      try world.write("make.sh", "echo committed > out\n")
      try world.write("gone.sh", "echo gone >> out\n")
      try expectSuccess(world.shell("git add -A; git commit -qm one"))
      try world.write(
        "make.sh", "echo dirty > out; . ./helper.sh; if cat gone.sh 2> /dev/null; then echo bad >> out; fi\n")
      try world.write("helper.sh", "echo helped >> out\n")
      try expectSuccess(world.shell("rm gone.sh"))
      let run = try world.record("sh make.sh")
      try expectSuccess(world.shell("git checkout -q make.sh gone.sh; rm helper.sh out"))
      let made = try world.rerun([run.id, "--keep"])
      #expect(made.verdicts == ["out": "same"])
      let folder = try #require(made.json["folders"]?.array?.first?.string)
      #expect(try FileOperations.contents(of: FilePath(folder).appending("out")) == Array("dirty\nhelped\n".utf8))
      #expect(try world.read("out") == nil)
    }
  }

  @Test("what comes out otherwise is told with how much, and ends with status 1")
  func differs() throws {
    try withWorld { world in
      try world.write("counter", "1\n")
      // What lies outside isn't laid out, so that it can make the difference.
      let outside = world.home.appending("number")
      try FileOperations.replace(outside, with: Array("0.5\n".utf8))
      let run = try world.record(
        "printf '{\"loss\": %s, \"n\": 3}' $(cat \(outside)) > m.json; echo fixed > log; head -c 9 /dev/urandom > noise.bin; echo 1 > once"
      )
      try FileOperations.replace(outside, with: Array("0.5000001\n".utf8))
      let made = try world.rerun([run.id], status: 1)
      #expect(made.verdicts == ["m.json": "differs", "log": "same", "noise.bin": "differs", "once": "same"])
      let measure = try #require(made.runs[0]["outputs"]?.array?.first { $0["path"] == "m.json" }?["measure"])
      #expect(measure["format"] == "json" && measure["values"] == 2 && measure["differing"] == 1)
      #expect(measure["place"] == "loss")
      #expect(try abs(#require(measure["absolute"]?.double) - 1e-7) < 1e-12)
      #expect(made.printed.stderr.contains("outside the work tree, isn't what it was"))
      #expect(made.runs[0]["changes"]?.array?.first { $0["kind"] == "input" }?["name"] == .string(outside.string))

      // Of a file that is asked for, only that one counts.
      _ = try world.rerun(["log"])
      _ = try world.rerun(["m.json"], status: 1)
      let close = try world.rerun(["m.json", "--tolerance", "1e-6"])
      #expect(close.verdicts["m.json"] == "close")
      #expect(close.runs[0]["replicable"] == nil || close.runs[0]["replicable"] == false)
    }
  }

  @Test("several times: how often it came out the same")
  func times() throws {
    try withWorld { world in
      // The folders of the repetitions end in their numbers.
      let run = try world.record("case $PWD in *-[24]) echo other > out;; *) echo 1 > out;; esac; echo 1 > fixed")
      let made = try world.rerun([run.id, "--times", "4"], status: 1)
      #expect(made.runs[0]["times"] == 4 && made.runs[0]["same"] == 2)
      let out = try #require(made.runs[0]["outputs"]?.array?.first { $0["path"] == "out" })
      #expect(out["same"] == 2 && out["verdict"] == "differs")
      #expect(made.verdicts["fixed"] == "same")
    }
  }

  @Test("redirected streams, the working directory, links and modes are as they were")
  func surroundings() throws {
    try withWorld { world in
      try world.write("sub/in.txt", "2\n1\n")
      try world.write("tool", "#!/bin/sh\nsort\n")
      try expectSuccess(world.shell("chmod +x tool; ln -s in.txt sub/link; echo old > sub/log"))
      let printed = try world.shell(
        "mlt run -- ../tool < link > sorted; mlt run -- echo new >> log", in: world.repository.appending("sub"))
      try expectSuccess(printed)
      #expect(try world.read("sub/sorted") == "1\n2\n" && world.read("sub/log") == "old\nnew\n")
      try expectSuccess(world.shell("rm tool sub/link sub/in.txt sub/log"))
      #expect(try world.rerun(["sub/sorted"]).verdicts == ["sub/sorted": "same"])
      #expect(try world.rerun(["sub/log"]).verdicts == ["sub/log": "same"])
      let streams = try world.lastRun().json["streams"]
      #expect(streams == ["out": "sub/log", "append": true])
    }
  }

  @Test("without the standard input that it had had, nothing is said of a run", arguments: ["< ../all", "pipe"])
  func lostInput(_ way: String) throws {
    try withWorld { world in
      try expectSuccess(world.shell("printf '2\\n1\\n' > ../all"))
      let command = "mlt run -q -- sh -c 'sort > sorted'"
      try expectSuccess(world.shell(way == "pipe" ? "cat ../all | \(command)" : "\(command) \(way)"))
      let made = try world.rerun(["sorted"], status: 1)
      #expect(made.verdicts == ["sorted": "differs"] && made.runs[0]["recorded"] == false)
      #expect(made.printed.stderr.contains("standard input"))
      #expect(try world.lastRun().json["replications"]?.array == [])
    }
  }

  @Test("a run that gives its input to one within it says how it came out")
  func innerInput() throws {
    try withWorld { world in
      let run = try world.record("printf '2\\n1\\n' | mlt run -q -- sh -c 'sort > sorted'")
      #expect(try world.rerun([run.id]).runs[0]["recorded"] == true)
    }
  }

  @Test("recorded variables are set again, and others that would have been recorded taken away")
  func variables() throws {
    try withWorld { world in
      try expectSuccess(world.mlt("config", "capture.environment", "SEED OTHER"))
      let run = try world.record("echo $SEED-$OTHER-$(basename \"$PWD\" | wc -l) > out", environment: ["SEED": "7"])
      #expect(try world.rerun([run.id], environment: ["SEED": "8", "OTHER": "1"]).verdicts == ["out": "same"])
    }
  }

  @Test("a folder of many files is compared file by file")
  func trees() throws {
    try withWorld { world in
      try expectSuccess(world.shell("mkdir in; for i in $(seq 100); do echo $i > in/$i; done"))
      let outside = world.home.appending("which")
      try FileOperations.replace(outside, with: Array("7\n".utf8))
      let run = try world.record(
        "mkdir -p out; for f in in/*; do cp $f out/; done; for n in $(cat \(outside)); do echo x > out/$n; done")
      #expect(run.outputPaths == ["out"])
      try expectSuccess(world.shell("rm -r in out"))
      let same = try world.rerun([run.id])
      #expect(same.verdicts.count == 100 && Set(same.verdicts.values) == ["same"])
      try FileOperations.replace(outside, with: Array("8 new\n".utf8))
      let other = try world.rerun([run.id], status: 1)
      #expect(
        other.verdicts.filter { $0.value != "same" } == ["out/7": "differs", "out/8": "differs", "out/new": "extra"])
    }
  }

  @Test("a failed run is made again with its failure")
  func failed() throws {
    try withWorld { world in
      let run = try world.record("echo partial > out; exit 3", status: 3)
      let made = try world.rerun([run.id])
      #expect(made.verdicts == ["out": "same"] && made.runs[0]["exit"] == nil)
      #expect(made.printed.stderr.contains("it had failed, with exit status 3"))
      let flag = world.home.appending("flag")
      let other = try world.record("test ! -e \(flag); echo a > b; cat \(flag) && exit 4; exit 0")
      try FileOperations.replace(flag, with: Array("1".utf8))
      #expect(try world.rerun([other.id], status: 1).runs[0]["exit"] == 4)
      let slow = try world.record("if test -e \(flag); then exec cat \(flag); fi; echo a > b")
      try expectSuccess(world.run(["mkfifo", flag.string + "2"]))
      try expectSuccess(world.run(["mv", flag.string + "2", flag.string]))
      #expect(try world.rerun([slow.id, "--timeout", "200ms"], status: 1).runs[0]["exit"] == 124)
    }
  }

  @Test("a run with runs in it is made again with them")
  func nested() throws {
    try withWorld { world in
      try world.write("a", "1\n")
      let run = try world.record("mlt run -q -c inner -- sh -c 'cat a a > b'; cat b b > c")
      try expectSuccess(world.shell("rm a b c"))
      let made = try world.rerun([run.id])
      #expect(made.verdicts == ["b": "same", "c": "same"] && made.runs.count == 1)
      #expect(try world.runs().count == 2, "runs of the scratch folder aren't recorded here")
    }
  }

  @Test("without git there is just what the run read")
  func withoutGit() throws {
    try withWorld(git: false) { world in
      try world.write("in", "1\n")
      let run = try world.record("cat in in > out")
      try world.write("in", "2\n")
      #expect(try world.rerun([run.id]).verdicts == ["out": "same"])
    }
  }

  @Test("in a linked work tree, and within a run of mlt's own")
  func elsewhere() throws {
    try withWorld { world in
      try world.write("in", "1\n")
      let run = try world.record("cat in in > out")
      try expectSuccess(world.shell("git worktree add -q ../linked HEAD"))
      #expect(try world.rerun([run.id], in: world.folder.appending("linked")).verdicts == ["out": "same"])
      let scratch = world.folder.appending("scratch")
      let printed = try world.shell("mlt run -q -- mlt rerun \(run.id)", environment: ["TMPDIR": scratch.string])
      try expectSuccess(printed)
      #expect(printed.stdout.contains("replicable: 1 output the same"))
      #expect(try world.lastRun().outputPaths == [])
    }
  }

  @Test("of a named folder only what was made in it is removed, and the folder if nothing else is in it")
  func sharedFolder() throws {
    try withWorld { world in
      let flag = world.home.appending("flag")
      let arrivals = try ["a", "b"].map { try Gate("at-\($0)", in: world) }
      let departures = try ["a", "b"].map { try Gate("go-\($0)", in: world) }
      let runs = try (0..<2).map { number in
        try world.record(
          "if test -e \(flag); then echo > \(arrivals[number].path); read x < \(departures[number].path); fi; echo > out\(number)"
        )
      }
      try FileOperations.replace(flag, with: [])
      var running: [World.Running] = []
      for number in 0..<2 {
        running.append(try world.start([World.program.string, "rerun", "--in", "../shared", runs[number].id]))
        try arrivals[number].wait()
      }
      // The first has made the folder, and ends first.
      for number in 0..<2 {
        try departures[number].open()
        try expectSuccess(running[number].wait())
      }
      #expect(try FileOperations.names(in: world.folder.appending("shared")).isEmpty)
      try FileOperations.remove(flag)
      try expectSuccess(world.mlt("rerun", "--in", "../own", runs[0].id))
      #expect(try FileStatus(at: world.folder.appending("own")) == nil)
    }
  }

  @Test("nothing is written beyond the folder that is named, which can be kept")
  func folder() throws {
    try withWorld { world in
      let run = try world.record("echo 1 > out")
      for name in [".", "sub/scratch"] {
        let printed = try world.mlt("rerun", "--in", name, run.id)
        #expect(printed.status == 2 && printed.stderr.contains("lies in a repository"), "\(printed)")
        #expect(try FileStatus(at: world.repository.appending("sub")) == nil)
      }
      let printed = try world.mlt("rerun", "--in", "../kept", "--keep", run.id)
      try expectSuccess(printed)
      let kept = try FileOperations.names(in: world.folder.appending("kept"))
      #expect(kept.count == 1 && printed.stdout.contains("kept "))
      #expect(try world.mlt("rerun", "--in", "../kept", run.id).status == 4)
      #expect(try FileOperations.names(in: world.folder.appending("kept")) == kept)
    }
  }
}
