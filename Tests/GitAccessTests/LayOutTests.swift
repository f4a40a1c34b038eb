import GitAccess
import MLTBase
import SystemPackage
import Testing

/// Repositories of their own with a commit's files.
@Suite struct LayOutTests {
  private func commit(_ repository: GitRepository) throws -> String { try #require(try repository.head().commit) }

  @Test("a commit's files lie there, with modes and links, and HEAD is that commit")
  func files() throws {
    try GitFixture.with { fixture in
      try fixture.write("a.txt", "one\n")
      try fixture.write("sub/run.sh", "#!/bin/sh\n")
      try FileOperations.setExecutable(true, fixture.work.appending("sub").appending("run.sh"))
      try fixture.write(Array("odd\u{7}".utf8) + [0xFF], [1])
      try fixture.commitAll()
      let repository = try fixture.open()
      let first = try commit(repository)
      try fixture.write("a.txt", "two\n")
      try fixture.write("new.txt", "")
      try fixture.commitAll()
      // What isn't committed stays where it is.
      try fixture.write("a.txt", "three\n")

      let folder = fixture.folder.appending("scratch")
      try FileOperations.createFolder(folder)
      try repository.layOut(commit: first, in: folder)
      #expect(try FileOperations.contents(of: folder.appending("a.txt")) == Array("one\n".utf8))
      #expect(try FileStatus(at: folder.appending("new.txt")) == nil)
      #expect(try FileStatus(at: folder.appending("sub").appending("run.sh"))?.isExecutable == true)
      #expect(try FileOperations.nameBytes(in: folder).contains(Array("odd\u{7}".utf8) + [0xFF]))
      let made = try fixture.open(folder)
      #expect(try made.head().commit == first && made.head().branch == nil)
      #expect(try !made.hasChanges())
      #expect(try FileOperations.contents(of: fixture.work.appending("a.txt")) == Array("three\n".utf8))
      #expect(try commit(repository) != first)
      // What is written there stays there.
      #expect(
        try FileStatus(at: folder.appending(".git").appending("objects").appending("info").appending("alternates"))
          != nil)
    }
  }

  @Test("a commit that isn't there is said to be none", arguments: [String(repeating: "1", count: 40), "main", ""])
  func missing(_ name: String) throws {
    try GitFixture.with { fixture in
      try fixture.commitAll()
      let repository = try fixture.open()
      #expect(!repository.holds(commit: name))
      let folder = fixture.folder.appending("scratch")
      try FileOperations.createFolder(folder)
      #expect(throws: GitError.noSuchCommit(name)) { try repository.layOut(commit: name, in: folder) }
      #expect(try FileOperations.names(in: folder).isEmpty)
    }
  }

  @Test("a commit is at or after itself and those before it")
  func order() throws {
    try GitFixture.with { fixture in
      try fixture.commitAll()
      let repository = try fixture.open()
      let first = try commit(repository)
      try fixture.commitAll()
      let second = try commit(repository)
      #expect(repository.holds(commit: first) && repository.holds(commit: second))
      #expect(repository.isCommit(second, atOrAfter: first) && repository.isCommit(first, atOrAfter: first))
      #expect(!repository.isCommit(first, atOrAfter: second))
      #expect(!repository.isCommit(String(repeating: "1", count: 40), atOrAfter: first))
      #expect(!repository.isCommit("x", atOrAfter: first))
    }
  }
}
