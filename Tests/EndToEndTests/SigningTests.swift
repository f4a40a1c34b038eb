import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Runs signed with real SSH keys, and what verification says of them and of tampering.
@Suite struct SigningTests {
  @Test("signed runs are verified back to the first, and show names the key")
  func signed() throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain()
      let printed = try world.mlt("verify", "--require", "b")
      try expectSuccess(printed)
      #expect(printed.stdout.contains("signed by ada@example.invalid"), "\(printed)")
      #expect(printed.stdout.contains("2 runs: 2 signed; 2 contents verified"), "\(printed)")
      let key = try world.shell("ssh-keygen -lf ~/.ssh/ada.pub | cut -d' ' -f2").stdout
      #expect(try world.mlt("show", "b@\(world.lastRun().id)").status == 0)
      #expect(try world.mlt("show", world.lastRun().id).stdout.contains("signed by  " + key.dropLast()))
      #expect(try world.lastRun().json["signedBy"] == [.string(String(key.dropLast()))])
      #expect(try world.mlt("log").stdout.split(separator: "\n").count { $0.hasSuffix(", signed (unchecked)") } == 2)
      // Everything that the lock file tracks.
      #expect(try world.mlt("verify", "--require").status == 0)
      try expectSuccess(world.mlt("fsck"))
    }
  }

  @Test("verification prints the JSON that programs are promised")
  func json() throws {
    try withWorld { world in
      try world.makeKey()
      let run = try world.record("echo 1 > a", options: ["--sign"])
      let json = try world.verify("a").json
      #expect(json["format"] == 1 && json["broken"] == false && json["signed"] == true, "\(json)")
      #expect(json["verified"] == 1 && json["inGit"] == 0 && json["unreadableEvents"] == 0, "\(json)")
      for key in ["unmade", "changes", "damaged", "absent"] { #expect(json[key] == [], "\(json)") }
      #expect(json["artifacts"]?.array?.map { $0["path"] } == ["a"], "\(json)")
      let key = try #require(run.json["signedBy"]?.array?.first)
      let expected: JSON = [
        "id": .string(run.id), "component": "sh", "record": try #require(run.json["record"]),
        "signatures": [["key": key, "signer": "ada@example.invalid"]], "problems": [], "disregarded": [],
      ]
      #expect(json["runs"] == [expected], "\(json)")
    }
  }

  @Test("the signature can be checked without mlt")
  func byHand() throws {
    try withWorld { world in
      try world.makeKey()
      let run = try world.record("echo 1 > a", options: ["--sign"])
      let record = try #require(run.json["record"]?.string)
      let line = try #require(
        try world.shell("cat .mlt/journal/*/*.jsonl").stdout.split(separator: "\n").first { $0.contains("run.signed") })
      let event = try JSON(parsing: String(line))
      #expect(event["record"]?.string == record && event["run"]?.string == run.id)
      try world.write("signature", try #require(event["signature"]?.string))
      try expectSuccess(
        world.shell(
          """
          printf 'run.ended %s\\n' \(record) | ssh-keygen -Y verify -f .mlt-allowed-signers -I ada@example.invalid \
            -n mlt -s signature
          """))
    }
  }

  @Test("every run is signed with the setting, but for those that aren't to be")
  func setting() throws {
    try withWorld { world in
      try world.makeKey()
      try expectSuccess(world.mlt("config", "sign.runs", "yes"))
      try world.makeChain(first: [], second: ["--no-sign"])
      #expect(try Verified.signers(world.verify("b").json) == [nil, "ada@example.invalid"])
      // A failed command's record is one too.
      try world.record("exit 3", status: 3)
      #expect(try Verified.signers(world.verify(world.lastRun().id).json) == ["ada@example.invalid"])
    }
  }

  @Test("an unsigned run upstream is named, and fails only where signatures are required")
  func unsigned() throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain(first: [])
      let (status, json) = try world.verify("b")
      #expect(status == 0 && Verified.signers(json) == ["ada@example.invalid", nil], "\(json)")
      #expect(try world.verify("--require", "b").status == 1)
      #expect(try world.mlt("verify", "b").stdout.contains("2 runs: 1 signed, 1 unsigned"))
    }
  }

  @Test("a key that no allowed signer has counts as unsigned", arguments: ["other", "none", "namespace", "expired"])
  func unknown(_ signers: String) throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain()
      switch signers {
      case "other":
        try expectSuccess(
          world.shell(
            "ssh-keygen -q -t ed25519 -N '' -f ~/o && echo \"eve@x $(cat ~/o.pub)\" > .mlt-allowed-signers"))
      case "none": try expectSuccess(world.shell("rm .mlt-allowed-signers"))
      case "namespace":
        try expectSuccess(world.shell("sed -i 's/ ssh-/ namespaces=\"git\" ssh-/' .mlt-allowed-signers"))
      default:
        try expectSuccess(world.shell("sed -i 's/ ssh-/ valid-before=\"20200101\" ssh-/' .mlt-allowed-signers"))
      }
      let (status, json) = try world.verify("b")
      #expect(status == 0 && Verified.problems(json).isEmpty && Verified.signers(json) == [nil, nil], "\(json)")
      #expect(try world.mlt("verify", "b").stdout.contains("signed by an unknown key SHA256:"))
      #expect(try world.verify("--require", "b").status == 1)
    }
  }

  @Test("a key that was valid when it signed counts, though it is so no more")
  func rotated() throws {
    try withWorld { world in
      try world.makeKey(options: "valid-before=\"20260401\"")
      let options = [World.program.string, "run", "--sign", "--", "sh", "-c", "echo 1 > a"]
      try expectSuccess(world.run(options, environment: ["MLT_FIXED_TIME": "2026-03-14T09:26:53.000000Z"]))
      #expect(try world.verify("--require", "a").status == 0)
    }
  }

  @Test("a fact that was changed in the journal, with ids that fit, fails")
  func changedFact() throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain()
      try world.tamper { $0.replacing("cat a a > b", with: "cat a b > b") }
      let (status, json) = try world.verify("b")
      #expect(status == 6 && Verified.problems(json) == ["other record", "signed other record"], "\(json)")
      #expect(try world.mlt("verify", "b").stdout.contains("FAILS"))
    }
  }

  @Test("a changed fact with a record that fits fails by its signature, and without one counts as unsigned")
  func changedRecord() throws {
    try withWorld { world in
      try world.makeKey()
      let run = try world.record("echo 1 > a", options: ["--sign"])
      let other = try world.record("echo 2 > a")
      let records = try [run, other].map { try #require($0.json["record"]?.string) }
      // Whoever makes a run another's must have that one's signature; he has that of a record only.
      try world.tamper { body in
        guard body.contains("run.signed") else { return body }
        return body.replacing(run.id, with: other.id)
      }
      #expect(try Verified.problems(world.verify(other.id).json) == ["signed other record"])
      try world.tamper { body in
        guard body.contains("run.signed") else { return body }
        return body.replacing(records[0], with: records[1])
      }
      let (status, json) = try world.verify(other.id)
      #expect(status == 6 && Verified.problems(json) == ["bad signature"], "\(json)")
      try world.tamper { $0.replacing("run.signed", with: "run.sighed") }
      #expect(try world.verify(other.id).status == 0)
      #expect(try world.verify("--require", other.id).status == 1)
    }
  }

  @Test("a second end that says something else doesn't take a signed one's place")
  func secondEnd() throws {
    try withWorld { world in
      try world.makeKey()
      let run = try world.record("echo 1 > a", options: ["--sign"])
      let other = try world.record("echo 2 > a")
      try world.tamper { body in
        guard body.contains("run.ended") else { return body }
        return body.replacing(other.id, with: run.id)
      }
      let (status, json) = try world.verify(run.id)
      #expect(status == 6 && Verified.problems(json).contains("contradicted run.ended"), "\(json)")
      #expect(Verified.signers(json) == [nil])
    }
  }

  @Test("a signature for another purpose doesn't count")
  func namespace() throws {
    try withWorld { world in
      try world.makeKey()
      let run = try world.record("echo 1 > a", options: ["--sign"])
      let record = try #require(run.json["record"]?.string)
      let made = try world.shell("printf 'run.ended %s\\n' \(record) | ssh-keygen -q -Y sign -n git -f ~/.ssh/ada")
      try expectSuccess(made)
      try world.tamper { body in
        guard body.contains("run.signed"), let start = body.firstRange(of: "-----BEGIN"),
          let end = body.firstRange(of: "\",\"type\"")
        else { return body }
        let signature = made.stdout.split(separator: "\n").joined(separator: "\\n") + "\\n"
        return body[..<start.lowerBound] + signature + body[end.lowerBound...]
      }
      let (status, json) = try world.verify("a")
      #expect(status == 6 && Verified.problems(json) == ["bad signature"], "\(json)")
    }
  }

  @Test("bytes that were changed in the store fail, and those that are gone are said to be absent")
  func bytes() throws {
    try withWorld { world in
      try world.makeKey()
      try world.record("head -c 100000 /dev/urandom > a", options: ["--sign"])
      let pack = try #require(try world.shell("ls .mlt/packs/*").stdout.split(separator: "\n").first.map(String.init))
      try expectSuccess(
        world.shell("chmod u+w \(pack); printf XXXX | dd of=\(pack) bs=1 seek=1000 conv=notrunc 2>&1; rm a"))
      let (status, json) = try world.verify("a")
      #expect(status == 6 && Verified.problems(json).isEmpty, "\(json)")
      #expect(json["damaged"]?.array?.first?["path"]?.string == "a", "\(json)")
      try expectSuccess(world.shell("rm -f .mlt/packs/*"))
      let (later, rest) = try world.verify("a")
      #expect(later == 0 && rest["absent"] == ["a"], "\(rest)")
    }
  }

  @Test("a file that was changed outside mlt, or that no run made, isn't verified")
  func unmade() throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain()
      try world.write("b", "else")
      let (status, json) = try world.verify("b")
      #expect(status == 1 && json["unmade"] == ["b"] && json["changes"]?.array?.count == 1, "\(json)")
      try world.write("own", "mine")
      try expectSuccess(world.mlt("add", "own"))
      #expect(try world.verify("own").status == 1)
      #expect(try world.mlt("verify", "nothing-there-is").status == 3)
    }
  }

  @Test("without a key to sign with nothing is started", arguments: ["unset", "missing", "program"])
  func noKey(_ what: String) throws {
    try withWorld { world in
      if what != "unset" { try world.makeKey() }
      if what == "missing" { try expectSuccess(world.shell("rm ~/.ssh/ada")) }
      let environment = what == "program" ? ["PATH": "/nonexistent"] : [:]
      let printed = try world.run(
        [World.program.string, "run", "--sign", "--", "/usr/bin/touch", "a"], environment: environment)
      #expect(printed.status == 125 && printed.stderr.hasPrefix("error: "), "\(printed)")
      #expect(try world.read("a") == nil)
      #expect(try world.json("log")["runs"] == [])
    }
  }

  @Test("a run whose signature fails is recorded, with its outputs")
  func failedSignature() throws {
    try withWorld { world in
      try world.makeKey()
      try expectSuccess(world.shell("echo nonsense > ~/.ssh/ada; rm ~/.ssh/ada.pub"))
      let printed = try world.mlt("run", "--sign", "--", "sh", "-c", "echo 1 > a")
      #expect(printed.status == 125 && printed.stderr.contains("is recorded, but not signed"), "\(printed)")
      #expect(try world.lastRun().outputPaths == ["a"])
      #expect(try world.cat("a@\(world.lastRun().id)") == "1\n")
      #expect(try Verified.signers(world.verify("a").json) == [nil])
    }
  }

  @Test("the shared settings have no say in keys and trust")
  func sharedSettings() throws {
    try withWorld { world in
      try world.makeKey()
      try world.write(
        ".mltconfig", "[sign]\n\tkey = /dev/null\n\truns = true\n\tallowedSigners = /nonexistent/file\n")
      try world.makeChain(first: [])
      #expect(try Verified.signers(world.verify("b").json) == ["ada@example.invalid", nil])
      #expect(try world.mlt("config", "sign.key").stdout == "~/.ssh/ada\n")
      let printed = try world.mlt("config", "--shared", "sign.key", "x")
      #expect(printed.status == 2 && printed.stderr.contains("can't be shared"), "\(printed)")
    }
  }

  @Test("the committed file of allowed signers must be a file, and one that a setting names must be there")
  func allowedSigners() throws {
    try withWorld { world in
      try world.makeKey()
      try world.makeChain()
      try expectSuccess(world.shell("mv .mlt-allowed-signers ~/allowed && ln -s ~/allowed .mlt-allowed-signers"))
      #expect(try world.mlt("verify", "b").status == 3)
      try expectSuccess(world.mlt("config", "sign.allowedSigners", "~/allowed"))
      #expect(try world.verify("--require", "b").status == 0)
      try expectSuccess(world.mlt("config", "sign.allowedSigners", "~/none"))
      #expect(try world.mlt("verify", "b").status == 3)
    }
  }

  @Test("keys of an agent sign, and no trace of a key's file is recorded")
  func agent() throws {
    try withWorld { world in
      try world.makeKey()
      try expectSuccess(
        world.shell(
          """
          eval "$(ssh-agent -s)" >/dev/null
          trap 'kill $SSH_AGENT_PID' EXIT
          ssh-add -q ~/.ssh/ada && rm ~/.ssh/ada && mlt config sign.key '~/.ssh/ada.pub'
          mlt run --sign -- sh -c 'echo 1 > a'
          """))
      #expect(try world.verify("--require", "a").status == 0)
      #expect(try !world.shell("cat .mlt/journal/*/*.jsonl").stdout.contains(".ssh"))
    }
  }
}
