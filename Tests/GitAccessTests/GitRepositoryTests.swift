import GitAccess
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct GitRepositoryTests {
  @Test("the work tree is found from any folder below it, through links too")
  func discovery() throws {
    try GitFixture.with { fixture in
      try fixture.write("a/b/c", "")
      let link = fixture.folder.appending("link")
      #expect(symlink(fixture.work.appending("a").string, link.string) == 0)
      for folder in [fixture.work, fixture.work.appending("a"), fixture.work.appending("a").appending("b"), link] {
        let repository = try fixture.open(folder)
        #expect(repository.workTree == fixture.work)
        #expect(repository.mainWorkTree == fixture.work)
        #expect(repository.gitFolder == fixture.work.appending(".git"))
        #expect(repository.commonFolder == fixture.work.appending(".git"))
        #expect(!repository.isBare)
      }
      #expect(try fixture.open().excludeFile == fixture.work.pushing(".git/info/exclude"))
    }
  }

  @Test("without a repository there is none")
  func none() throws {
    try GitFixture.with { fixture in
      for folder in [fixture.folder, fixture.folder.appending("missing")] {
        let found = try GitRepository.discover(from: folder)
        #expect(found == nil)
      }
    }
  }

  @Test("a bare repository has no work tree, no changes and nothing tracked")
  func bare() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.commitAll()
      try fixture.git("clone", "-q", "--bare", "work", "bare.git", in: fixture.folder)
      let repository = try fixture.open(fixture.folder.appending("bare.git"))
      #expect(repository.isBare)
      #expect(repository.workTree == nil)
      #expect(repository.mainWorkTree == nil)
      #expect(try repository.head().branch == "main")
      #expect(try !repository.hasChanges())
      #expect(try !repository.isTracked(bytes("a")))
      #expect(try repository.trackedPaths(below: []).isEmpty)
      #expect(try !repository.isIgnored(bytes("a"), isFolder: false))
      #expect(try repository.headBlob(at: bytes("a"))?.size == 1)
    }
  }

  @Test("a linked work tree knows the main one, has a HEAD of its own and shares the rest")
  func linkedWorkTree() throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.commitAll()
      try fixture.git("worktree", "add", "-q", "-b", "other", "../linked")
      let linked = fixture.folder.appending("linked")
      let repository = try fixture.open(linked)
      #expect(repository.workTree == linked)
      #expect(repository.mainWorkTree == fixture.work)
      #expect(repository.commonFolder == fixture.work.appending(".git"))
      #expect(repository.gitFolder == fixture.work.pushing(".git/worktrees/linked"))
      #expect(try repository.head().branch == "other")
      #expect(try repository.isTracked(bytes("a")))
      #expect(try !repository.hasChanges())
      #expect(repository.excludeFile == fixture.work.pushing(".git/info/exclude"))
    }
  }

  @Test("a work tree linked to a bare repository has no main one")
  func linkedToBare() throws {
    try GitFixture.with { fixture in
      try fixture.commitAll()
      try fixture.git("clone", "-q", "--bare", "work", "bare.git", in: fixture.folder)
      let bare = fixture.folder.appending("bare.git")
      try fixture.git("worktree", "add", "-q", "-b", "other", "../linked", in: bare)
      let repository = try fixture.open(fixture.folder.appending("linked"))
      #expect(repository.workTree == fixture.folder.appending("linked"))
      #expect(repository.mainWorkTree == nil)
      #expect(repository.commonFolder == bare)
    }
  }

  @Test("a submodule is a repository with a main work tree of its own")
  func submodule() throws {
    try GitFixture.with { fixture in
      try fixture.git("init", "-q", "-b", "main", "part", in: fixture.folder)
      try fixture.git("commit", "-q", "--allow-empty", "-m", "one", in: fixture.folder.appending("part"))
      try fixture.git("submodule", "--quiet", "add", "../part", "sub")
      let repository = try fixture.open(fixture.work.appending("sub"))
      #expect(repository.workTree == fixture.work.appending("sub"))
      #expect(repository.mainWorkTree == fixture.work.appending("sub"))
      #expect(repository.gitFolder == fixture.work.pushing(".git/modules/sub"))
    }
  }

  @Test("HEAD is a branch without a commit, then one with, then a commit alone")
  func head() throws {
    try GitFixture.with { fixture in
      let repository = try fixture.open()
      #expect(try repository.head() == GitHead(commit: nil, branch: "main"))
      try fixture.git("commit", "-q", "--allow-empty", "-m", "one")
      let commit = String(decoding: try fixture.git("rev-parse", "HEAD").dropLast(), as: UTF8.self)
      #expect(try repository.head() == GitHead(commit: commit, branch: "main"))
      try fixture.git("checkout", "-q", "-b", "topic/a.b")
      #expect(try repository.head() == GitHead(commit: commit, branch: "topic/a.b"))
      try fixture.git("pack-refs", "--all")
      #expect(try repository.head() == GitHead(commit: commit, branch: "topic/a.b"))
      try fixture.git("checkout", "-q", "--detach")
      #expect(try repository.head() == GitHead(commit: commit, branch: nil))
    }
  }

  @Test("the remote is the branch's, else origin, else the only one, without credentials")
  func remote() throws {
    try GitFixture.with { fixture in
      let repository = try fixture.open()
      #expect(try repository.remoteURL() == nil)
      try fixture.git("remote", "add", "home", "https://ann:secret@example.org/home.git")
      #expect(try repository.remoteURL() == "https://example.org/home.git")
      try fixture.git("remote", "add", "far", "git@example.org:far.git")
      #expect(try repository.remoteURL() == nil)
      try fixture.git("remote", "add", "origin", "/srv/origin.git")
      #expect(try repository.remoteURL() == "/srv/origin.git")
      try fixture.git("config", "branch.main.remote", "far")
      #expect(try repository.remoteURL() == "git@example.org:far.git")
      try fixture.git("config", "branch.main.remote", ".")
      #expect(try repository.remoteURL() == "/srv/origin.git")
      try fixture.git("config", "branch.main.remote", "https://tok@example.org/direct.git")
      #expect(try repository.remoteURL() == "https://example.org/direct.git")
    }
  }

  @Test("the user's name is the repository's configuration's")
  func identity() throws {
    try GitFixture.with { fixture in
      let repository = try fixture.open()
      #expect(repository.identity() == nil)
      try fixture.git("config", "user.email", "ann@example.org")
      #expect(repository.identity() == "<ann@example.org>")
      try fixture.git("config", "user.name", " Ann <x> é ")
      #expect(repository.identity() == "Ann x é <ann@example.org>")
    }
  }

  @Test("a repository of SHA-256 is named as what it is")
  func objectFormat() throws {
    try GitFixture.with { fixture in
      try fixture.git("init", "-q", "--object-format=sha256", "other", in: fixture.folder)
      let other = fixture.folder.appending("other")
      #expect(throws: GitError.unsupportedObjectFormat("sha256", repository: other)) {
        try GitRepository.discover(from: other)
      }
    }
  }

  @Test("extensions that don't concern a reader are no reason to refuse a repository")
  func extensions() throws {
    try GitFixture.with { fixture in
      try fixture.git("config", "core.repositoryFormatVersion", "1")
      try fixture.git("config", "extensions.worktreeConfig", "true")
      try fixture.git("config", "extensions.partialClone", "origin")
      #expect(try fixture.open().workTree == fixture.work)
      try fixture.git("config", "extensions.mltUnknown", "true")
      #expect(throws: GitError.self) { try GitRepository.discover(from: fixture.work) }
    }
  }

  @Test(
    "a repository of another user is refused by its path",
    .enabled(if: getuid() == 0, "only the administrator can give a folder away"))
  func notOwned() throws {
    try GitFixture.with { fixture in
      try fixture.write("a/b", "")
      #expect(chown(fixture.work.string, 12345, 12345) == 0)
      #expect(chown(fixture.work.appending(".git").string, 12345, 12345) == 0)
      #expect(throws: GitError.notOwned(fixture.work)) {
        try GitRepository.discover(from: fixture.work.appending("a"))
      }
    }
  }

  @Test(
    "a damaged repository is an error, not a crash",
    arguments: ["HEAD", "config", "index", "refs/heads/main", "objects"])
  func damaged(part: String) throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.commitAll()
      let path = fixture.work.appending(".git").pushing(FilePath(part))
      if part == "objects" {
        removeTree(path)
        try FileOperations.createFolder(path)
      } else {
        try FileOperations.replace(path, with: [0xFF, 0x00, 0x5B, 0x0A] + Array(repeating: 0x41, count: 200))
      }
      #expect(throws: GitError.self) {
        let repository = try fixture.open()
        _ = try repository.head()
        _ = try repository.headBlob(at: bytes("a"))
        _ = try repository.isTracked(bytes("a"))
      }
    }
  }

  @Test("a damaged or truncated index is an error wherever it is cut", arguments: [0, 4, 11, 12, 40, 75, 80])
  func truncatedIndex(length: Int) throws {
    try GitFixture.with { fixture in
      try fixture.write("a", "1")
      try fixture.write("b", "1")
      try fixture.commitAll()
      let path = fixture.work.pushing(".git/index")
      let index = try #require(try FileOperations.contents(of: path))
      try FileOperations.replace(path, with: Array(index[..<length]))
      let repository = try fixture.open()
      #expect(throws: GitError.self) { try repository.hasChanges() }
    }
  }

  @Test("a broken `.git` file is an error")
  func brokenLink() throws {
    try GitFixture.with { fixture in
      let place = fixture.work.appending("inner")
      try fixture.write("inner/.git", "nonsense")
      #expect(throws: GitError.self) { try GitRepository.discover(from: place) }
    }
  }
}
