import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What `status --remote` and `log --remote` say of a clone and a folder that is shared.
@Suite struct RemoteComparisonTests {
  /// Makes the clones `a` and `b` with two runs of a's, pushed and pulled.
  private func share(_ world: World) throws -> (a: FilePath, b: FilePath) {
    try expectSuccess(
      world.shell(
        """
        set -e
        git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1; cd a; git checkout -q -b main
        mlt init; mlt remote add origin ../share
        mkdir data; for i in 1 2 3; do echo "line number $i" > data/$i; done; head -c 300000 /dev/urandom > big
        mlt add data big
        mlt run -q -c sum -- sh -c 'cat data/* > sum.txt'
        mlt run -q -c wc -- sh -c 'wc sum.txt > wc.txt'
        git add -A; git commit -qm one; git push -q origin main; mlt push
        cd ..; git clone -q hub.git b; cd b; mlt pull
        """, in: world.folder))
    return (world.folder.appending("a"), world.folder.appending("b"))
  }

  private func files(_ world: World, _ folder: String) throws -> String {
    try world.shell("find \(folder) -type f -printf '%p %s %T@\\n' | sort", in: world.folder).stdout
  }

  private func components(_ json: JSON) -> [String?] { json["runs"]?.array?.map { $0["component"]?.string } ?? [] }

  @Test("clones that shared everything are in step, and asking leaves both sides as they are")
  func inStep() throws {
    try withWorld(git: false, initialized: false) { world in
      let (a, b) = try share(world)
      for clone in [a, b] {
        let before = try (files(world, "share"), files(world, "\(clone.lastComponent?.string ?? "")/.mlt/journal"))
        let printed = try world.mlt("status", "--remote", "--exit-code", in: clone)
        try expectSuccess(printed)
        #expect(printed.stdout.hasSuffix("\nThis clone and 'origin' are in step\n"), "\(printed)")
        #expect(try world.json(in: clone, "status", "--remote", "origin", "--json")["in_step"]?.bool == true)
        let log = try world.json(in: clone, "log", "--remote", "--json")
        #expect(components(log) == ["wc", "sum"])
        #expect(log["runs"]?.array?.allSatisfy { $0["fetched"]?.bool == true } == true)
        let after = try (files(world, "share"), files(world, "\(clone.lastComponent?.string ?? "")/.mlt/journal"))
        #expect(before == after)
      }
    }
  }

  @Test("what isn't pushed or fetched is counted by writer, and what bytes are missing by path")
  func differing() throws {
    try withWorld(git: false, initialized: false) { world in
      let (a, b) = try share(world)
      try expectSuccess(
        world.shell(
          "mlt run -q -c more -- sh -c 'wc -c big > more.txt'; mlt tag more.txt x; echo 'line number 4' > data/4; mlt add data",
          in: b))
      let unpushed = try world.json(in: b, "status", "--remote", "--json")
      #expect(unpushed["in_step"]?.bool == false)
      #expect(unpushed["unpushed"]?["runs"]?.int == 1)
      #expect(unpushed["unpushed"]?["writers"]?.array?.map { $0["own"]?.bool } == [true])
      #expect(unpushed["unfetched"]?["facts"]?.int == 0)
      let missing = try #require(unpushed["missing_there"]?.array)
      #expect(missing.map { $0["path"]?.string } == ["data", "more.txt"])
      #expect(missing.map { $0["files"]?.int } == [1, 1])
      #expect(missing.map { $0["bytes"]?.int } == [14, 11])
      #expect(unpushed["missing_here"]?.array?.isEmpty == true)
      let text = try world.mlt("status", "--remote", "--exit-code", in: b)
      #expect(text.status == 1)
      #expect(text.stdout.contains("\nNot pushed:\n") && text.stdout.contains("  this clone  "), "\(text)")
      #expect(text.stdout.contains("\nMissing in origin:\n") && !text.stdout.contains("Not fetched"), "\(text)")
      // What isn't in the remote isn't in its log.
      #expect(try components(world.json(in: b, "log", "--remote", "--json")) == ["wc", "sum"])
      #expect(try components(world.json(in: b, "log", "--remote", "--json", "-n", "1")) == ["wc"])

      try expectSuccess(
        world.shell("git add -A; git commit -qm two; git push -q; mlt push; mlt status --remote --exit-code", in: b))
      try expectSuccess(world.shell("git pull -q", in: a))
      let unfetched = try world.json(in: a, "status", "--remote", "--json")
      #expect(unfetched["unfetched"]?["runs"]?.int == 1)
      #expect(unfetched["unfetched"]?["facts"] == unpushed["unpushed"]?["facts"])
      #expect(unfetched["unfetched"]?["writers"]?.array?.map { $0["own"]?.bool } == [false])
      #expect(unfetched["missing_here"]?.array?.map { $0["path"]?.string } == ["data", "more.txt"])
      #expect(unfetched["missing_there"]?.array?.isEmpty == true)
      let printed = try world.mlt("status", "--remote", in: a)
      #expect(printed.status == 0 && printed.stdout.contains("\nMissing here:\n"), "\(printed)")
      try expectSuccess(world.shell("mlt pull && mlt status --remote --exit-code", in: a))
    }
  }

  @Test("the log of a remote marks runs that weren't fetched, filters them too, and imports nothing")
  func log() throws {
    try withWorld(git: false, initialized: false) { world in
      let (a, b) = try share(world)
      try expectSuccess(
        world.shell(
          "mlt run -q -c more --tag night -- sh -c 'wc -c big > more.txt'; mlt run -q -c bad -- false; mlt push", in: b)
      )
      let log = try world.json(in: a, "log", "--remote", "--json")
      #expect(components(log) == ["bad", "more", "wc", "sum"])
      #expect(log["runs"]?.array?.map { $0["fetched"]?.bool } == [false, false, true, true])
      #expect(log["remote"]?.string == "origin")
      let lines = try world.mlt("log", "--remote", "--oneline", in: a).stdout.split(separator: "\n")
      #expect(lines.map { $0.contains("  not fetched  ") } == [true, true, false, false])
      #expect(lines.map { $0.contains("  here ") } == [false, false, true, true])
      #expect(try world.mlt("log", "--remote", in: a).stdout.contains("    where    not fetched\n"))
      for (arguments, expected) in [
        (["-c", "more"], ["more"]), (["--tag", "night"], ["more"]), (["--failed"], ["bad"]),
        (["-n", "3"], ["bad", "more", "wc"]),
        (["big"], ["more"]), (["sum.txt"], ["wc", "sum"]),
      ] {
        let printed = try world.run(
          [World.program.string, "log"] + arguments + ["--remote", "--json"], in: a)
        try expectSuccess(printed)
        #expect(try components(JSON(parsing: printed.stdout)) == expected, "\(arguments)")
      }
      #expect(try components(world.json(in: a, "log", "--json")) == ["wc", "sum"])
      #expect(try world.mlt("log", "-c", "more", in: a).status == 3)
      #expect(try world.mlt("log", "--remote", "origin", "-c", "never", in: a).status == 3)
      #expect(try world.mlt("log", "nowhere", "--remote", in: a).status == 3)
    }
  }

  @Test("a remote that isn't known or can't be reached is an error, and damage in it is told")
  func wrong() throws {
    try withWorld(git: false, initialized: false) { world in
      let (a, b) = try share(world)
      for command in ["status", "log"] {
        #expect(try world.mlt(command, "--remote", "nowhere", in: a).status == 3)
      }
      #expect(try world.mlt("status", "data", "--remote", in: a).status == 2)
      try expectSuccess(world.shell("mlt tag sum.txt x; mlt push", in: b))
      // The segment that b has pushed last.
      try expectSuccess(
        world.shell("f=$(ls -t share/journal/*/*.gz | head -1); chmod u+w $f; printf garbage > $f", in: world.folder))
      let status = try world.mlt("status", "--remote", "--exit-code", in: a)
      #expect(status.status == 1 && status.stderr.contains("warning: cannot take over event"), "\(status)")
      let log = try world.mlt("log", "--remote", in: a)
      #expect(log.status == 0 && log.stderr.contains("warning: cannot take over event"), "\(log)")
      try expectSuccess(world.shell("mv share away", in: world.folder))
      for command in ["status", "log"] {
        let printed = try world.mlt(command, "--remote", in: a)
        #expect(printed.status == 3 && printed.stderr.contains("hint: is it mounted?"), "\(printed)")
      }
    }
  }
}
