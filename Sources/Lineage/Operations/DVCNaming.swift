internal import DVCProjects
internal import Journaling
internal import MLTBase
internal import ObjectStorage

/// Names what is stored as DVC would: for telling whether it is what DVC means, when DVC's own copy is gone.
struct DVCNaming {
  let store: ObjectStore

  /// Returns DVC's hash of a stored file or folder; nil if it isn't stored, or nothing that DVC could name.
  func hash(of artifact: ArtifactRecord, _ algorithm: DVCHash.Algorithm) throws -> DVCHash? {
    guard let content = artifact.content else { return nil }
    switch artifact.kind {
    case .file: return try hash(ofFile: content, algorithm)
    case .tree: return try hash(ofTree: content, algorithm)
    case .link, .uri: return nil
    }
  }

  private func hash(ofFile content: ContentID, _ algorithm: DVCHash.Algorithm) throws -> DVCHash? {
    guard try store.containsFile(content) else { return nil }
    var hasher = DVCHasher(algorithm)
    try store.readFile(content) { hasher.update($0) }
    return hasher.finalize()
  }

  private func hash(ofTree content: ContentID, _ algorithm: DVCHash.Algorithm) throws -> DVCHash? {
    var members: [DVCListing.Member] = []
    var pending: [(tree: ContentID, prefix: [UInt8])] = [(content, [])]
    while let (tree, prefix) = pending.popLast() {
      guard try store.containsTree(tree) else { return nil }
      for entry in try store.tree(tree).entries {
        switch entry.mode {
        case .tree: pending.append((entry.content, prefix + entry.name + [0x2F]))
        case .link: return nil
        case .file, .executable:
          guard let hash = try hash(ofFile: entry.content, algorithm) else { return nil }
          members.append(DVCListing.Member(path: prefix + entry.name, hash: hash))
        }
      }
    }
    // A tree with names that DVC can't list has no hash of DVC's.
    return (try? DVCListing(members))?.hash(algorithm)
  }
}
