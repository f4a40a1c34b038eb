import GitAccess
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What a commit is about to take, and what git is in the middle of.
@Suite struct StagedTests {
  private func paths(_ changes: [StagedChange]) -> [String] { changes.map { String(decoding: $0.path, as: UTF8.self) } }

  @Test("before the first commit all that is staged is new")
  func first() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.write("unstaged", "2")
      try fixture.git("add", "a")
      let changes = try fixture.open().stagedChanges(since: nil)
      #expect(paths(changes) == ["a"])
      #expect(changes.first?.isInCommit == false)
      #expect(changes.first?.staged?.kind == .file)
    }
  }

  @Test("added, changed, removed and renamed paths are told, and what is only in the work tree isn't")
  func kinds() throws {
    try GitFixture.with { fixture in
      for name in ["changed", "removed", "same", "mode", "old"] { try fixture.write(name, name) }
      try fixture.commitAll()
      try fixture.write("changed", "other")
      try fixture.write([0x66, 0xFF, 0x0A], bytes("odd name"))
      try fixture.git("mv", "old", "new")
      try fixture.git("rm", "-q", "removed")
      try fixture.git("add", "-A")
      try fixture.git("update-index", "--chmod=+x", "mode")
      try fixture.write("same", "only in the work tree")
      let repository = try fixture.open()
      let changes = try repository.stagedChanges(since: repository.head().commit)
      let found = Dictionary(uniqueKeysWithValues: changes.map { ($0.path, $0) })
      #expect(
        Set(found.keys)
          == Set([bytes("changed"), bytes("removed"), bytes("mode"), bytes("old"), bytes("new"), [0x66, 0xFF, 0x0A]]))
      #expect(found[bytes("removed")]?.staged == nil)
      #expect(found[bytes("old")]?.staged == nil)
      #expect(found[bytes("new")]?.isInCommit == false)
      #expect(found[bytes("mode")]?.staged?.kind == .executable)
      #expect(try repository.stagedContent(at: bytes("same")) == ContentHasher.contentID(of: bytes("same")))
      #expect(try repository.stagedContent(at: bytes("removed")) == nil)
      #expect(try repository.stagedSize(at: bytes("changed")) == 5)
    }
  }

  @Test("a path that is only intended to be added is no change, and one that was taken out before is removed")
  func intended() throws {
    try GitFixture.with { fixture in
      try fixture.write("old", "1")
      try fixture.commitAll()
      try fixture.write("new", "2")
      try fixture.git("rm", "-q", "--cached", "old")
      try fixture.git("add", "-N", "new", "old")
      let repository = try fixture.open()
      let changes = try repository.stagedChanges(since: repository.head().commit)
      #expect(paths(changes) == ["old"])
      #expect(changes.first?.staged == nil)
      #expect(changes.first?.isInCommit == true)
      #expect(try repository.stagedFile(at: bytes("new")) == nil)
      #expect(try repository.stagedSize(at: bytes("new")) == nil)
      #expect(try repository.stagedContent(at: bytes("old")) == nil)
    }
  }

  @Test("another index than the repository's own is asked when it is named")
  func otherIndex() throws {
    try GitFixture.with { fixture in
      for name in ["a", "b"] { try fixture.write(name, "1") }
      try fixture.commitAll()
      for name in ["a", "b"] { try fixture.write(name, "2") }
      try fixture.git("add", "a")
      let other = fixture.folder.appending("index")
      try fixture.git("read-tree", "--index-output=\(other.string)", "HEAD")
      let repository = try fixture.open()
      let head = try repository.head().commit
      repository.consultIndex(at: other)
      #expect(try repository.stagedChanges(since: head).isEmpty)
      repository.consultIndex(at: nil)
      #expect(try paths(repository.stagedChanges(since: head)) == ["a"])
      repository.consultIndex(at: fixture.folder.appending("none"))
      #expect(try paths(repository.stagedChanges(since: head)) == ["a", "b"])
    }
  }

  @Test("a staged file counts as the work tree would have it")
  func filters() throws {
    try GitFixture.with { fixture in
      try fixture.write(".gitattributes", "*.txt text eol=crlf\n*.bin filter=lfs\n")
      try fixture.write("a.txt", "one\ntwo\n")
      let content = ContentHasher.contentID(of: bytes("large"))
      try fixture.write(
        "b.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:\(content.hex)\nsize 5\n")
      try fixture.git("-c", "filter.lfs.clean=cat", "add", "-A")
      let repository = try fixture.open()
      #expect(try repository.stagedBytes(at: bytes("a.txt")) == bytes("one\r\ntwo\r\n"))
      #expect(try repository.stagedContent(at: bytes("b.bin")) == content)
      #expect(throws: GitError.self) { try repository.stagedBytes(at: bytes("a.txt"), limit: 3) }
    }
  }

  @Test("what goes on is named, and the other side of a merge")
  func operations() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "base")
      try fixture.commitAll()
      try fixture.git("checkout", "-q", "-b", "side")
      try fixture.write("a", "side")
      try fixture.commitAll()
      let side = String(decoding: try fixture.git("rev-parse", "HEAD").dropLast(), as: UTF8.self)
      try fixture.git("checkout", "-q", "main")
      try fixture.write("a", "main")
      try fixture.commitAll()
      #expect(try fixture.open().operation() == nil)
      #expect(try fixture.open().mergedCommits().isEmpty)
      _ = try fixture.run(["merge", "side"], in: fixture.work)
      #expect(try fixture.open().operation() == .merge)
      #expect(try fixture.open().mergedCommits() == [side])
      try fixture.git("merge", "--abort")
      _ = try fixture.run(["cherry-pick", "side"], in: fixture.work)
      #expect(try fixture.open().operation() == .cherryPick)
      try fixture.git("cherry-pick", "--abort")
      _ = try fixture.run(["rebase", "side"], in: fixture.work)
      #expect(try fixture.open().operation() == .rebase)
      #expect(try fixture.open().operation()?.repeatsCommits == true)
    }
  }

  @Test("hooks are looked for where git looks for them")
  func hooks() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.commitAll()
      let work = try #require(FileOperations.resolved(fixture.work))
      let own = work.appending(".git/hooks")
      #expect(try fixture.open().hooksFolder() == HooksFolder(path: own, setting: nil, isOwn: true))
      try fixture.git("worktree", "add", "-q", "../linked")
      let linked = fixture.folder.appending("linked")
      #expect(try fixture.open(linked).hooksFolder().path == own)
      try fixture.git("config", "core.hooksPath", ".husky/_")
      let root = try #require(FileOperations.resolved(linked))
      #expect(
        try fixture.open(linked).hooksFolder()
          == HooksFolder(path: root.appending(".husky/_"), setting: ".husky/_", isOwn: true))
      try fixture.git("config", "core.hooksPath", "../shared")
      #expect(try fixture.open().hooksFolder().isOwn == false)
      try fixture.git("config", "extensions.worktreeConfig", "true")
      try fixture.git("config", "--worktree", "core.hooksPath", "mine", in: linked)
      #expect(try fixture.open(linked).hooksFolder().path == root.appending("mine"))
      #expect(try fixture.open().hooksFolder().setting == "../shared")
    }
  }

  @Test("of a history only what others don't have is looked at")
  func history() throws {
    try GitFixture.with { fixture in
      for text in ["1", "2", "3"] {
        try fixture.write("mlt.lock", text)
        try fixture.commitAll()
      }
      let repository = try fixture.open()
      let head = try #require(try repository.head().commit)
      let first = try #require(try repository.commit(of: "HEAD~2"))
      let name = bytes("mlt.lock")
      #expect(try repository.versions(of: name, in: [head], withHistory: true).count == 3)
      #expect(try repository.versions(of: name, in: [head], withHistory: true, without: [first]).count == 2)
      #expect(try repository.versions(of: name, in: [head], withHistory: true, without: [head]).isEmpty)
      let unknown = String(repeating: "1", count: 40)
      #expect(try repository.versions(of: name, in: [head], withHistory: true, without: [unknown]).count == 3)
    }
  }
}
