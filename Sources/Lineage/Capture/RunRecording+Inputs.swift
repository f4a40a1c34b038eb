internal import GitAccess
internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension RunRecording {
  /// Records what was read, each with the status that was found at its path.
  ///
  /// Programs from outside the work tree are named by their content and not stored: they are installed, not made.
  mutating func takeInputs(_ readings: [WorkPath: FileStatus], programs: Set<WorkPath>) throws {
    let byGit = try Set(
      readings.keys.filter { try !$0.isOutside && workspace.repository?.isTracked($0.bytes) ?? false })
    let grouping = FileGrouping(readings.keys.filter { !byGit.contains($0) }) {
      lock[$0] == nil ? lock.tree(around: $0)?.path : nil
    }
    for path in (grouping.single + byGit).sorted() {
      guard let status = readings[path] else { continue }
      if programs.contains(path) {
        guard let program = try catalog.identity(of: path, status: status) else { continue }
        var record = program.record(at: path, evidence: evidence)
        record.isStored = isStored(program.content)
        files.inputs.append(record)
      } else if let record = try input(path, status, isTracked: byGit.contains(path)) {
        files.inputs.append(record)
      }
    }
    for (folder, paths) in grouping.trees.sorted(by: { $0.key < $1.key }) {
      let assembly = TreeAssembly()
      var isStored = true
      for path in paths {
        guard let status = readings[path], let (identity, isThere) = try content(of: path, status),
          let components = path.components(below: folder)
        else { continue }
        isStored = isStored && isThere
        assembly.add(components, identity)
      }
      let tree = try assembly.store(with: writer)
      files.inputs.append(
        ArtifactRecord(
          path: folder.text, kind: .tree, content: tree.id, size: tree.size, count: tree.count, evidence: evidence,
          isStored: isStored, isPartial: lock[folder]?.content != tree.id))
    }
  }

  /// Records the symbolic links that paths led over: where they lead is part of what was read.
  mutating func takeLinks(_ ledger: AccessLedger) throws {
    for link in ledger.links where ledger.entries[link]?.wasWritten != true {
      guard let identity = try catalog.store(link, with: writer), identity.kind == .link else { continue }
      var record = record((identity, true), at: link)
      record.isInGit = try workspace.repository?.matchesHead(link.bytes) ?? false
      files.inputs.append(record)
    }
  }

  private mutating func input(_ path: WorkPath, _ status: FileStatus, isTracked: Bool) throws -> ArtifactRecord? {
    do {
      if isTracked, try workspace.repository?.matchesHead(path.bytes) ?? false {
        guard let identity = try catalog.identity(of: path, status: status) else { return nil }
        var record = identity.record(at: path, evidence: evidence)
        record.isStored = isStored(identity.content)
        record.isInGit = true
        return record
      }
      guard let kept = try content(of: path, status) else { return nil }
      var record = record(kept, at: path)
      record.isModified = isTracked
      if kept.identity.wasUnstable { record.problem = "changed while it was read" }
      return record
    } catch StorageError.unreadable(let error) {
      return unknown(path.text, "\(error.errno)")
    }
  }

  /// Returns an input's content, stored if it isn't too large for that, and whether its bytes are in the store.
  private mutating func content(of path: WorkPath, _ status: FileStatus) throws -> Kept? {
    // A change since the run's start that neither the run nor one within it made was somebody else's.
    if status.changed / 1000 > started.microseconds, status.modified / 1000 > started.microseconds,
      try !rewritten.contains(path) && !isWrittenByInnerRun(path) && !workspace.isPutBack(path, within: run)
    {
      files.hazards.append(Hazard(.inputChanged, path: path.text))
    }
    let isKept = status.size <= inputLimit && !Redaction.isKeyFile(path.name)
    let looked =
      try isKept ? catalog.store(path, status: status, with: writer) : catalog.identity(of: path, status: status)
    guard let identity = looked else { return nil }
    if identity.wasUnstable { files.hazards.append(Hazard(.unstable, path: path.text)) }
    if isKept { return (identity, true) }
    let isStored = isStored(identity.content)
    if !isStored, status.size > inputLimit {
      files.notices.append(.unstoredInput(path: workspace.typed(path), size: identity.size))
    }
    return (identity, isStored)
  }
}
