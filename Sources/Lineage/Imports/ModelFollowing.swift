internal import Journaling
internal import MLTBase
internal import TrackingStores

/// What has changed in another tool's registry since it was imported, and may follow here.
///
/// What the import itself said last follows; what somebody has said here since stays, and is told.
struct ModelFollowing {
  /// Something of a model that one can change.
  private enum Thing: Hashable {
    case summary(ContentID?)
    case tag(ContentID?, String)
    case alias(String)
    case version(ContentID)
  }

  private let model: TrackedModel
  private let known: RegisteredModel
  private let ids: [Int64: ContentID]
  private let said: Attribution
  private let redaction: Redaction
  // Whether the import said it last; nothing for what nobody has spoken of.
  private var isOurs: [Thing: Bool] = [:]
  /// What somebody changed here and therefore stays: phrases, sorted.
  private(set) var kept: [String] = []

  /// Looks who said what.
  ///
  /// - Parameters:
  ///   - model: the model as it is in the other tool.
  ///   - known: the model as it is here, with all versions that were taken.
  ///   - ids: the versions here that stand for those there, by number.
  ///   - said: how the import speaks.
  init(
    _ model: TrackedModel, _ known: RegisteredModel, _ ids: [Int64: ContentID], said: Attribution,
    _ redaction: Redaction
  ) {
    (self.model, self.known, self.ids, self.said, self.redaction) = (model, known, ids, said, redaction)
    for event in known.history {
      let isMine = event.said.imported != nil && event.said.imported == said.imported
      switch event.kind {
      case .aliased(let alias, _), .unaliased(let alias): isOurs[.alias(alias)] = isMine
      case .described: isOurs[.summary(event.version)] = isMine
      case .tagged(let set, let removed):
        for key in Array(set.keys) + removed { isOurs[.tag(event.version, key)] = isMine }
      case .created, .registered, .moved, .refused, .displaced, .deleted, .restored, .reviewed, .decided: break
      }
      if let version = event.version, event.kind != .registered, !isMine { isOurs[.version(version)] = false }
    }
  }

  /// What is to be said of the model as a whole; nil if it is so already.
  mutating func description(as name: String) -> ModelDescribed? {
    var fact = ModelDescribed(name, said: said)
    fact.summary = summary(model.summary, known.summary, of: nil, "")
    (fact.tags, fact.untagged) = tags(model.tags, known.tags, of: nil, "")
    let isNew = known.created == nil
    return isNew || fact.summary != nil || !fact.tags.isEmpty || !fact.untagged.isEmpty ? fact : nil
  }

  /// What is to be said of versions: descriptions, tags, aliases, and that they were deleted.
  mutating func changes(as name: String, fresh: Set<Int64>) -> [ModelChanged] {
    var changes: [ContentID: ModelChanged] = [:]
    func change(_ id: ContentID, _ body: (inout ModelChanged) -> Void) {
      body(&changes[id, default: ModelChanged(name, version: id, said: said)])
    }
    for version in model.versions where !fresh.contains(version.number) {
      guard let id = ids[version.number], let there = known.version(id), !there.isDeleted else { continue }
      let words = "version \(version.number): "
      if let text = summary(version.summary, there.summary, of: id, words) { change(id) { $0.summary = text } }
      let (tags, untagged) = self.tags(version.tags, there.tags, of: id, words)
      if !tags.isEmpty || !untagged.isEmpty { change(id) { ($0.tags, $0.untagged) = (tags, untagged) } }
    }
    let mine = Set(ids.values)
    for (alias, number) in model.aliases.sorted(by: { $0.key < $1.key }) where ModelName.isValidAlias(alias) {
      guard let id = ids[number], known.aliases[alias] != id, known.version(id)?.isDeleted == false else { continue }
      // What came to mean a version of another store's isn't this store's to move.
      if isOurs[.alias(alias)] != false, known.aliases[alias].map({ mine.contains($0) }) ?? true {
        change(id) { $0.aliases.append(alias) }
      } else {
        kept.append("alias '\(alias)'")
      }
    }
    for (alias, id) in known.aliases.sorted(by: { $0.key < $1.key })
    where model.isWhole && model.aliases[alias] == nil && isOurs[.alias(alias)] == true && mine.contains(id) {
      change(id) { $0.unaliased.append(alias) }
    }
    for version in model.deleted {
      guard let id = ids[version.number], let there = known.version(id), !there.isDeleted else { continue }
      if isOurs[.version(id)] == false {
        kept.append("version \(version.number), which was deleted there")
      } else {
        change(id) { $0.isDeleted = true }
      }
    }
    return changes.values.sorted { $0.version < $1.version }
  }

  private mutating func summary(
    _ text: String?, _ there: String?, of version: ContentID?, _ words: String
  ) -> String? {
    let text = text.map { redaction.text($0) } ?? ""
    if text == there ?? "" { return nil }
    // A text that nobody there wrote takes none away that somebody here did.
    if isOurs[.summary(version)] == false {
      if !text.isEmpty { kept.append(words + "description") }
      return nil
    }
    // One that isn't there any more may not have been readable.
    return text.isEmpty && !model.isWhole ? nil : text
  }

  private mutating func tags(
    _ tags: [String: String], _ there: [String: String], of version: ContentID?, _ words: String
  ) -> (set: [String: String], removed: [String]) {
    let tags = redaction.values(tags)
    var set: [String: String] = [:]
    for (key, value) in tags.sorted(by: { $0.key < $1.key }) where there[key] != value {
      if isOurs[.tag(version, key)] == false { kept.append(words + "tag '\(key)'") } else { set[key] = value }
    }
    // Of a version's tags those that nobody has spoken of came with it.
    let removed = there.keys.filter { key in
      tags[key] == nil && model.isWhole && (isOurs[.tag(version, key)] ?? (version != nil))
    }
    return (set, removed.sorted())
  }
}
