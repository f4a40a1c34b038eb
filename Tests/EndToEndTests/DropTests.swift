import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Giving up this clone's bytes for those of other stores.
@Suite struct DropTests {
  /// Makes a repository with a tracked folder and file, and two remotes of which one has both.
  private func begin(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        set -e
        mlt config gc.grace 0
        mlt remote add origin ../one; mlt remote add second ../two
        mkdir data; for i in 1 2 3; do echo "row $i" > data/$i; done; echo model > model.pkl
        mlt add data model.pkl; git add -A; git commit -qm one
        mlt push
        """))
  }

  private func isHere(_ world: World, _ pointer: String) throws -> Bool {
    let places = try JSON(parsing: world.mlt("whereis", pointer, "--json").stdout)["places"]?.array
    let here = try #require(places?.first { $0["remote"] == JSON.null })
    return here["holds"]?.bool == true
  }

  @Test("what a remote has whole is dropped here, stays in the work tree, and comes back when it is needed")
  func dropped() throws {
    try withWorld { world in
      try begin(world)
      let dry = try world.mlt("gc", "--drop", "data", "--dry-run")
      #expect(dry.stdout.contains("4 objects would be removed"), "\(dry)")
      #expect(try isHere(world, "data"))
      try expectSuccess(world.mlt("gc", "--drop", "data"))
      #expect(try !isHere(world, "data") && isHere(world, "model.pkl"))
      #expect(try world.read("data/1") == "row 1\n")
      try expectSuccess(world.mlt("status", "--exit-code"))
      try expectSuccess(world.shell("rm -r data; mlt checkout"))
      #expect(try world.read("data/1") == "row 1\n")
      #expect(try isHere(world, "data"))
    }
  }

  @Test("nothing is dropped that no remote has whole, down to the last file, unless it is forced")
  func last() throws {
    try withWorld { world in
      try begin(world)
      // A remote that has the listing and not all files of it.
      try expectSuccess(
        world.shell("rm -r ../one/packs; mkdir ../one/packs; echo new > data/4; mlt add data; mlt push"))
      try expectSuccess(world.shell("echo more > data/5; mlt add data"))
      for pointers in [["data"], ["data", "model.pkl"]] {
        let refused = try world.run([World.program.string, "gc", "--drop"] + pointers)
        #expect(refused.status == 4, "\(refused)")
        #expect(refused.stderr.contains("'data' is not whole in any remote; nothing was removed"), "\(refused)")
        #expect(refused.stderr.contains("hint: run 'mlt push' first"), "\(refused)")
      }
      #expect(try isHere(world, "data"))
      try expectSuccess(world.mlt("push"))
      try expectSuccess(world.mlt("config", "store.minCopies", "2"))
      let refused = try world.mlt("gc", "--drop", "data")
      #expect(refused.status == 4)
      #expect(refused.stderr.contains("not whole in 2 remotes"), "\(refused)")
      try expectSuccess(world.shell("mv ../two ../away"))
      let unasked = try world.mlt("gc", "--drop", "data")
      #expect(unasked.status == 4)
      #expect(unasked.stderr.contains("could not ask 'second'"), "\(unasked)")
      try expectSuccess(world.shell("mv ../away ../two; mlt push second; mlt gc --drop data"))
      #expect(try !isHere(world, "data"))
      try expectSuccess(world.mlt("gc", "--drop", "model.pkl", "--force"))
      #expect(try !isHere(world, "model.pkl"))
    }
  }

  @Test("what a run wrote isn't collected either while fewer remotes have it than store.minCopies says")
  func retained() throws {
    try withWorld { world in
      try begin(world)
      for name in ["first", "second", "third"] {
        try expectSuccess(world.shell("mlt run -- sh -c 'head -c 9000 /dev/urandom > out'; cp out ../\(name)"))
      }
      try expectSuccess(world.mlt("config", "store.minCopies", "1"))
      let runs = try #require(try world.json(in: nil, "log", "--json")["runs"]?.array)
      let first = "out@" + (try #require(runs.last?["id"]?.string))
      let kept = try world.mlt("gc", "--keep-last", "1")
      try expectSuccess(kept)
      #expect(kept.stdout.contains("2 contents kept that too few remotes have"), "\(kept)")
      #expect(try isHere(world, first))
      try expectSuccess(world.mlt("push"))
      let collected = try world.mlt("gc", "--keep-last", "1")
      #expect(!collected.stdout.contains("kept that too few"), "\(collected)")
      #expect(try !isHere(world, first))
      // From where it is now.
      try expectSuccess(world.shell("mlt cat \(first) | cmp - ../first"))
      try expectSuccess(world.shell("for i in 4 5; do mlt run -- sh -c 'head -c 9000 /dev/urandom > out'; done"))
      let forced = try world.mlt("gc", "--keep-last", "1", "--force")
      #expect(!forced.stdout.contains("kept that too few"), "\(forced)")
    }
  }
}
