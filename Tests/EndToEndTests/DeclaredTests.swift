import MLTBase
import SystemPackage
import Testing

/// Inputs and outputs that somebody names, and redirections that the shell makes.
@Suite struct DeclaredTests {
  private func id(of text: String) -> JSON {
    .string(ContentHasher.contentID(of: Array(text.utf8)).hex)
  }

  @Test("a declared input is what it was before the command, an output's former content too")
  func before() throws {
    try withWorld { world in
      try world.write("t.db", "one\n")
      try expectSuccess(
        world.mlt("run", "--no-trace", "-i", "t.db", "-o", "t.db", "--", "sh", "-c", "echo two > t.db"))
      let run = try world.lastRun()
      #expect(run.inputs["t.db"]?["id"] == id(of: "one\n"))
      #expect(run.outputs["t.db"]?["id"] == id(of: "two\n"))
    }
  }

  @Test("one input named twice, in two spellings, is one input")
  func once() throws {
    try withWorld { world in
      try world.write("a.txt", "a\n")
      try expectSuccess(world.mlt("run", "-i", "./a.txt", "-i", "a.txt", "--", "true"))
      #expect(try world.lastRun().inputPaths == ["a.txt"])
    }
  }

  @Test("what is mistyped is refused before the command starts")
  func refused() throws {
    try withWorld { world in
      for (options, status, words) in [
        (["-i", "nosuch.csv"], 125, "no file or folder 'nosuch.csv'"),
        (["-p", "depth=1", "-p", "depth=2"], 2, "gives 'depth' twice"),
        (["-c", ""], 2, "takes a name"),
      ] as [([String], Int32, String)] {
        let printed = try world.run([World.program.string, "run"] + options + ["--", "sh", "-c", "echo 1 > made"])
        #expect(printed.status == status && printed.stderr.contains(words), "\(printed)")
      }
      #expect(try world.read("made") == nil)
      #expect(try world.runs().isEmpty)
    }
  }

  @Test("a declared output that isn't there is told of")
  func missingOutput() throws {
    try withWorld { world in
      let printed = try world.mlt("run", "-o", "nooo.csv", "--", "true")
      #expect(printed.status == 0)
      #expect(printed.stderr.contains("'nooo.csv' was declared as an output and isn't there"))
    }
  }

  @Test("what the shell appends to has the content before as an input")
  func appended() throws {
    try withWorld { world in
      try world.write("log.txt", "before\n")
      try expectSuccess(world.shell("mlt run -- echo after >> log.txt"))
      #expect(try world.read("log.txt") == "before\nafter\n")
      let run = try world.lastRun()
      #expect(run.inputs["log.txt"]?["id"] == id(of: "before\n"))
      #expect(run.outputs["log.txt"]?["id"] == id(of: "before\nafter\n"))
    }
  }

  @Test("a log that a whole script writes to is no output of its later steps")
  func sharedLog() throws {
    try withWorld { world in
      try world.write("pipeline.sh", "echo begin\nmlt run -- echo 1\nmlt run -- sh -c 'echo 2 > two'\n")
      try expectSuccess(world.shell("sh pipeline.sh > pipeline.log"))
      for run in try world.runs() {
        #expect(try world.shown(try #require(run["id"]?.string)).outputs["pipeline.log"] == nil)
      }
      #expect(try #require(try world.read("mlt.lock")).contains("pipeline.log") == false)
    }
  }

  @Test("files that keep credentials are recorded by content and never stored", arguments: [[], ["--no-trace"]])
  func keyFiles(_ options: [String]) throws {
    try withWorld { world in
      let secret = "KEY=Zq7rUnlikelyV4lue9x"
      try world.write(".env", secret + "\n")
      try expectSuccess(
        world.run([World.program.string, "run"] + options + ["--", "sh", "-c", "cat .env; echo more >> .env", ".env"]))
      let output = try #require(try world.lastRun().outputs[".env"])
      #expect(output["id"] != nil && output["stored"] == nil)
      let former = ContentHasher.contentID(of: Array((secret + "\n").utf8))
      for content in [former, ContentHasher.contentID(of: Array((secret + "\nmore\n").utf8))] {
        try world.shell("rm -f .env")
        #expect(try world.mlt("cat", content.hex).status == 3)
      }
      #expect(try (world.read("mlt.lock") ?? "").contains(".env") == false)
    }
  }
}
