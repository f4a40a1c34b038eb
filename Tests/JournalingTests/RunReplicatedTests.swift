import Journaling
import MLTBase
import Testing

/// What is recorded of making a run again.
@Suite struct RunReplicatedTests {
  private static func fact() throws -> RunReplicated {
    let run = try #require(RunID(hex: String(repeating: "a1", count: 16)))
    return RunReplicated(
      run: run, record: ContentHasher.contentID(of: Array("r".utf8)), isReplicable: false, times: 3, same: 1,
      tolerance: 1e-6, exit: 2, compared: 4, differing: 2,
      outputs: [
        RunReplicated.Output(
          path: "metrics.json", verdict: .differs, same: 2, content: ContentHasher.contentID(of: Array("x".utf8)),
          measure: RunReplicated.Measure(
            format: "json", values: 12, differing: 1, absolute: .infinity, relative: 0.25, place: "loss",
            others: ["name: 'a' against 'b'"], isReordered: true)),
        RunReplicated.Output(path: "model.pkl", verdict: .missing, same: 0),
      ],
      changes: [RunReplicated.Change(kind: "package", name: "numpy", before: "1.0", now: nil)], upstream: [run],
      host: "here", user: "Ada <ada@example.invalid>")
  }

  @Test("the fields say all, and are read as they were written")
  func roundTrip() throws {
    let fact = try Self.fact()
    #expect(try RunReplicated(fields: fact.fields) == fact)
    let text = JSON.object(fact.fields).canonicalText
    #expect(text.contains(#""absolute":"Infinity""#))
    #expect(try RunReplicated(fields: #require(try JSON(parsing: text).object)) == fact)
  }

  @Test("what doesn't hold is left out")
  func sparse() throws {
    var fact = try Self.fact()
    (fact.outputs, fact.changes, fact.upstream, fact.tolerance, fact.exit) = ([], [], [], nil, nil)
    let keys = fact.fields.members.map(\.key)
    #expect(keys == ["compared", "differing", "host", "record", "run", "same", "times", "user"])
    #expect(try RunReplicated(fields: fact.fields) == fact)
  }

  @Test("a verdict that a newer version has added isn't taken for the same")
  func newer() throws {
    var fields = try Self.fact().fields
    fields["outputs"] = .array([["path": "a", "verdict": "weird", "same": 1]])
    #expect(try RunReplicated(fields: fields).outputs.map(\.verdict) == [.unknown])
  }

  @Test(
    "malformed fields are named",
    arguments: [
      ("run", "x"), ("upstream", .array(["x"])), ("outputs", .array([["path": "a"]])), ("times", "many"),
      ("tolerance", "little"), ("changes", .array([[:]])), ("record", "x"),
    ] as [(String, JSON)])
  func malformed(_ field: String, _ value: JSON) throws {
    var fields = try Self.fact().fields
    fields[field] = value
    let error = #expect(throws: FactError.self) { try RunReplicated(fields: fields) }
    #expect(error?.field.hasPrefix(field) == true)
  }

  @Test("redirected streams are read as they were written")
  func streams() throws {
    for streams in [
      RunStreams(), RunStreams(input: "a"), RunStreams(output: "b", isAppending: true),
      RunStreams(input: "\"a\\n\"", output: "c"),
    ] {
      #expect(try RunStreams(fields: streams.fields) == streams)
    }
  }
}
