import Journaling
import MLTBase
import Testing

/// What is recorded of predictions.
@Suite struct PredictionsLoggedTests {
  private static func fact() throws -> PredictionsLogged {
    let content = ContentHasher.contentID(of: Array("log".utf8))
    let time = try #require(Timestamp("2026-11-20T10:15:00Z"))
    return PredictionsLogged(
      name: "p.csv",
      artifact: ArtifactRecord(
        path: "p.csv", kind: .file, content: content, size: 9, evidence: .declared, isStored: true),
      columns: PredictionsLogged.Columns(
        format: "table", delimiter: ",", isCompressed: true, key: "id", time: "t", model: "m", inputs: ["a"],
        outputs: ["y"]),
      rows: 10, bad: 2, problems: [PredictionsLogged.Problem(row: 3, reason: "it has no 'id'")], first: time,
      last: time,
      run: RunID(hex: String(repeating: "a1", count: 16)),
      models: [
        PredictionsLogged.Model(name: nil, rows: 1, path: "m.pkl", content: content),
        PredictionsLogged.Model(name: "v1", rows: 9),
      ],
      records: [
        PredictionsLogged.Record(key: "7", time: time, model: "v1", inputs: ["a": "1"], outputs: ["y": "0.5"])
      ],
      said: Attribution(user: "Ada <ada@example.invalid>", why: "why"))
  }

  @Test("the fields say all, and are read as they were written")
  func roundTrip() throws {
    let fact = try Self.fact()
    #expect(try PredictionsLogged(fields: fact.fields) == fact)
    let text = JSON.object(fact.fields).canonicalText
    #expect(try PredictionsLogged(fields: #require(try JSON(parsing: text).object)) == fact)
  }

  @Test("what doesn't hold is left out")
  func sparse() throws {
    let fact = PredictionsLogged(name: "p", rows: 0)
    #expect(fact.fields.members.map(\.key) == ["name", "rows"])
    #expect(try PredictionsLogged(fields: fact.fields) == fact)
  }

  @Test("two ways to read a file have different names, one way has one")
  func columns() throws {
    var columns = try #require(try Self.fact().columns)
    let id = columns.id
    #expect(try Self.fact().columns?.id == id)
    columns.key = "other"
    #expect(columns.id != id)
  }

  @Test("a key's name is that of its bytes, quoted or not")
  func keys() {
    #expect(PredictionsLogged.Record(key: "7").keyID == ContentHasher.contentID(of: [0x37]))
    #expect(PredictionsLogged.Record(key: "\"\\377\"").keyID == ContentHasher.contentID(of: [0xFF]))
  }

  @Test(
    "malformed fields are named",
    arguments: [
      ("name", 1), ("artifact", nil), ("artifact", ["path": "a", "kind": "tree", "evidence": "declared"]),
      ("columns", nil), ("columns", ["format": "table"]), ("run", "x"), ("first", "noon"), ("models", .array(["x"])),
      ("models", .array([["id": "x"]])), ("problems", .array([[:]])), ("records", .array([["time": "x", "key": "1"]])),
      ("rows", "many"),
    ] as [(String, JSON?)])
  func malformed(_ field: String, _ value: JSON?) throws {
    var fields = try Self.fact().fields
    fields[field] = value
    let error = #expect(throws: FactError.self) { try PredictionsLogged(fields: fields) }
    #expect(error?.field.hasPrefix(field) == true)
  }
}
