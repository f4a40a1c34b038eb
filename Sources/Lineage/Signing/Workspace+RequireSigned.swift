internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// Whether bytes may come from a remote only if the runs behind them are signed, as the settings have it.
  ///
  /// - Throws: ``WorkspaceError/malformedSetting(key:value:)``.
  func requiresSigned() throws -> Bool {
    let setting = Setting.requireSigned
    var isOn = false
    for entry in configuration.entries where Setting(key: entry.key) == setting && setting.counts(entry) {
      guard let value = Configuration.flag(of: entry.value) else {
        throw WorkspaceError.malformedSetting(key: setting.rawValue, value: entry.value ?? "")
      }
      isOn = value
    }
    return isOn
  }

  /// Checks that all runs behind something which this clone hasn't recorded itself are signed by allowed signers.
  ///
  /// Bytes aren't needed for it, so that none need come before.
  ///
  /// - Parameters:
  ///   - artifacts: what is asked for.
  ///   - runs: runs that are asked for.
  ///   - remote: where the bytes are to come from.
  /// - Throws: ``WorkspaceError/unsignedRuns(_:of:remote:)``, ``SigningError``, and failures of journal and index.
  func requireSigned(_ artifacts: [ArtifactRecord], _ runs: [RunID], from remote: String) throws {
    let runs = try runsBehind(artifacts, runs)
    let (facts, _) = try recordedFacts(of: Set(runs.map(\.id)))
    let own = try journal.ownWriter()
    let others = runs.filter { run in
      guard let own, let writers = facts[run.id]?.writers else { return true }
      return writers != [own]
    }
    let refused = try verifications(of: others, facts).filter { !$0.problems.isEmpty || $0.signers.isEmpty }
    if !refused.isEmpty { throw WorkspaceError.unsignedRuns(refused, of: runs.count, remote: remote) }
  }

  /// The runs that made something, and all before them; those too that may have, as long as nobody can look into the
  /// folders that they wrote.
  private func runsBehind(_ artifacts: [ArtifactRecord], _ runs: [RunID]) throws -> [RunRecord] {
    let finder = try originFinder()
    var queue = runs
    for artifact in artifacts { queue += try makers(of: artifact, seenFrom: presentView(), finder) }
    var seen: Set<RunID> = []
    var found: [RunRecord] = []
    while let next = queue.popLast() {
      guard seen.insert(next).inserted, let run = try index.run(next) else { continue }
      found.append(run)
      let view = OriginFinder.Viewpoint(run: run.id, started: run.started, ended: run.ended ?? run.started)
      for input in try index.files(of: run.id, role: .input) { queue += try makers(of: input, seenFrom: view, finder) }
    }
    return found.sorted { ($0.started, $0.id) > ($1.started, $1.id) }
  }

  /// How many folders around a path are considered, as when origins are looked for.
  private static let folderLimit = 64

  private func makers(
    of artifact: ArtifactRecord, seenFrom view: OriginFinder.Viewpoint, _ finder: OriginFinder
  ) throws -> [RunID] {
    // What is named by its content alone has no path at which it could have been made.
    if let content = artifact.content, artifact.path == content.hex {
      return try index.writers(content: content).map(\.run)
    }
    let edges = try finder.edges(of: artifact, seenFrom: view)
    var makers = edges.compactMap(\.producer)
    guard edges.contains(where: { !Self.isMade($0) }), let content = artifact.content else { return makers }
    let before = view.run == nil ? nil : Timestamp(microseconds: view.ended.microseconds + 1)
    let around = try index.treeWriters(ofPathsAbove: artifact.path, before: before, limit: Self.folderLimit)
    for writing in around {
      if let tree = writing.artifact.content, try !store.containsTree(tree) { makers.append(writing.run) }
    }
    if artifact.kind == .tree, try finder.files(of: content) == nil {
      makers += try index.writers(path: artifact.path, before: before, limit: Self.folderLimit).map(\.run)
      makers += try index.outputsBelow(path: artifact.path, before: before).map(\.run)
    }
    return makers.filter { $0 != view.run }
  }
}
