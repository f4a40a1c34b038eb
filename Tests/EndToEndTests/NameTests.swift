import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Files whose names are hard: through run, trace, cat, checkout and git.
@Suite struct NameTests {
  static let names: [[UInt8]] =
    [
      "with space", "line\nbreak", " blank first", "blank last ", "\"quoted\"", "back\\slash", "star*", "-dash", "@at",
      "a@b", "tab\tinside", "tab last\t", "#hash", "!bang", "zoë", "semi;colon", "return\r", "[set]", "que?stion",
      "$HOME",
      "'", "\u{1}control", "%41", "..dots", "e\u{301}", String(repeating: "n", count: 255),
    ].map { Array($0.utf8) } + [Array("caf".utf8) + [0xE9], [0xFF, 0xFE], [0xC3, 0x28, 0x0A, 0xED, 0xA0, 0x80]]

  private func content(_ name: [UInt8]) -> [UInt8] { Array("content of ".utf8) + name }

  private func file(_ name: [UInt8], in world: World) throws -> FilePath {
    world.repository.appending("out").pushing(try #require(FilePath(bytes: name)))
  }

  /// A shell script that makes a file of each name, through the environment's own quoting of nothing.
  private func makeFiles(_ world: World) throws {
    let inputs = world.repository.appending("in")
    try FileOperations.createFolder(inputs)
    for name in Self.names {
      try FileOperations.replace(inputs.pushing(try #require(FilePath(bytes: name))), with: content(name), sync: false)
    }
    try expectSuccess(
      world.mlt(
        "run", "--", "sh", "-c",
        "mkdir out && cd in && for f in * .[!.]* ..?*; do [ -e \"$f\" ] && cat \"./$f\" > \"../out/$f\"; done; true"))
  }

  private func argument(_ name: [UInt8]) -> String { PathText.encode(Array("out/".utf8) + name) }

  @Test("each file is tracked under its own name, out of git's sight, and found by trace and cat")
  func recorded() throws {
    try withWorld { world in
      try makeFiles(world)
      let shown = try world.json("show", try #require(try world.runs().first?["id"]?.string))
      let outputs = try #require(shown["run"]?["outputs"]?.array ?? shown["outputs"]?.array)
      #expect(Set(outputs.compactMap { $0["path"]?.string }) == Set(Self.names.map { argument($0) }))
      #expect(try world.json("status")["clean"] == true)
      #expect(try world.shell("git status --porcelain -uall out").stdout == "?? out/.gitignore\n")
      let run = try #require(try world.runs().first?["id"]?.string)
      for name in Self.names {
        #expect(try world.mlt("cat", "--", argument(name)).stdout == String(decoding: content(name), as: UTF8.self))
        let trace = try world.json("trace", argument(name))
        #expect(trace["runs"]?.array?.first?["id"]?.string == run)
        let ofRun = PathText.encode(Array("out/".utf8) + name + Array("@\(run)".utf8))
        #expect(try world.mlt("cat", "--", ofRun).status == 0, "\(ofRun)")
      }
      // Not as listings quote them, but as the shell hands their bytes over.
      let script = """
        for f in out/*; do
          mlt cat -- "$f" > got && cmp -s got "$f" || echo "cat $f"
          mlt cat -- "$f@\(run)" > got && cmp -s got "$f" || echo "cat of the run $f"
          mlt trace -- "$f" > /dev/null || echo "trace $f"
        done
        """
      let printed = try world.shell(script)
      #expect(printed.stdout == "" && printed.stderr == "")
    }
  }

  @Test("each file comes back byte for byte, all at once and one by one")
  func restored() throws {
    try withWorld { world in
      try makeFiles(world)
      func remove() throws { for name in Self.names { try FileOperations.remove(file(name, in: world)) } }
      func check() throws {
        for name in Self.names {
          #expect(try FileOperations.contents(of: file(name, in: world)) == content(name), "\(argument(name))")
        }
      }
      try remove()
      try expectSuccess(world.mlt("checkout"))
      try check()
      try remove()
      for name in Self.names { try expectSuccess(world.mlt("checkout", "--", argument(name))) }
      try check()
      try remove()
      let printed = try world.shell(
        "cd in && for f in *; do mlt checkout -- \"../out/$f\" > /dev/null || echo \"$f\"; done")
      #expect(printed.stdout == "" && printed.stderr == "")
      let hidden = try world.shell(
        "cd in && for f in ..?*; do mlt checkout -- \"../out/$f\" > /dev/null || echo \"$f\"; done")
      #expect(hidden.stdout == "" && hidden.stderr == "")
      try check()
    }
  }

  @Test("a folder with such names is one tree, added and restored")
  func tree() throws {
    try withWorld { world in
      try makeFiles(world)
      try expectSuccess(world.mlt("add", "in"))
      try world.shell("cp -a in kept && rm -r in")
      try expectSuccess(world.mlt("checkout", "in"))
      try expectSuccess(world.shell("diff -r kept in"))
    }
  }

  @Test("names show quoted where they would break lines, in every listing")
  func listings() throws {
    try withWorld { world in
      try makeFiles(world)
      for listing in [["log"], ["status"], ["show", "out"], ["trace", "out/with space"]] {
        let printed = try world.run([World.program.string] + listing)
        #expect(printed.status == 0)
        #expect(!printed.stdout.contains("line\nbreak") && !printed.stdout.contains("\u{1}"))
        #expect(!printed.stdout.contains("\u{FFFD}"), "bytes that aren't text are escaped")
      }
    }
  }
}
