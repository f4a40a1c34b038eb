import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What `mlt add` takes, and what it leaves out.
@Suite struct AddTests {
  private func tracked(_ world: World) throws -> [String] {
    let lines = (try world.read("mlt.lock") ?? "").split(separator: "\n").dropFirst()
    return lines.map { line in
      let fields = line.split(separator: " ", maxSplits: line.hasPrefix("tree ") ? 4 : 3)
      return fields.last.map(String.init) ?? ""
    }
  }

  @Test(
    "a pattern that the shell left alone is matched as git would",
    arguments: [
      ("data/*.csv", ["data/[x].csv", "data/a.csv", "data/b.csv"]), ("data/?.csv", ["data/a.csv", "data/b.csv"]),
      ("data/[ab].csv", ["data/a.csv", "data/b.csv"]), ("data/\\[x\\].csv", ["data/[x].csv"]),
      ("data/[x].csv", ["data/[x].csv"]),
      ("**/*.csv", ["data/[x].csv", "data/a.csv", "data/b.csv", "data/deep/c.csv", "top.csv"]),
      ("data/**/c.*", ["data/deep/c.csv"]), ("*.csv", ["top.csv"]), ("dat?", ["data"]), ("./data/d*", ["data/deep"]),
    ])
  func patterns(_ pattern: String, _ expected: [String]) throws {
    try withWorld { world in
      for path in ["data/a.csv", "data/b.csv", "data/[x].csv", "data/note.txt", "data/deep/c.csv", "top.csv"] {
        try world.write(path, path)
      }
      try expectSuccess(world.mlt("add", pattern))
      #expect(try tracked(world) == expected)
    }
  }

  @Test("a pattern is taken from the working directory")
  func fromFolder() throws {
    try withWorld { world in
      for path in ["a.csv", "sub/b.csv", "sub/c.csv"] { try world.write(path, path) }
      try expectSuccess(world.mlt("add", "*.csv", in: world.repository.appending("sub")))
      #expect(try tracked(world) == ["sub/b.csv", "sub/c.csv"])
      try expectSuccess(world.mlt("add", "../*.csv", in: world.repository.appending("sub")))
      #expect(try tracked(world) == ["a.csv", "sub/b.csv", "sub/c.csv"])
    }
  }

  @Test("a pattern passes over what git tracks, what '.mltignore' names, and the tools' own files")
  func passedOver() throws {
    try withWorld { world in
      for path in ["x/code.py", "x/data.csv", "x/skip.csv", "x/__pycache__/y"] { try world.write(path, path) }
      try world.write("x/.mltignore", "skip.*\n")
      try expectSuccess(world.shell("git add x/code.py && git commit -qm code"))
      try expectSuccess(world.mlt("add", "**"))
      #expect(try tracked(world) == ["x/data.csv"])
    }
  }

  @Test(
    "a pattern without a match is an error, and nothing is added", arguments: ["nix*", "**/*.parquet", "[", "../*"])
  func noMatch(_ pattern: String) throws {
    try withWorld { world in
      try world.write("a.csv", "1")
      let printed = try world.mlt("add", "a.csv", pattern)
      #expect(printed.status == 3)
      #expect(printed.stderr.contains("error: nothing matches '\(pattern)'"), "\(printed.stderr)")
      #expect(try world.read("mlt.lock") == nil)
    }
  }

  @Test("a folder with files of git's isn't taken over")
  func tracksByGit() throws {
    try withWorld { world in
      try world.write("x/code.py", "1")
      try expectSuccess(world.shell("git add -A && git commit -qm code"))
      let printed = try world.mlt("add", "x")
      #expect(printed.status == 4)
      #expect(printed.stderr.contains("is tracked by git"))
    }
  }

  @Test("what can't be stored is said")
  func skipped() throws {
    try withWorld { world in
      try world.write("d/a", "1")
      try expectSuccess(world.shell("mkfifo d/pipe"))
      let printed = try world.mlt("add", "d")
      try expectSuccess(printed)
      #expect(printed.stderr.contains("warning: 'd/pipe' is left out"))
    }
  }

  @Test("'.mltignore' files have gitignore's rules, in every folder")
  func ignoring() throws {
    try withWorld { world in
      let files = [
        "d/keep.log", "d/a.log", "d/build/x", "d/sub/build/y", "d/sub/a.log", "d/sub/only.tmp", "d/sub/b.tmp",
        "d/top.txt", "d/sub/top.txt", "d/temp", "d/sub/temp/z",
      ]
      for path in files { try world.write(path, path) }
      try world.write(".mltignore", "*.log\n!keep.log\n/d/build\ntemp/\n")
      try world.write("d/.mltignore", "/top.txt\n")
      try world.write("d/sub/.mltignore", "*.tmp\n!only.tmp\n!a.log\n")
      try expectSuccess(world.mlt("add", "d"))
      try expectSuccess(world.shell("git add -A && git commit -qm data && cp -r d before && rm -rf d && mlt checkout"))
      let found = try world.shell("find d -type f ! -name .mltignore | sort").stdout
      #expect(found == "d/keep.log\nd/sub/a.log\nd/sub/build/y\nd/sub/only.tmp\nd/sub/top.txt\nd/temp\n")
    }
  }
}
