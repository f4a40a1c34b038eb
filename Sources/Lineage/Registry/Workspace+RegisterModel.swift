internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// What is to become a version of a model.
public struct RegistrationRequest: Sendable {
  /// The model's name; it is made if there is none.
  public var name: String
  /// What is to be registered: a pointer to a file or folder, or to a run that made just one thing.
  public var pointer: String
  /// The run that made it; nil to find it.
  public var run: String?
  /// Why.
  public var why: String?
  /// What is said of the version, in Markdown.
  public var summary: String?
  /// Its tags.
  public var tags: [String: String] = [:]
  /// Whether a content that is a version already, or was one that is deleted, becomes another one.
  public var isRepeated = false

  /// Takes what must be known.
  public init(_ name: String, _ pointer: String) {
    self.name = name
    self.pointer = pointer
  }
}

/// What registering something did.
public struct Registration: Sendable {
  /// The version that it is.
  public var named: NamedVersion
  /// Whether it wasn't one before.
  public var isNew: Bool
}

extension Workspace {
  /// Makes something a version of a model, tied to its content and to the run that made it.
  ///
  /// Its bytes are stored, and kept for as long as the version isn't deleted.
  ///
  /// - Throws: ``ModelError``; what ``target(of:)`` throws; ``WorkspaceError/absentContent(_:path:)`` if nobody has the bytes;
  ///   failures of store, journal and index.
  public func register(_ request: RegistrationRequest) throws -> Registration {
    guard ModelName.isValid(request.name) else { throw ModelError.invalidName(request.name) }
    for name in request.tags.keys.sorted() where !Self.isTagName(name) { throw ModelError.invalidTag(name) }
    let target = try registrable(request.pointer)
    guard let content = target.artifact.content else { throw ModelError.noContent(target.artifact.path) }
    if let path = WorkPath(text: target.artifact.path), !path.isOutside, !path.isRoot, !LockFile.isTrackable(path) {
      throw WorkspaceError.reservedPath(path.text)
    }
    guard target.version == .present, let path = WorkPath(text: target.artifact.path) else {
      let source = try fetchingMissing({ [target.artifact] }, { try bytesAreAvailable(content, target.artifact) })
      var target = target
      if case .store = source { target.artifact.isStored = true }
      return try register(target, request)
    }
    let catalog = try makeCatalog()
    return try storing { writer in
      guard let identity = try catalog.store(path, with: writer) else {
        throw WorkspaceError.missingFile(target.artifact.path)
      }
      return identity.record(at: path, evidence: .declared)
    } thenRecord: { artifact in
      var stored = ArtifactTarget(artifact: artifact, version: .present)
      stored.artifact.isStored = true
      let registration = try register(stored, request)
      try? catalog.remember()  // what is forgotten is read again
      return registration
    }
  }

  private func registrable(_ pointer: String) throws -> ArtifactTarget {
    switch try target(of: pointer) {
    case .artifact(let target): return target
    case .run(let run):
      let outputs = try index.files(of: run, role: .output).filter { $0.content != nil }
      guard outputs.count == 1, let only = outputs.first else {
        throw ModelError.unclearOutput(run, paths: outputs.map(\.path))
      }
      return ArtifactTarget(artifact: only, version: .ofRun(run))
    }
  }

  private func register(_ target: ArtifactTarget, _ request: RegistrationRequest) throws -> Registration {
    let run = try maker(of: target, request.run)
    return try changingModels {
      let model = try knownModel(request.name)
      if let model, !request.isRepeated, let content = target.artifact.content {
        let known = model.versions(of: content)
        if let version = known.last(where: { !$0.isDeleted }) {
          return Registration(named: NamedVersion(model: model, version: version), isNew: false)
        }
        // Somebody didn't want it any more: a script mustn't bring it back without being told to.
        if let deleted = known.last { throw ModelError.deletedVersion(deleted.label, of: request.name) }
      }
      let redaction = Redaction(environment: context.environment)
      let id = try recordVersion(
        of: request.name, model, target.artifact, run, summary: request.summary.map { redaction.text($0) },
        tags: redaction.values(request.tags), why: request.why)
      return Registration(named: try version(of: request.name, id), isNew: true)
    }
  }

  /// A model that may get versions; nil if there is none of the name.
  func knownModel(_ name: String) throws -> RegisteredModel? {
    let facts = try index.modelFacts(name)
    if facts.isEmpty { return nil }
    let model = RegisteredModel(name, facts)
    if model.isDeleted { throw ModelError.deletedModel(name) }
    return model
  }

  /// Writes down that something is the next version of a model, whose lock is held.
  func recordVersion(
    of name: String, _ model: RegisteredModel?, _ artifact: ArtifactRecord, _ run: RunID?, summary: String? = nil,
    tags: [String: String] = [:], why: String?
  ) throws -> ContentID {
    var record = ArtifactRecord(
      path: artifact.path, kind: artifact.kind, content: artifact.content, size: artifact.size, count: artifact.count,
      isExecutable: artifact.isExecutable, evidence: .declared)
    record.isStored = artifact.isStored
    record.isInGit = artifact.isInGit
    let fact = ModelRegistered(
      name, number: model?.nextNumber ?? 1, artifact: record, run: run, summary: summary, tags: tags,
      said: try attribution(ofModel: name, why))
    let events = try self.record([fact], durable: true)
    try index.catchUp(journal)
    guard let id = events.first?.id else { throw ModelError.noVersions(name) }
    return id
  }

  func version(of name: String, _ id: ContentID) throws -> NamedVersion {
    let model = try model(name)
    guard let version = model.version(id) else { throw ModelError.noVersions(name) }
    return NamedVersion(model: model, version: version)
  }

  /// The run that made what is to be registered: the one that is named, else the one that lineage leads to.
  private func maker(of target: ArtifactTarget, _ asked: String?) throws -> RunID? {
    let finder = try originFinder()
    if let asked {
      let run = try run(of: asked)
      let outputs = try index.files(of: run, role: .output)
      let content = target.artifact.content
      guard try outputs.contains(where: { try $0.content == content || finder.shareContent($0, target.artifact) })
      else {
        throw ModelError.notMade(path: target.artifact.path, by: run)
      }
      return run
    }
    try learnFolder(target, finder)
    for edge in try origins(of: target, finder) {
      switch edge.origin {
      case .produced(let run), .copied(let run, _): return run
      case .changedOutside, .added, .git, .source: continue
      }
    }
    // What is named by its content alone was made wherever a run made it.
    guard target.version == .content, let content = target.artifact.content else { return nil }
    return try index.writers(content: content).first?.run
  }
}
