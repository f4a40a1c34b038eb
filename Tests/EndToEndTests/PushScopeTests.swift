import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Which bytes `mlt push` sends, when earlier pushes need not be gone through again.
@Suite struct PushScopeTests {
  /// Makes a repository with two remotes, one run pushed to the first, whose output was made anew since.
  private func begin(_ world: World) throws {
    try expectSuccess(
      world.shell(
        """
        set -e
        mlt remote add origin ../one; mlt remote add other ../two
        echo 1 > in; mlt add in; git add -A; git commit -qm one
        mlt run -- sh -c 'cat in > out; echo first >> out'
        mlt push
        """))
  }

  private func make(_ world: World, _ name: String) throws {
    try expectSuccess(world.shell("mlt run -- sh -c 'cat in > out; echo \(name) >> out'"))
  }

  /// Whether the remote has what the run before the last `back` ones wrote.
  private func holds(_ world: World, _ remote: String, back: Int) throws -> Bool? {
    let runs = try #require(try world.json(in: nil, "log", "--json")["runs"]?.array)
    let run = try #require(runs.dropFirst(back).first?["id"]?.string)
    let printed = try world.mlt("whereis", "out@\(run)", "--json")
    let places = try JSON(parsing: Array(printed.stdout.utf8))["places"]?.array
    return places?.first { $0["remote"]?.string == remote }?["holds"]?.bool
  }

  @Test("every version that runs made since the last push is sent, not only the one that is tracked")
  func versions() throws {
    try withWorld { world in
      try begin(world)
      for name in ["second", "third", "fourth"] { try make(world, name) }
      #expect(try holds(world, "origin", back: 1) == false)
      try expectSuccess(world.mlt("push"))
      for back in 0...3 { #expect(try holds(world, "origin", back: back) == true) }
      #expect(try world.mlt("push").stdout == "Everything is in 'origin' already\n")
    }
  }

  @Test("what comes into the store after the runs that name it were pushed is sent then")
  func relayed() throws {
    try withWorld { world in
      try begin(world)
      try make(world, "second")
      try expectSuccess(world.mlt("push"))
      // A clone with all facts and none of the bytes of older versions hands on what it has, and later the rest.
      try expectSuccess(
        world.shell(
          """
          set -e
          git add -A; git commit -qm two
          git clone -q . ../b; cd ../b
          mlt init; mlt fetch; mlt checkout; mlt remote add relay ../three; mlt push relay
          """))
      let b = world.folder.appending("b")
      #expect(try world.mlt("push", "relay", in: b).stdout == "Everything is in 'relay' already\n")
      let run = try #require(
        try world.json(in: b, "log", "--json")["runs"]?.array?.dropFirst().first?["id"]?.string)
      #expect(try world.mlt("whereis", "out@\(run)", in: b).stdout.contains("relay   no"))
      try expectSuccess(world.mlt("cat", "out@\(run)", in: b))
      try expectSuccess(world.mlt("push", "relay", in: b))
      #expect(try world.mlt("whereis", "out@\(run)", in: b).stdout.contains("relay   yes"))
    }
  }

  @Test("what a remote has lost is sent again")
  func lost() throws {
    try withWorld { world in
      try begin(world)
      try make(world, "second")
      try expectSuccess(world.mlt("push"))
      #expect(try holds(world, "origin", back: 1) == true)
      try expectSuccess(world.shell("rm -r ../one/packs/*"))
      #expect(try holds(world, "origin", back: 1) == false)
      try expectSuccess(world.mlt("push"))
      for back in 0...1 { #expect(try holds(world, "origin", back: back) == true) }
    }
  }

  @Test("older versions that another branch's runs made are sent from that branch, or with --all")
  func branches() throws {
    try withWorld { world in
      try begin(world)
      try expectSuccess(world.shell("git add -A; git commit -qm two; git checkout -q -b trial"))
      try make(world, "second")
      try make(world, "third")
      try expectSuccess(world.shell("git stash -q; git checkout -q main; mlt push"))
      #expect(try holds(world, "origin", back: 1) == false)
      try expectSuccess(world.shell("git checkout -q trial; mlt push"))
      #expect(try holds(world, "origin", back: 1) == true)
      try make(world, "fourth")
      try make(world, "fifth")
      try expectSuccess(world.shell("git stash -q; git checkout -q main; mlt push --all"))
      #expect(try holds(world, "origin", back: 1) == true)
    }
  }
}
