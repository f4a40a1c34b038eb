internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Turns what a command did to paths into the inputs and outputs of its run, and stores their bytes.
struct RunRecording {
  let workspace: Workspace
  let run: RunID
  /// When the run started.
  var started: Timestamp
  let lock: LockFile
  let catalog: ContentCatalog
  let writer: ObjectWriter
  let inputLimit: Int64
  /// How it is known what the command did.
  var evidence = Evidence.observed
  /// The contents that were taken before the run changed them, with their sizes.
  var saved: [ContentID: Int64] = [:]
  /// Outputs that git is to track: the lock file doesn't take their paths.
  var leftToGit: Set<WorkPath> = []
  /// What somebody named as inputs, by pointer, as it was before the command.
  var declaredInputs: [String: ArtifactRecord] = [:]

  /// What the end of a run says about files.
  struct Files {
    var inputs: [ArtifactRecord] = []
    var outputs: [ArtifactRecord] = []
    var removed: [String] = []
    var hazards: [Hazard] = []
    /// What the lock file says of the outputs from now on.
    var tracked: [LockEntry] = []
    var notices: [Notice] = []
  }

  /// What was found so far.
  var files = Files()
  /// Inputs that the run wrote itself, and that are as they were before.
  var rewritten: Set<WorkPath> = []
  /// The folders that were stored whole.
  private var folders: [WorkPath: ContentCatalog.Identity] = [:]

  init(
    workspace: Workspace, run: RunID, started: Timestamp, lock: LockFile, catalog: ContentCatalog,
    writer: ObjectWriter, inputLimit: Int64
  ) {
    self.workspace = workspace
    self.run = run
    self.started = started
    self.lock = lock
    self.catalog = catalog
    self.writer = writer
    self.inputLimit = inputLimit
  }

  /// Judges the entries of a ledger and stores what must be.
  mutating func take(_ ledger: AccessLedger) throws {
    var readings: [WorkPath: FileStatus] = [:]
    var writings: [WorkPath: AccessLedger.Entry] = [:]
    var folders: [WorkPath] = []
    for (path, entry) in ledger.entries {
      let status = try? FileStatus(at: path.filePath(in: workspace.root))
      switch status?.kind {
      case .directory where entry.wasWritten: folders.append(path)
      case .regular where entry.wasWritten, .symbolicLink where entry.wasWritten:
        writings[path] = entry
        if entry.before == nil, let place = ledger.moved.place(of: path) {
          writings[path]?.before = try keep(place)?.identity.content
        }
      case .regular where !entry.wasRemoved:
        if entry.wasRead || entry.wasExecuted { readings[path] = status }
      default: try takeLost(path, entry, ledger, isGone: status == nil)
      }
    }
    try takeMovedFolders(folders.sorted(), &writings)
    try catalog.prefetch(writings.keys)
    try catalog.prefetch(readings.keys)
    for (path, status) in try takeOutputs(writings) { readings[path] = status }
    try takeInputs(
      readings, programs: Set(readings.keys.filter { $0.isOutside && ledger.entries[$0]?.wasExecuted == true }))
    try takeLinks(ledger)
    try takeTreesOfRemoved()
    sort()
  }

  /// Puts everything into the order of the record.
  mutating func sort() {
    files.inputs.sort {
      $0.path == $1.path ? ($0.content?.hex ?? "") < ($1.content?.hex ?? "") : $0.path < $1.path
    }
    files.outputs.sort { $0.path < $1.path }
    files.removed.sort()
  }

  /// Records what is to be said of a path at which the file of before doesn't stand any more.
  private mutating func takeLost(
    _ path: WorkPath, _ entry: AccessLedger.Entry, _ ledger: AccessLedger, isGone: Bool
  ) throws {
    if entry.wasRemoved, isGone { files.removed.append(path.text) }
    if let content = entry.before {
      files.inputs.append(recordOfBefore(content, at: path))
    } else if let place = ledger.moved.place(of: path), let kept = try keep(place) {
      // Moved without having been opened: it still is what now stands at the new path.
      files.inputs.append(record(kept, at: path))
    } else if entry.wasRead, isGone {
      files.inputs.append(unknown(path.text, "gone before its content could be taken"))
      if !entry.wasRemoved { files.hazards.append(Hazard(.inputChanged, path: path.text, detail: "it is gone")) }
    }
  }

  // MARK: Records

  /// What stands at a path, and whether the store has its bytes.
  typealias Kept = (identity: ContentCatalog.Identity, isStored: Bool)

  /// Returns what stands at a path, stored unless its name says that it keeps credentials.
  func keep(_ path: WorkPath) throws -> Kept? {
    if Redaction.isKeyFile(path.name) {
      return try catalog.identity(of: path).map { ($0, isStored($0.content)) }
    }
    return try catalog.store(path, with: writer).map { ($0, true) }
  }

  /// The record of what stands at a path.
  func record(_ kept: Kept, at path: WorkPath) -> ArtifactRecord {
    var record = kept.identity.record(at: path, evidence: evidence)
    record.isStored = kept.isStored
    return record
  }

  /// The record of what stood at a path before the run changed it.
  func recordOfBefore(_ content: ContentID, at path: WorkPath) -> ArtifactRecord {
    let size = saved[content] ?? ((try? workspace.store.fileSize(content)) ?? nil) ?? 0
    return ArtifactRecord(
      path: path.text, kind: .file, content: content, size: size, evidence: evidence, isStored: isStored(content))
  }

  /// The record of a file whose content couldn't be learned.
  func unknown(_ path: String, _ problem: String) -> ArtifactRecord {
    ArtifactRecord(path: path, kind: .file, content: nil, size: 0, evidence: evidence, problem: problem)
  }

  func isStored(_ content: ContentID) -> Bool {
    (try? writer.containsFile(content)) ?? false
  }

  /// Returns what a folder holds now, all of it stored; each is walked once.
  mutating func whole(_ folder: WorkPath) throws -> ContentCatalog.Identity? {
    if let known = folders[folder] { return known }
    let identity = try catalog.store(folder, with: writer)
    folders[folder] = identity
    return identity
  }

  // MARK: Inner runs

  func isWrittenByInnerRun(_ path: WorkPath) throws -> Bool {
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
