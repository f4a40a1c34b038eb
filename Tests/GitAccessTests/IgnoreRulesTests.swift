import GitAccess
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct IgnoreRulesTests {
  @Test(
    "a line matches what gitignore(5) says",
    arguments: [
      ("name", "name", true), ("name", "a/name", true), ("name", "name/below", true), ("/name", "a/name", false),
      ("/name", "name", true), ("a/b", "a/b", true), ("a/b", "x/a/b", false), ("*.csv", "a/b.csv", true),
      ("*.csv", "a/b.csv.gz", false), ("a/*", "a/b", true), ("a/*.c", "a/b/x.c", false), ("a/**", "a/b/c", true),
      ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true), ("a/**/z", "az", false), ("**/z", "z", true),
      ("**/z", "a/b/z", true), ("a**z", "abz", true), ("a/**z", "a/b/z", false), ("?.c", "a.c", true),
      ("?.c", "ab.c", false), ("a?b", "a/b", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
      ("[^a-c]x", "dx", true), ("[]a]x", "]x", true), ("[[:digit:]]x", "1x", true), ("[[:nope:]]x", "1x", false),
      ("[a-", "a", false), ("\\#x", "#x", true), ("#x", "#x", false), ("\\!x", "!x", true), ("x ", "x", true),
      ("x\\ ", "x ", true), ("x\\", "x", false), ("a\\*b", "a*b", true), ("a\\*b", "axb", false), ("*", "a", true),
      ("", "a", false), ("/", "a", false), ("*/b", "a/b", true), ("*/b", "a/c/b", false), ("a*b*c", "aXbYbc", true),
    ])
  func lines(line: String, path: String, expected: Bool) throws {
    try withTemporaryFolder { folder in
      let rules = try IgnoreRules(workTree: folder, builtIn: [line])
      #expect(try rules.isIgnored(bytes(path), isFolder: false) == expected)
    }
  }

  @Test("a line with a slash at its end is for folders, and for what is in them")
  func folders() throws {
    try withTemporaryFolder { folder in
      let rules = try IgnoreRules(workTree: folder, builtIn: ["build/"])
      #expect(try !rules.isIgnored(bytes("build"), isFolder: false))
      #expect(try rules.isIgnored(bytes("build"), isFolder: true))
      #expect(try rules.isIgnored(bytes("a/build/b/c"), isFolder: false))
    }
  }

  @Test("later lines and inner files win, but not over an ignored folder above")
  func precedence() throws {
    try withTemporaryFolder { folder in
      try FileOperations.createFolder(folder.pushing("in/out"))
      try FileOperations.createFolder(folder.appending("gone"))
      try FileOperations.replace(folder.appending(".mltignore"), with: bytes("*.csv\n!keep.csv\ngone/\n"))
      try FileOperations.replace(folder.pushing("in/.mltignore"), with: bytes("!a.csv\nkeep.csv\r\n/top\n"))
      try FileOperations.replace(folder.pushing("gone/.mltignore"), with: bytes("!*\n"))
      try FileOperations.replace(folder.appending(".gitignore"), with: bytes("*.txt\n"))
      let rules = try IgnoreRules(workTree: folder, builtIn: ["*.tmp", "a.csv"])
      let cases: [(String, Bool)] = [
        ("a.csv", true), ("keep.csv", false), ("in/a.csv", false), ("in/keep.csv", true), ("in/out/a.csv", false),
        ("in/b.csv", true), ("in/top", true), ("in/out/top", false), ("gone/x", true), ("x.tmp", true),
        ("in/out/x.tmp", true), ("x.txt", false),
      ]
      for (path, expected) in cases {
        #expect(try rules.isIgnored(bytes(path), isFolder: false) == expected, "\(path)")
      }
    }
  }

  @Test("names that aren't text are matched by their bytes")
  func otherBytes() throws {
    try withTemporaryFolder { folder in
      try FileOperations.replace(folder.appending(".mltignore"), with: [0xFF, 0x2A, 0x0A] + bytes("é?x\n"))
      let rules = try IgnoreRules(workTree: folder, builtIn: [])
      #expect(try rules.isIgnored([0xFF, 0xFE], isFolder: false))
      #expect(try rules.isIgnored(bytes("éax"), isFolder: false))
      #expect(try !rules.isIgnored(bytes("e"), isFolder: false))
    }
  }

  @Test("a path out of the work tree isn't ignored", arguments: ["", "/a", "../a", "a/../b", "./a", "a//b", "a/"])
  func outside(path: String) throws {
    try withTemporaryFolder { folder in
      let rules = try IgnoreRules(workTree: folder, builtIn: ["*"])
      #expect(try !rules.isIgnored(bytes(path), isFolder: false))
    }
  }

  @Test("a file with rules that is a link or a folder has none")
  func notAFile() throws {
    try withTemporaryFolder { folder in
      try FileOperations.createFolder(folder.pushing("a/.mltignore"))
      try FileOperations.replace(folder.appending("rules"), with: bytes("*\n"))
      #expect(symlink("rules", folder.appending(".mltignore").string) == 0)
      let rules = try IgnoreRules(workTree: folder, builtIn: [])
      #expect(try !rules.isIgnored(bytes("a/b"), isFolder: false))
    }
  }

  @Test("a pattern of many stars and a deep path take no time to speak of")
  func hostile() throws {
    try withTemporaryFolder { folder in
      let stars = String(repeating: "*a", count: 100) + "b"
      let folders = String(repeating: "**/a/", count: 100) + "b"
      let rules = try IgnoreRules(workTree: folder, builtIn: [stars, folders])
      #expect(try !rules.isIgnored(bytes(String(repeating: "a", count: 250)), isFolder: false))
      let deep = Array(repeating: "a", count: 150).joined(separator: "/")
      #expect(try !rules.isIgnored(bytes(deep), isFolder: false))
    }
  }

  @Test("git's own rules come from all their files, in git's order")
  func gitRules() throws {
    try GitFixture.with { fixture in
      try fixture.write(".gitignore", "*.log\n!keep.log\n")
      try fixture.write("in/.gitignore", "!a.log\n")
      try fixture.write(".git/info/exclude", "excluded\nkeep.log\n")
      let file = fixture.folder.appending("user-ignore")
      try FileOperations.replace(file, with: bytes("user\n!excluded\n"))
      try fixture.git("config", "core.excludesFile", file.string)
      let repository = try fixture.open()
      let cases: [(String, Bool)] = [
        ("a.log", true), ("keep.log", false), ("in/a.log", false), ("in/b.log", true), ("excluded", true),
        ("user", true), ("x", false),
      ]
      for (path, expected) in cases {
        #expect(try repository.isIgnored(bytes(path), isFolder: false) == expected, "\(path)")
      }
      try fixture.write(".gitignore", "x\n")
      #expect(try !repository.isIgnored(bytes("x"), isFolder: false))
      repository.refresh()
      #expect(try repository.isIgnored(bytes("x"), isFolder: false))
    }
  }

  @Test("a repository that ignores case does so for its rules")
  func ignoredCase() throws {
    try GitFixture.with { fixture in
      try fixture.git("config", "core.ignoreCase", "true")
      try fixture.write(".gitignore", "Data/\n*.CSV\n[x-z]1\n")
      let repository = try fixture.open()
      for path in ["data/a", "DATA/b", "q.csv", "q.Csv", "Y1"] {
        #expect(try repository.isIgnored(bytes(path), isFolder: false), "\(path)")
      }
    }
  }

  @Test("random rules mean what git says they mean", arguments: (1...30) as ClosedRange<UInt64>)
  func asGit(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    try GitFixture.with { fixture in
      let names = ["a", "b", "ab", "a.c", "ba", "-", "]"]
      var paths: [String] = []
      for _ in 0..<120 {
        let depth = Int.random(in: 1...4, using: &generator)
        paths.append((0..<depth).map { _ in names.randomElement(using: &generator) ?? "a" }.joined(separator: "/"))
      }
      let pieces = [
        "a", "b", "ab", "/", "/", "*", "*", "**", "**/", "/**", "?", "[ab]", "[!a]", "[a-b]", "[]-a]", ".c", "\\a",
        "\\*",
        "[[:alpha:]]", " ", "]", "[-]", "[a",
      ]
      for file in [".gitignore", "a/.gitignore", "a/b/.gitignore", ".git/info/exclude"] {
        let lines = (0..<8).map { _ in
          let count = Int.random(in: 1...4, using: &generator)
          let pattern = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "a" }.joined()
          return (Int.random(in: 0..<3, using: &generator) == 0 ? "!" : "") + pattern
        }
        try fixture.write(file, lines.joined(separator: "\n"))
      }
      // Below a folder there are files and folders by each name: those whose path another one continues are folders.
      let folders = Set(paths.flatMap { path in prefixes(of: path) } + ["a", "a/b"])
      for folder in folders { try FileOperations.createFolder(fixture.work.pushing(FilePath(folder))) }
      for path in paths where !folders.contains(path) { try fixture.write(path, "") }
      let input = fixture.folder.appending("paths")
      try FileOperations.replace(input, with: bytes(paths.map { $0 + "\0" }.joined()))
      let check = ["check-ignore", "-z", "--stdin", "--no-index"]
      let output = try fixture.run(check, in: fixture.work, input: input).output
      let ignored = Set(output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
      let repository = try fixture.open()
      for path in Set(paths).sorted() {
        let found = try repository.isIgnored(bytes(path), isFolder: folders.contains(path))
        #expect(found == ignored.contains(path), "\(path) in seed \(seed)")
      }
    }
  }

  private func prefixes(of path: String) -> [String] {
    path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
  }
}
