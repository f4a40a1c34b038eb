internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

// Pointers that name a version of a path by a moment or a commit, spelled as git spells them.
extension Workspace {
  /// How many trees around a path are looked into.
  private static let treeLimit = 16

  // MARK: PATH@{MOMENT}

  /// Takes `PATH@{MOMENT}` apart; nil for what isn't of that form, or names no moment.
  static func splitMoment(_ pointer: String) -> (path: String, moment: MomentText)? {
    guard pointer.last == "}", let open = pointer.firstRange(of: "@{"), open.lowerBound > pointer.startIndex,
      let moment = MomentText(String(pointer[open.upperBound...].dropLast()))
    else { return nil }
    return (String(pointer[..<open.lowerBound]), moment)
  }

  /// What a path held at a moment: what was written, read or added there last until then.
  func artifact(at argument: String, by text: MomentText) throws -> ArtifactTarget {
    let path = argument.contains("://") ? nil : path(of: argument)
    let name = path?.text ?? argument
    let moment = text.end(now: context.clock.now())
    let limit = Timestamp(microseconds: moment.microseconds &+ 1)
    var found: [(at: Timestamp, target: ArtifactTarget)] = []
    func take(_ use: FileUse?) {
      guard let use else { return }
      found.append((use.ended, ArtifactTarget(artifact: use.artifact, version: .ofRun(use.run))))
    }
    take(try index.lastWriter(path: name, before: limit))
    take(try index.readers(path: name, before: limit, limit: 1).first)
    if let path {
      take(
        try index.treeWriters(ofPathsAbove: name, before: limit, limit: Self.treeLimit).lazy
          .compactMap { try self.use($0, at: path) }.first)
    }
    for addition in try index.added(path: name) where addition.at <= moment {
      found.append((addition.at, ArtifactTarget(artifact: addition.artifact, version: .added(addition.at))))
    }
    if let latest = found.max(by: { $0.at < $1.at }) { return latest.target }
    let isKnown = try !index.writers(path: name, limit: 1).isEmpty || !index.readers(path: name, limit: 1).isEmpty
    if isKnown { throw WorkspaceError.notByThen(path: argument, moment: moment) }
    throw WorkspaceError.unknownPointer(argument, similar: try similarPaths(to: argument))
  }

  /// What a tree that a run wrote has at a path in it; nil if nothing, or if its listing isn't there.
  private func use(_ writing: Writing, at path: WorkPath) throws -> Writing? {
    guard let folder = WorkPath(text: writing.artifact.path), let names = path.components(below: folder),
      let tree = writing.artifact.content, try store.containsTree(tree),
      let entry = try store.entry(at: names, in: tree)
    else { return nil }
    var use = writing
    use.artifact = Self.record(of: entry, at: path)
    return use
  }

  // MARK: COMMIT:PATH

  /// What a commit has at a path, as a tracked artifact or in git; nil for what isn't of the form `COMMIT:PATH`.
  func artifact(inCommit pointer: String) throws -> ArtifactTarget? {
    guard let colon = pointer.firstIndex(of: ":"), colon > pointer.startIndex,
      let commit = try commit(of: String(pointer[..<colon]))
    else { return nil }
    let argument = String(pointer[pointer.index(after: colon)...])
    // Git takes a path behind a colon from the top; './' in front makes it one from here.
    let isHere = argument.hasPrefix("./") || argument.hasPrefix("../") || argument.hasPrefix("/")
    if argument.isEmpty { throw WorkspaceError.notInCommit(path: argument, commit: commit) }
    let path = isHere ? path(of: argument) : path(of: root.pushing(FilePath(argument)))
    if let artifact = try artifact(of: path, inCommit: commit) {
      return ArtifactTarget(artifact: artifact, version: .ofCommit(commit))
    }
    throw WorkspaceError.notInCommit(path: path.text, commit: commit)
  }

  /// What a commit has at a path, as a tracked artifact or in git; nil if nothing.
  func artifact(of path: WorkPath, inCommit commit: String) throws -> ArtifactRecord? {
    if let locked = try lockedArtifact(path, in: lock(ofCommit: commit)) { return locked }
    guard !path.isOutside, !path.isRoot, let repository else { return nil }
    guard let bytes = try repository.blob(at: path.bytes, commit: commit) else {
      return try folder(at: path, inCommit: commit, of: repository)
    }
    return ArtifactRecord(
      path: path.text, kind: .file, content: ContentHasher.contentID(of: bytes), size: Int64(bytes.count),
      evidence: .observed, isInGit: true)
  }
}
