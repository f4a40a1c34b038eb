internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension ContentCatalog {
  /// The listings of a folder and of all folders in it, as they stand now, by their ids.
  ///
  /// The ids are those that storing the folder would give. Nothing is stored, and no file is read that the stat cache
  /// vouches for.
  func listings(of folder: WorkPath) throws -> (root: Tree, all: [ContentID: Tree]) {
    struct Frame {
      var path: WorkPath
      var name: [UInt8]
      var names: [[UInt8]]
      var next = 0
      var entries: [TreeEntry] = []
    }
    try prefetch(below: folder)
    var all: [ContentID: Tree] = [:]
    var stack = [
      Frame(path: folder, name: [], names: try FileOperations.nameBytes(in: folder.filePath(in: root)))
    ]
    while var frame = stack.popLast() {
      if frame.next == frame.names.count {
        let tree = try Tree(entries: frame.entries)
        let id = tree.id
        all[id] = tree
        guard !stack.isEmpty else { return (tree, all) }
        stack[stack.count - 1].entries.append(
          TreeEntry(mode: .tree, content: id, size: tree.size, count: tree.count, name: frame.name))
        continue
      }
      let name = frame.names[frame.next]
      frame.next += 1
      let path = frame.path.appending(name)
      // What goes away or can't be read while the walk is on its way is left out, as it is when a folder is stored.
      guard let status = try? FileStatus(at: path.filePath(in: root)), status.kind != .special,
        !rules.isLeftOut(path, isFolder: status.kind == .directory), !TreeEntry.isReserved(name)
      else {
        stack.append(frame)
        continue
      }
      if status.kind == .directory {
        stack.append(frame)
        if let names = try? FileOperations.nameBytes(in: path.filePath(in: root)) {
          stack.append(Frame(path: path, name: name, names: names))
        }
        continue
      }
      if let identity = try readable(path, status) { frame.entries.append(identity.treeEntry(named: name)) }
      stack.append(frame)
    }
    return (try Tree(entries: []), all)
  }

  private func readable(_ path: WorkPath, _ status: FileStatus) throws -> Identity? {
    do {
      return try identity(of: path, status: status)
    } catch StorageError.unreadable, StorageError.notAFile {
      return nil
    }
  }
}

extension ContentCatalog.Identity {
  /// The entry of a tree's listing for this.
  func treeEntry(named name: [UInt8]) -> TreeEntry {
    let mode: TreeEntry.Mode =
      switch lockKind {
      case .tree: .tree
      case .link: .link
      case .executable: .executable
      default: .file
      }
    return TreeEntry(mode: mode, content: content, size: size, count: count, name: name)
  }
}
