internal import GitAccess
internal import Journaling
internal import MLTBase
internal import Remotes

extension Workspace {
  /// How strictly commits are pushed only with what they need, but no stricter than `limit`.
  ///
  /// - Throws: ``WorkspaceError/malformedSetting(key:value:)``.
  public func pushLevel(atMost limit: HookLevel) throws -> HookLevel {
    try level(of: .hookPush, atMost: limit)
  }

  /// Sends what commits need that are about to be pushed: the bytes that their lock files name, and all facts.
  ///
  /// - Parameters:
  ///   - references: what is pushed.
  ///   - gitRemote: git's name for where it is pushed to; its branches as they were last seen needn't be looked at again.
  /// - Returns: what was sent; nil where no remote is named, or nothing is pushed but deletions.
  /// - Throws: what reaching the remote throws; ``WorkspaceError/malformedLock(_:_:)``; what git throws.
  public func sendPushed(_ references: [PushedReference], gitRemote: String?) throws -> PushOutcome? {
    guard let repository, !remotes().isEmpty else { return nil }
    let commits = try references.compactMap { try $0.local.flatMap { try repository.commit(of: $0) } }
    if commits.isEmpty { return nil }
    var known = try references.compactMap { try $0.remote.flatMap { try repository.commit(of: $0) } }
    if let gitRemote {
      let prefix = "refs/remotes/\(gitRemote)/"
      known += try repository.references().filter { $0.name.hasPrefix(prefix) }.map(\.commit)
    }
    let name = Array(LockFile.name.utf8)
    var paths: [ContentID: String] = [:]
    for commit in try repository.versions(of: name, in: commits, withHistory: true, without: known) {
      for entry in try lock(ofCommit: commit).entries where paths[entry.content] == nil {
        paths[entry.content] = entry.path.text
      }
    }
    return try send(paths)
  }

  private func send(_ paths: [ContentID: String]) throws -> PushOutcome {
    let connection = try connect(to: nil)
    // Before bytes are looked for, so that no fact goes before its bytes.
    let extent = try journal.extent()
    let withheld = try withheld(from: connection.name)
    let (report, purged) = try sendUnpurged(
      Set(paths.keys).subtracting(withheld), over: connection, through: extent, isDryRun: false)
    let missing = Set(report.missing)
    let present = try missing.isEmpty ? [] : connection.held(missing, self)
    return PushOutcome(
      remote: connection.name, report: report,
      unsent: try missing.subtracting(present).filter { try purgeLabel(of: $0) == nil }.compactMap { paths[$0] }
        .sorted(), purged: purged)
  }
}
