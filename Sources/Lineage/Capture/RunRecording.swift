internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Turns what a command did to paths into the inputs and outputs of its run, and stores their bytes.
struct RunRecording {
  let workspace: Workspace
  let run: RunID
  let started: Timestamp
  let lock: LockFile
  let catalog: ContentCatalog
  let writer: ObjectWriter
  let inputLimit: Int64
  /// The contents that were taken before the run changed them, with their sizes.
  var saved: [ContentID: Int64] = [:]

  /// What the end of a run says about files.
  struct Files {
    var inputs: [ArtifactRecord] = []
    var outputs: [ArtifactRecord] = []
    var removed: [String] = []
    var hazards: [Hazard] = []
    /// What the lock file says of the outputs from now on.
    var tracked: [LockEntry] = []
    var notices: [Notice] = []
    /// Inputs that the run wrote itself, and that are as they were before.
    fileprivate var rewritten: Set<WorkPath> = []
  }

  /// Judges the entries of a ledger, stores what must be, and returns the record.
  func files(of ledger: AccessLedger, evidence: Evidence) throws -> Files {
    var files = Files()
    var readings: [WorkPath] = []
    var writings: [WorkPath: AccessLedger.Entry] = [:]
    var folders: [WorkPath] = []

    for (path, entry) in ledger.entries {
      let kind = (try? FileStatus(at: path.filePath(in: workspace.root)))?.kind
      switch kind {
      case .directory where entry.wasWritten: folders.append(path)
      case .regular where entry.wasWritten, .symbolicLink where entry.wasWritten:
        writings[path] = entry
        if entry.before == nil, let place = ledger.moved.place(of: path) {
          writings[path]?.before = try catalog.store(place, with: writer, store: workspace.store)?.0.content
        }
      case .regular where !entry.wasRemoved:
        if entry.wasRead || entry.wasExecuted { readings.append(path) }
      default: try lost(path, entry, ledger, isGone: kind == nil, into: &files, evidence: evidence)
      }
    }
    try movedFolders(folders.sorted(), &writings, into: &files, evidence: evidence)
    try catalog.prefetch(readings + writings.keys)
    try outputs(writings, into: &files, readings: &readings, evidence: evidence)
    let programs = Set(readings.filter { $0.isOutside && ledger.entries[$0]?.wasExecuted == true })
    try inputs(readings, programs, into: &files, evidence: evidence)
    try links(ledger, into: &files, evidence: evidence)
    for tree in Set(files.removed.compactMap { WorkPath(text: $0).flatMap { lock.tree(around: $0)?.path } }).sorted()
    where !files.tracked.contains(where: { $0.path == tree }) {
      try trackTree(tree, into: &files)
    }
    return files
  }

  /// Records what is to be said of a path at which the file of before doesn't stand any more.
  private func lost(
    _ path: WorkPath, _ entry: AccessLedger.Entry, _ ledger: AccessLedger, isGone: Bool, into files: inout Files,
    evidence: Evidence
  ) throws {
    if entry.wasRemoved, isGone { files.removed.append(path.text) }
    var record = ArtifactRecord(path: path.text, kind: .file, content: entry.before, size: 0, evidence: evidence)
    if let content = entry.before {
      record.size = size(of: content)
      record.isStored = isStored(content)
    } else if let place = ledger.moved.place(of: path),
      let (identity, _) = try catalog.store(place, with: writer, store: workspace.store)
    {
      // Moved without having been opened: it still is what now stands at the new path.
      record.kind = identity.kind
      record.content = identity.content
      record.size = identity.size
      record.count = identity.kind == .tree ? identity.count : nil
      record.isExecutable = identity.isExecutable
      record.isStored = true
    } else if entry.wasRead, isGone {
      record.problem = "gone before its content could be taken"
      if !entry.wasRemoved { files.hazards.append(Hazard(.inputChanged, path: path.text, detail: "it is gone")) }
    } else {
      return
    }
    files.inputs.append(record)
  }

  private func size(of content: ContentID) -> Int64 {
    saved[content] ?? ((try? workspace.store.fileSize(content)) ?? nil) ?? 0
  }

  private func isStored(_ content: ContentID) -> Bool {
    (try? writer.containsFile(content)) ?? false
  }

  // MARK: Outputs

  /// Records folders that were renamed into place as trees, which take in what was written in them.
  private func movedFolders(
    _ folders: [WorkPath], _ writings: inout [WorkPath: AccessLedger.Entry], into files: inout Files,
    evidence: Evidence
  ) throws {
    var outermost: [WorkPath] = []
    for folder in folders where !outermost.contains(where: { folder.isBelow($0) }) { outermost.append(folder) }
    for folder in outermost {
      guard let (identity, _) = try catalog.store(folder, with: writer, store: workspace.store) else { continue }
      files.outputs.append(
        ArtifactRecord(
          path: folder.text, kind: .tree, content: identity.content, size: identity.size, count: identity.count,
          evidence: evidence, isStored: true))
      for path in writings.keys.filter({ $0.isBelow(folder) }) {
        guard let entry = writings.removeValue(forKey: path), let after = try catalog.identity(of: path) else {
          continue
        }
        noteInput(before: entry.before, of: path, after: after, into: &files, evidence: evidence)
      }
      if let tree = lock.tree(around: folder) {
        try trackTree(tree.path, into: &files)
      } else if LockFile.isTrackable(folder), try !hasTracked(below: folder) {
        try trackTree(folder, into: &files)
      }
    }
  }

  private func outputs(
    _ writings: [WorkPath: AccessLedger.Entry], into files: inout Files, readings: inout [WorkPath],
    evidence: Evidence
  ) throws {
    let grouping = FileGrouping(writings.keys.sorted()) { lock[$0] == nil ? lock.tree(around: $0)?.path : nil }
    var staleTrees: Set<WorkPath> = []
    for path in grouping.single {
      guard let entry = writings[path] else { continue }
      guard let output = try output(path, entry, into: &files, evidence: evidence) else {
        if entry.wasRead || entry.before != nil {
          readings.append(path)
          files.rewritten.insert(path)
        }
        continue
      }
      files.outputs.append(output)
      try track(path, output, into: &files, staleTrees: &staleTrees)
    }
    for (folder, paths) in grouping.trees.sorted(by: { $0.key < $1.key }) {
      let assembly = TreeAssembly()
      var isStored = true
      for path in paths {
        guard let entry = writings[path] else { continue }
        guard let (identity, _) = try catalog.store(path, with: writer, store: workspace.store) else { continue }
        noteInput(before: entry.before, of: path, after: identity, into: &files, evidence: evidence)
        if identity.wasUnstable { files.hazards.append(Hazard(.unstable, path: path.text)) }
        isStored = isStored && !identity.wasUnstable
        if let components = path.components(below: folder) { assembly.add(components, identity) }
      }
      let tree = try assembly.store(with: writer)
      let whole = try catalog.store(folder, with: writer, store: workspace.store)
      files.outputs.append(
        ArtifactRecord(
          path: folder.text, kind: .tree, content: tree.id, size: tree.size, count: tree.count, evidence: evidence,
          isStored: isStored, isPartial: whole?.0.content != tree.id))
      if LockFile.isTrackable(folder), try !hasTracked(below: folder) {
        staleTrees.insert(folder)
      } else {
        // Git has files of its own there: the folder can't be tracked as one.
        for path in paths { try trackAlone(path, into: &files, staleTrees: &staleTrees) }
      }
    }
    for folder in staleTrees.sorted() { try trackTree(folder, into: &files) }
  }

  private func output(
    _ path: WorkPath, _ entry: AccessLedger.Entry, into files: inout Files, evidence: Evidence
  ) throws -> ArtifactRecord? {
    let record: ArtifactRecord
    do {
      guard let (identity, _) = try catalog.store(path, with: writer, store: workspace.store) else { return nil }
      // Opened for writing, yet the same as before: it was only read.
      if entry.before == identity.content { return nil }
      if identity.wasUnstable { files.hazards.append(Hazard(.unstable, path: path.text)) }
      noteInput(before: entry.before, of: path, after: identity, into: &files, evidence: evidence)
      record = ArtifactRecord(
        path: path.text, kind: identity.kind, content: identity.content, size: identity.size,
        isExecutable: identity.isExecutable, evidence: evidence, isStored: true, before: entry.before,
        problem: identity.wasUnstable ? "changed while it was stored" : nil)
    } catch StorageError.unreadable(let error) {
      return ArtifactRecord(
        path: path.text, kind: .file, content: nil, size: 0, evidence: evidence, problem: "\(error.errno)")
    }
    return record
  }

  private func noteInput(
    before: ContentID?, of path: WorkPath, after identity: ContentCatalog.Identity, into files: inout Files,
    evidence: Evidence
  ) {
    guard let before, before != identity.content else { return }
    files.inputs.append(
      ArtifactRecord(
        path: path.text, kind: .file, content: before, size: size(of: before), isExecutable: identity.isExecutable,
        evidence: evidence, isStored: isStored(before)))
  }

  /// Decides where the lock file keeps an output: in its own line, in a tracked tree, or not at all.
  private func track(
    _ path: WorkPath, _ output: ArtifactRecord, into files: inout Files, staleTrees: inout Set<WorkPath>
  ) throws {
    guard LockFile.isTrackable(path), let entry = Workspace.entry(of: output) else { return }
    if let tree = lock.tree(around: path) {
      staleTrees.insert(tree.path)
      return
    }
    // What git tracks itself stays with git.
    if try workspace.repository?.isTracked(path.bytes) ?? false { return }
    files.tracked.append(entry)
  }

  private func trackAlone(
    _ path: WorkPath, into files: inout Files, staleTrees: inout Set<WorkPath>
  ) throws {
    guard let identity = try catalog.identity(of: path) else { return }
    let output = ArtifactRecord(
      path: path.text, kind: identity.kind, content: identity.content, size: identity.size,
      isExecutable: identity.isExecutable, evidence: .observed)
    try track(path, output, into: &files, staleTrees: &staleTrees)
  }

  private func trackTree(_ folder: WorkPath, into files: inout Files) throws {
    guard let (identity, stored) = try catalog.store(folder, with: writer, store: workspace.store),
      identity.kind == .tree
    else { return }
    for skipped in stored?.skipped ?? [] { files.notices.append(.skipped(skipped, in: folder)) }
    files.tracked.append(
      LockEntry(kind: .tree, content: identity.content, size: identity.size, count: identity.count, path: folder))
  }

  private func hasTracked(below folder: WorkPath) throws -> Bool {
    try workspace.repository?.hasTracked(below: folder.bytes) ?? false
  }

  // MARK: Inputs

  /// Records the symbolic links that paths led over: where they lead is part of what was read.
  private func links(_ ledger: AccessLedger, into files: inout Files, evidence: Evidence) throws {
    for link in ledger.links.sorted() where ledger.entries[link]?.wasWritten != true {
      guard let (identity, _) = try catalog.store(link, with: writer, store: workspace.store), identity.kind == .link
      else { continue }
      files.inputs.append(
        ArtifactRecord(
          path: link.text, kind: .link, content: identity.content, size: identity.size, evidence: evidence,
          isStored: true, isInGit: try workspace.repository?.matchesHead(link.bytes) ?? false))
    }
    files.inputs.sort { ($0.path, $0.content?.hex ?? "") < ($1.path, $1.content?.hex ?? "") }
  }

  // Programs from outside the work tree are named by their content and not stored: they are installed, not made.
  private func inputs(
    _ readings: [WorkPath], _ programs: Set<WorkPath>, into files: inout Files, evidence: Evidence
  ) throws {
    let byGit = try Set(readings.filter { try workspace.repository?.isTracked($0.bytes) ?? false && !$0.isOutside })
    let grouping = FileGrouping(readings.filter { !byGit.contains($0) }) {
      lock[$0] == nil ? lock.tree(around: $0)?.path : nil
    }
    for path in (grouping.single + byGit).sorted() {
      if programs.contains(path) {
        if let program = try program(path, evidence) { files.inputs.append(program) }
        continue
      }
      guard let record = try input(path, isTracked: byGit.contains(path), into: &files, evidence: evidence) else {
        continue
      }
      files.inputs.append(record)
    }
    for (folder, paths) in grouping.trees.sorted(by: { $0.key < $1.key }) {
      let assembly = TreeAssembly()
      var isStored = true
      for path in paths {
        guard let (identity, stored) = try identity(of: path, into: &files),
          let components = path.components(below: folder)
        else { continue }
        isStored = isStored && stored
        assembly.add(components, identity)
      }
      let tree = try assembly.store(with: writer)
      let locked = lock[folder]
      files.inputs.append(
        ArtifactRecord(
          path: folder.text, kind: .tree, content: tree.id, size: tree.size, count: tree.count, evidence: evidence,
          isStored: isStored, isPartial: locked.map { $0.content != tree.id } ?? true))
    }
    files.inputs.sort { ($0.path, $0.content?.hex ?? "") < ($1.path, $1.content?.hex ?? "") }
    files.outputs.sort { $0.path < $1.path }
    files.removed.sort()
  }

  private func program(_ path: WorkPath, _ evidence: Evidence) throws -> ArtifactRecord? {
    guard let identity = try catalog.identity(of: path) else { return nil }
    return ArtifactRecord(
      path: path.text, kind: identity.kind, content: identity.content, size: identity.size, isExecutable: true,
      evidence: evidence, isStored: isStored(identity.content))
  }

  private func input(
    _ path: WorkPath, isTracked: Bool, into files: inout Files, evidence: Evidence
  ) throws -> ArtifactRecord? {
    do {
      if isTracked, try workspace.repository?.matchesHead(path.bytes) ?? false {
        guard let identity = try catalog.identity(of: path) else { return nil }
        return ArtifactRecord(
          path: path.text, kind: identity.kind, content: identity.content, size: identity.size,
          isExecutable: identity.isExecutable, evidence: evidence, isStored: isStored(identity.content), isInGit: true)
      }
      guard let (identity, isStored) = try identity(of: path, into: &files) else { return nil }
      return ArtifactRecord(
        path: path.text, kind: identity.kind, content: identity.content, size: identity.size,
        isExecutable: identity.isExecutable, evidence: evidence, isStored: isStored, isModified: isTracked,
        problem: identity.wasUnstable ? "changed while it was read" : nil)
    } catch StorageError.unreadable(let error) {
      return ArtifactRecord(
        path: path.text, kind: .file, content: nil, size: 0, evidence: evidence, problem: "\(error.errno)")
    }
  }

  /// Returns an input's content, stored if it isn't too large for that, and whether its bytes are in the store.
  private func identity(
    of path: WorkPath, into files: inout Files
  ) throws -> (ContentCatalog.Identity, isStored: Bool)? {
    let file = path.filePath(in: workspace.root)
    guard let status = try FileStatus(at: file), status.kind == .regular else { return nil }
    // A change since the run's start that neither the run nor one within it made was somebody else's.
    if status.changed / 1000 > started.microseconds, status.modified / 1000 > started.microseconds,
      try !files.rewritten.contains(path) && !isWrittenByInnerRun(path)
    {
      files.hazards.append(Hazard(.inputChanged, path: path.text))
    }
    if status.size <= inputLimit, !Redaction.isKeyFile(path.name) {
      let known = try catalog.store(path, status: status, with: writer, store: workspace.store)
      guard let (identity, _) = known else { return nil }
      if identity.wasUnstable { files.hazards.append(Hazard(.unstable, path: path.text)) }
      return (identity, true)
    }
    guard let identity = try catalog.identity(of: path) else { return nil }
    if identity.wasUnstable { files.hazards.append(Hazard(.unstable, path: path.text)) }
    let isStored = isStored(identity.content)
    if !isStored, status.size > inputLimit {
      files.notices.append(.unstoredInput(path: path.text, size: identity.size))
    }
    return (identity, isStored)
  }

  private func isWrittenByInnerRun(_ path: WorkPath) throws -> Bool {
    try workspace.index.lastWriter(path: path.text).map { try isWithin($0.run) } ?? false
  }

  /// Whether another run was started within this one, at any depth.
  func isWithin(_ other: RunID) throws -> Bool {
    // Journals that come from elsewhere could make a run its own ancestor.
    var next = other
    for _ in 0..<64 {
      guard let parent = try workspace.index.run(next)?.parent else { return false }
      if parent == run { return true }
      next = parent
    }
    return false
  }
}

extension RunRecording {
  /// Returns the record of a path or URI that somebody named, stored where it has bytes.
  func declared(_ pointer: String) throws -> ArtifactRecord {
    if pointer.contains("://") {
      return ArtifactRecord(path: pointer, kind: .uri, content: nil, size: 0, evidence: .declared)
    }
    guard let path = WorkPath(text: pointer),
      let (identity, _) = try catalog.store(path, with: writer, store: workspace.store)
    else {
      return ArtifactRecord(
        path: pointer, kind: .file, content: nil, size: 0, evidence: .declared, problem: "no such file")
    }
    return ArtifactRecord(
      path: pointer, kind: identity.kind, content: identity.content, size: identity.size,
      count: identity.kind == .tree ? identity.count : nil, isExecutable: identity.isExecutable, evidence: .declared,
      isStored: true)
  }
}
