import Journaling
import Lineage
import LineageIndexing
import MLTBase
import Synchronization
import SystemPackage
import TestSupport
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

    mutating func take(_ number: Int64, store: String = "s", began: Int64?, content: Bool = true, at second: Int64)
      -> ContentID
    {
      let bytes = content ? ContentHasher.contentID(of: Array("content".utf8)) : nil
      let artifact = ArtifactRecord(
        path: "m", kind: content ? .file : .uri, content: bytes, size: 0, evidence: .declared)
      let origin = RunOrigin(tool: "mlflow", store: store, id: "wine/\(number)")
      return add(
        .registered(
          ModelRegistered(
            "wine", number: number, artifact: artifact, began: began.map { Timestamp(microseconds: $0) }, origin: origin
          )
        ), at: second)
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
    // Neither is called by the number alone any more: it might be taken for the other one.
    #expect(merged.version(yours)?.label == "1-" + yours.hex.prefix(8))
    #expect(merged.version(mine)?.label == "1-" + mine.hex.prefix(8))
    #expect(merged.versions(label: "1").map(\.id) == [yours, mine])
    #expect(merged.versions(label: "1-" + mine.hex.prefix(6)).map(\.id) == [mine])
    #expect(merged.versions(label: "1-" + mine.hex.prefix(5)).isEmpty && merged.versions(label: "01").isEmpty)
    #expect(model(here.facts).versions(label: "1-" + mine.hex.prefix(9)).map(\.id) == [mine])
    #expect(merged.version(in: .production)?.id == yours)
    #expect(merged.version(mine)?.stage == .archived)
    #expect(merged.nextNumber == 2)
    #expect(model(here.facts + there.facts, at: 3).version(in: .production)?.id == mine)
  }

  @Test("a version that two took over from another tool is one, and what is said of either is said of it")
  func doubles() throws {
    var here = try Story(writer: 1)
    var there = try Story(writer: 2)
    let first = here.take(1, began: 7, content: false, at: 1)
    let second = there.take(1, store: "moved", began: 7, at: 2)
    let other = there.take(2, began: 8, at: 3)
    there.promote(second, at: 4)
    there.add(.changed(ModelChanged("wine", version: second, aliases: ["champion"], tags: ["k": "v"])), at: 5)
    let merged = model(here.facts + there.facts)
    #expect(merged.versionsEver.map(\.label) == ["1", "2"])
    #expect(merged.version(second)?.id == first && merged.version(other)?.id == other)
    #expect(merged.version(in: .production)?.id == first)
    #expect(merged.version(alias: "champion")?.id == first && merged.version(first)?.tags == ["k": "v"])
    #expect(merged.version(first)?.artifact.content != nil, "the bytes that the second one had")
    #expect(merged.history.filter { $0.kind == .registered }.map(\.version) == [first, other])
    #expect(merged.history.allSatisfy { $0.version != second })
    // In the clone that hasn't heard of the first, the second is the version.
    #expect(model(there.facts).version(alias: "champion")?.id == second)
    // Another one of the same number: it was made at another time, or nobody knows when and it is another store's.
    let again = here.take(1, began: 9, at: 6)
    #expect(model(here.facts + there.facts).version(again)?.label == "1-" + again.hex.prefix(8))
    var dark = try Story(writer: 3)
    _ = dark.take(5, store: "a", began: nil, at: 7)
    _ = dark.take(5, store: "b", began: nil, at: 8)
    _ = dark.take(5, store: "a", began: nil, at: 9)
    #expect(model(dark.facts).versions.count == 2)
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
    // Nobody puts what is deleted anywhere; that somebody wanted to is told.
    story.promote(two, at: 7)
    #expect(model(story.facts).version(in: .production) == nil)
    #expect(model(story.facts).history.last?.kind == .refused(.production))
    story.add(.changed(ModelChanged("wine", version: two, isDeleted: false)), at: 8)
    #expect(model(story.facts).versions.map(\.id) == [one, two])
  }

  @Test("a model that is deleted and restored is in no stage, and its versions have no aliases")
  func deletedModel() throws {
    var story = try Story(writer: 1)
    let one = story.register(1, at: 1)
    story.add(.changed(ModelChanged("wine", version: one, aliases: ["champion"])), at: 2)
    story.promote(one, at: 3)
    story.add(.described(ModelDescribed("wine", isDeleted: true)), at: 4)
    story.promote(one, at: 5)
    story.add(.described(ModelDescribed("wine", isDeleted: false)), at: 6)
    let restored = model(story.facts)
    #expect(restored.version(in: .production) == nil && restored.aliases.isEmpty)
    #expect(restored.versions.map(\.id) == [one] && restored.version(one)?.stage == ModelStage.none)
    #expect(model(story.facts, at: 3).version(in: .production)?.id == one)
  }

  @Test("of two in production a rollback leaves the earlier one there, and notes it")
  func rollback() throws {
    var story = try Story(writer: 1)
    let one = story.register(1, at: 1)
    let two = story.register(2, at: 2)
    story.promote(one, at: 3)
    story.add(.changed(ModelChanged("wine", version: two, stage: .production)), at: 4)
    story.add(
      .changed(ModelChanged("wine", version: one, stage: .production, displaces: true, isRollback: true)), at: 5)
    let now = model(story.facts)
    #expect(now.versions(in: .production).map(\.id) == [one])
    #expect(now.history.contains { $0.kind == .moved(from: .production, to: .production, isRollback: true) })
  }

  @Test("what is shown of when counts as it is ordered, so that a moment and its own account agree")
  func slowClock() throws {
    var story = try Story(writer: 1)
    let one = story.register(1, at: 100)
    let said = Attribution(follows: Timestamp(microseconds: 100_000_000))
    story.add(.changed(ModelChanged("wine", version: one, stage: .production, said: said)), at: 40)
    let since = try #require(model(story.facts).version(one)?.stageSince)
    #expect(since.microseconds == 100_000_001)
    #expect(model(story.facts, at: 99).version(in: .production) == nil)
    #expect(RegisteredModel("wine", story.facts, at: since).version(in: .production)?.id == one)
  }

  @Test("reviews and versions are found by content, deleted versions too")
  func contents() throws {
    var story = try Story(writer: 1)
    let one = story.register(1, at: 1)
    let again = story.register(1, at: 2)
    let content = try #require(model(story.facts).version(one)?.artifact.content)
    story.add(
      .reviewed(ModelReviewed("wine", version: one, content: content, verdict: .rejected)), at: 3)
    let other = ContentHasher.contentID(of: [])
    story.add(.reviewed(ModelReviewed("wine", version: again, content: other, verdict: .approved)), at: 4)
    story.add(.changed(ModelChanged("wine", version: one, isDeleted: true)), at: 5)
    let now = model(story.facts)
    #expect(now.versions(of: content).map(\.id) == [one, again])
    #expect(now.reviews(of: content).map(\.fact.verdict) == [.rejected] && now.reviews(of: other).isEmpty)
  }

  @Test("an index gives facts of clones in the order in which they count, whatever number or time they claim")
  func indexed() throws {
    try withTemporaryFolder { folder in
      let place = folder.appending(".mlt")
      try Journal.create(in: place, host: "a")
      let time = Mutex<Int64>(1_700_000_000_000_000)
      let clock = WallClock { Timestamp(microseconds: time.withLock { $0 }) }
      let journals = try ["a", "b"].map { host in
        try Journal(folder: place, host: host, clock: clock, segmentSize: 20_000)
      }
      func registered(_ number: Int64, began: Timestamp? = nil) -> ModelRegistered {
        let artifact = ArtifactRecord(path: "m", kind: .file, content: nil, size: 1, evidence: .observed)
        return ModelRegistered("wine", number: number, artifact: artifact, began: began)
      }
      let future = try #require(Timestamp("9999-12-31T23:59:59.999999Z"))
      let mine = try journals[0].append([registered(1)], durable: false)
      let yours = try journals[1].append([registered(1, began: future), registered(.max)], durable: false)
      let ids = try [mine, yours].map { try #require($0.first?.id) }
      time.withLock { $0 += 1_000_000 }
      let promotions = try zip(journals, ids).map { journal, id in
        let fact = ModelChanged("wine", version: id, stage: .production, displaces: true, began: future)
        return (writer: try #require(try journal.append([fact], durable: false).first).writer, version: id)
      }
      time.withLock { $0 += 1_000_000 }
      let (index, _) = try LineageIndex.open(folder.appending("index.sqlite"), journal: journals[0])
      let facts = try index.modelFacts("wine")
      #expect(facts.count == 4 && facts.allSatisfy { $0.ordered < clock.now() && $0.at < clock.now() })
      let both = RegisteredModel("wine", facts)
      // At one time the writer's id decides, in all clones alike.
      let order = try [mine, yours].map { try #require($0.first) }.sorted { $0.writer < $1.writer }.map(\.id)
      #expect(both.versions.map(\.id) == order && both.versions.allSatisfy(\.sharesNumber))
      let winner = try #require(promotions.max { $0.writer < $1.writer }).version
      #expect(both.versions(in: .production).map(\.id) == [winner] && both.nextNumber == 2)
      // Nothing that claims the future holds against what comes after it.
      let loser = try #require(ids.first { $0 != winner })
      try journals[0].append(
        [ModelChanged("wine", version: loser, stage: .production, displaces: true)], durable: false)
      try index.catchUp(journals[0])
      #expect(RegisteredModel("wine", try index.modelFacts("wine")).versions(in: .production).map(\.id) == [loser])
    }
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
