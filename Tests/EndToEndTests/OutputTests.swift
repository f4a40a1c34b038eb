import Glibc
import MLTBase
import SystemPackage
import Testing

/// What reaches stdout, whatever it is.
@Suite struct OutputTests {
  @Test("a stdout that is full is an error", arguments: ["mlt cat file", "mlt log", "mlt --version", "mlt status"])
  func full(_ command: String) throws {
    try withWorld { world in
      try world.write("file", "text\n")
      try expectSuccess(world.mlt("add", "file"))
      try world.record("true")
      let printed = try world.shell(command + " > /dev/full")
      #expect(printed.status == 1)
    }
  }

  @Test("a command of several lines and a name with control characters stay on one line")
  func oneLine() throws {
    try withWorld { world in
      try expectSuccess(
        world.mlt("run", "-c", "a\nb\u{1B}[31m", "--", "sh", "-c", "true\ntrue 'x'"))
      let log = try world.mlt("log", "--oneline").stdout
      #expect(log.split(separator: "\n").count == 1)
      #expect(log.contains("a\\nb\\x1b[31m") && log.contains("$'true\\ntrue \\'x\\''"), "\(log)")
      try world.record("echo 1 > out")
      #expect(try !world.mlt("trace", "out").stdout.utf8.contains(0x1B))
    }
  }

  @Test("what others wrote can't move a terminal's cursor, in listings and in messages")
  func controlCharacters() throws {
    try withWorld { world in
      try world.record("echo 1 > out")
      try expectSuccess(world.mlt("note", "out", "-m", "a\u{1B}[2Jb\u{9B}2Jc\u{1B}[8m\u{202E}\tü"))
      // Within a terminal of its own.
      let shown = try world.shell("script -qec 'mlt note out' /dev/null < /dev/null")
      #expect(shown.stdout.contains(#"a\x1b[2Jb\x9b2Jc\x1b[8m\u{202e}"#) && shown.stdout.contains("ü"), "\(shown)")
      #expect(!shown.stdout.contains("\u{1B}[2J") && !shown.stdout.unicodeScalars.contains("\u{9B}"), "\(shown)")
      let message = try world.mlt("show", "\u{1B}[2Jfile").stderr
      #expect(message.contains(#"\x1b[2Jfile"#) && !message.contains("\u{1B}"), "\(message)")
    }
  }

  @Test("a file to write to is replaced, and what is there but no file is written to")
  func outputFiles() throws {
    try withWorld { world in
      try world.writeWine()
      try world.train(1, error: "0.5")
      try expectSuccess(
        world.shell(
          """
          mlt model register wine models/wine.pkl && echo old > target.md && ln -s target.md link.md && mkfifo pipe
          mlt model card wine/1 -o link.md && mlt model card wine/1 -o /dev/null
          cat pipe > piped.md & mlt model card wine/1 -o pipe && wait && mlt model card wine/1 -o - > shown.md
          test -L link.md && test -p pipe && test -c /dev/null && ! test -e ./-
          cmp target.md piped.md && cmp target.md shown.md && head -1 target.md | grep -q '# wine'
          """))
    }
  }

  @Test("runs that were interrupted count among those that didn't end well")
  func failed() throws {
    try withWorld { world in
      _ = try world.mlt("run", "--", "sh", "-c", "kill -INT $$")
      _ = try world.mlt("run", "--", "sh", "-c", "exit 3")
      try world.record("true")
      #expect(try world.json("log", "--failed")["runs"]?.array?.count == 2)
    }
  }

  @Test("a trace that is cut off draws no arrow to something that isn't drawn", arguments: ["--dot", "--mermaid"])
  func cutGraph(_ option: String) throws {
    try withWorld { world in
      try world.record("echo 1 > a")
      try world.record("cat a > b")
      try world.record("cat b > c")
      for direction in [["c"], ["a", "--down"]] {
        let printed = try world.run([World.program.string, "trace"] + direction + ["--depth", "1", option])
        try expectSuccess(printed)
        let lines = printed.stdout.split(separator: "\n").map { $0.drop { $0 == " " } }
        let arrows = lines.filter { $0.contains("->") || $0.contains("-->") }
        let names = arrows.flatMap { [$0.split(separator: " ").first, $0.split(separator: " ").last] }
          .compactMap { $0.map { $0.prefix { $0.isLetter || $0.isNumber } } }
        let declared = lines.filter { !$0.contains("->") }
        #expect(!names.isEmpty)
        for name in names where name.hasPrefix("run") || name.hasPrefix("artifact") {
          #expect(declared.contains { $0.hasPrefix(name) }, "\(name) in \(printed.stdout)")
        }
      }
    }
  }

  @Test("settings: what holds is listed, what isn't known is refused, sizes are read as files have them")
  func settings() throws {
    try withWorld { world in
      #expect(try world.mlt("config", "capture.inputLimit").stdout == "64MiB\n")
      for size in ["128MiB", "64MB", "1t", "0", "5g"] {
        try expectSuccess(world.mlt("config", "capture.inputLimit", size))
        try world.record("true")
      }
      for size in ["99999999999g", "-1", "many", ""] {
        #expect(try world.mlt("config", "capture.inputLimit", size).status == 2)
      }
      let unknown = try world.mlt("config", "capture.inputLimt", "1g")
      #expect(unknown.status == 2 && unknown.stderr.contains("did you mean 'capture.inputLimit'?"))
      let listed = try #require(try world.json("config")["settings"]?.array)
      #expect(listed.contains { $0["key"] == "capture.inputLimit" && $0["value"] == "5g" && $0["level"] == "local" })
      #expect(listed.contains { $0["key"] == "capture.environment" && $0["level"] == "default" })
      try expectSuccess(world.mlt("config", "--unset", "capture.inputLimit"))
      #expect(try world.mlt("config", "--unset", "capture.inputLimit").status == 1)
      try expectSuccess(world.mlt("config", "--user", "capture.inputLimit", "1m", in: world.folder))
      #expect(try world.mlt("config", "capture.inputLimit").stdout == "1m\n")
    }
  }

  @Test("suggestions are given as they are to be typed where one stands")
  func typed() throws {
    try withWorld { world in
      try world.write("data/deep/table.csv", "1\n")
      try world.write("other/x", "1\n")
      try expectSuccess(world.mlt("add", "data/deep/table.csv"))
      let folder = world.repository.appending("data")
      #expect(try world.mlt("show", "deep/tabel.csv", in: folder).stderr.contains("did you mean 'deep/table.csv'?"))
      let other = world.repository.appending("other")
      #expect(
        try world.mlt("show", "../data/deep/tabel.csv", in: other).stderr
          .contains("did you mean '../data/deep/table.csv'?"))
    }
  }
}
