internal import MLTBase
internal import ObjectStorage

/// Makes new listings of trees in which single places differ; nothing but listings is read and written.
final class TreeEditor {
  private let store: ObjectStore
  private let writer: ObjectWriter
  /// The listings that were made, which the store doesn't show before the writer has finished.
  private var made: [ContentID: Tree] = [:]

  init(_ store: ObjectStore, _ writer: ObjectWriter) {
    self.store = store
    self.writer = writer
  }

  /// Returns the entry of a tracked tree in which `entry` stands at a path below it, or nothing if that is nil.
  ///
  /// Folders that are missing on the way are made; a folder from which the last entry is taken stays as an empty one.
  ///
  /// - Throws: ``WorkspaceError/notAFolder(_:)`` if a file is on the way; ``WorkspaceError/absentContent(_:path:)`` if
  ///   a listing isn't stored.
  func replacing(_ path: WorkPath, in tree: LockEntry, with entry: LockEntry?) throws -> LockEntry {
    guard let names = path.components(below: tree.path), let last = names.last else { return tree }
    var folders = [(name: tree.path.name, tree: try listing(tree.content, tree.path))]
    var place = tree.path
    for name in names.dropLast() {
      place = place.appending(name)
      guard let child = folders[folders.count - 1].tree[name] else {
        folders.append((name, try Tree(entries: [])))
        continue
      }
      guard child.mode == .tree else { throw WorkspaceError.notAFolder(place.text) }
      folders.append((name, try listing(child.content, place)))
    }
    var (name, replacement) = (last, entry.map { Self.treeEntry($0, named: last) })
    var result = tree
    for folder in folders.reversed() {
      let kept = folder.tree.entries.filter { $0.name != name }
      let new = try Tree(entries: kept + (replacement.map { [$0] } ?? []))
      let id = try writer.addTree(new)
      made[id] = new
      result = LockEntry(kind: .tree, content: id, size: new.size, count: new.count, path: tree.path)
      name = folder.name
      replacement = TreeEntry(mode: .tree, content: id, size: new.size, count: new.count, name: name)
    }
    return result
  }

  /// Puts two trees together that both come from `base`, name by name; nil if both changed a file, or what is around one.
  ///
  /// - Throws: ``WorkspaceError/absentContent(_:path:)`` if a listing isn't stored; failures of the store.
  func merging(_ base: LockEntry?, _ ours: LockEntry, _ theirs: LockEntry) throws -> LockEntry? {
    // Merged from the leaves upwards without recursion: the folders that both changed, each before those in it.
    struct Step {
      var base: ContentID?
      var ours: ContentID
      var theirs: ContentID
      var path: WorkPath
      var parent: Int?
      var entries: [TreeEntry] = []
    }
    var steps = [Step(base: base?.content, ours: ours.content, theirs: theirs.content, path: ours.path, parent: nil)]
    var next = 0
    while next < steps.count {
      let step = steps[next]
      let before = try step.base.map { try listing($0, step.path) }
      let (mine, other) = (try listing(step.ours, step.path), try listing(step.theirs, step.path))
      for name in Set(mine.entries.map(\.name)).union(other.entries.map(\.name)) {
        let (old, left, right) = (before?[name], mine[name], other[name])
        if left == right || right == old {
          if let left { steps[next].entries.append(left) }
        } else if left == old {
          if let right { steps[next].entries.append(right) }
        } else if let left, let right, left.mode == .tree, right.mode == .tree {
          let base = old.flatMap { $0.mode == .tree ? $0.content : nil }
          steps.append(
            Step(
              base: base, ours: left.content, theirs: right.content, path: step.path.appending(name), parent: next))
        } else {
          return nil
        }
      }
      next += 1
    }
    for index in steps.indices.reversed() {
      let step = steps[index]
      let tree = try Tree(entries: step.entries)
      let id = try writer.addTree(tree)
      made[id] = tree
      guard let parent = step.parent else {
        return LockEntry(kind: .tree, content: id, size: tree.size, count: tree.count, path: ours.path)
      }
      let entry = TreeEntry(mode: .tree, content: id, size: tree.size, count: tree.count, name: step.path.name)
      steps[parent].entries.append(entry)
    }
    return nil
  }

  private func listing(_ content: ContentID, _ path: WorkPath) throws -> Tree {
    if let tree = made[content] { return tree }
    guard try store.containsTree(content) else { throw WorkspaceError.absentContent(content, path: path.text) }
    return try store.tree(content)
  }

  private static func treeEntry(_ entry: LockEntry, named name: [UInt8]) -> TreeEntry {
    let mode: TreeEntry.Mode =
      switch entry.kind {
      case .tree: .tree
      case .link: .link
      case .executable: .executable
      default: .file
      }
    return TreeEntry(mode: mode, content: entry.content, size: entry.size, count: entry.count, name: name)
  }
}

extension Workspace {
  /// Changes the lock file with an editor for its trees, whose listings are stored before the lock file is written.
  func changeLockAndTrees(_ change: (inout LockFile, TreeEditor) throws -> Void) throws {
    _ = try storing {
      $0
    } thenRecord: { writer in
      try changeLock { lock in
        try change(&lock, TreeEditor(try store, writer))
        try writer.finish()
      }
    }
  }
}
