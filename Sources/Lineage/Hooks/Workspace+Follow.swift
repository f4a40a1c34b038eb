internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  /// Restores tracked files after git has checked out another commit, where that is possible without losing anything.
  ///
  /// What can't be restored doesn't keep the rest from it.
  ///
  /// - Parameter change: the commits before and after; if their lock files are the same, or a rebase has more to do, nothing is
  ///   done. nil to restore whatever the lock file says.
  /// - Returns: nil if there was nothing to do.
  /// - Throws: ``WorkspaceError/malformedLock(_:_:)``; what git, index and store throw.
  public func follow(_ change: (before: String, after: String)? = nil) throws -> FollowReport? {
    guard try configuration.bool(Setting.hookRestore.rawValue) ?? true else { return nil }
    if let change, change.before == change.after { return nil }
    if change != nil, try repository?.hasCommitsToRepeat() == true { return nil }
    if let change, let repository, let before = try repository.commit(of: change.before),
      let after = try repository.commit(of: change.after), try repository.hasSame(LockFile.name, before, after)
    {
      return nil
    }
    return try restoreWhatCanBe()
  }

  private func restoreWhatCanBe() throws -> FollowReport {
    let lock = try readLock()
    var left: [WorkPath: FollowReport.Reason] = [:]
    for entry in lock.absent { left[entry.path] = .absent }
    var rest = lock.entries
    while true {
      do {
        var request = CheckoutRequest()
        request.leaving = Set(left.keys.filter { lock[$0] != nil })
        let report = try checkout(request)
        return FollowReport(report: report, left: Self.sorted(left))
      } catch {
        try leave(after: error, rest, lock, &left)
        let count = rest.count
        rest.removeAll { left[$0.path] != nil }
        // What isn't about a tracked path stops it all.
        if rest.count == count { throw error }
      }
    }
  }

  /// Leaves out what a failure was about.
  private func leave(
    after error: any Error, _ rest: [LockEntry], _ lock: LockFile, _ left: inout [WorkPath: FollowReport.Reason]
  ) throws {
    switch error {
    case WorkspaceError.unsavedContent(let texts):
      var unsaved: [WorkPath: [String]] = [:]
      for text in texts {
        if let tracked = WorkPath(text: text).flatMap({ Self.tracked($0, in: lock) }) {
          unsaved[tracked, default: []].append(text)
        }
      }
      for (path, texts) in unsaved { left[path] = .unsaved(texts) }
    case WorkspaceError.absentContent(_, let text), WorkspaceError.purgedContent(_, let text, _):
      try leaveUnavailable(rest, &left)
      // Whatever the others are, it was about this one.
      if let tracked = text.flatMap({ WorkPath(text: $0) }).flatMap({ Self.tracked($0, in: lock) }) {
        left[tracked] = .unavailable
      }
    case StorageError.missing(let content, _):
      try leaveUnavailable(rest, &left)
      for entry in rest where try entry.content == content || isNamed(content, in: entry) {
        left[entry.path] = .unavailable
      }
    case WorkspaceError.notAFolder(let text):
      guard let path = WorkPath(text: text) else { return }
      for entry in rest where entry.path == path || entry.path.isBelow(path) { left[entry.path] = .inTheWay(text) }
    default: break
    }
  }

  /// Leaves out what can't be restored for want of bytes; all of it at once, since each further attempt looks at everything
  /// again.
  private func leaveUnavailable(_ rest: [LockEntry], _ left: inout [WorkPath: FollowReport.Reason]) throws {
    let catalog = try makeCatalog()
    for entry in rest {
      do {
        try checkFolders(above: entry.path)
        if try catalog.identity(of: entry.path)?.content == entry.content { continue }
        // Of a folder the listing may be here without what it names, and what it names may stand there already.
        var trial = try RestorePlanner(self, catalog)
        try trial.restore(entry, from: try bytesAreAvailable(entry.content, Self.record(of: entry)))
      } catch WorkspaceError.notAFolder {
        continue  // it depends on what else is removed
      } catch {
        left[entry.path] = .unavailable
      }
    }
  }

  /// Whether a tracked folder has something, as far as its listings are here.
  private func isNamed(_ content: ContentID, in entry: LockEntry) throws -> Bool {
    guard entry.kind == .tree else { return false }
    var pending = [entry.content]
    var seen = Set(pending)
    while let next = pending.popLast() {
      guard try store.containsTree(next) else { continue }
      for child in try store.tree(next).entries {
        if child.content == content { return true }
        if child.mode == .tree, seen.insert(child.content).inserted { pending.append(child.content) }
      }
    }
    return false
  }

  /// The tracked path that something belongs to.
  private static func tracked(_ path: WorkPath, in lock: LockFile) -> WorkPath? {
    if lock[path] != nil { return path }
    if let tree = lock.tree(around: path) { return tree.path }
    return lock.entries(below: path).first?.path
  }

  private static func sorted(
    _ left: [WorkPath: FollowReport.Reason]
  ) -> [(path: WorkPath, reason: FollowReport.Reason)] {
    left.sorted { $0.key < $1.key }.map { (path: $0.key, reason: $0.value) }
  }
}

extension GitRepository {
  /// Whether two commits have the same bytes under a name at their root, or both nothing.
  fileprivate func hasSame(_ name: String, _ first: String, _ second: String) throws(GitError) -> Bool {
    let name = Array(name.utf8)
    return try blob(at: name, commit: first) == blob(at: name, commit: second)
  }
}
