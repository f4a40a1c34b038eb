internal import LineageIndexing
internal import MLTBase

// When git switches to a commit whose lock file is without some path, the data itself stays behind: git ignores it. What
// was put into the work tree is remembered in the index, so that a checkout can take away what it is told of no more.
// Losing the note costs only that: what isn't noted is never taken for mlt's own.
extension Workspace {
  private var placedKey: String { "placed:" + root.text }

  /// What mlt has put or found under tracked paths of this work tree; nil if that was never noted.
  func placed() throws -> LockFile? {
    guard let bytes = try index.memo(placedKey) else { return nil }
    if let knownPlaced, knownPlaced.bytes == bytes { return knownPlaced.file }
    guard let lock = try? LockFile(parsing: bytes) else { return nil }  // a note that can't be read is as good as none
    knownPlaced = (bytes, lock)
    return lock
  }

  /// Notes what stands under tracked paths.
  func setPlaced(_ lock: LockFile) throws {
    let bytes = lock.bytes
    try index.setMemo(placedKey, bytes)
    knownPlaced = (bytes, lock)
  }

  /// Takes a change of the lock file over into the note.
  func notePlaced(_ before: LockFile, _ after: LockFile) throws {
    var placed = try placed() ?? before
    let (old, new) = (Set(before.entries), Set(after.entries))
    for entry in before.entries where !new.contains(entry) && after[entry.path] == nil { placed.remove(entry.path) }
    placed.put(after.entries.filter { !old.contains($0) })
    try setPlaced(placed)
  }
}

extension LockFile {
  /// Takes out files that stood where a folder around a path is now.
  mutating func removeFiles(above path: WorkPath) {
    var folder = path.parent
    while let around = folder, !around.isRoot {
      if let file = self[around], file.kind != .tree { remove(around) }
      folder = around.parent
    }
  }

  /// Puts entries in, in place of trees around them and of what lies in them.
  mutating func put(_ entries: [LockEntry]) {
    for entry in entries {
      removeFiles(above: entry.path)
      while let tree = tree(around: entry.path) { remove(tree.path) }
      set(entry)
    }
  }
}
