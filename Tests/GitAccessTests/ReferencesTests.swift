import GitAccess
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct ReferencesTests {
  @Test("branches, tags, remote branches, stash entries and the HEADs of work trees keep commits")
  func all() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.commitAll()
      let first = try commit(fixture, "HEAD")
      try fixture.git("tag", "plain")
      try fixture.git("tag", "-a", "-m", "noted", "noted")
      try fixture.git("update-ref", "refs/remotes/origin/main", "HEAD")
      try fixture.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
      try fixture.git("update-ref", "refs/heads/data/old", "HEAD")
      for text in ["2", "3"] {
        try fixture.write("a", text)
        try fixture.git("stash", "push", "-q")
      }
      let stashed = try (0..<2).map { try commit(fixture, "stash@{\($0)}") }
      try fixture.write("a", "4")
      try fixture.commitAll()
      let second = try commit(fixture, "HEAD")
      try fixture.git("worktree", "add", "-q", "--detach", "../other", "HEAD")
      try fixture.git("-C", "../other", "commit", "-q", "--allow-empty", "-m", "detached")
      let third = try commit(fixture, "HEAD", fixture.folder.appending("other"))
      let expected = [
        "main-worktree/HEAD": second, "refs/heads/data/old": first, "refs/heads/main": second,
        "refs/remotes/origin/HEAD": first, "refs/remotes/origin/main": first, "refs/stash": stashed[0],
        "refs/tags/noted": first, "refs/tags/plain": first, "stash@{0}": stashed[0], "stash@{1}": stashed[1],
        "worktrees/other/HEAD": third,
      ]
      for folder in [fixture.work, fixture.folder.appending("other")] {
        let found = try fixture.open(folder).references()
        #expect(found.map(\.name) == expected.keys.sorted())
        for reference in found { #expect(reference.commit == expected[reference.name], "\(reference.name)") }
      }
      // Also while the linked work tree's folder is away.
      try FileOperations.rename(fixture.folder.appending("other"), to: fixture.folder.appending("elsewhere"))
      #expect(try fixture.open().references().count == expected.count)
    }
  }

  @Test("what leads to no commit is left out")
  func none() throws {
    try GitFixture.with { fixture in
      #expect(try fixture.open().references() == [])
      try fixture.write("a", "1")
      try fixture.commitAll()
      try fixture.git("tag", "tree", "HEAD^{tree}")
      try fixture.git("tag", "blob", "HEAD:a")
      try fixture.git("tag", "-a", "-m", "noted", "noted-tree", "HEAD^{tree}")
      try fixture.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
      let found = try fixture.open().references()
      #expect(found.map(\.name) == ["main-worktree/HEAD", "refs/heads/main"])
    }
  }

  @Test("a reference to a missing commit is an error, not nothing")
  func missing() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.commitAll()
      let digits = String(repeating: "7", count: 40)
      try fixture.write(".git/refs/heads/lost", digits + "\n")
      #expect(throws: GitError.noSuchCommit(digits)) { try fixture.open().references() }
    }
  }

  private func commit(_ fixture: GitFixture, _ name: String, _ place: FilePath? = nil) throws -> String {
    let output = try fixture.git("rev-parse", name, in: place)
    return String(decoding: output.prefix(40), as: UTF8.self)
  }
}
