import Journaling
import MLTBase
import Testing

@Suite struct AttributionTests {
  private static let hour: Int64 = 3600 * 1_000_000

  @Test(
    "a change counts by its time, or just after what it follows if its clock lags behind by less than two days",
    arguments: [
      (nil, 0), (-1, 0), (0, 1), (5, 6), (47 * hour, 47 * hour + 1), (48 * hour, 0), (1 << 55, 0),
    ] as [(Int64?, Int64)])
  func order(lead: Int64?, expected: Int64) {
    let at = Timestamp(microseconds: 1_700_000_000_000_000)
    let said = Attribution(follows: lead.map { Timestamp(microseconds: at.microseconds + $0) })
    #expect(said.order(at: at).microseconds == at.microseconds + expected)
  }

  private static let artifact = ArtifactRecord(
    path: "out.csv", kind: .file, content: ContentHasher.contentID(of: [1]), size: 1, evidence: .declared)
  private static let said = Attribution(
    user: "Ada <ada@example.invalid>", why: "wrong", follows: Timestamp(microseconds: 7))

  @Test(
    "what people say is read as it was written",
    arguments: [
      RunAnnotated(
        run: .random(), note: "", tags: ["a": ""], untagged: ["b"], hazards: [Hazard(.inputChanged)], said: said),
      ArtifactAnnotated(artifact, note: "n", tags: ["a": "1"], untagged: ["b", "c"], said: said),
      ArtifactFlagged(artifact, said: said), ArtifactUnflagged(artifact), ReviewClosed(artifact, said: said),
      ComponentDescribed(name: "train", owner: "ada", tags: [], said: said),
    ] as [any Fact])
  func roundTrip(_ fact: any Fact) throws {
    #expect(try type(of: fact).init(fields: fact.fields).fields == fact.fields)
  }

  @Test(
    "of a malformed saying the field is named",
    arguments: [
      ("artifact", #"{}"#), ("artifact.path", #"{"artifact":{"kind":"file","evidence":"declared"}}"#),
      ("artifact.kind", #"{"artifact":{"kind":"planet","evidence":"declared","path":"x"}}"#),
      ("follows", #"{"artifact":{"kind":"file","evidence":"declared","path":"x"},"follows":"soon"}"#),
      ("user", #"{"artifact":{"kind":"file","evidence":"declared","path":"x"},"user":1}"#),
    ])
  func malformed(field: String, text: String) throws {
    let fields = try #require(JSON(parsing: text).object)
    #expect(throws: FactError(field)) { try ArtifactFlagged(fields: fields) }
    #expect(throws: FactError(field)) { try ArtifactAnnotated(fields: fields) }
  }
}
