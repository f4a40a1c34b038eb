public import Journaling
public import LineageIndexing
public import MLTBase
internal import ObjectStorage

extension Workspace {
  /// What holds of all that was said of an artifact.
  public func annotations(of artifact: ArtifactRecord) throws -> Annotations {
    Annotations(try index.changes(of: [Subject(artifact)]))
  }

  /// All that was said of a run, an artifact or a component, what counts latest first.
  ///
  /// Of a path it is what was said of any content there; of a run, also which of its outputs were flagged. What names nothing
  /// else may be a component's name.
  ///
  /// - Throws: what ``target(of:)`` throws.
  public func history(of pointer: String) throws -> [RecordedChange] {
    let target: Target
    do {
      target = try self.target(of: pointer)
    } catch WorkspaceError.unknownPointer(let pointer, let similar) {
      guard try index.component(pointer) != nil else {
        throw WorkspaceError.unknownPointer(pointer, similar: similar)
      }
      return try index.changes(of: [.component(pointer)])
    }
    switch target {
    case .run(let run):
      let outputs = try index.files(of: run, role: .output).map { Subject($0) }
      return try index.changes(of: [.run(run)] + outputs).filter { $0.subject == .run(run) || $0.field == .flag }
    case .artifact(let target):
      let subject = Subject(target.artifact)
      switch target.version {
      case .present, .locked, .recorded: return try index.changes(of: [subject], path: target.artifact.path)
      case .ofRun, .ofCommit, .added, .content: return try index.changes(of: [subject])
      }
    }
  }

  /// All that was said of a component, what counts latest first.
  ///
  /// - Throws: ``WorkspaceError/unknownComponent(_:similar:)``.
  public func history(ofComponent name: String) throws -> [RecordedChange] {
    try checkComponent(name)
    return try index.changes(of: [.component(name)])
  }

  // MARK: Flags

  /// The marks of artifacts that are said to be wrong, or hold files that are.
  func flagMarks(on artifacts: some Sequence<ArtifactRecord>) throws -> FlagMarks {
    var marks = FlagMarks(try index.flags())
    if marks.flags.isEmpty { return marks }
    let places = marks.flags.compactMap { flag -> (flag: RecordedChange, path: WorkPath, content: ContentID)? in
      guard let artifact = flag.artifact, let content = artifact.content, let path = WorkPath(text: artifact.path)
      else {
        return nil
      }
      return (flag, path, content)
    }
    for tree in artifacts where tree.kind == .tree && marks.within[tree] == nil {
      guard let content = tree.content, let folder = WorkPath(text: tree.path) else { continue }
      let below = places.filter { $0.path.isBelow(folder) }
      if try below.isEmpty || !store.containsTree(content) { continue }
      let found = try below.filter { place in
        guard let names = place.path.components(below: folder) else { return false }
        return try store.entry(at: names, in: content)?.content == place.content
      }
      if !found.isEmpty { marks.within[tree] = found.map(\.flag) }
    }
    return marks
  }

  /// The runs that made something which is said to be wrong, with the flags.
  public func flaggedRuns() throws -> [RunID: [RecordedChange]] {
    var runs: [RunID: [RecordedChange]] = [:]
    for flag in try index.flags() {
      var makers = Set(try writings(of: flag).map(\.run))
      if makers.isEmpty, let artifact = flag.artifact, let content = artifact.content {
        // A file in a folder that was recorded as a whole.
        let record = ArtifactRecord(
          path: artifact.path, kind: artifact.kind, content: content, size: artifact.size, evidence: .declared)
        makers = Set(try producer(of: record).map { [$0] } ?? [])
      }
      for run in makers { runs[run, default: []].append(flag) }
    }
    return runs
  }

  private func writings(of flag: RecordedChange) throws -> [Writing] {
    switch flag.subject {
    case .content(let content): try index.writers(content: content)
    case .place(let path, let content?): try index.writers(path: path, content: content)
    case .place(let path, nil): try index.writers(path: path)
    case .run, .component, .label: []
    }
  }
}
