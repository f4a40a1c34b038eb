import Journaling
import MLTBase
import Testing

/// What is recorded of registered models.
@Suite struct ModelFactTests {
  private let content = ContentHasher.contentID(of: Array("model".utf8))
  private let version = ContentHasher.contentID(of: Array("version".utf8))
  private let said = Attribution(user: "Ada <ada@example.invalid>", why: "better")

  @Test("facts are read as they were written")
  func roundTrip() throws {
    let artifact = ArtifactRecord(path: "model.pkl", kind: .file, content: content, size: 5, evidence: .observed)
    let described = ModelDescribed(
      "wine", summary: "", tags: ["team": "a"], untagged: ["b"], isDeleted: false, said: said)
    #expect(try ModelDescribed(fields: described.fields) == described)
    let registered = ModelRegistered(
      "wine", number: 3, artifact: artifact, run: RunID(hex: String(repeating: "1", count: 32)), summary: "x",
      tags: ["k": "v"], began: Timestamp(microseconds: 5), origin: RunOrigin(tool: "mlflow", store: "s", id: "i"),
      said: said)
    #expect(try ModelRegistered(fields: registered.fields) == registered)
    let changed = ModelChanged(
      "wine", version: version, stage: .production, displaces: true, aliases: ["champion"], unaliased: ["old"],
      summary: "y", isDeleted: true, isRollback: true, said: said)
    #expect(try ModelChanged(fields: changed.fields) == changed)
    let reviewed = ModelReviewed(
      "wine", version: version, content: content, verdict: .approved, reviewers: ["a@b"],
      at: Timestamp(microseconds: 7), signature: "s", key: "k", said: said)
    #expect(try ModelReviewed(fields: reviewed.fields) == reviewed)
    #expect(reviewed.signedFields["signature"] == nil && reviewed.signedFields["key"] == nil)
    // A signature that didn't speak of the time could be written down again, after a later word.
    #expect(reviewed.signedFields["time"]?.string == "1970-01-01T00:00:00.000007Z")
    let decided = ModelDecided(
      "wine", promoted: version, production: nil, stage: .production, metric: "rmse", lessIsBetter: true,
      filter: "params.depth = '5'", holdout: [content], productionValue: .infinity,
      candidates: [
        ModelDecided.Candidate(
          run: RunID(hex: String(repeating: "1", count: 32)), measuredBy: RunID(hex: String(repeating: "2", count: 32)),
          version: version, content: content, value: 0.5),
        ModelDecided.Candidate(remark: "has no value of 'rmse'"),
      ], count: 2, reason: "0.5 is the least", said: said)
    #expect(try ModelDecided(fields: decided.fields) == decided)
  }

  @Test(
    "names of models are one line without '/', ':', '@' and spaces at its ends",
    arguments: [
      ("wine", true), ("Wein für alle", true), ("a.b-c_d", true), ("", false), ("a/b", false), ("a:b", false),
      ("a@b", false), (" a", false), ("a\n", false), (String(repeating: "x", count: 256), true),
      (String(repeating: "x", count: 257), false),
    ])
  func names(_ name: String, _ isValid: Bool) {
    #expect(ModelName.isValid(name) == isValid)
    #expect((try? ModelDescribed(fields: ModelDescribed(name).fields)) == (isValid ? ModelDescribed(name) : nil))
  }

  @Test(
    "aliases are words that can't be taken for versions",
    arguments: [
      ("champion", true), ("a-b_1", true), ("v", true), ("v1a", true), ("latest", false), ("Latest", false),
      ("v12", false), ("12", false), ("é", false), ("a b", false), ("", false),
    ])
  func aliases(_ alias: String, _ isValid: Bool) {
    #expect(ModelName.isValidAlias(alias) == isValid)
  }

  @Test("what follows the last moment that can be written down counts by that moment, and can be followed in turn")
  func lastMoment() throws {
    let last = try #require(Timestamp("9999-12-31T23:59:59.999999Z"))
    let order = Attribution(follows: last).order(at: Timestamp(microseconds: last.microseconds - 5))
    #expect(order == last && Timestamp(order.description) == last)
    #expect(Attribution(follows: last).order(at: Timestamp(microseconds: .min)).microseconds == .min)
  }

  @Test("a version needs a number from 1 to a thousand million, a stage a name that is known")
  func malformed() throws {
    let artifact = ArtifactRecord(path: "m", kind: .file, content: content, size: 5, evidence: .observed)
    for number: Int64 in [0, -1, ModelRegistered.numberLimit + 1, .max] {
      let fields = ModelRegistered("wine", number: number, artifact: artifact).fields
      let error = #expect(throws: FactError.self) { try ModelRegistered(fields: fields) }
      #expect(error?.field == "number")
    }
    var fields = ModelChanged("wine", version: version).fields
    fields["stage"] = "Live"
    let error = #expect(throws: FactError.self) { try ModelChanged(fields: fields) }
    #expect(error?.field == "stage")
    #expect(ModelStage(title: "PRODUCTION") == .production)
    #expect(ModelStage(title: "live") == nil)
  }
}
