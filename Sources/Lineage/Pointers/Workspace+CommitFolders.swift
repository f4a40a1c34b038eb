internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage

// Folders that git keeps, seen as mlt sees folders: by the contents of what is in them.
extension Workspace {
  /// The most bytes of one file that are read.
  private static let blobLimit = 1 << 30

  /// A folder that a commit has, as an artifact of which the listing is known from then on; nil if it has none there.
  func folder(at path: WorkPath, inCommit commit: String, of repository: GitRepository) throws -> ArtifactRecord? {
    guard let files = try repository.files(below: path.bytes, commit: commit) else { return nil }
    let slash = UInt8(ascii: "/")
    var entries: [[[UInt8]]: [TreeEntry]] = [[]: []]
    for file in files {
      let names = file.path.split(separator: slash).map { Array($0) }
      guard let name = names.last,
        let bytes = try repository.blob(at: path.bytes + [slash] + file.path, commit: commit, limit: Self.blobLimit)
      else { continue }
      for depth in names.indices where entries[Array(names[..<depth])] == nil { entries[Array(names[..<depth])] = [] }
      let mode: TreeEntry.Mode = file.isLink ? .link : file.isExecutable ? .executable : .file
      entries[Array(names.dropLast()), default: []].append(
        TreeEntry(mode: mode, content: ContentHasher.contentID(of: bytes), size: Int64(bytes.count), name: name))
    }
    // The deepest first: a folder is an entry of the one above it.
    for place in entries.keys.sorted(by: { $0.count > $1.count }) {
      let tree = try Tree(entries: entries[place] ?? [])
      let id = tree.id
      commitListings[id] = tree
      if let name = place.last {
        entries[Array(place.dropLast()), default: []].append(
          TreeEntry(mode: .tree, content: id, size: tree.size, count: tree.count, name: name))
        continue
      }
      return ArtifactRecord(
        path: path.text, kind: .tree, content: id, size: tree.size, count: tree.count, evidence: .observed,
        isInGit: true)
    }
    return nil
  }
}
