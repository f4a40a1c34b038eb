import Journaling
import MLTBase
import Testing

/// What is recorded of labels, of purging, and of checks.
@Suite struct LabelFactTests {
  private let artifact = ArtifactRecord(
    path: "data/raw.csv", kind: .file, content: ContentHasher.contentID(of: Array("r".utf8)), size: 10,
    evidence: .declared)
  private let said = Attribution(user: "Ada <ada@example.invalid>", why: "forms")

  @Test("labels are read as they were written, and what isn't said is left out")
  func labels() throws {
    let fact = ArtifactLabelled(artifact, labels: ["consent:2024", "source:é"], said: said)
    #expect(fact.fields.members.map(\.key) == ["artifact", "labels", "user", "why"])
    #expect(try ArtifactLabelled(fields: fact.fields) == fact)
    let retracted = LabelRetracted("consent:2024", said: said)
    #expect(try LabelRetracted(fields: retracted.fields) == retracted)
    let reinstated = LabelReinstated("consent:2024")
    #expect(try LabelReinstated(fields: reinstated.fields) == reinstated)
    let purged = ContentsPurged("consent:2024", [try #require(artifact.content)], said: said)
    #expect(try ContentsPurged(fields: purged.fields) == purged)
  }

  @Test(
    "names of labels are one line without spaces at its ends",
    arguments: [
      ("a", true), ("consent:2024 (v2)", true), ("é", true), ("", false), (" a", false), ("a ", false), ("a\nb", false),
      ("a\u{7F}", false), (String(repeating: "x", count: 250), true), (String(repeating: "x", count: 251), false),
    ])
  func names(_ name: String, _ isValid: Bool) {
    #expect(LabelName.isValid(name) == isValid)
    #expect((try? LabelRetracted(fields: LabelRetracted(name).fields)) == (isValid ? LabelRetracted(name) : nil))
  }

  @Test("malformed contents are named")
  func malformed() throws {
    var fields = ContentsPurged("a", []).fields
    fields["contents"] = .array(["x"])
    let error = #expect(throws: FactError.self) { try ContentsPurged(fields: fields) }
    #expect(error?.field == "contents")
  }

  @Test("a check is read as it was written, and one from a place that a newer version knows as one that was asked for")
  func check() throws {
    let run = try #require(RunID(hex: String(repeating: "a1", count: 16)))
    let fact = RunChecked(
      run: run, phase: .after, name: "rows", command: "python rows.py", source: .stage, exit: 1, onlyWarns: true,
      output: "12 rows\n", wall: 5)
    #expect(try RunChecked(fields: fact.fields) == fact)
    var fields = fact.fields
    fields["source"] = "moon"
    #expect(try RunChecked(fields: fields).source == .option)
    fields["phase"] = "between"
    #expect(throws: FactError.self) { try RunChecked(fields: fields) }
    fields = fact.fields
    fields["exit"] = nil
    #expect(throws: FactError.self) { try RunChecked(fields: fields) }
  }

  @Test("no checks is something else than nothing said of checks")
  func componentChecks() throws {
    let none = ComponentDescribed(name: "train", checks: ComponentChecks())
    #expect(try ComponentDescribed(fields: none.fields).checks == ComponentChecks())
    #expect(try ComponentDescribed(fields: ComponentDescribed(name: "train").fields).checks == nil)
    let some = ComponentDescribed(name: "train", checks: ComponentChecks(before: ["a"], after: ["b", "c"]))
    #expect(try ComponentDescribed(fields: some.fields).checks == some.checks)
    var fields = some.fields
    fields["checks"] = ["after": "b"]
    let error = #expect(throws: FactError.self) { try ComponentDescribed(fields: fields) }
    #expect(error?.field == "checks.after")
  }
}
