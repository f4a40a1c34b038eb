internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// What changing a version did.
public struct VersionChange: Sendable {
  /// The version as it was.
  public var before: ModelVersion
  /// The model and the version as they are.
  public var after: NamedVersion
  /// Versions that left the stage for this one, as they are.
  public var displaced: [ModelVersion]
  /// Whether anything was written down.
  public var isChanged: Bool
}

extension Workspace {
  // MARK: Models

  /// Makes a model without versions.
  ///
  /// - Throws: ``ModelError/invalidName(_:)``, ``ModelError/modelExists(_:)``, ``ModelError/deletedModel(_:)``,
  ///   ``ModelError/invalidTag(_:)``; failures of the journal.
  public func createModel(
    _ name: String, summary: String? = nil, tags: [String: String] = [:], why: String? = nil
  ) throws -> RegisteredModel {
    guard ModelName.isValid(name) else { throw ModelError.invalidName(name) }
    for tag in tags.keys.sorted() where !Self.isTagName(tag) { throw ModelError.invalidTag(tag) }
    let redaction = Redaction(environment: context.environment)
    try changingModels {
      if try knownModel(name) != nil { throw ModelError.modelExists(name) }
      try record(
        [
          ModelDescribed(
            name, summary: summary.map { redaction.text($0) }, tags: redaction.values(tags),
            said: attribution(ofModel: name, why))
        ], durable: true)
    }
    return try model(name)
  }

  /// Describes a model or a version in place of what was said before.
  ///
  /// - Parameters:
  ///   - text: `NAME`, or what ``version(_:at:includesDeleted:)`` takes.
  ///   - summary: Markdown; empty for no description.
  /// - Throws: ``ModelError``; failures of the journal.
  public func describeModel(_ text: String, _ summary: String, why: String? = nil) throws {
    let summary = Redaction(environment: context.environment).text(summary)
    try changeEither(text) { name, said in
      ModelDescribed(name, summary: summary, said: said)
    } version: { name, version, said in
      ModelChanged(name, version: version.id, summary: summary, said: said)
    }
  }

  /// Sets tags of a model or a version, and takes tags away.
  ///
  /// - Throws: ``ModelError``, ``ModelError/unknownTag(_:of:)`` for one to take away that isn't there; failures of the journal.
  public func tagModel(
    _ text: String, _ tags: [String: String], untagged: [String] = [], why: String? = nil
  ) throws {
    for name in tags.keys.sorted() where !Self.isTagName(name) { throw ModelError.invalidTag(name) }
    let tags = Redaction(environment: context.environment).values(tags)
    let untagged = untagged.sorted()
    func check(_ known: [String: String]) throws {
      for name in untagged where known[name] == nil { throw ModelError.unknownTag(name, of: text) }
    }
    try changeEither(text, why: why) { name, said in
      try check(try model(name).tags)
      return ModelDescribed(name, tags: tags, untagged: untagged, said: said)
    } version: { name, version, said in
      try check(version.tags)
      return ModelChanged(name, version: version.id, tags: tags, untagged: untagged, said: said)
    }
  }

  /// Deletes a model with all its versions, or one version; or has it there again.
  ///
  /// - Returns: whether it wasn't so already.
  /// - Throws: ``ModelError``; failures of the journal.
  public func setDeleted(_ text: String, _ isDeleted: Bool, why: String? = nil) throws -> Bool {
    var before: RegisteredModel?
    try changeEither(text, why: why, includesDeleted: true) { name, said in
      let model = try model(name)
      if model.isDeleted == isDeleted { return nil }
      before = model
      return ModelDescribed(name, isDeleted: isDeleted, said: said)
    } version: { name, version, said in
      if version.isDeleted == isDeleted { return nil }
      before = try model(name)
      return ModelChanged(name, version: version.id, isDeleted: isDeleted, said: said)
    }
    guard let before else { return false }
    try tellEmptied(before)
    return true
  }

  private func changeEither(
    _ text: String, why: String? = nil, includesDeleted: Bool = false,
    model: (String, Attribution) throws -> ModelDescribed?,
    version: (String, ModelVersion, Attribution) throws -> ModelChanged?
  ) throws {
    guard let reference = ModelReference(text), reference.path == nil else {
      throw ModelError.malformedReference(text)
    }
    try changingModels {
      let said = try attribution(ofModel: reference.name, why)
      if reference.choice == nil {
        let known = try self.model(reference.name)
        if known.isDeleted, !includesDeleted { throw ModelError.deletedModel(known.name) }
        if let fact = try model(reference.name, said) { try record([fact], durable: true) }
        return
      }
      let named = try self.version(reference, includesDeleted: includesDeleted)
      if let fact = try version(reference.name, named.version, said) { try record([fact], durable: true) }
    }
  }

  // MARK: Versions

  /// Has aliases mean a version, and no other one any more.
  ///
  /// - Throws: ``ModelError``; failures of the journal.
  public func setAliases(_ aliases: [String], to text: String, why: String? = nil) throws -> VersionChange {
    for alias in aliases where !ModelName.isValidAlias(alias) { throw ModelError.invalidAlias(alias) }
    return try changeVersion(text, why: why) { named, said in
      let new = Set(aliases).subtracting(named.version.aliases).sorted()
      return new.isEmpty ? nil : ModelChanged(named.model.name, version: named.version.id, aliases: new, said: said)
    }
  }

  /// Has an alias mean nothing any more.
  ///
  /// - Throws: ``ModelError/unknownAlias(_:of:known:)`` and others; failures of the journal.
  public func removeAlias(_ alias: String, of name: String, why: String? = nil) throws -> VersionChange {
    guard ModelName.isValidAlias(alias) else { throw ModelError.invalidAlias(alias) }
    return try changeVersion("\(name)@\(alias)", why: why) { named, said in
      ModelChanged(named.model.name, version: named.version.id, unaliased: [alias], said: said)
    }
  }

  /// Writes down a change of a version, if there is one to write down.
  ///
  /// - Parameter change: makes the fact; nil if all is so already.
  func changeVersion(
    _ text: String, why: String?, _ change: (NamedVersion, Attribution) throws -> ModelChanged?
  ) throws -> VersionChange {
    try changingModels {
      let named = try version(text)
      return try recordChange(of: named, change(named, try attribution(ofModel: named.model.name, why)))
    }
  }

  /// Writes down a change of a version, with facts that belong to it, while models are locked.
  func recordChange(
    of named: NamedVersion, _ fact: ModelChanged?, with others: [any Fact] = []
  ) throws -> VersionChange {
    let facts = (fact.map { [$0 as any Fact] } ?? []) + others
    if !facts.isEmpty {
      try record(facts, durable: true)
      try index.catchUp(journal)
    }
    let after = try version(of: named.model.name, named.version.id)
    // Who was in the stage and was archived by this.
    let displaced = after.model.versionsEver.filter { other in
      guard let stage = fact?.stage, other.id != named.version.id, other.stage == .archived else { return false }
      return named.model.version(other.id)?.stage == stage
    }
    if let stage = fact?.stage, stage.isInUse { try tellFlags(behind: after, in: stage) }
    return VersionChange(before: named.version, after: after, displaced: displaced, isChanged: fact != nil)
  }
}
