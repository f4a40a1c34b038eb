internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension RunRecording {
  /// Records folders that were renamed into place as trees, which take in what was written in them.
  mutating func takeMovedFolders(
    _ folders: [WorkPath], _ writings: inout [WorkPath: AccessLedger.Entry]
  ) throws {
    var outermost: [WorkPath] = []
    for folder in folders where !outermost.contains(where: { folder.isBelow($0) }) { outermost.append(folder) }
    for folder in outermost {
      guard let identity = try whole(folder) else { continue }
      files.outputs.append(record((identity, true), at: folder))
      for path in writings.keys.filter({ $0.isBelow(folder) }) {
        guard let entry = writings.removeValue(forKey: path), let after = try catalog.identity(of: path) else {
          continue
        }
        takeBefore(entry, of: path, after: after)
      }
      if let tree = lock.tree(around: folder) {
        try trackTree(tree.path)
      } else if try canTrackTree(folder) {
        try trackTree(folder)
      }
    }
  }

  /// Records what was written; returns what turns out to have been only read.
  mutating func takeOutputs(_ writings: [WorkPath: AccessLedger.Entry]) throws -> [WorkPath: FileStatus] {
    let grouping = FileGrouping(writings.keys.sorted()) { lock[$0] == nil ? lock.tree(around: $0)?.path : nil }
    var readings: [WorkPath: FileStatus] = [:]
    var staleTrees: Set<WorkPath> = []
    for path in grouping.single {
      guard let entry = writings[path] else { continue }
      if let output = try output(path, entry) {
        files.outputs.append(output)
        try track(path, output, &staleTrees)
      } else if entry.wasRead || entry.before != nil, let status = try FileStatus(at: path.filePath(in: workspace.root))
      {
        readings[path] = status
        rewritten.insert(path)
      }
    }
    for (folder, paths) in grouping.trees.sorted(by: { $0.key < $1.key }) {
      try takeOutputTree(folder, paths, writings)
      if try canTrackTree(folder) {
        staleTrees.insert(folder)
      } else {
        // Git has files of its own there: the folder can't be tracked as one.
        for path in paths {
          guard let identity = try catalog.identity(of: path) else { continue }
          try track(path, record((identity, true), at: path), &staleTrees)
        }
      }
    }
    for folder in staleTrees.sorted() { try trackTree(folder) }
    return readings
  }

  /// Records many files that were written in one folder as a tree of those files.
  private mutating func takeOutputTree(
    _ folder: WorkPath, _ paths: [WorkPath], _ writings: [WorkPath: AccessLedger.Entry]
  ) throws {
    let assembly = TreeAssembly()
    var isStored = true
    for path in paths {
      guard let entry = writings[path], let identity = try catalog.store(path, with: writer) else { continue }
      takeBefore(entry, of: path, after: identity)
      if identity.wasUnstable { files.hazards.append(Hazard(.unstable, path: path.text)) }
      isStored = isStored && !identity.wasUnstable
      if let components = path.components(below: folder) { assembly.add(components, identity) }
    }
    let tree = try assembly.store(with: writer)
    files.outputs.append(
      ArtifactRecord(
        path: folder.text, kind: .tree, content: tree.id, size: tree.size, count: tree.count, evidence: evidence,
        isStored: isStored, isPartial: try whole(folder)?.content != tree.id))
  }

  private mutating func output(_ path: WorkPath, _ entry: AccessLedger.Entry) throws -> ArtifactRecord? {
    do {
      guard let kept = try keep(path) else { return nil }
      let identity = kept.identity
      // Opened for writing, yet the same as before: it was only read.
      if entry.before == identity.content { return nil }
      takeBefore(entry, of: path, after: identity)
      var record = record(kept, at: path)
      record.before = entry.before
      if identity.wasUnstable {
        files.hazards.append(Hazard(.unstable, path: path.text))
        record.problem = "changed while it was stored"
      }
      return record
    } catch StorageError.unreadable(let error) {
      return unknown(path.text, "\(error.errno)")
    }
  }

  /// Records the content that a changed file had before as an input.
  private mutating func takeBefore(
    _ entry: AccessLedger.Entry, of path: WorkPath, after identity: ContentCatalog.Identity
  ) {
    guard let before = entry.before, before != identity.content else { return }
    var record = recordOfBefore(before, at: path)
    record.isExecutable = identity.isExecutable
    files.inputs.append(record)
  }

  // MARK: The lock file

  /// Decides where the lock file keeps what an earlier run wrote, and what stands at its paths again.
  mutating func track(again outputs: [ArtifactRecord]) throws {
    var staleTrees: Set<WorkPath> = []
    for output in outputs {
      guard let path = WorkPath(text: output.path), LockFile.isTrackable(path), !Redaction.isKeyFile(path.name) else {
        continue
      }
      if output.kind == .tree {
        if let tree = lock.tree(around: path) {
          staleTrees.insert(tree.path)
        } else if try canTrackTree(path) {
          staleTrees.insert(path)
        } else if let content = output.content {
          try TreeFiles.each(in: content, at: path, workspace.store) { file in
            if let kept = try keep(file) { try track(file, record(kept, at: file), &staleTrees) }
          }
        }
      } else if let kept = try keep(path) {
        try track(path, record(kept, at: path), &staleTrees)
      }
    }
    for folder in staleTrees.sorted() { try trackTree(folder) }
  }

  /// Decides where the lock file keeps an output: in its own line, in a tracked tree, or not at all.
  private mutating func track(
    _ path: WorkPath, _ output: ArtifactRecord, _ staleTrees: inout Set<WorkPath>
  ) throws {
    guard LockFile.isTrackable(path), !isLeftToGit(path), output.isStored, let entry = LockEntry(output) else { return }
    if let tree = lock.tree(around: path) {
      staleTrees.insert(tree.path)
      return
    }
    // What git tracks itself stays with git.
    if try workspace.repository?.isTracked(path.bytes) ?? false { return }
    files.tracked.append(entry)
  }

  func isLeftToGit(_ path: WorkPath) -> Bool {
    !leftToGit.isEmpty && leftToGit.contains { path == $0 || path.isBelow($0) || $0.isBelow(path) }
  }

  private func canTrackTree(_ folder: WorkPath) throws -> Bool {
    guard LockFile.isTrackable(folder), !isLeftToGit(folder) else { return false }
    return try workspace.repository?.hasTracked(below: folder.bytes) != true
  }

  private mutating func trackTree(_ folder: WorkPath) throws {
    guard let identity = try whole(folder), identity.kind == .tree else { return }
    for skipped in identity.skipped { files.notices.append(.skipped(skipped, in: folder)) }
    files.tracked.append(identity.lockEntry(at: folder))
  }

  /// Brings the tracked trees up to date from which files were removed.
  mutating func takeTreesOfRemoved() throws {
    let paths = files.removed.compactMap { WorkPath(text: $0) }
    for tree in Set(paths.compactMap { lock.tree(around: $0)?.path }).sorted()
    where !files.tracked.contains(where: { $0.path == tree }) {
      try trackTree(tree)
    }
  }
}
