internal import Journaling

extension LockEntry {
  /// The line of an artifact; nil for what has no content or no path.
  init?(_ artifact: ArtifactRecord) {
    guard let path = WorkPath(text: artifact.path), let content = artifact.content else { return nil }
    let kind: Kind
    switch artifact.kind {
    case .file: kind = artifact.isExecutable ? .executable : .file
    case .tree: kind = .tree
    case .link: kind = .link
    case .uri: return nil
    }
    self.init(kind: kind, content: content, size: artifact.size, count: artifact.count ?? 1, path: path)
  }
}

extension ContentCatalog.Identity {
  /// The line that tracks this at `path`.
  func lockEntry(at path: WorkPath) -> LockEntry {
    LockEntry(kind: lockKind, content: content, size: size, count: count, path: path)
  }

  /// The kind that a lock file gives it.
  var lockKind: LockEntry.Kind {
    switch kind {
    case .tree: .tree
    case .link: .link
    case .file, .uri: isExecutable ? .executable : .file
    }
  }
}
