public import Journaling
public import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What putting labels somewhere, or taking them away, did.
public struct LabelReport: Sendable {
  /// The artifacts for which it was recorded, by path.
  public var changed: [ArtifactRecord] = []
  /// The artifacts that were so already.
  public var unchanged: [ArtifactRecord] = []
}

/// A label, and what is to be said of it without following it anywhere.
public struct LabelSummary: Sendable {
  /// The label.
  public var label: String
  /// What it stands on, the latest first.
  public var marks: [RecordedChange]
  /// That it is retracted; nil if it isn't.
  public var retraction: RecordedChange?
  /// How many contents were purged on its account.
  public var purged: Int
}

extension Workspace {
  /// Puts a label on artifacts; of a run, on all its outputs.
  ///
  /// It stands on their contents, wherever these are; or, `byPath`, on whatever is at their paths or below, now and later.
  ///
  /// - Throws: what ``target(of:)`` throws; ``WorkspaceError/invalidLabel(_:)``, ``WorkspaceError/noOutputs(_:)``; failures of the
  ///   journal. All or nothing is recorded.
  public func addLabel(
    _ label: String, to pointers: [String], byPath: Bool = false, why: String? = nil
  ) throws -> LabelReport {
    guard LabelName.isValid(label) else { throw WorkspaceError.invalidLabel(label) }
    let why = why.map { Redaction(environment: context.environment).text($0) }
    return try changeLabels(pointers, byPath: byPath, label) { artifact, isThere in
      if isThere { return nil }
      return ArtifactLabelled(artifact, labels: [label], said: try attribution(of: Subject(artifact), why))
    }
  }

  /// Takes a label from artifacts; of a run, from all its outputs.
  ///
  /// - Throws: as ``addLabel(_:to:byPath:why:)``.
  public func removeLabel(
    _ label: String, from pointers: [String], byPath: Bool = false, why: String? = nil
  ) throws -> LabelReport {
    let why = why.map { Redaction(environment: context.environment).text($0) }
    return try changeLabels(pointers, byPath: byPath, label) { artifact, isThere in
      if !isThere { return nil }
      return ArtifactLabelled(artifact, unlabelled: [label], said: try attribution(of: Subject(artifact), why))
    }
  }

  private func changeLabels(
    _ pointers: [String], byPath: Bool, _ label: String, _ fact: (ArtifactRecord, Bool) throws -> (any Fact)?
  ) throws -> LabelReport {
    let standing = Set(try index.labels().filter { $0.name == label }.map(\.subject))
    var report = LabelReport()
    var facts: [any Fact] = []
    var seen: Set<Subject> = []
    for artifact in try pointers.flatMap({ try labellable($0, byPath: byPath) })
    where seen.insert(Subject(artifact)).inserted {
      if let fact = try fact(artifact, standing.contains(Subject(artifact))) {
        facts.append(fact)
        report.changed.append(artifact)
      } else {
        report.unchanged.append(artifact)
      }
    }
    if !facts.isEmpty {
      // What a label stands on must be found in a folder later, when the folder holds something else.
      try storeListings(of: report.changed)
      try record(facts, durable: true)
      try index.catchUp(journal)
    }
    return report
  }

  private func labellable(_ pointer: String, byPath: Bool) throws -> [ArtifactRecord] {
    // Of a URI only the name is ever known.
    if byPath || pointer.contains("://") {
      let text = pointer.contains("://") ? pointer : path(of: pointer).text
      return [
        ArtifactRecord(
          path: text, kind: pointer.contains("://") ? .uri : .file, content: nil, size: 0, evidence: .declared)
      ]
    }
    switch try target(of: pointer) {
    case .artifact(let target): return [Self.labelled(target.artifact)]
    case .run(let run):
      let outputs = try index.files(of: run, role: .output)
      if outputs.isEmpty { throw WorkspaceError.noOutputs(run) }
      return outputs.map { Self.labelled($0) }
    }
  }

  // Without what runs had to do with it.
  private static func labelled(_ artifact: ArtifactRecord) -> ArtifactRecord {
    ArtifactRecord(
      path: artifact.path, kind: artifact.kind, content: artifact.content, size: artifact.size, count: artifact.count,
      isExecutable: artifact.isExecutable, evidence: .declared)
  }

  // The listings alone: the files may be large, and not what anybody wants stored.
  private func storeListings(of artifacts: [ArtifactRecord]) throws {
    let folders = try artifacts.filter { artifact in
      guard artifact.kind == .tree, let content = artifact.content else { return false }
      return try !store.containsTree(content)
    }
    if folders.isEmpty { return }
    let catalog = try makeCatalog()
    _ = try storing { writer in
      for folder in folders {
        guard let path = WorkPath(text: folder.path),
          try FileStatus(at: path.filePath(in: root))?.kind == .directory
        else { continue }
        let assembly = TreeAssembly()
        for name in try catalog.files(in: path).keys {
          let file = path.appending(name)
          guard let identity = try catalog.identity(of: file), let names = file.components(below: path) else {
            continue
          }
          assembly.add(names, identity)
        }
        _ = try assembly.store(with: writer)
      }
    } thenRecord: { _ in
    }
    try catalog.remember()
  }

  // MARK: Looking

  /// All labels that stand somewhere or are retracted, by name.
  public func labels() throws -> [LabelSummary] {
    var summaries: [String: LabelSummary] = [:]
    for mark in try index.labels() {
      summaries[mark.name, default: LabelSummary(label: mark.name, marks: [], purged: 0)].marks.append(mark)
    }
    for change in try index.retractions() {
      guard case .label(let name) = change.subject else { continue }
      summaries[name, default: LabelSummary(label: name, marks: [], purged: 0)].retraction = change
    }
    if try index.hasPurged() {
      for name in summaries.keys { summaries[name]?.purged = try index.purgedContents(labels: [name]).count }
    }
    return summaries.values.sorted { $0.label.utf8.lexicographicallyPrecedes($1.label.utf8) }
  }

  /// One label.
  ///
  /// - Throws: ``WorkspaceError/unknownLabel(_:similar:)`` for one that stands nowhere and isn't retracted.
  public func label(_ name: String) throws -> LabelSummary {
    let all = try labels()
    if let label = all.first(where: { $0.label == name }) { return label }
    throw WorkspaceError.unknownLabel(
      name, similar: Similarity.nearest(to: name, among: all.map(\.label), limit: 3))
  }

  /// The labels that flow to what a pointer names: those on itself, and those on anything that it was made from.
  ///
  /// - Throws: what ``target(of:)`` throws; failures of index and store.
  public func labels(of pointer: String) throws -> [LabelFinding] {
    try labels(of: try target(of: pointer))
  }

  /// The labels that flow to something.
  func labels(of target: Target) throws -> [LabelFinding] {
    let book = try labelBook()
    if book.isEmpty { return [] }
    let finder = try originFinder()
    let walk = LabelWalk(book, index: try index, finder: finder)
    switch target {
    case .run(let run): return try walk.findings(into: run)
    case .artifact(let target):
      try learnFolder(target, finder)
      if case .ofRun(let run) = target.version {
        return try walk.findings(on: target.artifact, in: run, index.files(of: run, role: .output))
      }
      return try walk.findings(on: target.artifact, seenFrom: presentView())
    }
  }

  // MARK: Retracting

  /// Says that what carries a label isn't to be used any more, or, again with another reason, why.
  ///
  /// From now on runs are refused that would read such things.
  ///
  /// - Throws: ``WorkspaceError/unknownLabel(_:similar:)``; failures of the journal.
  public func retract(_ label: String, why: String?) throws {
    let known = try self.label(label)
    let why = why.map { Redaction(environment: context.environment).text($0) }
    if let retraction = known.retraction, why == nil || retraction.why == why { return }
    try record([LabelRetracted(label, said: try attribution(of: .label(label), why))], durable: true)
    try index.catchUp(journal)
  }

  /// Says that what carries a label may be used again.
  ///
  /// - Returns: false if it wasn't retracted.
  /// - Throws: ``WorkspaceError/unknownLabel(_:similar:)``; failures of the journal.
  public func reinstate(_ label: String, why: String?) throws -> Bool {
    guard try self.label(label).retraction != nil else { return false }
    let why = why.map { Redaction(environment: context.environment).text($0) }
    try record([LabelReinstated(label, said: try attribution(of: .label(label), why))], durable: true)
    try index.catchUp(journal)
    return true
  }
}

extension LabelWalk {
  /// Returns the labels of what a run has at a path: an output carries what flows into the run.
  fileprivate func findings(
    on artifact: ArtifactRecord, in run: RunID, _ outputs: [ArtifactRecord]
  ) throws -> [LabelFinding] {
    var found = try findings(on: artifact, seenFrom: .init(run: nil, started: .latest, ended: .latest))
    let isOutput = outputs.contains { output in
      if output.path == artifact.path { return true }
      guard output.kind == .tree, let inner = WorkPath(text: artifact.path), let outer = WorkPath(text: output.path)
      else { return false }
      return inner.isBelow(outer)
    }
    if isOutput {
      let known = Set(found.map(\.label))
      found += try findings(into: run).filter { !known.contains($0.label) }
    }
    return found
  }
}

extension Timestamp {
  fileprivate static var latest: Timestamp { Timestamp(microseconds: .max) }
}
