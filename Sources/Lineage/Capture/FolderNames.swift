internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// The names in folders as a run sees them: without its own outputs and what is never an input.
///
/// What a run wrote is left out by its record, outputs and the folders that they lie in, so that whoever looks again
/// leaves out the same.
struct FolderNames {
  private let root: FilePath
  private let filter: IgnoreFilter
  private var own: Set<WorkPath> = []

  /// - Throws: `StorageError` if the listing of a folder among the outputs isn't to be had.
  init(root: FilePath, filter: IgnoreFilter, outputs: [ArtifactRecord], store: ObjectStore) throws {
    self.root = root
    self.filter = filter
    for output in outputs {
      guard output.kind != .uri, let path = WorkPath(text: output.path) else { continue }
      leaveOut(path)
      guard output.kind == .tree, let content = output.content else { continue }
      try TreeFiles.each(in: content, at: path, store) { leaveOut($0) }
    }
  }

  private mutating func leaveOut(_ path: WorkPath) {
    var next: WorkPath? = path
    while let path = next, own.insert(path).inserted { next = path.parent }
  }

  /// Whether the run wrote something at a path or below.
  func isOwn(_ path: WorkPath) -> Bool { own.contains(path) }

  /// The names in a folder that count; nil if it can't be listed.
  ///
  /// - Parameter isModules: whether only what Python can take for a module counts.
  func names(in folder: WorkPath, isModules: Bool) -> [[UInt8]]? {
    guard let names = try? FileOperations.nameBytes(in: folder.filePath(in: root)) else { return nil }
    return names.filter { name in
      let path = folder.appending(name)
      if own.contains(path) { return false }
      if !path.isOutside, IgnoreFilter.isNoise(path) || filter.isIgnored(path, isFolder: false) { return false }
      return !isModules || isModule(path)
    }
  }

  // Of the last two, what lies in them is said of an installed package.
  private static let moduleEndings = [".py", ".so", ".dist-info", ".egg-info"].map { Array($0.utf8) }

  // A folder without `__init__.py` is a module only if there is no other of its name.
  private func isModule(_ path: WorkPath) -> Bool {
    if Self.moduleEndings.contains(where: { path.bytes.suffix($0.count).elementsEqual($0) }) { return true }
    guard !path.name.contains(UInt8(ascii: ".")) else { return false }
    let package = path.appending(Array("__init__.py".utf8)).filePath(in: root)
    return ((try? FileStatus(at: package)) ?? nil) != nil
  }

  /// What stands for a folder's names in a record (`docs/design/journal-format.md`).
  static func digest(_ names: [[UInt8]]) -> ContentID {
    var hasher = ContentHasher()
    for name in names { hasher.update(name + [0]) }
    return hasher.finalize()
  }
}

/// The files of stored trees.
enum TreeFiles {
  /// Gives the path of each file and link in a tree to `body`.
  ///
  /// - Throws: `StorageError` if a listing isn't to be had; what `body` throws.
  static func each(
    in tree: ContentID, at path: WorkPath, _ store: ObjectStore, _ body: (WorkPath) throws -> Void
  ) throws {
    try entries(of: tree, at: path, store) { path, _ in try body(path) }
  }

  /// Gives each file and link in a tree to `body`, with its path.
  ///
  /// - Throws: `StorageError` if a listing isn't to be had; what `body` throws.
  static func entries(
    of tree: ContentID, at path: WorkPath, _ store: ObjectStore, _ body: (WorkPath, TreeEntry) throws -> Void
  ) throws {
    var pending = [(tree, path)]
    while let (tree, path) = pending.popLast() {
      for entry in try store.tree(tree).entries.reversed() {
        let child = path.appending(entry.name)
        if entry.mode == .tree { pending.append((entry.content, child)) } else { try body(child, entry) }
      }
    }
  }
}
