public import Journaling
internal import LineageIndexing
internal import MLTBase

/// What flagging, or taking flags back, did.
public struct FlagReport: Sendable {
  /// The artifacts for which it was recorded, by path.
  public var changed: [ArtifactRecord] = []
  /// The artifacts that were so already.
  public var unchanged: [ArtifactRecord] = []
}

extension Workspace {
  private static let tagNameLimit = 250

  /// Sets tags of a run or an artifact, and takes tags away.
  ///
  /// - Parameters:
  ///   - pointer: the run or artifact.
  ///   - tags: tags to set.
  ///   - untagged: names of tags to take away.
  ///   - why: why.
  /// - Throws: what ``target(of:)`` throws; ``WorkspaceError/invalidTag(_:)``;
  ///   ``WorkspaceError/unknownTag(_:of:similar:)`` for one to take away that isn't there; failures of the journal.
  public func tag(_ pointer: String, _ tags: [String: String], untagged: [String] = [], why: String? = nil) throws
    -> Target
  {
    let target = try target(of: pointer)
    for name in tags.keys.sorted() where !Self.isTagName(name) { throw WorkspaceError.invalidTag(name) }
    let known = try self.tags(of: target)
    for name in untagged where known[name] == nil {
      let similar = Similarity.nearest(to: name, among: known.keys, limit: 3)
      throw WorkspaceError.unknownTag(name, of: pointer, similar: similar)
    }
    let redaction = Redaction(environment: context.environment)
    try annotate(
      target, tags: redaction.values(tags), untagged: untagged.sorted(), why: why.map { redaction.text($0) })
    return target
  }

  static func isTagName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= tagNameLimit && !name.utf8.contains { $0 < 0x20 || $0 == 0x7F }
      && !name.contains("=") && name.first?.isWhitespace == false && name.last?.isWhitespace == false
  }

  /// The tags of a run or artifact.
  public func tags(of target: Target) throws -> [String: String] {
    switch target {
    case .run(let run): try index.run(run)?.tags ?? [:]
    case .artifact(let artifact): try annotations(of: artifact.artifact).tags
    }
  }

  /// The note of a run or artifact; nil if there is none.
  public func note(of target: Target) throws -> String? {
    switch target {
    case .run(let run): try index.run(run)?.note
    case .artifact(let artifact): try annotations(of: artifact.artifact).note
    }
  }

  /// Describes a run or an artifact in place of what its note said before.
  ///
  /// - Parameter text: Markdown; empty for no note.
  /// - Throws: what ``target(of:)`` throws; failures of the journal.
  public func note(_ pointer: String, _ text: String) throws -> Target {
    let target = try target(of: pointer)
    let text = Redaction(environment: context.environment).text(text)
    if try text != note(of: target) ?? "" { try annotate(target, note: text) }
    return target
  }

  private func annotate(
    _ target: Target, note: String? = nil, tags: [String: String] = [:], untagged: [String] = [], why: String? = nil
  ) throws {
    switch target {
    case .run(let run):
      let said = try attribution(of: .run(run), why)
      try record(
        [RunAnnotated(run: run, note: note, tags: tags, untagged: untagged, said: said)], durable: true)
    case .artifact(let target):
      let artifact = Self.named(target.artifact)
      let said = try attribution(of: Subject(artifact), why)
      try record([ArtifactAnnotated(artifact, note: note, tags: tags, untagged: untagged, said: said)], durable: true)
    }
    try index.catchUp(journal)
  }

  /// Says of artifacts that they are wrong; of a run, that all its outputs are; of a folder that no run made as a whole,
  /// that all files in it are which runs have made.
  ///
  /// What is flagged already stays as it is, unless another reason is given.
  ///
  /// - Throws: what ``target(of:)`` throws; ``WorkspaceError/noOutputs(_:)``; failures of the journal. All or nothing is recorded.
  public func flag(_ pointers: [String], why: String? = nil) throws -> FlagReport {
    let why = why.map { Redaction(environment: context.environment).text($0) }
    return try setFlags(pointers) { artifact, flag in
      if let flag, !flag.isClosed, why == nil || flag.why == why { return nil }
      return ArtifactFlagged(artifact, said: try attribution(of: Subject(artifact), why))
    }
  }

  /// Takes back that artifacts are wrong; of a run, that any of its outputs are; of a folder, that any files in it are.
  ///
  /// - Throws: as ``flag(_:why:)``.
  public func unflag(_ pointers: [String], why: String? = nil) throws -> FlagReport {
    let why = why.map { Redaction(environment: context.environment).text($0) }
    return try setFlags(pointers, flaggedOnly: true) { artifact, flag in
      flag == nil ? nil : ArtifactUnflagged(artifact, said: try attribution(of: Subject(artifact), why))
    }
  }

  /// Settles flags: what they are on stays wrong, and isn't searched for any more; flagging it again opens it again.
  ///
  /// - Parameters:
  ///   - pointers: what is flagged; of a run, any of its outputs. With none, all open flags.
  ///   - why: what was found.
  /// - Throws: as ``flag(_:why:)``.
  public func closeReview(_ pointers: [String], why: String? = nil) throws -> FlagReport {
    let why = why.map { Redaction(environment: context.environment).text($0) }
    func fact(_ artifact: ArtifactRecord, _ flag: RecordedChange?) throws -> (any Fact)? {
      guard let flag, !flag.isClosed else { return nil }
      return ReviewClosed(artifact, said: try attribution(of: Subject(artifact), why))
    }
    if !pointers.isEmpty { return try setFlags(pointers, flaggedOnly: true, fact) }
    return try setFlags(
      of: index.openFlags().compactMap(\.artifact).map { artifact in
        ArtifactRecord(
          path: artifact.path, kind: artifact.kind, content: artifact.content, size: artifact.size, evidence: .declared)
      }, fact)
  }

  /// - Parameter flaggedOnly: whether a folder stands for the flagged files in it only.
  private func setFlags(
    _ pointers: [String], flaggedOnly: Bool = false, _ fact: (ArtifactRecord, RecordedChange?) throws -> (any Fact)?
  ) throws -> FlagReport {
    try setFlags(of: pointers.flatMap { try flaggable($0, flaggedOnly: flaggedOnly) }, fact)
  }

  private func setFlags(
    of artifacts: [ArtifactRecord], _ fact: (ArtifactRecord, RecordedChange?) throws -> (any Fact)?
  ) throws -> FlagReport {
    let marks = FlagMarks(try index.flags())
    var report = FlagReport()
    var facts: [any Fact] = []
    var seen: Set<Subject> = []
    for artifact in artifacts where seen.insert(Subject(artifact)).inserted {
      if let fact = try fact(Self.named(artifact), marks.flag(on: artifact)) {
        facts.append(fact)
        report.changed.append(artifact)
      } else {
        report.unchanged.append(artifact)
      }
    }
    if !facts.isEmpty {
      try record(facts, durable: true)
      try index.catchUp(journal)
    }
    return report
  }

  private func flaggable(_ pointer: String, flaggedOnly: Bool) throws -> [ArtifactRecord] {
    switch try target(of: pointer) {
    case .artifact(let target):
      if target.version == .present, target.artifact.kind == .tree {
        let files = try files(of: target.artifact, flaggedOnly: flaggedOnly)
        if !files.isEmpty { return files }
      }
      return [target.artifact]
    case .run(let run):
      let outputs = try index.files(of: run, role: .output)
      if outputs.isEmpty { throw WorkspaceError.noOutputs(run) }
      return outputs
    }
  }

  /// The files of a folder in the work tree that runs have made, where no run made the folder as it is.
  private func files(of tree: ArtifactRecord, flaggedOnly: Bool) throws -> [ArtifactRecord] {
    guard let folder = WorkPath(text: tree.path), let content = tree.content,
      try index.writers(path: tree.path, content: content, limit: 1).isEmpty
    else { return [] }
    let marks = FlagMarks(try index.flags())
    if flaggedOnly, marks.flags.isEmpty || marks.flag(on: tree) != nil { return [] }
    let catalog = try makeCatalog()
    var files: [ArtifactRecord] = []
    for names in try catalog.files(in: folder).keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let path = folder.appending(names)
      guard let file = try catalog.identity(of: path)?.record(at: path, evidence: .observed) else { continue }
      if flaggedOnly ? marks.flag(on: file) != nil : try isMade(file) { files.append(file) }
    }
    try catalog.remember()
    return files
  }

  private func isMade(_ file: ArtifactRecord) throws -> Bool {
    guard let content = file.content else { return false }
    // Most are found at once; a file of a folder that was recorded as a whole, or a copy, by its origin.
    return try !index.writers(path: file.path, content: content, limit: 1).isEmpty || producer(of: file) != nil
  }

  /// An artifact as what is said of it names it, without what runs had to do with it.
  private static func named(_ artifact: ArtifactRecord) -> ArtifactRecord {
    ArtifactRecord(
      path: artifact.path, kind: artifact.kind, content: artifact.content, size: artifact.size, count: artifact.count,
      isExecutable: artifact.isExecutable, evidence: .declared)
  }

  /// Who says something of a subject here and now.
  func attribution(of subject: Subject, _ why: String? = nil) throws -> Attribution {
    // Only what the clock hasn't reached needs saying: any event will be later than the present.
    let latest = try index.latestChange(of: subject).flatMap { $0 >= context.clock.now() ? $0 : nil }
    return Attribution(user: identity, why: why, follows: latest)
  }
}
