internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  /// A lock file larger than this is not one.
  static let largestLock = 1 << 30

  var lockPath: FilePath { root.appending(LockFile.name) }

  /// Reads the lock file; an absent one tracks nothing.
  ///
  /// A file that is as it was is not read again.
  func readLock() throws -> LockFile {
    let status = try FileStatus(at: lockPath)
    if let status, let known = knownLock, known.status == status { return known.file }
    let lock = try readLockFile()
    remember(lock, status)
    return lock
  }

  // A file that changed a moment ago may change again and look the same.
  private func remember(_ lock: LockFile, _ status: FileStatus?) {
    guard let status else { return knownLock = nil }
    let age = Timestamp.now().microseconds - max(status.changed, status.modified) / 1000
    knownLock = age > 20_000 ? (status, lock) : nil
  }

  private func readLockFile() throws -> LockFile {
    guard let bytes = try FileOperations.contents(of: lockPath, limit: Self.largestLock) else { return LockFile() }
    return try Self.parseLock(bytes, lockPath)
  }

  static func parseLock(_ bytes: [UInt8], _ path: FilePath) throws -> LockFile {
    do {
      return try LockFile(parsing: bytes)
    } catch {
      throw WorkspaceError.malformedLock(path, error)
    }
  }

  /// Runs `body` while nobody else changes the lock file or what is ignored in git on its account.
  func holdingLock<Result>(_ body: () throws -> Result) throws -> Result {
    try FileLock.holding(folder.appending("lock.lock"), body)
  }

  /// Changes the lock file, with every other writer kept out from reading to writing.
  ///
  /// - Parameter change: makes the change; again if git, which takes no lock, has put another file there meanwhile.
  /// - Returns: whether the file changed.
  @discardableResult
  func changeLock(_ change: (inout LockFile) throws -> Void) throws -> Bool {
    try holdingLock {
      while true {
        let status = try FileStatus(at: lockPath)
        let before = try readLock()
        var after = before
        try change(&after)
        if after == before { return false }
        guard try FileStatus(at: lockPath) == status else { continue }
        try FileOperations.replace(lockPath, with: after.bytes)
        // Whoever else writes puts another file in its place.
        knownLock = try FileStatus(at: lockPath).map { ($0, after) }
        // The lock file is written: that it can't be noted is no reason to say it isn't.
        try? notePlaced(before, after)
        return true
      }
    }
  }

  /// Brings the entry of a tracked tree up to date with what stands in the folder.
  func refresh(_ tree: LockEntry, in lock: inout LockFile, _ catalog: ContentCatalog) throws {
    let writer = try store.begin()
    do {
      if let identity = try catalog.store(tree.path, with: writer), identity.kind == .tree {
        lock.set(identity.lockEntry(at: tree.path))
      }
      try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Puts the outputs of a run into the lock file, and takes out what it removed.
  func keepLock(_ recording: RunRecording) throws {
    let files = recording.files
    if files.tracked.isEmpty, files.removed.isEmpty { return }
    try changeLock { lock in
      var stale: Set<WorkPath> = []
      for entry in files.tracked {
        if let tree = lock.tree(around: entry.path) {
          stale.insert(tree.path)
          continue
        }
        if let present = lock[entry.path], present != recording.lock[entry.path] {
          // Another run has brought the tree up to date meanwhile: which of the two looked last isn't known.
          if entry.kind == .tree {
            stale.insert(entry.path)
          } else if let now = try? recording.catalog.identity(of: entry.path), now.content != entry.content {
            continue  // somebody has changed and tracked it since
          }
        }
        lock.set(entry)
      }
      for path in files.removed.compactMap({ WorkPath(text: $0) }) {
        for entry in (lock[path].map { [$0] } ?? []) + lock.entries(below: path) {
          // Somebody may have put and tracked something there again.
          let kind = try FileStatus(at: entry.path.filePath(in: root))?.kind
          if kind == nil || (kind == .directory) != (entry.kind == .tree) { lock.remove(entry.path) }
        }
      }
      for path in stale.sorted() {
        if let tree = lock[path] { try refresh(tree, in: &lock, recording.catalog) }
      }
    }
    try ignoreInGit(files.tracked.map(\.path))
  }

  /// Puts newly tracked paths out of git's sight, each in the `.gitignore` beside it.
  func ignoreInGit(_ paths: [WorkPath]) throws {
    guard let repository else { return }
    try holdingLock {
      var additions: [WorkPath: [[UInt8]]] = [:]
      for path in paths {
        let isFolder = try FileStatus(at: path.filePath(in: root))?.kind == .directory
        if try repository.isIgnored(path.bytes, isFolder: isFolder) { continue }
        guard let parent = path.parent else { continue }
        additions[parent, default: []].append(path.name)
      }
      for (parent, names) in additions.sorted(by: { $0.key < $1.key }) {
        let file = parent.filePath(in: root).appending(".gitignore")
        var bytes = try FileOperations.contents(of: file) ?? []
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
          bytes += Self.ignorePattern(for: name) + [UInt8(ascii: "\n")]
        }
        try FileOperations.replace(file, with: bytes)
      }
    }
  }

  /// Takes the lines out of `.gitignore` files that hide paths which aren't tracked any more.
  ///
  /// Only lines as ``ignoreInGit(_:)`` writes them are taken out; a file in which nothing is left is removed.
  func showToGit(_ paths: [WorkPath]) throws {
    guard repository != nil else { return }
    try holdingLock {
      let lock = try readLock()
      var names: [WorkPath: Set<[UInt8]>] = [:]
      for path in paths where lock[path] == nil {
        if let parent = path.parent { names[parent, default: []].insert(Self.ignorePattern(for: path.name)) }
      }
      for (parent, patterns) in names.sorted(by: { $0.key < $1.key }) {
        let file = parent.filePath(in: root).appending(".gitignore")
        guard try FileStatus(at: file)?.kind == .regular, let bytes = try FileOperations.contents(of: file) else {
          continue
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let kept = lines.filter { !patterns.contains(Array($0)) }
        if kept.count == lines.count { continue }
        if kept.allSatisfy(\.isEmpty) {
          try FileOperations.remove(file)
        } else {
          try FileOperations.replace(file, with: Array(kept.joined(separator: [UInt8(ascii: "\n")])))
        }
      }
    }
  }

  // gitignore(5): a leading slash ties the pattern to its folder; the characters of patterns, and blanks at the end,
  // are taken literally behind a backslash. A line break can't be written in a pattern at all: `?` stands for it.
  private static func ignorePattern(for name: [UInt8]) -> [UInt8] {
    var pattern = [UInt8(ascii: "/")]
    for (index, byte) in name.enumerated() {
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): pattern.append(UInt8(ascii: "?"))
      case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"):
        pattern += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: " ") where index == name.count - 1: pattern += [UInt8(ascii: "\\"), byte]
      default: pattern.append(byte)
      }
    }
    return pattern
  }
}
