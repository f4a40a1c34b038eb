import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Folders that aren't an ordinary git clone with a commit.
@Suite struct RepositoryShapeTests {
  /// Runs a command in a folder and checks that trace explains what it made.
  private func expectRecording(_ world: World, in place: FilePath? = nil) throws -> JSON {
    let folder = place ?? world.repository
    try FileOperations.replace(folder.appending("raw.txt"), with: Array("b\na\n".utf8), sync: false)
    try expectSuccess(world.mlt("run", "--", "sh", "-c", "sort raw.txt > sorted.txt", in: folder))
    try expectSuccess(world.mlt("status", "--exit-code", in: folder))
    let trace = try JSON(parsing: world.mlt("trace", "--json", "sorted.txt", in: folder).stdout)
    let run = try #require(trace["runs"]?.array?.first)
    #expect(run["inputs"]?.array?.compactMap { $0["path"]?.string } == ["raw.txt"])
    try FileOperations.remove(folder.appending("sorted.txt"))
    try expectSuccess(world.mlt("checkout", "sorted.txt", in: folder))
    #expect(try FileOperations.contents(of: folder.appending("sorted.txt")) == Array("a\nb\n".utf8))
    return run
  }

  @Test("a folder without git is recorded, without code versions")
  func plainFolder() throws {
    try withWorld(git: false, initialized: false) { world in
      let printed = try world.mlt("init")
      try expectSuccess(printed)
      #expect(printed.stderr.contains("hint: there is no git repository here"))
      let run = try expectRecording(world)
      #expect(run["git"] == nil || run["git"] == .null)
      #expect(try world.read(".gitignore") == nil)
      try FileOperations.createFolder(world.repository.appending("below/deep"))
      #expect(try world.mlt("log", "--oneline", in: world.repository.appending("below/deep")).status == 0)
    }
  }

  @Test("a repository without a commit is recorded, with its branch and no commit")
  func noCommit() throws {
    try withWorld(git: false, initialized: false) { world in
      try expectSuccess(world.shell("git init -q -b fresh"))
      try expectSuccess(world.mlt("init"))
      let run = try expectRecording(world)
      #expect(run["git"]?["branch"] == "fresh")
      #expect(run["git"]?["commit"] == nil)
      #expect(try world.mlt("status").stdout.contains("no commit yet"))
    }
  }

  @Test("with a detached HEAD the commit is recorded and no branch")
  func detached() throws {
    try withWorld { world in
      try expectSuccess(world.shell("git checkout -q --detach"))
      let run = try expectRecording(world)
      let head = try world.shell("git rev-parse HEAD").stdout
      #expect(run["git"]?["commit"]?.string.map { $0 + "\n" } == head)
      #expect(run["git"]?["branch"] == nil)
      try expectSuccess(world.mlt("log"))
    }
  }

  @Test(
    "a bare repository is refused, and nothing is made in it",
    arguments: [["init"], ["run", "--", "true"], ["log"], ["status"]])
  func bare(_ arguments: [String]) throws {
    try withWorld(git: false, initialized: false) { world in
      try expectSuccess(world.shell("git init -q --bare ."))
      let before = try world.shell("find . | sort").stdout
      let printed = try world.run([World.program.string] + arguments)
      #expect(printed.status == (arguments[0] == "run" ? 125 : 1))
      #expect(printed.stderr.contains("is a bare git repository"))
      #expect(try world.shell("find . | sort").stdout == before)
    }
  }

  @Test("a linked work tree has its own lock file and shares the history")
  func linked() throws {
    try withWorld { world in
      try expectSuccess(world.shell("git worktree add -q ../linked -b side"))
      let linked = world.folder.appending("linked")
      let run = try expectRecording(world, in: linked)
      #expect(run["git"]?["branch"] == "side")
      #expect(try FileStatus(at: linked.appending(".mlt")) == nil)
      #expect(try FileStatus(at: linked.appending("mlt.lock")) != nil)
      #expect(try world.read("mlt.lock") == nil)
      #expect(try world.runs().count == 1)
      #expect(try world.mlt("cat", "sorted.txt").stdout == "a\nb\n", "the main work tree knows the path")
      _ = try expectRecording(world)
      #expect(try world.mlt("log", "--oneline", in: linked).stdout.split(separator: "\n").count == 2)
    }
  }

  @Test("a submodule has its own history, and the outer repository can record what lies in it")
  func submodule() throws {
    try withWorld { world in
      let other = world.folder.appending("other")
      try FileOperations.createFolder(other)
      try expectSuccess(world.shell("git init -q -b main && git commit -q --allow-empty -m other", in: other))
      try expectSuccess(
        world.shell(
          "git -c protocol.file.allow=always submodule --quiet add ../other module && git commit -q -m module"))
      let module = world.repository.appending("module")
      #expect(try world.mlt("log", in: module).status == 3)
      try expectSuccess(world.mlt("init", in: module))
      #expect(try FileStatus(at: module.appending(".mlt"))?.kind == .directory)
      let run = try expectRecording(world, in: module)
      #expect(
        run["git"]?["commit"]?.string.map { $0 + "\n" } == (try world.shell("git rev-parse HEAD", in: module).stdout))
      #expect(try world.runs().isEmpty)
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "cat module/sorted.txt > copy.txt"))
      let trace = try world.json("trace", "copy.txt")
      let inputs = try #require(trace["runs"]?.array?.first?["inputs"]?.array)
      #expect(inputs.compactMap { $0["path"]?.string } == ["module/sorted.txt"])
      #expect(try world.shell("git status --porcelain -uall").stdout.contains("?? copy.txt") == false)
    }
  }

  @Test("commands work from any folder of the work tree, with paths as the shell there has them")
  func below() throws {
    try withWorld { world in
      try world.write("a/b/raw.txt", "1\n")
      let place = world.repository.appending("a/b")
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "cat raw.txt > ../out.txt", in: place))
      #expect(try world.mlt("cat", "../out.txt", in: place).stdout == "1\n")
      #expect(try world.mlt("-C", "a", "cat", "out.txt").stdout == "1\n")
      #expect(try world.read("mlt.lock")?.contains(" a/out.txt\n") == true)
      try expectSuccess(world.mlt("add", "raw.txt", in: place))
      #expect(try world.read("a/b/.gitignore") == "/raw.txt\n")
    }
  }
}
