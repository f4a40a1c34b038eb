import Journaling
import Lineage
import LineageIndexing
import MLTBase
import Testing

/// What facts about a model come to.
@Suite struct RegisteredModelTests {
  /// Facts one after the other, by a writer whose clock goes a second further with each.
  private struct Story {
    private(set) var facts: [RecordedModelFact] = []
    private let writer: WriterID

    init(writer: UInt8) throws {
      self.writer = try #require(WriterID(bytes: [UInt8](repeating: writer, count: 16)))
    }

    @discardableResult
    mutating func add(_ fact: ModelFact, at second: Int64) -> ContentID {
      let time = Timestamp(microseconds: second * 1_000_000)
      let event = ContentHasher.contentID(of: Array("\(writer.hex) \(facts.count)".utf8))
      facts.append(
        RecordedModelFact(event: event, at: time, ordered: fact.said.order(at: time), writer: writer, fact: fact))
      return event
    }

    mutating func register(_ number: Int64, at second: Int64) -> ContentID {
      let content = ContentHasher.contentID(of: Array("content \(number)".utf8))
      let artifact = ArtifactRecord(path: "m.pkl", kind: .file, content: content, size: 1, evidence: .observed)
      return add(.registered(ModelRegistered("wine", number: number, artifact: artifact)), at: second)
    }

    mutating func promote(_ version: ContentID, at second: Int64) {
      add(.changed(ModelChanged("wine", version: version, stage: .production, displaces: true)), at: second)
    }
  }

  private func model(_ facts: [RecordedModelFact], at second: Int64? = nil) -> RegisteredModel {
    let order = facts.sorted { ($0.ordered, $0.writer) < ($1.ordered, $1.writer) }
    return RegisteredModel("wine", order, at: second.map { Timestamp(microseconds: $0 * 1_000_000) })
  }

  @Test("a promotion archives what was in production, and every moment is as it was")
  func promotions() throws {
    var story = try Story(writer: 1)
    let one = story.register(1, at: 1)
    let two = story.register(2, at: 2)
    story.promote(one, at: 3)
    story.promote(two, at: 5)
    let now = model(story.facts)
    #expect(now.version(in: .production)?.id == two)
    #expect(now.version(one)?.stage == .archived)
    #expect(model(story.facts, at: 4).version(in: .production)?.id == one)
    #expect(model(story.facts, at: 2).version(in: .production) == nil)
    #expect(now.nextNumber == 3 && now.latest?.id == two)
    #expect(now.history.contains { $0.version == one && $0.kind == .displaced(from: .production, by: two) })
  }

  @Test("of two clones that number and promote at once, both show, and all agree on who holds what")
  func merging() throws {
    var here = try Story(writer: 1)
    var there = try Story(writer: 2)
    let mine = here.register(1, at: 2)
    let yours = there.register(1, at: 1)
    here.promote(mine, at: 3)
    there.promote(yours, at: 4)
    #expect(model(here.facts).version(in: .production)?.label == "1")
    let merged = model(here.facts + there.facts)
    #expect(merged.versions.map(\.id) == [yours, mine])
    #expect(merged.version(yours)?.label == "1")
    #expect(merged.version(mine)?.label == "1-" + mine.hex.prefix(8))
    #expect(merged.version(label: "1-" + mine.hex.prefix(8))?.id == mine)
    #expect(merged.version(in: .production)?.id == yours)
    #expect(merged.version(mine)?.stage == .archived)
    #expect(merged.nextNumber == 2)
    #expect(model(here.facts + there.facts, at: 3).version(in: .production)?.id == mine)
  }

  @Test("an alias means one version at a time, and dies with it")
  func aliases() throws {
    var story = try Story(writer: 1)
    let one = story.register(1, at: 1)
    let two = story.register(2, at: 2)
    story.add(.changed(ModelChanged("wine", version: one, aliases: ["champion", "a"])), at: 3)
    story.add(.changed(ModelChanged("wine", version: two, aliases: ["champion"])), at: 4)
    #expect(model(story.facts).version(alias: "champion")?.id == two)
    #expect(model(story.facts).version(one)?.aliases == ["a"])
    // It isn't this version's any more, so that nothing is taken away.
    story.add(.changed(ModelChanged("wine", version: one, unaliased: ["champion"])), at: 5)
    #expect(model(story.facts).version(alias: "champion")?.id == two)
    story.add(.changed(ModelChanged("wine", version: two, isDeleted: true)), at: 6)
    let left = model(story.facts)
    #expect(left.version(alias: "champion") == nil)
    #expect(left.versions.map(\.id) == [one] && left.versionsEver.count == 2 && left.nextNumber == 3)
    // Nobody puts what is deleted anywhere.
    story.promote(two, at: 7)
    #expect(model(story.facts).version(in: .production) == nil)
    story.add(.changed(ModelChanged("wine", version: two, isDeleted: false)), at: 8)
    #expect(model(story.facts).versions.map(\.id) == [one, two])
  }

  @Test("what is said of a version that nobody registered, or before it was, loses nothing")
  func outOfOrder() throws {
    var story = try Story(writer: 1)
    let later = story.register(1, at: 9)
    story.promote(ContentHasher.contentID(of: []), at: 1)
    story.promote(later, at: 2)
    #expect(model(story.facts).version(in: .production)?.id == later)
  }

  @Test(
    "references to versions",
    arguments: [
      ("models:/wine/3", "wine", ModelReference.Choice.label("3"), nil),
      ("models:/wine@champion/data/model.pkl", "wine", .alias("champion"), "data/model.pkl"),
      ("models:/wine/production", "wine", .stage(.production), nil), ("models:/wine/latest/", "wine", .latest, nil),
      ("models:/wine/3-0a1b2c3d/x", "wine", .label("3-0a1b2c3d"), "x"), ("wine", "wine", nil, nil),
      ("models://wine/2", "wine", .label("2"), nil), ("wine/", "wine", nil, nil),
    ])
  func references(_ text: String, _ name: String, _ choice: ModelReference.Choice?, _ path: String?) throws {
    #expect(ModelReference(text) == ModelReference(name: name, choice: choice, path: path))
  }

  @Test("what is no reference", arguments: ["", "models:/", "wine@", "wine@v3", "wine/best", "a:b/3", "wine/0", "@a"])
  func noReferences(_ text: String) {
    #expect(ModelReference(text) == nil)
  }
}
