import GitAccess
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Names that a text format would trip over.
private let oddNames: [[UInt8]] = [
  bytes("plain"), bytes("two words"), bytes("line\nbreak"), bytes("tab\t\"quote\""), bytes("é 酒"), [0x61, 0xFF, 0xFE],
  bytes("-dash"), bytes("back\\slash"), bytes("*?[a]"), bytes(" "),
]

@Suite struct TrackedPathsTests {
  @Test("any name is tracked, has a blob and matches", arguments: oddNames)
  func names(name: [UInt8]) throws {
    try GitFixture.with { fixture in
      let path = bytes("folder/") + name
      try fixture.write(path, bytes("content"))
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(try repository.isTracked(path))
      #expect(try repository.matchesHead(path))
      #expect(try repository.headBlob(at: path)?.size == 7)
      #expect(try repository.trackedPaths(below: bytes("folder")) == [path])
      let commit = try #require(try repository.head().commit)
      #expect(try repository.blob(at: path, commit: commit) == bytes("content"))
    }
  }

  @Test("paths below a folder are those below it alone, sorted by their bytes")
  func below() throws {
    try GitFixture.with { fixture in
      let paths = ["a", "a-b", "a.c/x", "b/c/d", "b/c.d", "b/e", "bc"]
      for path in paths { try fixture.write(path, path) }
      try fixture.git("add", "-A")
      try fixture.write("untracked/x", "")
      let repository = try fixture.open()
      #expect(try repository.trackedPaths(below: []) == paths.map(bytes).sorted { $0.lexicographicallyPrecedes($1) })
      #expect(try repository.trackedPaths(below: bytes("b")) == [bytes("b/c.d"), bytes("b/c/d"), bytes("b/e")])
      #expect(try repository.trackedPaths(below: bytes("a")).isEmpty)
      #expect(try repository.hasTracked(below: bytes("b/c")))
      #expect(try repository.hasTracked(below: []))
      #expect(try !repository.hasTracked(below: bytes("a")))
      #expect(try !repository.hasTracked(below: bytes("untracked")))
      #expect(try !repository.isTracked(bytes("b")))
    }
  }

  @Test(
    "a path in another form than git's is simply not there",
    arguments: ["", "/a", "a/", "./a", "b/../a", "a\0", "a/b", "missing"])
  func otherForms(path: String) throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(try !repository.isTracked(bytes(path)))
      #expect(try repository.headBlob(at: bytes(path)) == nil)
      #expect(try !repository.matchesHead(bytes(path)))
      let commit = try #require(try repository.head().commit)
      #expect(try repository.blob(at: bytes(path), commit: commit) == nil)
    }
  }

  @Test("single paths are answered from one reading until the repository is refreshed")
  func snapshot() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(try repository.isTracked(bytes("a")))
      try fixture.write("b", "1")
      try fixture.git("add", "b")
      #expect(try !repository.isTracked(bytes("b")))
      repository.refresh()
      #expect(try repository.isTracked(bytes("b")))
    }
  }

  @Test("a blob has git's own id, size and kind, from loose objects and from packs", arguments: [false, true])
  func blobs(packed: Bool) throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "one")
      try fixture.write("empty", "")
      try fixture.commitAll()
      if packed { try fixture.git("gc", "-q") }
      let repository = try fixture.open()
      let id = String(decoding: try fixture.git("rev-parse", "HEAD:a").dropLast(), as: UTF8.self)
      #expect(
        try repository.headBlob(at: bytes("a")) == GitBlob(id: id, size: 3, isExecutable: false, isLink: false))
      let commit = try #require(try repository.head().commit)
      #expect(try repository.blob(at: bytes("a"), commit: commit) == bytes("one"))
      #expect(try repository.blob(at: bytes("empty"), commit: commit) == [])
    }
  }

  @Test("bytes are those of the commit that was asked for, up to a limit")
  func blobOfCommit() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "one")
      try fixture.commitAll()
      let repository = try fixture.open()
      let first = try #require(try repository.head().commit)
      try fixture.write("a", "second")
      try fixture.commitAll()
      #expect(try repository.blob(at: bytes("a"), commit: first, limit: 3) == bytes("one"))
      #expect(throws: GitError.blobTooLarge(path: bytes("a"), size: 3, limit: 2)) {
        try repository.blob(at: bytes("a"), commit: first, limit: 2)
      }
    }
  }

  @Test("a commit that isn't here is said to be missing", arguments: ["", "abc", String(repeating: "0", count: 40)])
  func missingCommit(commit: String) throws {
    try GitFixture.with { fixture in
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(throws: GitError.noSuchCommit(commit)) { try repository.blob(at: bytes("a"), commit: commit) }
    }
  }

  @Test("several threads may ask at once")
  func threads() async throws {
    try await GitFixture.with { fixture in
      for number in 0..<50 { try fixture.write("f\(number)", "\(number)") }
      try fixture.commitAll()
      let repository = try fixture.open()
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<50 {
          group.addTask {
            try repository.isTracked(bytes("f\(number)")) && repository.matchesHead(bytes("f\(number)"))
              && !repository.hasChanges()
          }
        }
        for try await answer in group { #expect(answer) }
      }
    }
  }
}
