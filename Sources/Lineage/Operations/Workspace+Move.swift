internal import GitAccess
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What `mlt mv` did with one tracked path.
public struct MovedPath: Hashable, Sendable {
  /// Where it was.
  public var from: WorkPath
  /// Where it is now, with its content.
  public var to: LockEntry
}

extension Workspace {
  /// Moves a tracked path, a part of a tracked folder, or all tracked paths of a folder.
  ///
  /// Work tree, lock file and `.gitignore` are kept in step; the content that the lock file has goes along, whatever
  /// stands in the work tree. The new place is hidden from git first, then the file is renamed, then the lock file
  /// written; if that fails, the file is put back.
  ///
  /// - Parameters:
  ///   - source: What to move.
  ///   - destination: The new path, or a folder to move it into.
  /// - Throws: ``WorkspaceError/untracked(_:similar:)``, ``WorkspaceError/missingFile(_:)`` if nothing stands there;
  ///   ``WorkspaceError/occupied(_:)``, ``WorkspaceError/trackedByGit(_:)``, ``WorkspaceError/reservedPath(_:)``,
  ///   ``WorkspaceError/outsideWorkTree(_:)``, ``WorkspaceError/notAFolder(_:)``, ``WorkspaceError/intoItself(_:)`` for
  ///   the new place.
  public func move(_ source: String, to destination: String) throws -> [MovedPath] {
    let lock = try readLock()
    let from = path(of: source)
    let targets = try trackedTargets(at: from, lock, argument: source)
    let to = try place(for: from, destination)
    let catalog = try makeCatalog()
    var moves: [(target: TrackedTarget, to: WorkPath)] = []
    for target in targets {
      let names = target.entry.path.components(below: from) ?? []
      let place = names.reduce(to) { $0.appending($1) }
      try check(place, lock)
      try checkFolders(above: target.entry.path)
      guard try FileStatus(at: target.entry.path.filePath(in: root)) != nil else {
        throw WorkspaceError.missingFile(target.entry.path.text)
      }
      moves.append((target, place))
    }
    for move in moves { if let parent = move.to.parent { try FileOperations.createFolder(parent.filePath(in: root)) } }
    try ignoreInGit(moves.map(\.to).filter { lock.tree(around: $0) == nil })
    let seen = SeenFiles()
    let places = try moves.flatMap { try catalog.carry($0.target.entry.path, to: $0.to, seen) }
    var done: [(from: FilePath, to: FilePath)] = []
    do {
      for move in moves {
        let paths = (from: move.target.entry.path.filePath(in: root), to: move.to.filePath(in: root))
        // Whoever waits for the lock may find that somebody was there first.
        if try FileStatus(at: paths.to) != nil { throw WorkspaceError.occupied(move.to.text) }
        try FileOperations.rename(paths.from, to: paths.to)
        done.append(paths)
      }
      try changeLockAndTrees { lock, editor in
        for move in moves { try Self.enter(move.target, at: move.to, &lock, editor) }
      }
    } catch {
      // The failure is being reported; what can't be put back is at least still there.
      for paths in done.reversed() { try? FileOperations.rename(paths.to, to: paths.from) }
      try? showToGit(moves.map(\.to))
      try? removeEmptyFolders(above: moves.map(\.to))
      throw error
    }
    let own = moves.filter { $0.target.tree == nil }.map(\.target.entry.path)
    try showToGit(own)
    try removeEmptyFolders(above: own)
    catalog.learn(places, from: seen)
    try catalog.remember()
    return moves.map { move in
      var entry = move.target.entry
      entry.path = move.to
      return MovedPath(from: move.target.entry.path, to: entry)
    }
  }

  /// Moves an entry in the lock file: out of a tree or a line of its own, into a tree or a line of its own.
  private static func enter(
    _ target: TrackedTarget, at place: WorkPath, _ lock: inout LockFile, _ editor: TreeEditor
  ) throws {
    var entry = target.entry
    if let tree = target.tree {
      if let present = lock[tree.path], present.kind == .tree {
        lock.set(try editor.replacing(entry.path, in: present, with: nil))
      }
    } else {
      // Somebody may have tracked another version since it was looked up.
      entry = lock[entry.path] ?? entry
      lock.remove(entry.path)
    }
    entry.path = place
    if let tree = lock.tree(around: place) {
      lock.set(try editor.replacing(place, in: tree, with: entry))
    } else {
      lock.set(entry)
    }
  }

  private func place(for from: WorkPath, _ destination: String) throws -> WorkPath {
    let to = path(of: destination)
    if to == from || to.isBelow(from) { throw WorkspaceError.intoItself(from.text) }
    let isFolder = try FileStatus(at: to.filePath(in: root))?.kind == .directory
    // As `mv` has it: a slash at the end asks for a folder that is there.
    if !isFolder, destination.hasSuffix("/") { throw WorkspaceError.missingFile(to.text) }
    let place = isFolder ? to.appending(from.name) : to
    if place == from { throw WorkspaceError.intoItself(from.text) }
    return place
  }

  private func check(_ place: WorkPath, _ lock: LockFile) throws {
    guard !place.isOutside else { throw WorkspaceError.outsideWorkTree(place.text) }
    guard LockFile.isTrackable(place) else { throw WorkspaceError.reservedPath(place.text) }
    try checkFolders(above: place)
    if try FileStatus(at: place.filePath(in: root)) != nil || lock[place] != nil {
      throw WorkspaceError.occupied(place.text)
    }
    if let parent = place.parent, let file = lock[parent], file.kind != .tree {
      throw WorkspaceError.notAFolder(parent.text)
    }
    if let repository, try repository.isTracked(place.bytes) { throw WorkspaceError.trackedByGit(place.text) }
  }
}

extension ContentCatalog {
  /// Notes what the stat cache vouches for at a path and below it, before that is renamed.
  ///
  /// - Returns: the paths that all this will have.
  func carry(_ from: WorkPath, to: WorkPath, _ seen: SeenFiles) throws -> [WorkPath] {
    var paths = [from]
    try index.cachedContents(below: from.text).forEach { text, _ in
      if let path = WorkPath(text: text) { paths.append(path) }
    }
    var places: [WorkPath] = []
    for path in paths {
      guard let status = try FileStatus(at: path.filePath(in: root)), let content = try known(path, status) else {
        continue
      }
      seen.note(content, status)
      places.append((path.components(below: from) ?? []).reduce(to) { $0.appending($1) })
    }
    return places
  }
}
