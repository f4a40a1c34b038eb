public import Journaling
public import LineageIndexing
public import MLTBase

/// A registered model: what all facts about it come to at one moment, whichever clones they are from.
///
/// Facts are taken in the order in which they count (``LineageIndex/modelFacts(_:)``), as if one after the other had happened at
/// one place: so all clones that know the same facts have the same model, and of two promotions at once the later one holds.
public struct RegisteredModel: Sendable {
  /// Its name.
  public let name: String
  /// What it is for, in Markdown.
  public private(set) var summary: String?
  /// Its tags.
  public private(set) var tags: [String: String] = [:]
  /// Whether it was deleted.
  public private(set) var isDeleted = false
  /// When it was first spoken of.
  public private(set) var created: Timestamp?
  /// What happened to it, the earliest first.
  public private(set) var history: [ModelEvent] = []
  /// Its versions that aren't deleted, by number, then in the order in which they count.
  public private(set) var versions: [ModelVersion] = []
  /// All its versions, deleted ones too, in the same order.
  public private(set) var versionsEver: [ModelVersion] = []
  /// The versions as they are told of, and where each of them is among these.
  private var allVersions: [ModelVersion] = []
  private var places: [ContentID: Int] = [:]
  private var numbered: [Int64: [Int]] = [:]
  private var holding: [ContentID: [Int]] = [:]
  private var staged: [ModelStage: Set<Int>] = [:]
  private var reviewed: [ContentID: [ModelVersion.Review]] = [:]
  private var meanings: [String: ContentID] = [:]
  private var imported: [RunOrigin: Int] = [:]

  /// Takes what is said of a model, in the order in which it counts.
  ///
  /// - Parameters:
  ///   - name: the model's name.
  ///   - facts: all facts about it.
  ///   - moment: facts that count later are left out; nil for all.
  public init(_ name: String, _ facts: [RecordedModelFact], at moment: Timestamp? = nil) {
    self.name = name
    let facts = moment.map { moment in facts.filter { $0.ordered <= moment } } ?? facts
    // A clock that is behind may have what is said of a version come before the version itself.
    for entry in facts {
      if case .registered(let fact) = entry.fact { register(fact, entry) }
    }
    for places in numbered.values where places.count > 1 {
      for place in places { allVersions[place].sharesNumber = true }
    }
    for entry in facts { apply(entry) }
    versionsEver = numbered.sorted { $0.key < $1.key }.flatMap { $0.value.map { allVersions[$0] } }
    versions = versionsEver.filter { !$0.isDeleted }
  }

  // MARK: What there is

  /// The number that the next version gets: one more than any there ever was, as far as numbers go.
  public var nextNumber: Int64 { min(numbered.keys.max() ?? 0, ModelRegistered.numberLimit - 1) + 1 }

  /// The version of an id, deleted or not.
  public func version(_ id: ContentID) -> ModelVersion? { places[id].map { allVersions[$0] } }

  /// The versions in a stage, in the order of ``versions``.
  public func versions(in stage: ModelStage) -> [ModelVersion] { versions.filter { $0.stage == stage } }

  /// The version that is meant by a stage: the greatest number in it, as in MLflow.
  public func version(in stage: ModelStage) -> ModelVersion? { versions(in: stage).last }

  /// The version that an alias means.
  public func version(alias: String) -> ModelVersion? { meanings[alias].flatMap { version($0) } }

  /// The aliases with the versions that they mean.
  public var aliases: [String: ContentID] { meanings }

  /// The greatest version, as MLflow's `latest`.
  public var latest: ModelVersion? { versions.last }

  /// The versions that a label may mean, deleted ones too: those with a number, or with a number, `-` and the beginning of
  /// their ids, of at least ``ModelVersion/leastSuffix`` digits.
  ///
  /// Of a number that two clones have given all that have it are meant: whoever gave it later, or says so, must not come to be
  /// what others have called by it.
  public func versions(label: String) -> [ModelVersion] {
    let parts = label.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let number = Int64(first), String(number) == first else { return [] }
    let found = (numbered[number] ?? []).map { allVersions[$0] }
    guard parts.count == 2 else { return found }
    let digits = parts[1].lowercased()
    return digits.utf8.count < ModelVersion.leastSuffix ? [] : found.filter { $0.id.hex.hasPrefix(digits) }
  }

  /// The versions of a content, deleted ones too, in the order in which they count.
  public func versions(of content: ContentID) -> [ModelVersion] { (holding[content] ?? []).map { allVersions[$0] } }

  /// What was said in review of a content, of whichever version of it, in the order in which it counts.
  public func reviews(of content: ContentID) -> [ModelVersion.Review] { reviewed[content] ?? [] }

  // MARK: Facts

  private mutating func register(_ fact: ModelRegistered, _ entry: RecordedModelFact) {
    if let origin = Self.origin(of: fact) {
      if let place = imported[origin], holdsSame(fact.artifact, place) { return merge(fact, entry, place) }
      imported[origin] = allVersions.count
    }
    places[entry.event] = allVersions.count
    numbered[fact.number, default: []].append(allVersions.count)
    if let content = fact.artifact.content { holding[content, default: []].append(allVersions.count) }
    allVersions.append(
      ModelVersion(
        id: entry.event, number: fact.number, sharesNumber: false, artifact: fact.artifact, run: fact.run,
        registered: entry.ordered, said: fact.said, origin: fact.origin, summary: Self.text(fact.summary),
        tags: fact.tags,
        stage: .none, stageSince: entry.ordered, aliases: [], isDeleted: false))
  }

  // What another tool's version is known by. Where its store lies, or began, matters only if nobody knows when it was registered.
  private static func origin(of fact: ModelRegistered) -> RunOrigin? {
    fact.origin.map { RunOrigin(tool: $0.tool, store: fact.began?.description ?? $0.store, id: $0.id) }
  }

  // Other bytes are another version, whatever somebody says of where they are from.
  private func holdsSame(_ artifact: ArtifactRecord, _ place: Int) -> Bool {
    let content = allVersions[place].artifact.content
    return content == nil || artifact.content == nil || content == artifact.content
  }

  // Two who import one store, or one who does so twice at once, register its versions twice. That is one version, the first one;
  // what is said of the other is said of it.
  private mutating func merge(_ fact: ModelRegistered, _ entry: RecordedModelFact, _ place: Int) {
    places[entry.event] = place
    // Not everybody had the bytes, or the run.
    if allVersions[place].artifact.content == nil, let content = fact.artifact.content {
      allVersions[place].artifact = fact.artifact
      holding[content, default: []].append(place)
    }
    if allVersions[place].run == nil { allVersions[place].run = fact.run }
  }

  private mutating func apply(_ entry: RecordedModelFact) {
    if created == nil {
      created = entry.ordered
      note(.created, entry)
    }
    switch entry.fact {
    case .described(let fact): apply(fact, entry)
    case .registered:
      // Once, of a version that was registered twice.
      if version(entry.event)?.id == entry.event { note(.registered, entry, entry.event) }
    case .changed(let fact):
      guard let place = places[fact.version] else { return }
      apply(fact, place, entry)
    case .reviewed(let fact):
      guard let place = places[fact.version] else { return }
      // What was said of other bytes says nothing of these.
      if fact.content == allVersions[place].artifact.content {
        reviewed[fact.content, default: []].append(ModelVersion.Review(at: entry.ordered, fact: fact))
      }
      note(.reviewed(fact.verdict, reviewers: fact.reviewers), entry, allVersions[place].id)
    case .decided(let fact): note(.decided(fact), entry, fact.promoted.map { version($0)?.id ?? $0 })
    }
  }

  private mutating func apply(_ fact: ModelDescribed, _ entry: RecordedModelFact) {
    if let text = fact.summary {
      summary = Self.text(text)
      note(.described, entry)
    }
    for key in fact.untagged { tags[key] = nil }
    tags.merge(fact.tags) { $1 }
    noteTags(fact.tags, fact.untagged, entry)
    if let isDeleted = fact.isDeleted, isDeleted != self.isDeleted {
      self.isDeleted = isDeleted
      note(isDeleted ? .deleted : .restored, entry)
      if isDeleted { for place in allVersions.indices { empty(place, entry) } }
    }
  }

  private mutating func apply(_ fact: ModelChanged, _ place: Int, _ entry: RecordedModelFact) {
    let id = allVersions[place].id
    if let text = fact.summary {
      allVersions[place].summary = Self.text(text)
      note(.described, entry, id)
    }
    for key in fact.untagged { allVersions[place].tags[key] = nil }
    allVersions[place].tags.merge(fact.tags) { $1 }
    noteTags(fact.tags, fact.untagged, entry, id)
    if let isDeleted = fact.isDeleted, isDeleted != allVersions[place].isDeleted {
      allVersions[place].isDeleted = isDeleted
      note(isDeleted ? .deleted : .restored, entry, id)
      if isDeleted { empty(place, entry) }
    }
    // What is deleted is nowhere, whoever didn't know of it when putting it there.
    guard !allVersions[place].isDeleted, !isDeleted else {
      if let stage = fact.stage, stage != .none { note(.refused(stage), entry, id) }
      return
    }
    if let stage = fact.stage { move(place, to: stage, fact, entry) }
    for alias in fact.unaliased where meanings[alias] == id {
      setMeaning(of: alias, nil)
      note(.unaliased(alias), entry, id)
    }
    for alias in fact.aliases where meanings[alias] != id {
      let before = meanings[alias]
      setMeaning(of: alias, id)
      note(.aliased(alias, before: before), entry, id)
    }
  }

  private mutating func move(_ place: Int, to stage: ModelStage, _ fact: ModelChanged, _ entry: RecordedModelFact) {
    let before = allVersions[place].stage
    if before != stage { put(place, stage, entry) }
    // A rollback to what was in the stage beside others is a step back, too.
    if before != stage || fact.isRollback {
      note(.moved(from: before, to: stage, isRollback: fact.isRollback), entry, allVersions[place].id)
    }
    guard fact.displaces, stage.isInUse else { return }
    for other in (staged[stage] ?? []).sorted() where other != place {
      put(other, .archived, entry)
      note(.displaced(from: stage, by: allVersions[place].id), entry, allVersions[other].id)
    }
  }

  private mutating func put(_ place: Int, _ stage: ModelStage, _ entry: RecordedModelFact) {
    staged[allVersions[place].stage]?.remove(place)
    allVersions[place].stage = stage
    allVersions[place].stageSince = entry.ordered
    staged[stage, default: []].insert(place)
  }

  // A version that is deleted leaves its stage and its aliases, as in MLflow; so do all of a model that is.
  private mutating func empty(_ place: Int, _ entry: RecordedModelFact) {
    if allVersions[place].stage != .none { put(place, .none, entry) }
    for alias in allVersions[place].aliases { setMeaning(of: alias, nil) }
  }

  private mutating func setMeaning(of alias: String, _ id: ContentID?) {
    if let before = meanings[alias].flatMap({ places[$0] }) { allVersions[before].aliases.removeAll { $0 == alias } }
    meanings[alias] = id
    guard let place = id.flatMap({ places[$0] }) else { return }
    allVersions[place].aliases.append(alias)
    allVersions[place].aliases.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private mutating func noteTags(
    _ set: [String: String], _ removed: [String], _ entry: RecordedModelFact, _ version: ContentID? = nil
  ) {
    if !set.isEmpty || !removed.isEmpty { note(.tagged(set: set, removed: removed), entry, version) }
  }

  private mutating func note(_ kind: ModelEvent.Kind, _ entry: RecordedModelFact, _ version: ContentID? = nil) {
    history.append(
      ModelEvent(at: entry.ordered, version: version, kind: kind, said: entry.fact.said, writer: entry.writer))
  }

  private static func text(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}
