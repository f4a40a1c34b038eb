import DVCProjects
import Lineage
import MLTBase
import Testing

@Suite struct LockFileTests {
  private static let one = String(repeating: "1", count: 64)
  private static let two = String(repeating: "2", count: 64)
  private static let md5 = String(repeating: "3", count: 32)

  private func parse(_ lines: String...) throws -> LockFile {
    try LockFile(parsing: Array((["# mlt.lock 1"] + lines).map { $0 + "\n" }.joined().utf8))
  }

  private func entry(_ path: String, _ kind: LockEntry.Kind = .file, hex: String = one) throws -> LockEntry {
    LockEntry(
      kind: kind, content: try #require(ContentID(hex: hex)), size: 5, count: kind == .tree ? 2 : 1,
      path: try #require(WorkPath(text: path)))
  }

  @Test(
    "each kind of entry is written and read again as it was",
    arguments: [
      "file \(one) 10 a b.csv", "exec \(two) 0 bin/tool", "tree \(one) 123456 1000 data", "link \(two) 3 latest",
      #"file \#(one) 1 "new\nline""#, "file \(one) 1 \u{301}accent first", "absent md5:\(md5) 12 a b.csv",
      "absent md5-dos2unix:\(md5).dir - data",
    ])
  func roundTrip(_ line: String) throws {
    let lock = try parse(line)
    #expect(lock.entries.count + lock.absent.count == 1)
    #expect(String(decoding: lock.bytes, as: UTF8.self) == "# mlt.lock 1\n\(line)\n")
  }

  @Test("comments and empty lines are passed over")
  func comments() throws {
    #expect(try parse("", "# note", "file \(Self.one) 1 a", "").entries.map(\.path.text) == ["a"])
  }

  @Test(
    "a file that isn't a lock file is refused, with the line at fault",
    arguments: [
      ("", 1), ("file x", 1), ("# mlt.lock 2\n", 1), ("# mlt.lock 1\nnonsense\n", 2),
      ("# mlt.lock 1\nfile \(one) 1 b\nfile \(one) 1 a\n", 3),
      ("# mlt.lock 1\nfile \(one) 1 a\nfile \(two) 1 a\n", 3), ("# mlt.lock 1\nfile \(one) -1 a\n", 2),
      ("# mlt.lock 1\nfile \(one) 01 a\n", 2), ("# mlt.lock 1\nfile \(one) 99999999999999999999 a\n", 2),
      ("# mlt.lock 1\ntree \(one) 1 a\n", 2), ("# mlt.lock 1\nfile 12 1 a\n", 2),
      ("# mlt.lock 1\nfile \(one) 1 ../a\n", 2), ("# mlt.lock 1\nfile \(one) 1 /etc/passwd\n", 2),
      ("# mlt.lock 1\nfile \(one) 1 .git/config\n", 2), ("# mlt.lock 1\nfile \(one) 1 a/.mlt/b\n", 2),
      ("# mlt.lock 1\nfile \(one) 1 .GIT/config\n", 2), ("# mlt.lock 1\nfile \(one) 1 a/.Mlt\n", 2),
      ("# mlt.lock 1\nfile \(one) 1 a//b\n", 2), ("# mlt.lock 1\nfile \(one) 1 a/\n", 2),
      ("# mlt.lock 1\nfile \(one) 1 ./a\n", 2), ("# mlt.lock 1\nfile \(one) 1 mlt.lock\n", 2),
      ("# mlt.lock 1\nfile \(one) 1\n", 2), ("# mlt.lock 1\ntree \(one) 1 1 d\nfile \(one) 1 d/a\n", 3),
      ("# mlt.lock 1\ntree \(one) 1 1 d\nfile \(one) 1 d.csv\nfile \(one) 1 d/a\n", 4),
      ("# mlt.lock 1\nabsent \(one) 1 a\n", 2), ("# mlt.lock 1\nabsent md5:12 1 a\n", 2),
      ("# mlt.lock 1\nabsent md5:\(md5) -1 a\n", 2), ("# mlt.lock 1\nabsent md5:\(md5) a\n", 2),
      ("# mlt.lock 1\nabsent md5:\(md5) 1 ../a\n", 2), ("# mlt.lock 1\nabsent sha1:\(md5) 1 a\n", 2),
      ("# mlt.lock 1\nabsent md5:\(md5) 1 a\nfile \(one) 1 a\n", 3),
      ("# mlt.lock 1\nfile \(one) 1 b\nabsent md5:\(md5) 1 a\n", 3),
      ("# mlt.lock 1\ntree \(one) 1 1 d\nabsent md5:\(md5) 1 d/a\n", 3),
      ("# mlt.lock 1\n<<<<<<< HEAD\nfile \(one) 1 a\n", 2),
    ])
  func malformed(_ text: String, line: Int) {
    #expect {
      try LockFile(parsing: Array(text.utf8))
    } throws: {
      ($0 as? LockFile.ParseError)?.line == line
    }
  }

  @Test("bytes that are no text are refused")
  func notText() {
    #expect(throws: LockFile.ParseError.self) {
      try LockFile(parsing: Array("# mlt.lock 1\nfile \(Self.one) 1 ".utf8) + [0xFF, 0x0A])
    }
  }

  @Test("entries stay sorted by their paths' bytes in whatever order they are set", arguments: 0..<8)
  func order(shift: Int) throws {
    let names = ["a", "a b", "a-b", "a/b", "a.b", "Z", "ä", "b", "a/b/c", "a0"]
    var lock = LockFile()
    for index in names.indices { lock.set(try entry(names[(index * 3 + shift) % names.count])) }
    let paths = lock.entries.map(\.path)
    #expect(paths == paths.sorted())
    #expect(paths.count == names.count)
    #expect(try LockFile(parsing: lock.bytes) == lock)
  }

  @Test("an entry takes the place of the one at its path, a tree also of all in it")
  func replacing() throws {
    var lock = LockFile()
    for path in ["d/a", "d/b/c", "d.csv", "d2"] { lock.set(try entry(path)) }
    lock.set(try entry("d2", hex: Self.two))
    #expect(lock[try #require(WorkPath(text: "d2"))]?.content.hex == Self.two)
    lock.set(try entry("d", .tree))
    #expect(lock.entries.map(\.path.text) == ["d", "d.csv", "d2"])
    #expect(try LockFile(parsing: lock.bytes) == lock)
  }

  @Test("the tree around a path is found at any depth, and a path isn't its own tree")
  func around() throws {
    var lock = LockFile()
    lock.set(try entry("d/e", .tree))
    lock.set(try entry("f"))
    func tree(_ path: String) throws -> String? { lock.tree(around: try #require(WorkPath(text: path)))?.path.text }
    #expect(try tree("d/e/x") == "d/e")
    #expect(try tree("d/e/x/y/z") == "d/e")
    #expect(try tree("d/e") == nil)
    #expect(try tree("d/ex") == nil)
    #expect(try tree("f/x") == nil)
  }

  @Test("a removed path is tracked no more")
  func removing() throws {
    var lock = try parse("file \(Self.one) 1 a", "file \(Self.one) 1 b")
    lock.remove(try #require(WorkPath(text: "a")))
    lock.remove(try #require(WorkPath(text: "absent")))
    #expect(lock.entries.map(\.path.text) == ["b"])
  }

  @Test("absent paths stand among the others by their bytes")
  func absentOrder() throws {
    let lines = [
      "absent md5:\(Self.md5) 1 a", "file \(Self.one) 1 b", "absent md5:\(Self.md5).dir - c", "tree \(Self.one) 1 1 d",
      "absent md5:\(Self.md5) 1 e",
    ]
    let text = "# mlt.lock 1\n" + lines.joined(separator: "\n") + "\n"
    let lock = try LockFile(parsing: Array(text.utf8))
    #expect(String(decoding: lock.bytes, as: UTF8.self) == text)
    #expect(lock.entries.map(\.path.text) == ["b", "d"])
    #expect(lock.absent.map(\.path.text) == ["a", "c", "e"])
  }

  @Test("content takes the place of what was absent, and not the other way")
  func absentReplaced() throws {
    func absent(_ path: String) throws -> AbsentEntry {
      AbsentEntry(
        hash: try #require(DVCHash(Self.md5, algorithm: .md5)), size: 1, path: try #require(WorkPath(text: path)))
    }
    var lock = LockFile()
    for path in ["c", "d/x", "a", "d.csv"] { lock.set(try absent(path)) }
    #expect(lock.absent.map(\.path.text) == ["a", "c", "d.csv", "d/x"])
    lock.set(try entry("a"))
    lock.set(try entry("d", .tree))
    lock.set(try absent("a"))
    lock.set(try absent("d/y"))
    #expect(lock.absent.map(\.path.text) == ["c", "d.csv"])
    #expect(lock.entries.map(\.path.text) == ["a", "d"])
    lock.remove(try #require(WorkPath(text: "c")))
    #expect(lock.absent.map(\.path.text) == ["d.csv"])
    #expect(try LockFile(parsing: lock.bytes) == lock)
  }
}
