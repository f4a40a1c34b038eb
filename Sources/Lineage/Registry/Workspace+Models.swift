internal import Journaling
internal import LineageIndexing
public import MLTBase
internal import SystemPackage

/// A version together with the model that it is one of.
public struct NamedVersion: Sendable {
  /// The model.
  public var model: RegisteredModel
  /// The version.
  public var version: ModelVersion

  /// The version as people name it: `NAME/LABEL`.
  public var title: String { "\(model.name)/\(version.label)" }
}

extension Workspace {
  // MARK: Finding

  /// All models, sorted by their names' bytes.
  ///
  /// - Parameter includesDeleted: whether deleted ones are among them.
  public func models(includesDeleted: Bool = false) throws -> [RegisteredModel] {
    try index.catchUp(journal)
    // Names are bytes: those that Unicode takes for the same are two models, as they are for the index.
    return Dictionary(grouping: try index.modelFacts()) { Array($0.fact.name.utf8) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { RegisteredModel(String(decoding: $0.key, as: UTF8.self), $0.value) }
      .filter { includesDeleted || !$0.isDeleted }
  }

  /// What a model is, or was at a moment; a deleted one too.
  ///
  /// - Throws: ``ModelError/invalidName(_:)``, ``ModelError/unknownModel(_:similar:)``; failures of the index.
  public func model(_ name: String, at moment: Timestamp? = nil) throws -> RegisteredModel {
    guard ModelName.isValid(name) else { throw ModelError.invalidName(name) }
    let facts = try index.modelFacts(name)
    if facts.isEmpty {
      let known = try index.modelNames()
      throw ModelError.unknownModel(name, similar: Similarity.nearest(to: name, among: known, limit: 3))
    }
    return RegisteredModel(name, facts, at: moment)
  }

  /// Finds the version that a text names: `NAME/3`, `NAME@ALIAS`, `NAME/Production`, `NAME/latest`, with or without `models:/`.
  ///
  /// - Parameters:
  ///   - moment: when it was so; nil for now.
  ///   - includesDeleted: whether deleted versions can be named, by their numbers.
  /// - Throws: ``ModelError``, if no version is named so; failures of the index.
  public func version(_ text: String, at moment: Timestamp? = nil, includesDeleted: Bool = false) throws -> NamedVersion
  {
    guard let reference = ModelReference(text), reference.path == nil else {
      throw ModelError.malformedReference(text)
    }
    return try version(reference, at: moment, includesDeleted: includesDeleted)
  }

  func version(
    _ reference: ModelReference, at moment: Timestamp? = nil, includesDeleted: Bool = false
  ) throws -> NamedVersion {
    let model = try model(reference.name, at: moment)
    if model.isDeleted, !includesDeleted { throw ModelError.deletedModel(model.name) }
    let found: ModelVersion?
    switch reference.choice {
    case nil: throw ModelError.noVersionNamed(model.name)
    case .label(let label):
      let matches = model.versions(label: label)
      if matches.count > 1 {
        throw ModelError.ambiguousVersion(label, of: model.name, labels: Self.tellingLabels(of: matches))
      }
      found = matches.first
      if found == nil {
        throw ModelError.unknownVersion(label, of: model.name, labels: model.versions.map(\.label))
      }
    case .alias(let alias):
      found = model.version(alias: alias)
      if found == nil {
        throw ModelError.unknownAlias(alias, of: model.name, known: model.aliases.keys.sorted())
      }
    case .stage(let stage):
      found = model.version(in: stage)
      if found == nil { throw ModelError.emptyStage(stage, of: model.name) }
    case .latest:
      found = model.latest
      if found == nil { throw ModelError.noVersions(model.name) }
    }
    guard let found else { throw ModelError.noVersions(model.name) }
    if found.isDeleted, !includesDeleted { throw ModelError.deletedVersion(found.label, of: model.name) }
    return NamedVersion(model: model, version: found)
  }

  /// What tells versions of one number apart, which is more than their labels where somebody has made ids that begin alike.
  private static func tellingLabels(of versions: [ModelVersion]) -> [String] {
    var labels = versions.map(\.label)
    var length = ModelVersion.suffixLength
    while Set(labels).count < labels.count, length < 64 {
      length += 8
      labels = versions.map { "\($0.number)-\($0.id.hex.prefix(length))" }
    }
    return labels
  }

  // MARK: From contents and runs

  /// The versions of models that a content is, sorted by name and number; deleted ones aren't among them.
  public func versions(of content: ContentID) throws -> [NamedVersion] {
    try named(try index.registrations(of: content))
  }

  /// The versions of models that a run made, in the same order.
  public func versions(madeBy run: RunID) throws -> [NamedVersion] {
    try named(try index.registrations(from: run))
  }

  private func named(_ registrations: [RecordedModelFact]) throws -> [NamedVersion] {
    var found: [NamedVersion] = []
    for name in Set(registrations.map { Array($0.fact.name.utf8) }).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let model = try model(String(decoding: name, as: UTF8.self))
      if model.isDeleted { continue }
      let wanted = Set(registrations.compactMap { model.version($0.event)?.id })
      found += model.versions.filter { wanted.contains($0.id) }.map { NamedVersion(model: model, version: $0) }
    }
    return found
  }

  /// The contents of all versions that aren't deleted: what is registered is kept, and goes along when facts are pushed.
  func registeredContents() throws -> Set<ContentID> {
    Set(try models().flatMap(\.versions).compactMap(\.artifact.content))
  }

  // MARK: Changing

  /// Changes models while no other process of this clone does, with an index that knows all until then.
  func changingModels<Result>(_ body: () throws -> Result) throws -> Result {
    try FileLock.holding(temporaryFolder.appending("models")) {
      try index.catchUp(journal)
      let result = try body()
      try index.catchUp(journal)
      return result
    }
  }

  /// Who says something of a model here and now.
  func attribution(ofModel name: String, _ why: String?) throws -> Attribution {
    let latest = try index.modelFacts(name).last?.ordered
    return Attribution(
      user: identity, why: why.map { Redaction(environment: context.environment).text($0) },
      follows: latest.flatMap { $0 >= context.clock.now() ? $0 : nil })
  }
}
