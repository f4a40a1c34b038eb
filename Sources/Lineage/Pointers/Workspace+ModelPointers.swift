internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

// Pointers that name a version of a registered model, or a file in its folder.
extension Workspace {
  /// What `models:/…` names, also as it was at a moment: `models:/NAME/Production@{2026-03-14}`.
  ///
  /// - Parameter environment: an environment that must take the version; nil to ask none.
  /// - Throws: ``ModelError``; failures of index and store.
  func artifact(ofModel pointer: String, for environment: String? = nil) throws -> ArtifactTarget {
    let (named, reference) = try namedVersion(of: pointer)
    if let environment { try checkAllowance(of: named, in: environment) }
    let version = named.version
    let whole = try target(of: version.artifact, madeBy: version.run)
    guard let path = reference.path else { return whole }
    return try part(path, of: whole, pointer)
  }

  /// The version that `models:/…` names, also at a moment.
  ///
  /// - Throws: ``ModelError``; failures of the index.
  func namedVersion(of pointer: String) throws -> (NamedVersion, ModelReference) {
    var text = pointer
    var moment: Timestamp?
    if let split = Self.splitMoment(pointer) {
      text = split.path
      moment = split.moment.end(now: context.clock.now())
    }
    guard let reference = ModelReference(text) else { throw ModelError.malformedReference(pointer) }
    return (try version(reference, at: moment), reference)
  }

  // Under the run's name, so that lineage starts with the run that the version is tied to, whoever made the same since.
  private func target(of artifact: ArtifactRecord, madeBy run: RunID?) throws -> ArtifactTarget {
    guard let run else { return ArtifactTarget(artifact: artifact, version: .content) }
    let finder = try originFinder()
    for output in try index.files(of: run, role: .output) {
      if output.path == artifact.path, output.content == artifact.content {
        return ArtifactTarget(artifact: output, version: .ofRun(run))
      }
      if output.kind == .tree, try finder.shareContent(output, artifact) {
        return ArtifactTarget(artifact: artifact, version: .ofRun(run))
      }
    }
    return ArtifactTarget(artifact: artifact, version: .content)
  }

  private func part(_ path: String, of whole: ArtifactTarget, _ pointer: String) throws -> ArtifactTarget {
    let names = path.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
    let title = String(pointer.dropLast(min(pointer.count, path.count + 1)))
    guard whole.artifact.kind == .tree, let tree = whole.artifact.content, !names.isEmpty,
      let folder = WorkPath(text: whole.artifact.path)
    else { throw ModelError.notInVersion(path: path, version: title) }
    let entry = try fetchingMissing {
      [whole.artifact]
    } _: {
      guard try store.containsTree(tree) else { throw WorkspaceError.absentContent(tree, path: whole.artifact.path) }
      return try store.entry(at: names, in: tree)
    }
    guard let entry else { throw ModelError.notInVersion(path: path, version: title) }
    return ArtifactTarget(
      artifact: Self.record(of: entry, at: names.reduce(folder) { $0.appending($1) }), version: whole.version)
  }
}
