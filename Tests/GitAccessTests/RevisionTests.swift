import GitAccess
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct RevisionTests {
  @Test("branches, tags, ancestors, ids and their beginnings name commits")
  func named() throws {
    try GitFixture.with { fixture in
      var commits: [String] = []
      for text in ["1", "2", "3"] {
        try fixture.write("file", text)
        try fixture.commitAll()
        commits.append(try #require(try fixture.open().head().commit))
      }
      try fixture.git("tag", "-a", "-m", "annotated", "v2", "HEAD~1")
      try fixture.git("branch", "side/branch", "HEAD~2")
      let repository = try fixture.open()
      #expect(try repository.commit(of: "HEAD") == commits[2])
      #expect(try repository.commit(of: "HEAD~2") == commits[0])
      #expect(try repository.commit(of: "HEAD^") == commits[1])
      #expect(try repository.commit(of: "v2") == commits[1])
      #expect(try repository.commit(of: "side/branch") == commits[0])
      #expect(try repository.commit(of: commits[1]) == commits[1])
      #expect(try repository.commit(of: String(commits[1].prefix(12))) == commits[1])
      #expect(try repository.revisionNames().contains("side/branch"))
      #expect(try repository.revisionNames().contains("v2"))
    }
  }

  @Test(
    "what names no commit is no failure",
    arguments: [
      "", "nothing", "HEAD~9", "HEAD^2", "HEAD:file", "a b", "..", "@{u}", "0123456789abcdef", "\u{0}", "^", "-x", "a",
      "d", "a", "d",
    ])
  func unnamed(_ revision: String) throws {
    try GitFixture.with { fixture in
      try fixture.write("file", "1")
      try fixture.commitAll()
      #expect(try fixture.open().commit(of: revision) == nil)
    }
  }

  @Test("before the first commit nothing is named")
  func unborn() throws {
    try GitFixture.with { fixture in
      let repository = try fixture.open()
      #expect(try repository.commit(of: "HEAD") == nil)
      #expect(try repository.revisionNames() == [])
    }
  }

  @Test("a commit's folder has the files that were in it then")
  func folder() throws {
    try GitFixture.with { fixture in
      try fixture.write("src/deep/x.py", "1")
      try fixture.write("src/y.py", "2")
      try fixture.write("other", "3")
      try fixture.commitAll()
      try fixture.write("src/z.py", "4")
      try fixture.commitAll()
      let repository = try fixture.open()
      let commit = try #require(try repository.commit(of: "HEAD~1"))
      func paths(_ folder: String) throws -> [String]? {
        try repository.files(below: Array(folder.utf8), commit: commit)?
          .map { String(decoding: $0.path, as: UTF8.self) }.sorted()
      }
      #expect(try paths("src") == ["deep/x.py", "y.py"])
      #expect(try paths("src/deep") == ["x.py"])
      #expect(try paths("") == ["other", "src/deep/x.py", "src/y.py"])
      for nothing in ["other", "nothing", "/src", "src/"] { #expect(try paths(nothing) == nil) }
      #expect(throws: GitError.self) { _ = try repository.files(below: Array("src".utf8), commit: "0") }
    }
  }
}
