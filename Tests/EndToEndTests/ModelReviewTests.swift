import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What a version needs before it goes to Production, and who says so.
@Suite struct ModelReviewTests {
  private let bob = ["GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.invalid"]
  private let eve = ["GIT_AUTHOR_NAME": "Eve", "GIT_AUTHOR_EMAIL": "eve@example.invalid"]

  private func register(in world: World, _ text: String = "a model") throws {
    try expectSuccess(
      world.shell("mlt run -q -c train -- sh -c 'echo \(text) > m.pkl' && mlt model register wine m.pkl"))
  }

  @Test("a promotion without the approvals that policy asks for is refused with what is missing, and then allowed")
  func approvals() throws {
    try withWorld { world in
      try register(in: world)
      try expectSuccess(world.shell("mlt config --shared review.approvals 1; mlt config --shared review.byOthers true"))
      let refused = try world.mlt("model", "promote", "wine/1")
      #expect(refused.status == 1 && refused.stderr.contains("may not go to Production yet"), "\(refused)")
      #expect(refused.stderr.contains("hint: 0 of 1 approval: ask for reviews: 'mlt model review request wine/1"))
      try expectSuccess(world.mlt("model", "stage", "wine/1", "Staging"))
      try expectSuccess(world.mlt("model", "review", "request", "wine/1", "--from", "Bob@example.invalid"))
      // The author's own doesn't count, nor does that of somebody who wasn't asked, nor one's twice.
      let own = try world.mlt("model", "review", "approve", "wine/1", "-m", "trust me")
      #expect(own.stdout.contains("doesn't count: they made it themselves"), "\(own)")
      let other = try world.mlt("model", "review", "approve", "wine/1", environment: eve)
      #expect(other.stdout.contains("doesn't count: others were asked"))
      #expect(try world.mlt("model", "review", "status", "wine/1").status == 1)
      #expect(try world.mlt("model", "promote", "wine/1").status == 1)
      try expectSuccess(world.mlt("model", "review", "reject", "wine/1", "-m", "residuals", environment: eve))
      try expectSuccess(world.mlt("model", "review", "approve", "wine/1", "-m", "looked at it", environment: bob))
      let rejected = try world.mlt("model", "promote", "wine/1")
      #expect(rejected.status == 1 && rejected.stderr.contains("rejected by Eve"))
      try expectSuccess(world.mlt("model", "review", "approve", "wine/1", "-m", "seen now", environment: eve))
      #expect(try world.json("model", "review", "status", "wine/1")["approvals"]?.int == 1)
      try expectSuccess(world.mlt("model", "promote", "wine/1", "-m", "reviewed"))
      // A changed model needs a review of its own; going back doesn't.
      try register(in: world, "another model")
      #expect(try world.mlt("model", "promote", "wine/2").status == 1)
      try expectSuccess(world.mlt("model", "review", "approve", "wine/2", environment: bob))
      try expectSuccess(world.mlt("model", "promote", "wine/2"))
      try expectSuccess(world.mlt("model", "review", "reject", "wine/1", environment: bob))
      try expectSuccess(world.mlt("model", "rollback", "wine"))
    }
  }

  @Test("clean code, a reproduction and the absence of flags are asked for one by one")
  func otherRequirements() throws {
    try withWorld { world in
      try world.write("train.sh", "tr a-z A-Z < raw.txt > m.pkl\n")
      try world.write("raw.txt", "some raw material\n")
      try expectSuccess(
        world.shell(
          """
          mlt add raw.txt && git add -A && git commit -qm code && echo '# more' >> train.sh
          mlt run -q -c train -- sh train.sh && mlt model register wine m.pkl
          mlt config --shared review.clean true
          """))
      let dirty = try world.mlt("model", "promote", "wine/1")
      #expect(dirty.status == 1 && dirty.stderr.contains("code that differs from commit"), "\(dirty)")
      try expectSuccess(
        world.shell(
          """
          git commit -qam more; echo 'and more material' >> raw.txt; mlt add raw.txt; git commit -qam data
          mlt run -q -c train -- sh train.sh && mlt model register wine m.pkl; git commit -qam model
          mlt config --shared review.reproduced true; mlt config --shared review.noFlags true
          mlt flag raw.txt -m 'last line'
          """))
      let missing = try world.mlt("model", "promote", "wine/2")
      #expect(
        missing.stderr.contains("wasn't made again yet") && missing.stderr.contains("flagged as wrong: raw.txt"),
        "\(missing)")
      #expect(!missing.stderr.contains("differs from commit"))
      try expectSuccess(world.mlt("rerun", "models:/wine/2"))
      try expectSuccess(world.mlt("unflag", "raw.txt"))
      try expectSuccess(world.mlt("model", "promote", "wine/2"))
      // A clone's own file can't ask for less.
      try expectSuccess(world.shell("mlt config review.clean false"))
      #expect(try world.mlt("model", "promote", "wine/1").status == 1)
      // Git holds a work tree to be clean in which a script lies that was never added.
      try expectSuccess(
        world.shell(
          """
          git add -A; git commit -qm settings; echo 'tr a-z n-za-m < raw.txt > m.pkl' > loose.sh
          mlt run -q -c train -- sh loose.sh && mlt model register wine m.pkl
          """))
      let loose = try world.mlt("model", "promote", "wine/3")
      #expect(loose.stderr.contains("made with 'loose.sh', which no commit has"), "\(loose)")
    }
  }

  @Test("an environment takes the versions that it is said to, by their tag or number")
  func allowances() throws {
    try withWorld { world in
      try register(in: world)
      try expectSuccess(world.shell("mlt config --shared policy.prod '<=1.0'; mlt config --shared policy.int '<=2.0'"))
      try expectSuccess(world.mlt("model", "promote", "wine/1"))
      try register(in: world, "another model")
      let refused = try world.mlt("model", "promote", "wine/2")
      #expect(
        refused.status == 1 && refused.stderr.contains("hint: 'prod' takes versions <=1.0, and this is 2"), "\(refused)"
      )
      try expectSuccess(world.mlt("model", "stage", "wine/2", "Staging"))
      try expectSuccess(world.mlt("checkout", "models:/wine/2", "--for", "int"))
      #expect(try world.mlt("checkout", "models:/wine/2", "--for", "prod").status == 1)
      #expect(try world.mlt("checkout", "models:/wine/2", "--for", "mars").status == 3)
      // What no environment could be asked about isn't let through.
      for rest in [["m.pkl"], [], ["m.pkl", "-o", "elsewhere.pkl"]] {
        let unasked = try world.run([World.program.string, "checkout"] + rest + ["--for", "prod"])
        #expect(unasked.status == 2 && unasked.stderr.contains("is no version of a model"), "\(unasked)")
      }
      try expectSuccess(world.shell("mlt checkout \"models:/wine/Production@{$(date -u +%F)}\" --for prod"))
      for tag in ["beta", ""] {
        try expectSuccess(world.mlt("model", "tag", "wine/2", "version=\(tag)"))
        let unread = try world.mlt("model", "promote", "wine/2")
        #expect(unread.status == 1 && unread.stderr.contains("called '\(tag)', which is none"), "\(unread)")
        #expect(
          try world.mlt("checkout", "models:/wine/2", "--for", "int").stderr.contains(
            "is called '\(tag)', which is none"))
      }
      try expectSuccess(world.mlt("model", "tag", "wine/2", "version=0.9"))
      try expectSuccess(world.mlt("model", "promote", "wine/2"))
      #expect(try world.mlt("config", "policy.prod", "1.0").status == 2)
    }
  }

  @Test("where policy asks for it, only approvals count that allowed signers have signed")
  func signatures() throws {
    try withWorld { world in
      try world.makeKey()
      try register(in: world)
      try expectSuccess(world.shell("mlt config --shared review.approvals 1; mlt config --shared review.signed true"))
      let plain = try world.mlt("model", "review", "approve", "wine/1", environment: bob)
      #expect(plain.stdout.contains("doesn't count: it isn't signed by an allowed signer"), "\(plain)")
      let signed = try world.mlt("model", "review", "approve", "wine/1", "--sign", "-m", "seen")
      #expect(signed.stdout.contains("signed by ada@example.invalid"), "\(signed)")
      #expect(try world.json("model", "review", "status", "wine/1")["approvals"]?.int == 1)
      try expectSuccess(world.mlt("model", "promote", "wine/1"))
      // The words of a signed approval can't be another's.
      try world.tamper { $0.replacing("\"why\":\"seen\"", with: "\"why\":\"well\"") }
      let forged = try world.mlt("model", "review", "status", "wine/1")
      #expect(forged.status == 1 && forged.stdout.contains("the signature doesn't hold"), "\(forged)")
    }
  }

  @Test("neither an earlier signed word nor one without a signature undoes a later signed one")
  func replays() throws {
    try withWorld { world in
      try world.makeKey()
      try register(in: world)
      try expectSuccess(world.shell("mlt config --shared review.approvals 1"))
      try expectSuccess(world.mlt("model", "review", "approve", "wine/1", "--sign", "-m", "looks fine"))
      try expectSuccess(world.mlt("model", "review", "reject", "wine/1", "--sign", "-m", "it does not"))
      let approval = try #require(try world.events("model.reviewed").first)
      #expect(approval["verdict"]?.string == "approved" && approval["signature"] != nil)
      func writer(_ digit: String) -> String { String(repeating: digit, count: 32) }
      // The same words later; before they were said; and without what proves them.
      try world.forge([approval], by: writer("a"), at: "2099-01-01T00:00:00")
      try world.forge([approval], by: writer("b"), at: "2020-01-01T00:00:00")
      var plain = approval
      plain["signature"] = nil
      plain["key"] = nil
      plain["time"] = nil
      try world.forge([plain], by: writer("c"), at: "2099-01-02T00:00:00")
      let status = try world.mlt("model", "review", "status", "wine/1")
      #expect(status.status == 1 && status.stdout.contains("✗ rejected by ada@example.invalid"), "\(status)")
      #expect(status.stdout.contains("✗ 0 of 1 approval"), "\(status)")
      // Where the program that checks isn't there one can still look.
      let path = World.program.removingLastComponent().string
      let blind = try world.mlt("model", "show", "wine/1", environment: ["PATH": path])
      #expect(blind.status == 0 && blind.stdout.contains("signed, which wasn't checked"), "\(blind)")
      #expect(blind.stdout.contains("rejected  Ada") && blind.stdout.contains("✗ rejected by Ada"), "\(blind)")
      // But not decide.
      let undecided = try world.mlt("model", "promote", "wine/1", environment: ["PATH": path])
      #expect(undecided.status != 0 && undecided.stderr.contains("ssh-keygen"), "\(undecided)")
    }
  }

  @Test("a rejection follows the content to another version of it, and a name is needed for a word to count")
  func contents() throws {
    try withWorld { world in
      try register(in: world)
      try expectSuccess(world.shell("mlt config --shared review.approvals 1"))
      try expectSuccess(world.mlt("model", "review", "reject", "wine/1", "-m", "leaks", environment: bob))
      try expectSuccess(world.mlt("model", "delete", "wine/1"))
      try expectSuccess(world.mlt("model", "register", "wine", "m.pkl", "--again"))
      try expectSuccess(world.mlt("model", "review", "approve", "wine/2", environment: eve))
      let refused = try world.mlt("model", "promote", "wine/2")
      #expect(refused.status == 1 && refused.stderr.contains("rejected by Bob <bob@example.invalid>"), "\(refused)")
      try expectSuccess(world.mlt("model", "review", "approve", "wine/2", environment: bob))
      var nameless = try #require(try world.events("model.reviewed").last)
      nameless["user"] = nil
      nameless["verdict"] = "rejected"
      try world.forge([nameless], at: "2099-01-01T00:00:00")
      let status = try world.mlt("model", "review", "status", "wine/2")
      #expect(status.status == 0 && status.stdout.contains("doesn't count: nobody's name is given"), "\(status)")
      #expect(try world.mlt("model", "review", "request", "wine/2", "--from", "bob").status == 2)
    }
  }

  @Test("who signed the run is its author, and under 'review.signed' only signed requests say who is to answer")
  func authors() throws {
    try withWorld { world in
      try world.makeKey()
      try expectSuccess(
        world.shell(
          "mlt run -q --sign -c train -- sh -c 'echo a model > m.pkl' && mlt model register wine m.pkl",
          environment: bob))
      try expectSuccess(world.shell("mlt config --shared review.approvals 1; mlt config --shared review.signed true"))
      try expectSuccess(world.mlt("model", "review", "request", "wine/1", "--from", "eve@example.invalid"))
      let approved = try world.json("model", "review", "approve", "wine/1", "--sign")
      #expect(approved["approvals"]?.int == 1 && approved["requested"]?.bool == false, "\(approved)")
      try expectSuccess(world.shell("mlt config --shared review.byOthers true"))
      let own = try world.mlt("model", "review", "status", "wine/1")
      #expect(own.status == 1 && own.stdout.contains("doesn't count: they made it themselves"), "\(own)")
      // A later request of the same person takes the place of an earlier one.
      try expectSuccess(world.mlt("model", "review", "request", "wine/1", "--from", "eve@example.invalid", "--sign"))
      let asked = try world.json("model", "review", "request", "wine/1", "--from", "bob@example.invalid", "--sign")
      #expect(asked["asked"]?.array?.map(\.string) == ["bob@example.invalid"], "\(asked)")
    }
  }

  @Test("a copy of a model is reproduced if what it was copied from is, and what only comes near isn't")
  func copies() throws {
    try withWorld { world in
      try world.write("random.sh", "od -An -N8 -tx8 /dev/urandom > m.pkl\n")
      try world.write("steady.sh", "echo a steady model > m.pkl\n")
      try expectSuccess(
        world.shell(
          """
          mlt config --shared review.reproduced true; git add -A; git commit -qm code
          mlt run -q -c train -- sh random.sh && cp m.pkl copy.pkl && mlt model register wine copy.pkl
          mlt rerun m.pkl; mlt run -q -c train -- sh steady.sh && cp m.pkl copy.pkl && mlt model register wine copy.pkl
          mlt rerun m.pkl
          """))
      let refused = try world.mlt("model", "promote", "wine/1")
      #expect(
        refused.status == 1 && refused.stderr.contains("was made again, and 'm.pkl' came out otherwise"), "\(refused)")
      try expectSuccess(world.mlt("model", "promote", "wine/2"))
    }
  }
}
