import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Tags, notes and flags on runs and artifacts.
@Suite struct AnnotationTests {
  /// Records two runs, the second of which reads what the first has written.
  private func record(_ world: World) throws {
    try world.write("raw.csv", "of raw data\na table\n")
    try expectSuccess(world.mlt("run", "-q", "-c", "clean", "--", "sh", "-c", "sort raw.csv > clean.csv"))
    try expectSuccess(world.mlt("run", "-q", "-c", "total", "--", "sh", "-c", "wc clean.csv > total.txt"))
  }

  private func run(_ component: String, _ world: World) throws -> String {
    let runs = try world.json(in: nil, "log", "-c", component, "--json")["runs"]?.array
    return try #require(runs?.first?["id"]?.string)
  }

  @Test("a flag marks the content in show, trace, log and status until it is taken back")
  func flag() throws {
    try withWorld { world in
      try record(world)
      #expect(
        try world.mlt("flag", "clean.csv", "-m", "rows are missing").stdout
          == "flagged  02ea73f9e0  clean.csv\n")
      #expect(try world.mlt("status").stdout.contains("\nFlagged:\n"))
      #expect(try world.mlt("status").stdout.contains(": rows are missing\n"))
      #expect(try world.mlt("status", "--exit-code").status == 0)
      #expect(
        try world.mlt("trace", "total.txt").stdout.contains("clean.csv  02ea73f9e0  20 B  flagged: rows are missing"))
      #expect(try world.mlt("trace", "raw.csv", "--down").stdout.contains("read clean.csv  flagged: rows are missing"))
      #expect(try world.mlt("trace", "total.txt", "--dot").stdout.contains("\\nflagged"))
      #expect(try world.mlt("log", "--oneline").stdout.contains("  clean  finished, flagged  "))
      #expect(try world.mlt("show", "clean.csv").stdout.contains("\nflagged   by Ada, "))
      #expect(
        try world.json(in: nil, "show", "clean.csv", "--json")["artifact"]?["flag"]?["why"]?.string
          == "rows are missing")
      let flags = try world.json(in: nil, "status", "--json")["flagged"]?.array
      #expect(flags?.map { $0["path"]?.string } == ["clean.csv"])
      // A copy is as wrong, and what comes next at the path needn't be.
      try expectSuccess(world.shell("cp clean.csv copy.csv && mlt add copy.csv"))
      #expect(try world.mlt("show", "copy.csv").stdout.contains("flagged"))
      try expectSuccess(
        world.shell("echo 'more raw data' >> raw.csv; mlt run -q -c clean -- sh -c 'sort raw.csv > clean.csv'"))
      #expect(try !world.mlt("show", "clean.csv").stdout.contains("\nflagged"))
      #expect(try world.mlt("status").stdout.contains("  an earlier version, by Ada, "))
      #expect(try world.mlt("unflag", "copy.csv").stdout == "unflagged  02ea73f9e0  copy.csv\n")
      #expect(try !world.mlt("status").stdout.contains("Flagged"))
      #expect(try !world.mlt("log").stdout.contains("flagged"))
      let again = try world.mlt("unflag", "copy.csv")
      #expect(again.status == 0 && again.stderr == "mlt: 'copy.csv' isn't flagged\n", "\(again)")
    }
  }

  @Test("a run stands for its outputs, and what nobody made or read can be flagged too")
  func pointers() throws {
    try withWorld { world in
      try record(world)
      let total = try run("total", world)
      #expect(try world.mlt("flag", total).stdout.hasSuffix("  total.txt\n"))
      try expectSuccess(world.mlt("flag", "raw.csv", "total.txt@\(total.prefix(10))"))
      let paths = try world.json(in: nil, "status", "--json")["flagged"]?.array?.map { $0["path"]?.string }
      #expect(Set(paths ?? []) == ["raw.csv", "total.txt"])
      #expect(try world.mlt("trace", "total.txt").stdout.contains("raw.csv  a18b6afa58  20 B  flagged"))
      try expectSuccess(world.mlt("run", "-q", "-c", "none", "--", "true"))
      let none = try world.mlt("flag", run("none", world))
      #expect(none.status == 3 && none.stderr.contains("has no outputs that could be flagged"), "\(none)")
      // All or nothing.
      #expect(try world.mlt("flag", "clean.csv", "nowhere").status == 3)
      #expect(try world.mlt("show", "--history", total).stdout.contains("flagged"))
    }
  }

  @Test("files of a few bytes are flagged where they are, not wherever such bytes are")
  func fewBytes() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          "mlt run -q -- sh -c 'echo 0 > a.txt; echo 0 > b.txt; echo 0 > c.txt'; mlt flag a.txt -m zero; : > e; : > f; mlt flag e"
        ))
      #expect(try world.mlt("show", "a.txt").stdout.contains("flagged"))
      for path in ["b.txt", "f"] { #expect(try !world.mlt("show", path).stdout.contains("flagged"), "\(path)") }
    }
  }

  @Test("a flagged file shows on the folder that was read as a whole, and on the run that made the folder")
  func folders() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          mlt run -q -c make -- sh -c 'mkdir many; for i in $(seq 70); do echo "line number $i" > many/$i; done'
          mlt run -q -c use -- sh -c 'cat many/* > all'
          mlt flag many/7
          """))
      #expect(try world.mlt("trace", "all").stdout.contains("flagged in it: many/7"))
      #expect(try world.mlt("log", "--oneline", "-c", "make").stdout.contains("finished, flagged"))
      #expect(try !world.mlt("log", "--oneline", "-c", "use").stdout.contains("flagged"))
    }
  }

  @Test("tags of runs and artifacts are set, changed, listed and taken away")
  func tags() throws {
    try withWorld { world in
      try record(world)
      let total = try run("total", world)
      for (pointer, name) in [(total, "run \(total.prefix(10))"), ("clean.csv", "02ea73f9e0  clean.csv")] {
        #expect(
          try world.mlt("tag", pointer, "stage=prod", "reviewed", "x-=").stdout
            == "tagged  \(name)  reviewed  stage=prod  x-\n")
        #expect(
          try world.mlt("tag", pointer, "reviewed-", "stage=dev").stdout
            == "untagged  \(name)  reviewed\ntagged  \(name)  stage=dev\n")
        #expect(try world.mlt("tag", pointer).stdout == "stage=dev\nx-\n")
        #expect(try world.mlt("tag", pointer, "--delete", "x-").status == 0)
        #expect(try world.mlt("tag", pointer, "--json").stdout.contains("\"stage\": \"dev\""))
        #expect(try world.mlt("show", pointer).stdout.contains("stage=dev\n"))
        let unknown = try world.mlt("tag", pointer, "stag-")
        #expect(unknown.status == 3 && unknown.stderr.contains("did you mean 'stage'?"), "\(unknown)")
      }
      for wrong in [["=x"], ["a", "a="], ["-"], ["a\nb"], ["--delete"], ["--delete", "a=b"], [" a"]] {
        let printed = try world.run([World.program.string, "tag", "clean.csv"] + wrong)
        #expect(printed.status == 2, "\(wrong) \(printed)")
      }
      #expect(try world.mlt("log", "--tag", "stage=dev", "--oneline").stdout.contains("total"))
      #expect(try world.mlt("log", "--tag", "stage=prod").stdout == "")
      #expect(try world.mlt("log", "--tag", "reviewed").stdout == "")
      #expect(try world.mlt("log", "-c", "total").stdout.contains("\n    tags     stage=dev\n"))
      // Credentials stay out, as they do of what runs record.
      try expectSuccess(world.mlt("tag", total, "api_token=hunter2hunter2"))
      #expect(try world.shell("grep -rc hunter2 .mlt/journal").stdout.contains(":0\n"))
    }
  }

  @Test("the latest note is the description; it comes from arguments, a file or standard input")
  func notes() throws {
    try withWorld { world in
      try record(world)
      let total = try run("total", world)
      for pointer in [total, "clean.csv"] {
        #expect(try world.mlt("note", pointer).stdout == "")
        #expect(try world.mlt("note", pointer, "-m", "# One", "-m", "Two").stdout.hasPrefix("described  "))
        #expect(try world.mlt("note", pointer).stdout == "# One\n\nTwo\n")
        try world.write("CARD.md", "\n\n# Card\r\n\n*text* é\n\n")
        try expectSuccess(world.mlt("note", pointer, "-F", "CARD.md"))
        #expect(try world.json(in: nil, "note", pointer, "--json")["note"]?.string == "# Card\n\n*text* é")
        #expect(try world.mlt("show", pointer).stdout.contains("\nnote\n  # Card\n  \n  *text* é\n"))
        try expectSuccess(world.shell("echo piped | mlt note \(pointer) -F -"))
        #expect(try world.mlt("note", pointer).stdout == "piped\n")
        #expect(try world.mlt("note", pointer, "--delete").stdout.hasPrefix("undescribed  "))
        let history = try world.json(in: nil, "show", "--history", pointer, "--json")["history"]?.array
        #expect(history?.map { $0["value"]?.string } == [nil, "piped", "# Card\n\n*text* é", "# One\n\nTwo"])
        #expect(history?.map { $0["holds"]?.bool } == [true, false, false, false])
      }
      #expect(try world.mlt("note", total, "-F", "nowhere").status == 3)
      for wrong in ["-m ''", "-m a --delete", "-F /dev/null", "-F raw"] {
        try expectSuccess(world.shell("printf '\\377' > raw"))
        #expect(try world.shell("mlt note \(total) \(wrong)").status == 2, "\(wrong)")
      }
      #expect(try world.shell("head -c 2000000 /dev/zero | tr '\\0' x | mlt note \(total) -F -").status != 0)
    }
  }

  @Test("show --history says who changed what, when and why, of runs, files and components")
  func history() throws {
    try withWorld { world in
      try record(world)
      let bob = ["GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.invalid"]
      try expectSuccess(world.mlt("tag", "clean.csv", "good", environment: ["MLT_FIXED_TIME": "2030-01-01T00:00:00Z"]))
      try expectSuccess(
        world.mlt(
          "tag", "clean.csv", "good-", "-m", "it isn't",
          environment: bob.merging(["MLT_FIXED_TIME": "2030-01-02T00:00:00Z"]) { $1 }))
      #expect(
        try world.mlt("show", "--history", "clean.csv").stdout == """
          *  2030-01-02 00:00:00  Bob  tag good taken away  it isn't
             2030-01-01 00:00:00  Ada  tag good

          """)
      try expectSuccess(world.mlt("component", "describe", "clean", "--owner", "ada", "--tag", "a", "--tag", "b"))
      try expectSuccess(world.mlt("component", "describe", "clean", "--owner", "bob", "-m", "moved"))
      for command in [["show", "--history", "clean"], ["component", "show", "--history", "clean"]] {
        let json = try world.run([World.program.string] + command + ["--json"])
        try expectSuccess(json)
        let history = try JSON(parsing: json.stdout)["history"]?.array
        #expect(history?.map { $0["what"]?.string } == ["owner", "tags", "owner"])
        #expect(history?.map { $0["why"]?.string } == ["moved", nil, nil])
        #expect(history?.map { $0["holds"]?.bool } == [true, true, false])
      }
      #expect(try world.mlt("show", "--history", "nowhere").status == 3)
    }
  }
}
