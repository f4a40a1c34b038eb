internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// What `mlt why` is asked to explain.
public struct WhyRequest: Sendable {
  /// What is wrong.
  public var bad: String
  /// What is right; nil for what stood there before.
  public var good: String?
  /// Whether contents are to be compared for all that differs, and not only for the causes.
  public var isFull: Bool

  /// Takes the request.
  public init(bad: String, good: String? = nil, isFull: Bool = false) {
    self.bad = bad
    self.good = good
    self.isFull = isFull
  }
}

/// Finds out what two pointers mean beside each other.
struct WhyStarts {
  /// The most versions of a path that are looked at for one before.
  private static let writingLimit = 1000

  let workspace: Workspace
  let makers: WhyMakers

  private var finder: OriginFinder { makers.finder }

  /// What is to be compared.
  ///
  /// A run beside a path stands for what it wrote there, a commit and a moment for what the path held then; two
  /// commits for all that is tracked and differs. A folder that no single run wrote stands for the files in it.
  func found(_ request: WhyRequest) throws -> WhyFolders {
    var found = WhyFolders(workspace: workspace, makers: makers)
    if request.good == nil {
      let bad = try workspace.target(of: request.bad)
      if case .artifact(let folder) = bad, try found.isOfSeveral(folder) {
        try found.compareWithEarlier(folder) { try earlier(than: .artifact($0)) }
        if found.starts.isEmpty { throw WorkspaceError.noEarlierVersion(request.bad) }
      } else {
        guard let good = try earlier(than: bad) else { throw WorkspaceError.noEarlierVersion(request.bad) }
        found.starts = [WhyReport.Start(bad: bad, good: good)]
      }
      return found
    }
    if let (bad, good) = try commits(request) {
      try compare(bad, good, &found)
      return found
    }
    for start in try starts(request) { try found.compare(start) }
    return found
  }

  private func starts(_ request: WhyRequest) throws -> [WhyReport.Start] {
    guard let goodText = request.good else { return [] }
    let (bad, good) = (try side(request.bad), try side(goodText))
    switch (bad, good) {
    case (.target(let bad), .target(let good)):
      return [WhyReport.Start(bad: try beside(bad, good), good: try beside(good, bad))]
    case (.target(let bad), .commit(let commit)):
      return [WhyReport.Start(bad: bad, good: try inCommit(commit, goodText, like: bad))]
    case (.commit(let commit), .target(let good)):
      return [WhyReport.Start(bad: try inCommit(commit, request.bad, like: good), good: good)]
    case (.target(let bad), .moment(let moment)): return [WhyReport.Start(bad: bad, good: try at(moment, like: bad))]
    case (.moment(let moment), .target(let good)): return [WhyReport.Start(bad: try at(moment, like: good), good: good)]
    case (.commit, .commit): return []
    case (.moment, _), (_, .moment): throw WorkspaceError.unsuitablePointer(request.bad, wanted: .artifact)
    }
  }

  private enum Side {
    case target(Target)
    case commit(String)
    case moment(MomentText)
  }

  private func side(_ text: String) throws -> Side {
    do {
      return .target(try workspace.target(of: text))
    } catch WorkspaceError.unknownPointer(let pointer, let similar) {
      if let commit = try workspace.commit(of: text) { return .commit(commit) }
      if let moment = MomentText(text) { return .moment(moment) }
      throw WorkspaceError.unknownPointer(pointer, similar: similar)
    }
  }

  private func beside(_ target: Target, _ other: Target) throws -> Target {
    guard case .run(let run) = target, case .artifact(let artifact) = other,
      let pointer = WorkPath(text: artifact.artifact.path).map({ workspace.typed($0) + "@" + run.hex })
    else { return target }
    return (try? workspace.target(of: pointer)) ?? target
  }

  private func inCommit(_ commit: String, _ text: String, like target: Target) throws -> Target {
    guard case .artifact(let artifact) = target, let path = WorkPath(text: artifact.artifact.path) else {
      throw WorkspaceError.unsuitablePointer(text, wanted: .run)
    }
    guard let found = try workspace.artifact(of: path, inCommit: commit) else {
      throw WorkspaceError.notInCommit(path: path.text, commit: commit)
    }
    return .artifact(ArtifactTarget(artifact: found, version: .ofCommit(commit)))
  }

  private func at(_ moment: MomentText, like target: Target) throws -> Target {
    switch target {
    case .artifact(let artifact): return .artifact(try workspace.artifact(at: artifact.artifact.path, by: moment))
    case .run(let run):
      let component = try workspace.index.run(run)?.component
      var query = RunQuery()
      query.component = component
      query.outcome = .succeeded
      query.until = Timestamp(microseconds: moment.end(now: workspace.context.clock.now()).microseconds &+ 1)
      query.limit = 1
      guard let found = try workspace.index.runs(query).first else {
        throw WorkspaceError.noEarlierVersion(component ?? run.short)
      }
      return .run(found.id)
    }
  }

  /// The two commits that a request names; nil if it names anything else.
  private func commits(_ request: WhyRequest) throws -> (bad: String, good: String)? {
    guard let goodText = request.good, case .commit(let bad) = try side(request.bad),
      case .commit(let good) = try side(goodText)
    else { return nil }
    return (bad, good)
  }

  /// What is tracked in one of two commits and isn't the same in the other.
  private func compare(_ bad: String, _ good: String, _ found: inout WhyFolders) throws {
    let (mine, yours) = (try workspace.lock(ofCommit: bad), try workspace.lock(ofCommit: good))
    func target(_ entry: LockEntry, _ commit: String) -> ArtifactTarget {
      ArtifactTarget(artifact: Workspace.record(of: entry), version: .ofCommit(commit))
    }
    for entry in mine.entries {
      let after = target(entry, bad)
      guard let other = yours[entry.path] else {
        try found.note(after, isNew: true)
        continue
      }
      if other.content == entry.content { continue }
      try found.compare(WhyReport.Start(bad: .artifact(after), good: .artifact(target(other, good))))
    }
    for entry in yours.entries where mine[entry.path] == nil { try found.note(target(entry, good), isNew: false) }
  }

  // MARK: What stood there before

  /// The last version before something that had other content and isn't said to be wrong; nil if there is none.
  private func earlier(than target: Target) throws -> Target? {
    let flags = FlagMarks(try workspace.index.openFlags())
    switch target {
    case .artifact(let bad):
      let artifact = bad.artifact
      let origins = try workspace.origins(of: bad, finder)
      let maker = try origins.lazy.compactMap(\.producer).compactMap { try workspace.index.run($0) }.first
      // What was changed by hand since is compared with what was written last.
      let isMade = !origins.contains { if case .changedOutside = $0.origin { true } else { false } }
      for writing in try workspace.index.writers(path: artifact.path, limit: Self.writingLimit) {
        if let maker, isMade ? writing.started >= maker.started : writing.started > maker.started { continue }
        if writing.artifact.content == artifact.content || flags.flag(on: writing.artifact) != nil { continue }
        if writing.status != .finished { continue }
        return .artifact(ArtifactTarget(artifact: writing.artifact, version: .ofRun(writing.run)))
      }
      return try addedEarlier(than: artifact, flags)
    case .run(let run):
      guard let record = try workspace.index.run(run) else { break }
      var query = RunQuery()
      query.component = record.component
      query.outcome = .succeeded
      query.until = record.started
      query.limit = 100
      for summary in try workspace.index.runs(query) where summary.id != run {
        let outputs = try workspace.index.files(of: summary.id, role: .output)
        if outputs.allSatisfy({ flags.flag(on: $0) == nil }) { return .run(summary.id) }
      }
    }
    return nil
  }

  /// What was added at a path before an artifact was, and had other content; nil if nothing was.
  private func addedEarlier(than artifact: ArtifactRecord, _ flags: FlagMarks) throws -> Target? {
    let additions = try workspace.index.added(path: artifact.path).sorted { $0.at < $1.at }
    let own = additions.last { $0.artifact.content == artifact.content }?.at
    let before = additions.last { addition in
      addition.artifact.content != artifact.content && own.map { addition.at < $0 } ?? true
        && flags.flag(on: addition.artifact) == nil
    }
    return before.map { .artifact(ArtifactTarget(artifact: $0.artifact, version: .added($0.at))) }
  }
}
