import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Clones that take bytes from a remote only if the runs behind them are signed.
@Suite struct RequireSignedTests {
  /// Makes the clone `a`, where `script` records runs, pushes all of it, and clones it as `b`.
  private func share(_ world: World, _ script: String, tampering change: ((String) -> String)? = nil) throws {
    try expectSuccess(world.shell("git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1", in: world.folder))
    try expectSuccess(world.shell("git checkout -q -b main; mlt init; mlt remote add origin ../share", in: a(world)))
    try world.makeKey(in: a(world))
    try expectSuccess(world.shell("set -e\n" + script, in: a(world)))
    if let change { try world.tamper(in: a(world), change) }
    try expectSuccess(world.shell("git add -A; git commit -qm one; git push -q origin main; mlt push", in: a(world)))
    try expectSuccess(world.shell("git clone -q hub.git b", in: world.folder))
  }

  private func a(_ world: World) -> FilePath { world.folder.appending("a") }
  private func b(_ world: World) -> FilePath { world.folder.appending("b") }

  private static let chain = """
    mlt run --sign -- sh -c 'echo one > x'
    mlt run --sign -- sh -c 'cat x x > y'
    """
  private static let unsignedBeginning = """
    mlt run -- sh -c 'echo one > x'
    mlt run --sign -- sh -c 'cat x x > y'
    """

  /// Expects a refusal, after which only facts are here.
  private func expectRefusal(
    _ printed: Printed, _ world: World, _ text: String, _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(printed.status == 1, "\(printed)", sourceLocation: location)
    #expect(printed.stderr.contains(text), "\(printed)", sourceLocation: location)
    let rest = try world.shell("ls x y data 2>/dev/null; ls .mlt/packs", in: b(world))
    #expect(rest.stdout == "", "\(rest)", sourceLocation: location)
  }

  @Test("data whose every run is signed comes and is put in place")
  func signed() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world, Self.chain)
      try expectSuccess(world.mlt("pull", "--require-signed", in: b(world)))
      try expectSuccess(world.shell("cmp x ../a/x && cmp y ../a/y", in: b(world)))
      try expectSuccess(world.mlt("verify", "--require", in: b(world)))
    }
  }

  @Test("data that was added by hand is the lock file's, which nobody need sign")
  func added() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world, "echo mine > x; mlt add x; mlt run --sign -- sh -c 'cat x x > y'")
      try expectSuccess(world.mlt("pull", "--require-signed", in: b(world)))
      try expectSuccess(world.shell("cmp y ../a/y", in: b(world)))
    }
  }

  @Test("an unsigned run anywhere upstream is named; its facts come, and no byte, in whatever way they are asked for")
  func unsigned() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world, Self.unsignedBeginning)
      let b = b(world)
      let printed = try world.mlt("pull", "--require-signed", in: b)
      try expectRefusal(printed, world, "error: 1 of the 2 runs behind these data from remote 'origin' isn't signed")
      let log = try world.json(in: b, "log")["runs"]?.array ?? []
      #expect(log.map { $0["signed"] } == [true, false], "\(log)")
      let run = try #require(log.last?["id"]?.string)
      #expect(printed.stderr.contains("\n  \(run.prefix(10))  sh  unsigned\n"), "\(printed)")
      try expectSuccess(world.mlt("config", "pull.requireSigned", "yes", in: b))
      for command in [
        ["pull"], ["checkout"], ["checkout", "y"], ["cat", "y"], ["cat", "x@\(run)"], ["fetch", "origin", "y"],
        ["fetch", "origin", run], ["fetch", "--all"], ["checkout", "--run", run],
      ] {
        try expectRefusal(world.run([World.program.string] + command, in: b), world, "signed by an allowed signer")
      }
      try expectSuccess(world.mlt("fetch", in: b))
      try expectSuccess(world.mlt("pull", "--no-require-signed", in: b))
      try expectSuccess(world.shell("cmp y ../a/y", in: b))
    }
  }

  @Test(
    "a fact that was changed after it was signed, a strange key and no list of signers are refused",
    arguments: [0, 1, 2])
  func notTrusted(_ kind: Int) throws {
    try withWorld(git: false, initialized: false) { world in
      try share(
        world, Self.chain, tampering: kind == 0 ? { $0.replacing("cat x x > y", with: "cat x z > y") } : nil)
      let b = b(world)
      if kind == 1 {
        try expectSuccess(
          world.shell(
            "ssh-keygen -q -t ed25519 -N '' -f ~/o; echo \"eve@x $(cat ~/o.pub)\" > .mlt-allowed-signers", in: b))
      }
      if kind == 2 { try expectSuccess(world.shell("rm .mlt-allowed-signers", in: b)) }
      let printed = try world.mlt("pull", "--require-signed", in: b)
      try expectRefusal(printed, world, kind == 0 ? "FAILS" : "signed by an unknown key SHA256:")
    }
  }

  @Test("files of a folder that others made are found though nobody has its listing yet")
  func folder() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(
        world,
        "mlt run -- sh -c 'mkdir data; echo 1 > data/1'; echo 2 > data/2; mlt add data; mlt run --sign -- sh -c 'cat data/* > y'"
      )
      try expectRefusal(world.mlt("pull", "--require-signed", in: b(world)), world, "unsigned")
    }
  }

  @Test("runs that a clone recorded itself needn't be signed, until somebody writes in its name")
  func own() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world, Self.chain)
      let b = b(world)
      try expectSuccess(world.mlt("config", "--user", "pull.requireSigned", "true"))
      try expectSuccess(world.shell("mlt pull && mlt run -- sh -c 'cat y > z' && mlt pull && mlt push", in: b))
      // What the clone a is given by b isn't a's own.
      try expectSuccess(world.shell("git add -A; git commit -qm two; git push -q", in: b))
      let printed = try world.shell("git pull -q && mlt pull", in: a(world))
      #expect(printed.status == 1 && printed.stderr.contains("1 of the 3 runs"), "\(printed)")

      let writer = try #require(try JSON(parsing: world.shell("cat .mlt/writer", in: b).stdout)["writer"]?.string)
      let own = try world.shell("cat .mlt/journal/\(writer)/*.jsonl", in: b).stdout.split(separator: "\n")
      let line = try #require(own.last)
      let last = try JSON(parsing: String(line))
      let moment = try #require(last["at"]?.string.flatMap { Timestamp($0) })
      let later = Timestamp(microseconds: moment.microseconds + 1_000_000).description.prefix(19)
      try world.forge(
        [["type": "run.deleted", "v": 1, "run": .string(String(repeating: "0", count: 32))]], by: writer,
        at: String(later), first: own.count + 1, after: last["id"]?.string, in: world.folder.appending("share/journal"))
      let forged = try world.mlt("pull", in: b)
      #expect(forged.status == 1 && forged.stderr.contains("unsigned"), "\(forged)")
      #expect(forged.stderr.contains("as if this clone was set back"), "\(forged)")
    }
  }

  @Test("the shared file can demand signatures, and not do without them")
  func settings() throws {
    try withWorld(git: false, initialized: false) { world in
      try share(world, Self.unsignedBeginning)
      let b = b(world)
      try expectSuccess(world.shell("printf '[pull]\\n\\trequireSigned\\n' >> .mltconfig", in: b))
      #expect(try world.mlt("config", "pull.requireSigned", in: b).stdout == "true\n")
      try expectRefusal(world.mlt("pull", in: b), world, "unsigned")
      try expectSuccess(world.shell("printf '[pull]\\n\\trequireSigned = no\\n' >> .mltconfig", in: b))
      try expectSuccess(world.mlt("config", "--user", "pull.requireSigned", "true", in: b))
      #expect(try world.mlt("config", "pull.requireSigned", in: b).stdout == "true\n")
      try expectRefusal(world.mlt("pull", in: b), world, "unsigned")
      let printed = try world.mlt("config", "--shared", "pull.requireSigned", "off", in: b)
      #expect(
        printed.status == 2 && printed.stderr.contains("can be turned on for everyone, and not off"), "\(printed)")
      // A clone's own setting is its user's.
      try expectSuccess(world.mlt("config", "pull.requireSigned", "false", in: b))
      try expectSuccess(world.mlt("pull", in: b))
      try expectSuccess(world.mlt("config", "--unset", "pull.requireSigned", in: b))
      try expectSuccess(world.shell("printf '[pull]\\n\\trequireSigned = perhaps\\n' >> .mltconfig", in: b))
      #expect(try world.mlt("pull", in: b).status == 2)
    }
  }
}
