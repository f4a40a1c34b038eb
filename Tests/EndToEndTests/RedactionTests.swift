import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Credentials never reach `.mlt`, however they came in.
@Suite struct RedactionTests {
  // Made up, and unlike anything else that a repository holds.
  private static let secret = "Zq7rUnlikelyV4lue9x"

  private struct Case: CustomTestStringConvertible {
    var testDescription: String
    var options: [String] = []
    var arguments: [String] = []
    var environment: [String: String] = [:]
    var setUp = "true"
  }

  private static let cases = [
    Case(testDescription: "an option's value", arguments: ["--password", secret]),
    Case(testDescription: "an option with a value", arguments: ["--api-key=\(secret)"]),
    Case(testDescription: "an assignment", arguments: ["AWS_SECRET_ACCESS_KEY=\(secret)"]),
    Case(testDescription: "a URL's password", arguments: ["postgresql://user:\(secret)@db.invalid:5432/x"]),
    Case(testDescription: "a known token", arguments: ["ghp_" + secret + secret]),
    Case(
      testDescription: "a variable's value among the arguments", arguments: ["x\(secret)y"],
      environment: ["DB_PASSWORD": secret]),
    Case(testDescription: "a parameter", options: ["-p", "token=\(secret)"]),
    Case(testDescription: "a parameter with a URL", options: ["-p", "url=https://u:\(secret)@h.invalid/"]),
    Case(testDescription: "a tag", options: ["--tag", "secret=\(secret)"]),
    Case(testDescription: "a note", options: ["--note", "made with \(secret)"], environment: ["MY_TOKEN": secret]),
    Case(testDescription: "a note with a URL", options: ["--note", "from ftp://u:\(secret)@h.invalid/x"]),
    Case(testDescription: "an input's URI", options: ["-i", "s3://key:\(secret)@bucket/x"]),
    Case(testDescription: "an output's URI", options: ["-o", "https://key:\(secret)@h.invalid/x"]),
    Case(
      testDescription: "an input's URI with a known token", options: ["-i", "https://h.invalid/x?sig=\(secret)"],
      environment: ["SAS_TOKEN": secret]),
    Case(
      testDescription: "the environment alone",
      environment: ["API_TOKEN": secret, "GITHUB_PAT": secret, "HTTPS_PROXY": "http://u:\(secret)@p.invalid"]),
    Case(
      testDescription: "a chosen variable that says what it is", environment: ["MODEL_SECRET": secret],
      setUp: "mlt config capture.environment MODEL_SECRET"),
    Case(
      testDescription: "a chosen variable that holds a URL", environment: ["SOURCE": "https://u:\(secret)@h.invalid"],
      setUp: "mlt config capture.environment SOURCE"),
    Case(testDescription: "git's remote", setUp: "git remote add origin https://user:\(secret)@host.invalid/r.git"),
    Case(
      testDescription: "git's remote with a token for a user",
      setUp: "git remote add origin https://\(secret)@host.invalid/r.git"),
  ]

  @Test(
    "what looks like a credential is recorded nowhere, whether followed or compared", arguments: cases,
    [[], ["--no-trace"]])
  private func redacted(_ item: Case, _ mode: [String]) throws {
    try withWorld { world in
      try expectSuccess(world.shell(item.setUp))
      let printed = try world.run(
        [World.program.string, "run"] + mode + item.options + ["--", "sh", "-c", "echo done > out", "sh"]
          + item.arguments,
        environment: item.environment)
      try expectSuccess(printed)
      let recorded = try world.recordedBytes()
      #expect(!recorded.isEmpty)
      #expect(recorded.firstRange(of: Array(Self.secret.utf8)) == nil)
      #expect(try #require(try world.read("mlt.lock")).contains(Self.secret) == false)
      for listing in [["log"], ["log", "--json"], ["show", "out"], ["trace", "out"]] {
        let shown = try world.run([World.program.string] + listing)
        #expect(shown.status == 0)
        #expect(!shown.stdout.contains(Self.secret) && !shown.stderr.contains(Self.secret))
      }
    }
  }

  @Test("what merely resembles a credential's name is kept")
  func kept() throws {
    try withWorld { world in
      try expectSuccess(
        world.mlt(
          "run", "-p", "tokenizer=bpe", "-p", "max_tokens=512", "--", "sh", "-c", "true", "sh", "--max-tokens=512",
          "host:8080", "https://h.invalid/a@b"))
      let run = try #require(try world.runs().first?["id"]?.string)
      let shown = try world.json("show", run)
      let parameters = try #require(shown["run"]?["parameters"] ?? shown["run"]?["params"])
      #expect(parameters["tokenizer"] == "bpe" && parameters["max_tokens"] == "512")
      let command = shown["run"]?["command"]?.array?.compactMap(\.string) ?? []
      #expect(Array(command.suffix(3)) == ["--max-tokens=512", "host:8080", "https://h.invalid/a@b"])
    }
  }

  @Test("the command itself gets everything as it was given")
  func untouched() throws {
    try withWorld { world in
      let printed = try world.run(
        [World.program.string, "run", "--", "sh", "-c", "echo \"$1 $DB_PASSWORD\"", "sh", "--password=\(Self.secret)"],
        environment: ["DB_PASSWORD": Self.secret])
      #expect(printed.stdout == "--password=\(Self.secret) \(Self.secret)\n")
    }
  }
}
