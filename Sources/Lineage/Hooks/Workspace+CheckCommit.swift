internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import Pipelines
internal import Remotes
internal import SystemPackage

extension Workspace {
  /// Checks what a commit is about to take, as it is staged and whatever the work tree has.
  ///
  /// While commits are only repeated, as in a rebase, nothing blocks.
  ///
  /// - Throws: ``WorkspaceError/noRepository(_:)``, ``WorkspaceError/malformedSetting(key:value:)``; what git, index and
  ///   store throw.
  public func checkCommit(_ request: CommitRequest) throws -> CommitReport {
    guard let repository else { throw WorkspaceError.noRepository(root) }
    var report = CommitReport()
    var limit = request.limit
    if let operation = repository.operation(), operation.repeatsCommits {
      report.repeating = operation.rawValue
      limit = min(limit, .warn)
    }
    var levels: [HookCheck: HookLevel] = [:]
    for check in HookCheck.allCases { levels[check] = try level(of: check.setting, atMost: limit) }
    if levels.values.allSatisfy({ $0 == .off }) { return report }
    if let file = request.indexFile { repository.consultIndex(at: root.pushing(FilePath(file))) }

    func add(_ problems: [CommitFinding.Problem], of check: HookCheck) {
      report.findings += problems.map {
        CommitFinding(check: check, isBlocking: levels[check] == .block, problem: $0)
      }
    }
    let state: StagedState
    do {
      state = try StagedState(self, repository, merging: repository.mergedCommits() + request.mergedCommits)
    } catch let error as LockFile.ParseError {
      // Nothing else can be said while nobody knows what is tracked.
      if levels[.lock] != .off { add([.malformedLock(error)], of: .lock) }
      return report
    }
    // Nothing is committed but words.
    if state.changes.isEmpty { return report }
    let isOff = { (check: HookCheck) in levels[check] == .off }
    let unstaged = isOff(.lock) ? [] : try unstagedLock(state)
    if !isOff(.stages) {
      add(try outdated(state, without: unstaged), of: .stages)
    }
    add(unstaged.map { .unstagedLock(outputs: $0.outputs, run: $0.run) }, of: .lock)
    if !isOff(.large) { add(try misplaced(state), of: .large) }
    if !isOff(.missing) { add(try missing(state), of: .missing) }
    return report
  }

  /// Finds what the commit would leave out of date.
  ///
  /// - Parameter made: runs that made it again, and whose outputs need no more than to be staged.
  private func outdated(
    _ state: StagedState, without made: [(run: RunID, outputs: [WorkPath])]
  ) throws -> [CommitFinding.Problem] {
    let index = try caughtUpIndex()
    let stages = try StagedStageCheck(workspace: self, state: state, index: index).run()
    let runs = Set(made.map(\.run))
    let outputs = Set(made.flatMap(\.outputs))
    let outdated = try OutdatedCheck(state: state, index: index, store: store, declared: stages.declared).run()
    return stages.problems.map { .malformedPipeline($0) }
      + stages.stale.filter { $0.state.verdict != .restorable || $0.state.run.map { !runs.contains($0) } ?? true }
      .map { .staleStage($0.state, followers: $0.followers) }
      + outdated.filter { !Set($0.outputs).isSubset(of: outputs) }.map { .outdated($0) }
  }

  private func caughtUpIndex() throws -> LineageIndex {
    let index = try index
    try index.catchUp(journal)
    return index
  }

  /// Finds runs that read what is staged, and whose outputs only the work tree's lock file has.
  private func unstagedLock(_ state: StagedState) throws -> [(run: RunID, outputs: [WorkPath])] {
    let here = state.workTreeLock
    if here == state.lock { return [] }
    let changed = state.changedPaths
    let index = try caughtUpIndex()
    var outputs: [RunID: [WorkPath]] = [:]
    for entry in here.entries where state.lock[entry.path] != entry {
      guard let writing = try index.writers(path: entry.path.text, content: entry.content, limit: 1).first else {
        continue
      }
      if outputs[writing.run] != nil {
        outputs[writing.run]?.append(entry.path)
        continue
      }
      let readsStaged = try index.files(of: writing.run, role: .input).contains { input in
        guard let path = WorkPath(text: input.path), changed.contains(path), let content = input.content else {
          return false
        }
        return try state.content(of: path) == content
      }
      if readsStaged { outputs[writing.run] = [entry.path] }
    }
    return outputs.map { (run: $0.key, outputs: $0.value.sorted()) }
      .sorted { ($0.outputs.first?.text ?? "") < ($1.outputs.first?.text ?? "") }
  }

  /// Finds files that shouldn't be put into git: those that mlt tracks, and large ones.
  private func misplaced(_ state: StagedState) throws -> [CommitFinding.Problem] {
    let setting = Setting.hookLargeFile
    let text = try configuration.string(setting.rawValue) ?? setting.defaultValue
    guard let limit = Configuration.size(of: text) else {
      throw WorkspaceError.malformedSetting(key: setting.rawValue, value: text)
    }
    // What was moved was in git before.
    let replaced = Set(state.changes.lazy.compactMap { $0.committed?.id })
    return try state.changes.compactMap { change in
      let path = WorkPath(normal: change.path)
      guard let staged = change.staged, staged.kind != .submodule, state.isNew(CollectionOfOne(path)) else {
        return nil
      }
      for lock in [state.lock, state.workTreeLock] {
        if let entry = lock[path] ?? lock.tree(around: path) { return .trackedFile(path, tracked: entry.path) }
      }
      guard staged.kind != .link, !replaced.contains(staged.id),
        let size = try state.repository.stagedSize(at: change.path), size > limit
      else {
        return nil
      }
      // Whoever had git keep it before has decided so.
      if change.isInCommit, let before = try state.repository.headBlob(at: change.path), before.size > limit {
        return nil
      }
      return .largeFile(path, size: size, limit: limit)
    }
  }

  /// Finds bytes that the lock file names, and none of the commits before did, that neither the store nor the default
  /// remote has.
  private func missing(_ state: StagedState) throws -> [CommitFinding.Problem] {
    var lacking = try MissingCheck(state: state, store: store).run()
    if lacking.isEmpty { return [] }
    let elsewhere = try heldByDefaultRemote(lacking.reduce(into: []) { $0.formUnion($1.contents) })
    lacking.removeAll { $0.contents.isSubset(of: elsewhere) }
    return try lacking.map { entry, _ in
      let present = try state.catalog().identity(of: entry.path)
      return .missingContent(entry.path, entry.content, isInWorkTree: present?.content == entry.content)
    }
  }

  /// Those of some contents that the default remote has; none if there is no remote, or it can't be reached.
  private func heldByDefaultRemote(_ contents: Set<ContentID>) throws -> Set<ContentID> {
    guard let name = try? defaultRemote() else { return [] }
    do {
      return try connect(to: name).held(contents, self)
    } catch WorkspaceError.remoteFailed(_, _, .cancelled) {
      throw StorageError.cancelled
    } catch WorkspaceError.remoteFailed(_, _, let error) {
      notices.append(.remoteUnreachable(name, reason: "\(error)"))
      return []
    }
  }
}
