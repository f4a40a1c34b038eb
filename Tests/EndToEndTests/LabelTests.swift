import MLTBase
import SystemPackage
import TestSupport
import Testing

extension World {
  /// Records a cleaning and a training that make `model.txt` of `raw.csv`, with a lookup table that nothing is said of.
  func recordTraining() throws {
    try write("raw.csv", (1...50).map { "\($0),subject\($0)\n" }.joined())
    try write("codes.csv", "1,one of the codes\n2,another code\n")
    try write("clean.sh", "grep -v 7 raw.csv > clean.csv\n")
    try write("train.sh", "cat clean.csv codes.csv | cksum > model.txt\n")
    try write("report.sh", "wc -l codes.csv > report.txt\n")
    for step in ["clean", "train", "report"] { try expectSuccess(mlt("run", "-q", "--", "sh", step + ".sh")) }
    try expectSuccess(shell("git add -A . ':!raw.csv' && git commit -qm code"))
  }
}

/// Labels, how they flow, and what retracting them keeps from running.
@Suite struct LabelTests {
  @Test("a label flows down to all that was made of what it stands on, and to nothing else")
  func flow() throws {
    try withWorld { world in
      try world.recordTraining()
      let labelled = try world.mlt("label", "add", "consent:2024", "raw.csv", "-m", "forms")
      #expect(labelled.stdout.hasPrefix("labelled  ") && labelled.stdout.hasSuffix("  raw.csv\n"))
      #expect(try world.mlt("label", "list", "model.txt").stdout == "consent:2024  from raw.csv\n")
      #expect(try world.mlt("label", "list", "raw.csv").stdout == "consent:2024  on it\n")
      #expect(try world.mlt("label", "list", "report.txt").stdout == "")
      #expect(try world.mlt("label", "list", "codes.csv").stdout == "")
      #expect(try world.mlt("show", "model.txt").stdout.contains("\nlabels    consent:2024 from raw.csv\n"))
      #expect(try world.mlt("trace", "model.txt").stdout.hasPrefix("labels: consent:2024 from raw.csv\n"))
      #expect(try world.json("trace", "model.txt")["labels"]?.array?.count == 1)
      #expect(try world.json("show", "model.txt")["artifact"]?["labels"]?.array?.first?["path"]?.string == "raw.csv")
      let shown = try world.json("label", "show", "consent:2024")
      #expect(shown["runs"]?.array?.map { $0["component"]?.string } == ["clean", "train"])
      #expect(
        shown["runs"]?.array?.flatMap { $0["outputs"]?.array ?? [] }.map { $0["path"]?.string } == [
          "clean.csv", "model.txt",
        ])
      // A version that was edited by hand is still made of it; one of something else isn't.
      try expectSuccess(world.shell("echo 'by hand, a line' >> clean.csv; mlt run -q -- sh train.sh"))
      #expect(try world.mlt("label", "list", "model.txt").stdout == "consent:2024  from raw.csv\n")
      // So is one that somebody has tracked, which says nothing of where it is from.
      try expectSuccess(
        world.shell("echo 'one more line' >> clean.csv; mlt add clean.csv; mlt run -q -- sh train.sh"))
      #expect(try world.mlt("label", "list", "model.txt").stdout == "consent:2024  from raw.csv\n")
      #expect(try world.mlt("trace", "model.txt").stdout.contains("changed outside mlt"))
      try expectSuccess(world.shell("echo 'quite another table' > raw.csv; mlt run -q -- sh clean.sh"))
      #expect(try world.mlt("label", "list", "clean.csv").stdout == "")
      try expectSuccess(world.mlt("label", "remove", "consent:2024", "raw.csv"))
      #expect(try world.mlt("label", "list").stdout.contains("consent:2024"))
      let versions = try world.shell("mlt show --json model.txt | sed -n 's/.*\"run\": \"\\(.*\\)\",*/\\1/p' | tail -1")
      #expect(versions.status == 0)
    }
  }

  @Test("a label on a path stands on whatever comes to stand there or below, and one on a folder on the files in it")
  func places() throws {
    try withWorld { world in
      try world.write("data/a.csv", "a table of one\n")
      try world.write("data/b.csv", "a table of two\n")
      try expectSuccess(world.mlt("label", "add", "vendor", "data", "--path"))
      try expectSuccess(world.shell("mlt run -q -- sh -c 'cat data/a.csv > out.txt'"))
      #expect(try world.mlt("label", "list", "out.txt").stdout == "vendor  from data\n")
      try expectSuccess(
        world.shell("echo 'a later table' > data/c.csv; mlt run -q -- sh -c 'cat data/c.csv > later.txt'"))
      #expect(try world.mlt("label", "list", "later.txt").stdout == "vendor  from data\n")
      #expect(try world.mlt("label", "remove", "vendor", "data", "--path").stdout == "unlabelled    data\n")
      #expect(try world.mlt("label", "list", "later.txt").stdout == "")
      // By content: the files that are in the folder now, wherever they are read.
      try expectSuccess(world.mlt("label", "add", "batch", "data"))
      try expectSuccess(world.shell("cp data/b.csv copy.csv; mlt run -q -- sh -c 'cat copy.csv copy.csv > copied.txt'"))
      #expect(try world.mlt("label", "list", "copied.txt").stdout == "batch  from data\n")
      try expectSuccess(
        world.shell("echo 'one more table' > data/d.csv; mlt run -q -- sh -c 'cat data/d.csv > new.txt'"))
      #expect(try world.mlt("label", "list", "new.txt").stdout == "")
      // Of a URI only the name is known, before anybody has read it as after.
      try expectSuccess(world.mlt("label", "add", "bought", "s3://bucket/x"))
      try expectSuccess(world.shell("mlt run -q -i s3://bucket/x -- sh -c 'echo of the bucket > u.txt'"))
      #expect(try world.mlt("label", "list", "u.txt").stdout == "bought  from s3://bucket/x\n")
      try expectSuccess(world.mlt("label", "retract", "bought", "-m", "expired"))
      #expect(try world.mlt("run", "-i", "s3://bucket/x", "--", "true").status == 125)
    }
  }

  @Test("a retracted label keeps runs from starting that would read what carries it")
  func refusal() throws {
    try withWorld { world in
      try world.recordTraining()
      try expectSuccess(world.mlt("label", "add", "consent:2024", "raw.csv"))
      try expectSuccess(world.mlt("label", "retract", "consent:2024", "-m", "subject 17 withdrew"))
      let count = try world.runs().count
      for arguments in [
        ["sh", "clean.sh"], ["sh", "train.sh"], ["wc", "clean.csv"], ["sh", "-c", "true", "--", "raw.csv"],
      ] {
        let refused = try world.run([World.program.string, "run", "--"] + arguments)
        #expect(refused.status == 125, "\(arguments) \(refused)")
        #expect(refused.stderr.contains("is retracted: subject 17 withdrew"), "\(refused)")
      }
      #expect(try world.mlt("run", "-i", "clean.csv", "--", "true").status == 125)
      #expect(try world.shell("mlt run -c wc -- wc < model.txt").status == 125)
      #expect(try world.mlt("run", "--cached", "--", "sh", "train.sh").status == 125)
      #expect(try world.mlt("rerun", "model.txt").stderr.contains("is retracted"))
      #expect(try world.runs().count == count)
      // What has nothing to do with it goes on.
      try expectSuccess(world.mlt("run", "-q", "--", "sh", "report.sh"))
      #expect(try world.mlt("status").stdout.contains("\nRetracted labels:\n"))
      try expectSuccess(world.mlt("label", "reinstate", "consent:2024", "-m", "an error"))
      try expectSuccess(world.mlt("run", "-q", "--", "sh", "train.sh"))
      #expect(try world.mlt("label", "reinstate", "consent:2024").stderr.contains("isn't retracted"))
    }
  }

  @Test("what nobody could know is noticed when it is read: the run is recorded, and has failed")
  func hazard() throws {
    try withWorld { world in
      try world.recordTraining()
      try expectSuccess(world.mlt("label", "add", "consent:2024", "raw.csv"))
      try expectSuccess(world.mlt("label", "retract", "consent:2024", "-m", "withdrawn"))
      let run = try world.mlt("run", "-c", "peek", "--", "sh", "-c", "cat cle*.csv > peek.txt")
      #expect(run.status == 123, "\(run)")
      #expect(
        run.stderr.contains(
          "'clean.csv' must not be read: label 'consent:2024', which stands on 'raw.csv', is retracted"))
      let shown = try world.json("show", "peek.txt@" + world.lastRun().id)
      #expect(shown["artifact"] != nil)
      let log = try world.json("log", "-n", "1")["runs"]?.array?.first
      #expect(log?["status"]?.string == "failed" && log?["exit"]?.int == 123)
      #expect(try world.read("mlt.lock")?.contains("peek.txt") == false)
      // The command's own failure is told as it is.
      #expect(try world.mlt("run", "-c", "peek2", "--", "sh", "-c", "cat cle*.csv > /dev/null; exit 7").status == 7)
    }
  }

  @Test("a stage that would read it fails, and says why")
  func stages() throws {
    try withWorld { world in
      try world.makePipeline()
      try expectSuccess(world.mlt("repro"))
      try expectSuccess(world.mlt("label", "add", "x", "raw.txt"))
      try expectSuccess(world.mlt("label", "retract", "x", "-m", "gone"))
      // What is up to date isn't read.
      try expectSuccess(world.mlt("repro"))
      let repro = try world.mlt("repro", "-f")
      #expect(repro.status != 0 && repro.stderr.contains("'raw.txt' must not be read: label 'x' is retracted: gone"))
    }
  }

  @Test("a label flows on through a copy that git has come to track, but not from what git had before")
  func committed() throws {
    try withWorld { world in
      try world.write("raw.txt", "personal data of somebody\n")
      try world.write("licence.txt", "anybody may do anything\n")
      try expectSuccess(world.shell("mlt add raw.txt; git add -A; git commit -qm one"))
      try expectSuccess(
        world.shell(
          "mlt run -q -c clean -- sh -c 'tr a-z A-Z < raw.txt > out.txt; echo anybody may do anything > l.txt'"))
      try expectSuccess(world.shell("cp out.txt kept.txt; git add -f kept.txt; git commit -qm two"))
      try expectSuccess(world.shell("mlt run -q -c use -- sh -c 'wc -c kept.txt > n.txt'"))
      try expectSuccess(world.shell("mlt run -q -c other -- sh -c 'wc -c licence.txt > m.txt'"))
      try expectSuccess(world.shell("mlt label add x raw.txt"))
      for path in ["out.txt", "kept.txt", "n.txt"] {
        #expect(try world.mlt("label", "list", path).stdout.contains("x  from raw.txt"), "\(path)")
      }
      #expect(try !world.mlt("label", "list", "m.txt").stdout.contains("x"))
      #expect(try world.mlt("trace", "n.txt").stdout.contains("copied from out.txt"))
      #expect(try world.mlt("label", "show", "x").stdout.contains("n.txt"))
      try expectSuccess(world.mlt("label", "retract", "x", "-m", "gone"))
      #expect(try world.mlt("run", "-c", "use", "--", "cat", "kept.txt").status == 125)
      #expect(try world.mlt("run", "-c", "other", "--", "cat", "licence.txt").status == 0)
      let purge = try world.json("label", "retract", "x", "--purge", "--dry-run")
      #expect(purge["contents"]?.array?.map { $0["path"]?.string } == ["n.txt", "out.txt", "raw.txt"])
      #expect(purge["spared"]?.array?.map { $0["path"]?.string } == ["l.txt"])
      #expect(purge["git"]?.array?.map { $0.string } == ["kept.txt"])
    }
  }

  @Test("what a component's last run read says nothing of other code in a command line")
  func inlineCode() throws {
    try withWorld { world in
      try world.write("raw.txt", "some raw material\n")
      try world.write("read.sh", "cat raw.txt > out.txt\n")
      try expectSuccess(world.mlt("run", "-q", "-c", "calc", "--", "sh", "-c", "cat raw.txt > out.txt"))
      try expectSuccess(world.mlt("run", "-q", "-c", "step", "--", "sh", "read.sh"))
      try expectSuccess(world.shell("mlt label add x raw.txt && mlt label retract x"))
      #expect(try world.mlt("run", "-c", "calc", "--", "sh", "-c", "echo 1 > one.txt").status == 0)
      #expect(try world.mlt("run", "-c", "calc", "--", "sh", "-c", "cat raw.txt > out.txt").status == 125)
      #expect(try world.mlt("run", "-c", "step", "--", "sh", "read.sh", "--verbose").status == 125)
      #expect(try world.mlt("run", "-c", "step", "--", "sh", "other.sh").status != 125)
    }
  }

  @Test("a cycle of files that are changed in place ends")
  func cycles() throws {
    try withWorld { world in
      try world.write("raw.txt", "some raw material\n")
      try expectSuccess(world.mlt("label", "add", "x", "raw.txt"))
      for _ in 0..<4 {
        try expectSuccess(
          world.shell(
            "mlt run -q -c a -- sh -c 'cat raw.txt >> state.txt; cat other.txt >> state.txt || true' 2>/dev/null"))
        try expectSuccess(world.shell("mlt run -q -c b -- sh -c 'cat state.txt >> other.txt'"))
      }
      #expect(try world.mlt("label", "list", "other.txt").stdout == "x  from raw.txt\n")
      #expect(try world.json("label", "show", "x")["runs"]?.array?.count == 8)
    }
  }

  @Test("mistakes are told")
  func mistakes() throws {
    try withWorld { world in
      try world.write("a.txt", "something to label\n")
      #expect(try world.mlt("label", "add", " x", "a.txt").status == 2)
      #expect(try world.mlt("label", "add", "x", "b.txt").status == 3)
      try expectSuccess(world.mlt("label", "add", "consent", "a.txt"))
      let again = try world.mlt("label", "add", "consent", "a.txt")
      #expect(again.status == 0 && again.stderr == "mlt: 'a.txt' carries 'consent' already\n")
      let unknown = try world.mlt("label", "retract", "concent", "-m", "x")
      #expect(unknown.status == 3 && unknown.stderr.contains("did you mean 'consent'?"), "\(unknown)")
      #expect(try world.mlt("label", "show", "other").status == 3)
      #expect(try world.mlt("label", "retract", "consent", "--force", "-m", "x").status == 2)
    }
  }
}
