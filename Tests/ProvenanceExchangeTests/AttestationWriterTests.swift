import Journaling
import MLTBase
import ProvenanceExchange
import Testing

@Suite struct AttestationWriterTests {
  private func statements(
    _ run: ExportedRun, _ predicate: AttestationWriter.Predicate = .provenance, sign: AttestationWriter.Signer? = nil
  ) throws -> (lines: [JSON], omission: AttestationWriter.Omission?) {
    var omission: AttestationWriter.Omission?
    let lines = try Fixture.lines { output in
      let writer = AttestationWriter(
        predicate, output: output,
        files: { artifact in
          artifact.path == "known" ? [(Array("x".utf8), Fixture.content("x")), ([0xFF], Fixture.content("y"))] : nil
        }, sign: sign)
      omission = try writer.add(run)
    }
    return (lines, omission)
  }

  private struct Case: CustomTestStringConvertible {
    var status: RunStatus
    var predicate = AttestationWriter.Predicate.provenance
    var writes = true
    var evidence = Evidence.observed
    var omission: AttestationWriter.Omission?

    var testDescription: String { "\(status) \(predicate) \(writes) \(evidence)" }
  }

  @Test(
    "nobody attests what failed, goes on, wrote nothing or wasn't seen",
    arguments: [
      Case(status: .finished), Case(status: .running, omission: .running),
      Case(status: .failed, omission: .unsuccessful), Case(status: .interrupted, omission: .unsuccessful),
      Case(status: .finished, writes: false, omission: .withoutOutputs),
      Case(status: .finished, evidence: .compared), Case(status: .failed, predicate: .runtimeTrace),
      Case(status: .running, predicate: .runtimeTrace, omission: .running),
      Case(status: .finished, predicate: .runtimeTrace, evidence: .compared, omission: .unobserved),
    ])
  private func omissions(_ example: Case) throws {
    var run = try Fixture.run(1, status: example.status)
    run.evidence = example.evidence
    if example.writes { run.outputs = [Fixture.file("a")] }
    let found = try statements(run, example.predicate)
    #expect(found.omission == example.omission)
    #expect(found.lines.count == (example.omission == nil ? 1 : 0))
  }

  @Test("folders and links aren't told as SHA-256 of files; a folder's files are, where they are known")
  func subjects() throws {
    var run = try Fixture.run(1)
    run.outputs = [
      Fixture.file("a"), Fixture.file("known", kind: .tree), Fixture.file("known/x", "x"),
      Fixture.file("link", kind: .link), Fixture.file("other", kind: .tree), Fixture.file("s3://b/k", kind: .uri),
    ]
    let subjects = try #require(try statements(run).lines.first?["subject"]?.array)
    let told = subjects.map { subject in
      (subject["name"]?.string ?? "") + " " + (subject["digest"]?.object?.members.first?.key ?? "")
    }
    #expect(
      told == [
        "a sha256", "known mltTree", "known/x sha256", "known/%FF sha256", "link mltLink", "other mltTree",
      ])
  }

  @Test("provenance names the commit, the inputs and the packages")
  func dependencies() throws {
    var run = try Fixture.run(1)
    run.outputs = [Fixture.file("a")]
    run.inputs = [ExportedRun.Input(Fixture.file("in"))]
    run.git = GitState(commit: "c0ffee", branch: nil, remote: "git@h.invalid:r.git", isDirty: true)
    for (system, name) in [("python", "Sci_Kit"), ("node", "@scope/x"), ("other", "y")] {
      run.environment.packages.append(RunEnvironment.Package(system: system, name: name, version: "1.0+a"))
    }
    let definition = try statements(run).lines.first?["predicate"]?["buildDefinition"]
    let dependencies = definition?["resolvedDependencies"]?.array ?? []
    #expect(
      dependencies.map { $0["uri"]?.string ?? $0["name"]?.string } == [
        "git+ssh://git@h.invalid/r.git@c0ffee", "in", "pkg:pypi/sci-kit@1.0%2Ba", "pkg:npm/%40scope/x@1.0%2Ba",
      ])
    #expect(definition?["internalParameters"]?["dirty"] == true)
    #expect(definition?["externalParameters"]?["command"] == ["sh", "-c", "it's"])
  }

  @Test("what is signed is the statement's pre-authentication encoding", arguments: 0..<4)
  func envelope(_ length: Int) throws {
    var run = try Fixture.run(1)
    run.outputs = [Fixture.file(String(repeating: "a", count: length + 1))]
    let plain = try #require(try statements(run).lines.first).canonicalText
    var message = ""
    let envelope = try statements(run) { bytes in
      message = String(decoding: bytes, as: UTF8.self)
      return (Array("sig".utf8), "SHA256:key")
    }.lines.first
    #expect(message == "DSSEv1 28 application/vnd.in-toto+json \(plain.utf8.count) \(plain)")
    #expect(envelope?["signatures"]?[0] == ["keyid": "SHA256:key", "sig": "c2ln"])
    let payload = try #require(envelope?["payload"]?.string)
    #expect(decoded(payload) == Array(plain.utf8))
  }

  /// RFC 4648, from the table.
  private func decoded(_ text: String) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var bits: [Bool] = []
    for character in text where character != "=" {
      let value = digits.firstIndex(of: character) ?? 0
      bits += (0..<6).map { value >> (5 - $0) & 1 == 1 }
    }
    #expect(text.count % 4 == 0)
    return (0..<(bits.count / 8)).map { byte in
      bits[(byte * 8)..<(byte * 8 + 8)].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
    }
  }
}
