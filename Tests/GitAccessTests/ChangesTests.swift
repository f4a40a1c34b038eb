import GitAccess
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct ChangesTests {
  @Test("before the first commit a work tree has changes only once something is added")
  func unborn() throws {
    try GitFixture.with { fixture in
      let repository = try fixture.open()
      #expect(try !repository.hasChanges())
      try fixture.write("a", "1")
      #expect(try !repository.hasChanges())
      try fixture.git("add", "a")
      #expect(try repository.hasChanges())
      #expect(try !repository.matchesHead(bytes("a")))
      #expect(try repository.headBlob(at: bytes("a")) == nil)
    }
  }

  @Test("untracked and ignored files are no changes; a tracked one that differs is, staged or not")
  func kinds() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "one")
      try fixture.write("folder/b", "two")
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(try !repository.hasChanges())
      try fixture.write("untracked", "x")
      #expect(try !repository.hasChanges())
      try fixture.write("a", "two")  // of the same size
      #expect(try repository.hasChanges())
      try fixture.git("add", "a")
      #expect(try repository.hasChanges())
      try fixture.write("a", "one")
      try fixture.git("add", "a")
      #expect(try !repository.hasChanges())
      try FileOperations.remove(fixture.work.pushing("folder/b"))
      #expect(try repository.hasChanges())
      try fixture.git("checkout", "-q", "folder/b")
      #expect(try !repository.hasChanges())
      try fixture.git("rm", "-q", "--cached", "a")
      #expect(try repository.hasChanges())
    }
  }

  @Test("a file that was only touched hasn't changed, and one with its old time and size has")
  func times() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "one")
      try fixture.age("a")
      try fixture.commitAll()
      let repository = try fixture.open()
      try fixture.age("a", seconds: 1_100_000_000)
      #expect(try !repository.hasChanges())
      #expect(try repository.matchesHead(bytes("a")))
      try fixture.write("a", "two")
      try fixture.age("a")  // leaves the time of the last change of status
      #expect(try repository.hasChanges())
      #expect(try !repository.matchesHead(bytes("a")))
    }
  }

  @Test("a change in the tick in which the index was written is seen")
  func racy() throws {
    try GitFixture.with { fixture in
      let repository = try fixture.open()
      for round in 0..<20 {
        try fixture.write("a", "\(round % 10)a")
        try fixture.commitAll()
        try fixture.write("a", "\(round % 10)b")
        #expect(try repository.hasChanges())
        #expect(try !repository.matchesHead(bytes("a")))
      }
    }
  }

  @Test("the executable bit counts for changes unless the repository says otherwise, and never for content")
  func executable() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "one")
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(chmod(fixture.work.appending("a").string, 0o755) == 0)
      #expect(try repository.hasChanges())
      #expect(try repository.matchesHead(bytes("a")))
      try fixture.git("config", "core.fileMode", "false")
      #expect(try !repository.hasChanges())
      try fixture.git("config", "core.fileMode", "true")
      try fixture.commitAll()
      repository.refresh()
      #expect(try repository.headBlob(at: bytes("a"))?.isExecutable == true)
    }
  }

  @Test("a link counts by its target's name, and isn't followed")
  func links() throws {
    try GitFixture.with { fixture in
      let link = fixture.work.appending("link")
      #expect(symlink("nowhere", link.string) == 0)
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(try !repository.hasChanges())
      #expect(try repository.matchesHead(bytes("link")))
      #expect(try repository.headBlob(at: bytes("link"))?.isLink == true)
      try FileOperations.remove(link)
      #expect(symlink("elsewhere", link.string) == 0)
      #expect(try repository.hasChanges())
      #expect(try !repository.matchesHead(bytes("link")))
      try FileOperations.remove(link)
      try fixture.write("link", "nowhere")
      #expect(try repository.hasChanges())
      #expect(try !repository.matchesHead(bytes("link")))
    }
  }

  @Test("a link's target counts byte for byte", arguments: ["folder/", "a//b", "./a/", "/"])
  func linkBytes(target: String) throws {
    try GitFixture.with { fixture in
      #expect(symlink(target, fixture.work.appending("link").string) == 0)
      try fixture.commitAll()
      try fixture.age("link")
      #expect(try fixture.open().matchesHead(bytes("link")))
      #expect(try !fixture.open().hasChanges())
    }
  }

  // Only file systems in memory keep such times here.
  private static let memory: FilePath = "/dev/shm"

  @Test("files of any time are compared", .enabled(if: access("/dev/shm", W_OK) == 0, "needs a file system in memory"))
  func ancient() throws {
    try GitFixture.with { _ in
      let fixture = GitFixture(
        folder: Self.memory.appending("mlt-test-" + Hex.encode(FileOperations.randomBytes(6))))
      defer { removeTree(fixture.folder) }
      try FileOperations.createFolder(fixture.folder)
      try fixture.git("init", "-q", "-b", "main", "work", in: fixture.folder)
      try fixture.write("a", "1")
      try fixture.commitAll()
      for seconds in [-9_223_372_037, -9_223_372_036, -1, 9_223_372_037, Int.min / 2] {
        try fixture.age("a", seconds: seconds)
        #expect(try !fixture.open().hasChanges())
      }
    }
  }

  @Test("line endings count as git would commit them")
  func lineEndings() throws {
    try GitFixture.with { fixture in
      try fixture.write("a.txt", "one\ntwo\n")
      try fixture.write("b.bin", "one\ntwo\n")
      try fixture.write(".gitattributes", "*.txt text\n*.bin -text\n")
      try fixture.commitAll()
      try fixture.git("config", "core.autocrlf", "true")
      try fixture.git("config", "core.safecrlf", "true")
      let repository = try fixture.open()
      try fixture.write("a.txt", "one\r\ntwo\r\n")
      #expect(try repository.matchesHead(bytes("a.txt")))
      #expect(try !repository.hasChanges())
      try fixture.write("b.bin", "one\r\ntwo\r\n")
      #expect(try !repository.matchesHead(bytes("b.bin")))
      #expect(try repository.hasChanges())
    }
  }

  @Test("a file of git-lfs counts by the content that its pointer names")
  func largeFiles() throws {
    try GitFixture.with { fixture in
      let content = Array("large".utf8)
      let pointer = """
        version https://git-lfs.github.com/spec/v1
        oid sha256:\(ContentHasher.contentID(of: content).hex)
        size \(content.count)

        """
      try fixture.write("a.csv", pointer)
      try fixture.commitAll()
      try fixture.write(".gitattributes", "*.csv filter=lfs -text\n")
      try fixture.git("add", ".gitattributes")
      try fixture.git("commit", "-q", "-m", "attributes")
      let repository = try fixture.open()
      #expect(try repository.matchesHead(bytes("a.csv")))
      try fixture.write("a.csv", "large")
      #expect(try repository.matchesHead(bytes("a.csv")))
      #expect(try !repository.hasChanges())
      try fixture.write("a.csv", "other")
      #expect(try !repository.matchesHead(bytes("a.csv")))
      #expect(try repository.hasChanges())
    }
  }

  @Test("a submodule differs by its commit or by its own changes, and not while it isn't checked out")
  func submodule() throws {
    try GitFixture.with { fixture in
      try fixture.git("init", "-q", "-b", "main", "part", in: fixture.folder)
      let part = fixture.folder.appending("part")
      try FileOperations.replace(part.appending("p"), with: bytes("1"))
      try fixture.git("add", "p", in: part)
      try fixture.git("commit", "-q", "-m", "one", in: part)
      try fixture.git("submodule", "--quiet", "add", "../part", "sub")
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(try !repository.hasChanges())
      #expect(try repository.isTracked(bytes("sub")))
      #expect(try repository.headBlob(at: bytes("sub")) == nil)
      try fixture.write("sub/new", "untracked")
      #expect(try !repository.hasChanges())
      try fixture.write("sub/p", "2")
      #expect(try repository.hasChanges())
      try fixture.git("commit", "-q", "-a", "-m", "two", in: fixture.work.appending("sub"))
      #expect(try repository.hasChanges())
      try fixture.commitAll()
      #expect(try !repository.hasChanges())
      try fixture.git("submodule", "--quiet", "deinit", "-f", "sub")
      #expect(try !repository.hasChanges())
    }
  }

  @Test("a submodule folder that points back to the repository ends in an answer")
  func circularSubmodule() throws {
    try GitFixture.with { fixture in
      try fixture.commitAll()
      let commit = String(decoding: try fixture.git("rev-parse", "HEAD").dropLast(), as: UTF8.self)
      try fixture.git("update-index", "--add", "--cacheinfo", "160000,\(commit),sub")
      try fixture.git("commit", "-q", "-m", "sub")
      try fixture.git("config", "core.worktree", fixture.work.string)
      try fixture.write("sub/.git", "gitdir: ../.git\n")
      #expect(try fixture.open().hasChanges())
    }
  }

  @Test("a conflict, a file marked to be added and only those marked to be skipped are told apart")
  func marks() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "one")
      try fixture.write("b", "one")
      try fixture.commitAll()
      let repository = try fixture.open()
      try fixture.write("a", "two")
      try fixture.git("update-index", "--assume-unchanged", "a")
      #expect(try !repository.hasChanges())
      try fixture.git("update-index", "--no-assume-unchanged", "a")
      try fixture.git("update-index", "--skip-worktree", "a")
      try FileOperations.remove(fixture.work.appending("a"))
      #expect(try !repository.hasChanges())
      try fixture.write("new", "")
      try fixture.git("add", "-N", "new")
      #expect(try repository.hasChanges())
      #expect(try !repository.hasChanges { $0 == bytes("new") })
    }
  }

  @Test("a path in conflict is tracked, listed once and a change")
  func conflict() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "base")
      try fixture.commitAll()
      try fixture.git("checkout", "-q", "-b", "other")
      try fixture.write("a", "theirs")
      try fixture.commitAll()
      try fixture.git("checkout", "-q", "main")
      try fixture.write("a", "ours")
      try fixture.commitAll()
      #expect(try fixture.run(["merge", "-q", "other"], in: fixture.work).status == 1)
      let repository = try fixture.open()
      #expect(try repository.hasChanges())
      #expect(try repository.isTracked(bytes("a")))
      #expect(try repository.trackedPaths(below: []) == [bytes("a")])
    }
  }

  @Test("a lock on the index hinders nobody from reading, and the index is never written")
  func locked() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "one")
      try fixture.commitAll()
      let index = fixture.work.pushing(".git/index")
      let before = try FileStatus(at: index)
      try fixture.write(".git/index.lock", "")
      try fixture.write("a", "one")
      let repository = try fixture.open()
      #expect(try !repository.hasChanges())
      #expect(try repository.isTracked(bytes("a")))
      #expect(try FileStatus(at: index) == before)
    }
  }
}
