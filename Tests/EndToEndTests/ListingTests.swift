import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What programs read: JSON, completion, versions.
@Suite struct ListingTests {
  private func makeHistory(_ world: World) throws {
    try world.write("raw.txt", "b\na\n")
    try world.write("folder/x", "1\n")
    try expectSuccess(world.mlt("add", "raw.txt", "folder"))
    try expectSuccess(
      world.mlt(
        "run", "-p", "depth=5", "--tag", "nightly", "--note", "a \"note\"\n", "--", "sh", "-c",
        "sort raw.txt > sorted.txt"))
    #expect(
      try world.mlt("run", "-i", "s3://bucket/x", "--", "sh", "-c", "head -n 1 sorted.txt > first.txt; exit 3").status
        == 3)
    try world.write("raw.txt", "c\n")
  }

  @Test(
    "every listing's JSON says its format, and is the same when asked again",
    arguments: [
      ["log"], ["log", "sorted.txt"], ["log", "-c", "sh", "--failed"],
      ["checkout", "--dry-run", "folder"], ["status"],
      ["status", "folder"],
      ["diff"], ["diff", "HEAD"], ["diff", "HEAD", "HEAD"],
      ["show", "sorted.txt"],
      ["show", "raw.txt"], ["show", "folder"], ["trace", "sorted.txt"], ["trace", "raw.txt"],
      ["trace", "raw.txt", "--down"],
      ["trace", "folder", "--down"], ["trace", "sorted.txt", "--depth", "1"], ["component"], ["component", "list"],
      ["component", "show", "sh"], ["config"], ["add", "raw.txt"], ["checkout"], ["env", "sorted.txt"],
    ])
  func json(_ listing: [String]) throws {
    try withWorld { world in
      try makeHistory(world)
      if listing == ["checkout"] { try world.shell("rm -rf folder && mlt add raw.txt") }
      let printed = try world.run([World.program.string] + listing + ["--json"])
      try expectSuccess(printed)
      let value = try JSON(parsing: printed.stdout)
      #expect(value["format"] == 1)
      if !["add", "checkout"].contains(listing[0]) {
        #expect(try world.run([World.program.string] + listing + ["--json"]).stdout == printed.stdout)
      }
    }
  }

  @Test("a listing of what isn't there prints no JSON", arguments: ["log", "show", "trace", "diff", "env", "checkout"])
  func notFound(_ listing: String) throws {
    try withWorld { world in
      try makeHistory(world)
      let printed = try world.mlt(listing, "nothing-there", "--json")
      #expect(printed.status == 3, "\(printed)")
      #expect(printed.stdout == "")
      #expect(printed.stderr.contains("nothing-there"), "\(printed)")
    }
  }

  @Test("listings have no colour, no pager and no progress where there is no terminal")
  func plain() throws {
    try withWorld { world in
      try makeHistory(world)
      for listing in [["log"], ["status"], ["show", "sorted.txt"], ["trace", "sorted.txt"], ["component"]] {
        let printed = try world.run(
          [World.program.string] + listing, environment: ["PAGER": "sed s/^/paged/", "TERM": "xterm-256color"])
        #expect(printed.status == 0)
        #expect(!printed.stdout.contains("\u{1B}") && !printed.stdout.contains("paged"))
        #expect(printed.stderr == "", "\(printed.stderr)")
      }
    }
  }

  @Test("completion scripts are made that their shells accept", arguments: ["bash", "zsh", "fish"])
  func completion(_ shell: String) throws {
    try withWorld { world in
      let printed = try world.mlt("--generate-completion-script", shell)
      try expectSuccess(printed)
      for command in ["init", "run", "trace", "checkout", "status"] { #expect(printed.stdout.contains(command)) }
      if shell == "bash" {
        try world.write("completion", printed.stdout)
        let loaded = try world.run(["bash", "-c", "set -e; source completion; complete -p mlt"])
        try expectSuccess(loaded)
        #expect(loaded.stdout.contains("mlt"))
      }
    }
  }

  @Test("every command has help, and the keeper's own command is not shown")
  func help() throws {
    try withWorld(initialized: false) { world in
      let overview = try world.mlt("--help")
      #expect(overview.status == 0 && overview.stderr == "")
      #expect(!overview.stdout.contains("finish-run"))
      for command in [
        "init", "run", "add", "import", "status", "log", "show", "trace", "cat", "checkout", "env", "component",
        "config",
      ] {
        let printed = try world.mlt("help", command)
        #expect(printed.status == 0)
        #expect(printed.stdout.contains("USAGE: mlt \(command)"), "\(printed.stdout)")
        #expect(try world.mlt(command, "--help").stdout.contains("USAGE: mlt \(command)"), "\(command)")
      }
    }
  }

  @Test("a reader that goes away early ends a listing quietly")
  func closedPipe() throws {
    try withWorld { world in
      try makeHistory(world)
      try world.write("large.txt", String(repeating: "0123456789abcdef\n", count: 100_000))
      try expectSuccess(world.mlt("add", "large.txt"))
      let printed = try world.run(["bash", "-c", "mlt cat large.txt | head -n 1"])
      #expect(printed.stdout == "0123456789abcdef\n")
      #expect(printed.stderr == "")
    }
  }
}
