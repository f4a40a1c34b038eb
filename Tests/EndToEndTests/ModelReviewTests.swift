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
      #expect(refused.status == 1 && refused.stderr.contains("'prod' takes versions <=1.0 of models"), "\(refused)")
      try expectSuccess(world.mlt("model", "stage", "wine/2", "Staging"))
      try expectSuccess(world.mlt("checkout", "models:/wine/2", "--for", "int"))
      #expect(try world.mlt("checkout", "models:/wine/2", "--for", "prod").status == 1)
      #expect(try world.mlt("checkout", "models:/wine/2", "--for", "mars").status == 3)
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
}
