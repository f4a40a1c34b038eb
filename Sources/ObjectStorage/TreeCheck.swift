internal import MLTBase
internal import SystemPackage

/// Refuses a tree that must not be written to a folder, before anything is written.
///
/// Every tree is read once, however often it is named.
struct TreeCheck {
  private let store: ObjectStore
  private let allowingLinksOut: Bool
  // Whether all files must be in the store, since something may be removed for them.
  private let requiringFiles: Bool

  // Folders that a tree may have beside as many as it has files: hostile trees can name one another in great numbers,
  // and folders without files don't show in the count.
  private static let folderLimit: Int64 = 1 << 20
  private static let foldersPerFile: Int64 = 64

  // What is known of a tree whose entries were all checked.
  private struct Figures {
    var size: Int64
    var count: Int64
    // The number of folders in it, of all depths; at most a number that is above every limit.
    var folders: Int64 = 0
    // How deep the tree must lie in another for none of its links to lead out of that.
    var linkDepth = 0
  }

  private struct Frame {
    var id: ContentID
    var entries: [TreeEntry]
    var next = 0
    var path: [UInt8]
    var figures: Figures
  }

  private var known: [ContentID: Figures] = [:]

  init(_ store: ObjectStore, allowingLinksOut: Bool, requiringFiles: Bool) {
    self.store = store
    self.allowingLinksOut = allowingLinksOut
    self.requiringFiles = requiringFiles
  }

  /// Checks a tree and all below it, without recursion.
  mutating func run(_ root: ContentID) throws(StorageError) {
    var stack = [try frame(root, [])]
    while var frame = stack.popLast() {
      if frame.next == frame.entries.count {
        known[frame.id] = frame.figures
        continue
      }
      let entry = frame.entries[frame.next]
      let path = Self.join(frame.path, entry.name)
      if TreeEntry.isReserved(entry.name) { throw .unsafeEntry(path, .reservedName) }
      switch entry.mode {
      case .file, .executable:
        if requiringFiles, try !store.containsFile(entry.content) { throw .missing(entry.content, .chunk) }
      case .link: try check(entry, path, depth: stack.count, &frame.figures)
      case .tree:
        guard let child = known[entry.content] else {
          // The entry is looked at again when its tree is known.
          stack.append(frame)
          stack.append(try self.frame(entry.content, path))
          continue
        }
        try take(entry, child, of: frame.id, path, depth: stack.count, &frame.figures)
      }
      frame.next += 1
      stack.append(frame)
    }
    guard let figures = known[root] else { preconditionFailure("the first frame was the last to be left") }
    let limit = Self.folderLimit + Self.foldersPerFile * min(figures.count, .max / 2 / Self.foldersPerFile)
    guard figures.folders <= limit else { throw .tooManyFolders(root, limit: limit) }
  }

  private func frame(_ id: ContentID, _ path: [UInt8]) throws(StorageError) -> Frame {
    let tree = try store.tree(id)
    return Frame(
      id: id, entries: tree.entries, path: path, figures: Figures(size: tree.size, count: tree.count))
  }

  private func check(
    _ entry: TreeEntry, _ path: [UInt8], depth: Int, _ figures: inout Figures
  ) throws(StorageError) {
    let target = try store.linkTarget(entry.content)
    if !LinkTarget.isLegal(target) { throw .unsafeEntry(path, .linkTarget) }
    if allowingLinksOut { return }
    guard let needed = LinkTarget.depthNeeded(target), needed <= depth else {
      throw .unsafeEntry(path, .linkLeadsOut)
    }
    figures.linkDepth = max(figures.linkDepth, needed)
  }

  private func take(
    _ entry: TreeEntry, _ child: Figures, of parent: ContentID, _ path: [UInt8], depth: Int, _ figures: inout Figures
  ) throws(StorageError) {
    // So that the number of files is what the root says, however its trees name one another.
    guard child.size == entry.size, child.count == entry.count else {
      throw .corrupt(Corruption(pack: nil, object: parent, damage: .tree(.figures(entry.name))))
    }
    // It was all right where it was met first, which may have been deeper than here.
    guard child.linkDepth <= depth + 1 else { throw try linkOut(entry, path, depth: depth + 1) }
    figures.linkDepth = max(figures.linkDepth, child.linkDepth - 1)
    // No overflow: each is at most half of the largest number.
    figures.folders = min(figures.folders + child.folders + 1, .max / 2 - 1)
  }

  // Finds the link in a known tree that leads out when the tree lies that deep.
  private func linkOut(_ entry: TreeEntry, _ path: [UInt8], depth: Int) throws(StorageError) -> StorageError {
    var (id, path, depth) = (entry.content, path, depth)
    search: while true {
      for entry in try store.tree(id).entries {
        let entryPath = Self.join(path, entry.name)
        switch entry.mode {
        case .file, .executable: continue
        case .link:
          guard let needed = LinkTarget.depthNeeded(try store.linkTarget(entry.content)), needed <= depth else {
            return .unsafeEntry(entryPath, .linkLeadsOut)
          }
        case .tree:
          guard let child = known[entry.content], child.linkDepth > depth + 1 else { continue }
          (id, path, depth) = (entry.content, entryPath, depth + 1)
          continue search
        }
      }
      return .unsafeEntry(path, .linkLeadsOut)
    }
  }

  private static func join(_ path: [UInt8], _ name: [UInt8]) -> [UInt8] {
    path.isEmpty ? name : path + [0x2F] + name
  }
}
