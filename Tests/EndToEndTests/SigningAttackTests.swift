import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What somebody may try who can write to a journal that others read, and what the surroundings may do to a verification.
@Suite struct SigningAttackTests {
  @Test(
    "a further signature that doesn't hold takes nothing from one that does",
    arguments: ["garbage", "other run's", "stranger's"])
  func furtherSignature(_ kind: String) throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain()
      let signed = try world.events("run.signed")
      var forged = try #require(signed.first)
      switch kind {
      case "garbage": forged["signature"] = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"
      case "other run's": forged["run"] = signed.last?["run"]
      default:
        let record = try #require(forged["record"]?.string)
        let made = try world.shell(
          """
          ssh-keygen -q -t ed25519 -N '' -f ~/eve && ssh-keygen -lf ~/eve.pub | cut -d' ' -f2 >&2
          printf 'run.ended %s\\n' \(record) | ssh-keygen -q -Y sign -n mlt -f ~/eve
          """)
        try expectSuccess(made)
        forged["signature"] = .string(made.stdout)
        forged["key"] = .string(String(made.stderr.dropLast()))
      }
      try world.forge([forged])
      let (status, json) = try world.verify("--require", "b")
      #expect(status == 0 && Verified.problems(json).isEmpty, "\(json)")
      #expect(Verified.disregarded(json).count == (kind == "stranger's" ? 0 : 1), "\(json)")
      #expect(try world.mlt("verify", "b").stdout.contains("2 runs: 2 signed"))
      // Alone it proves nothing.
      try world.tamper { $0.replacing("run.signed", with: "run.sighed") }
      #expect(try world.verify("--require", "b").status == (kind == "stranger's" ? 1 : 6))
    }
  }

  @Test(
    "facts that another writer adds to a signed run don't pass for signed",
    arguments: ["run.started", "run.ended", "run.logged"])
  func addedFact(_ type: String) throws {
    try withWorld { world in
      try world.makeKey()
      let run = try world.record("echo 1 > a", options: ["--sign"])
      var event = try #require(try world.events(type == "run.logged" ? "run.started" : type).first)
      if type == "run.logged" {
        event = ["type": "run.logged", "v": 1, "run": .string(run.id), "params": ["depth": "5"]]
      } else {
        event[type == "run.started" ? "component" : "exit"] = type == "run.started" ? "evil" : 3
      }
      try world.forge([event], at: "2030-01-01T00:00:00")
      let (status, json) = try world.verify("--require", run.id)
      #expect(status == 6, "\(json)")
      #expect(Verified.signers(json) == [nil], "\(json)")
    }
  }

  @Test("the same facts from two writers are one run, signed")
  func relayed() throws {
    try withWorld { world in
      try world.makeKey()
      try world.record("echo 1 > a", options: ["--sign"])
      try world.forge(["run.started", "run.ended", "run.signed"].flatMap { try world.events($0) })
      #expect(try world.verify("--require", "a").status == 0)
    }
  }

  @Test("a revoked key counts as unknown, and a missing list of revoked keys stops the verification")
  func revoked() throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain()
      try expectSuccess(world.shell("cp ~/.ssh/ada.pub ~/revoked && mlt config --user sign.revokedKeys '~/revoked'"))
      let (status, json) = try world.verify("--require", "b")
      #expect(status == 1 && Verified.signers(json) == [nil, nil], "\(json)")
      try expectSuccess(
        world.shell("ssh-keygen -q -k -f ~/krl ~/.ssh/ada.pub && mlt config --user sign.revokedKeys '~/krl'"))
      #expect(try world.verify("--require", "b").status == 1)
      try expectSuccess(world.shell("rm ~/krl"))
      #expect(try world.mlt("verify", "b").status == 3)
    }
  }

  @Test(
    "names of signers with blanks, options and control characters reach neither the program's options nor the terminal")
  func principals() throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain()
      let key = try world.shell("cat ~/.ssh/ada.pub").stdout
      for name in ["-Overify-time=19700101", "ada the first", "!x,*@y", "\u{1B}[2Jada"] {
        try world.write(".mlt-allowed-signers", "\"\(name)\" \(key)")
        let printed = try world.mlt("verify", "--require", "b")
        try expectSuccess(printed)
        #expect(!printed.stdout.contains("\u{1B}"), "\(printed)")
      }
    }
  }

  @Test("a key with a passphrase asks for it, and without an answer the run is recorded unsigned")
  func passphrase() throws {
    try withWorld { world in
      try world.makeKey()
      try expectSuccess(world.shell("ssh-keygen -q -p -P '' -N 'open sesame' -f ~/.ssh/ada"))
      let path = try world.tools(["answer": "echo 'open sesame'", "refuse": "exit 1"])
      func asking(_ program: String) -> [String: String] {
        path.merging(["SSH_ASKPASS": program, "SSH_ASKPASS_REQUIRE": "force"]) { $1 }
      }
      try world.record("echo 1 > a", options: ["--sign"], environment: asking("answer"))
      #expect(try world.verify("--require", "a").status == 0)
      let printed = try world.mlt("run", "--sign", "--", "sh", "-c", "echo 2 > b", environment: asking("refuse"))
      #expect(printed.status == 125 && printed.stderr.contains("is recorded, but not signed"), "\(printed)")
      #expect(try world.verify("--require", "b").status == 1)
    }
  }

  @Test("a verification that can't be made is an error, and never success")
  func noProgram() throws {
    try withWorld { world in
      try world.makeKey()
      try world.record("echo 1 > a", options: ["--sign"])
      let missing = try world.run([World.program.string, "verify", "a"], environment: ["PATH": "/nonexistent"])
      #expect(missing.status == 1 && missing.stderr.contains("hint: is it installed?"), "\(missing)")
      // Who ignores the end of children can't be told how one ended.
      let ignoring = try world.run(
        ["/usr/bin/env", "--ignore-signal=CHLD", World.program.string, "verify", "--require", "a"])
      #expect(ignoring.status == 1 && ignoring.stderr.hasPrefix("error: "), "\(ignoring)")
      // A program that says yes to everything doesn't know the key.
      let path = try world.tools(["ssh-keygen": "exit 0"])
      #expect(try world.run([World.program.string, "verify", "--require", "a"], environment: path).status == 6)
    }
  }

  @Test("where nothing is signed, nothing is needed to verify")
  func unsigned() throws {
    try withWorld { world in
      try world.record("echo 1 > a")
      let printed = try world.run([World.program.string, "verify", "a"], environment: ["PATH": "/nonexistent"])
      #expect(printed.status == 0 && printed.stdout.contains("1 run: 0 signed, 1 unsigned"), "\(printed)")
    }
  }
}
