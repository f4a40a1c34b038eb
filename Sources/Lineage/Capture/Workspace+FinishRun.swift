internal import FileTracing
internal import Journaling
internal import LineageIndexing
public import MLTBase
internal import ObjectStorage
public import SystemPackage

/// Why a run is finished by another process than the one that started it.
public enum FinishReason: String, Sendable {
  /// Processes that the command left behind wrote after it had ended.
  case late
  /// The process that started the run was killed before it had recorded its end.
  case orphaned
}

extension Workspace {
  /// Finishes the record of a run from its spool, when the process that started it is gone.
  ///
  /// The spool is removed once its facts are in the journal.
  ///
  /// - Throws: `TracingError` if the spool can't be understood; failures of store, journal and index.
  public func finish(_ run: RunID, spool: FilePath, reason: FinishReason) throws {
    try finish(run, spool: spool) { reason }
  }

  /// Records what was seen of a run whose command outlived its keeper.
  ///
  /// - Parameter writer: who stored what stood at paths before the command changed them.
  func recordLostKeeper(_ run: RunID, _ writer: ObjectWriter) throws {
    try writer.finish()
    try finish(run, spool: spool(of: run), hazard: "the command's keeper was killed while it went on") { .orphaned }
  }

  private func finish(
    _ run: RunID, spool: FilePath, hazard: String = "mlt itself was killed before it had recorded the run",
    for reason: () throws -> FinishReason
  ) throws {
    // One that is held will be finished by its holder; one that is gone has been.
    guard let lock = try FileLock.ifFree(existing: spool), try FileStatus(at: spool) != nil else { return }
    // The holder before may have recorded the run's end.
    try index.catchUp(journal)
    do {
      let reader = try SpoolReader(spool)
      switch try reason() {
      case .late: try recordLateWrites(run, reader)
      case .orphaned: try recordOrphan(run, reader, hazard)
      }
    } catch TracingError.notASpool {
      // A spool that was cut off at its very beginning has nothing to tell but that nobody saw the end.
      if try index.run(run)?.status == .running { try recordUnseenEnd(of: run) }
    }
    try removeLogLock(of: run)
    try FileOperations.remove(spool)
    lock.release()
  }

  private static let spoolPrefix = "trace-"
  private static let rootSuffix = ".root"

  /// The place of a run's spool.
  func spool(of run: RunID) -> FilePath { temporaryFolder.appending(Self.spoolPrefix + run.hex) }

  /// Where the root of a run's work tree is noted, if it isn't the one beside `.mlt`.
  private func rootNote(of run: RunID) -> FilePath {
    temporaryFolder.appending(Self.spoolPrefix + run.hex + Self.rootSuffix)
  }

  /// Notes in which work tree a run goes on: linked ones share one `.mlt`, and any of them may have to finish it.
  func noteRoot(of run: RunID) throws {
    if folder.removingLastComponent() == root { return }
    try FileOperations.replace(rootNote(of: run), with: root.bytes, sync: false)
  }

  /// Removes the note of a run's work tree, if there is one.
  func forgetRoot(of run: RunID) {
    if folder.removingLastComponent() != root { forget(rootNote(of: run)) }
  }

  private func forget(_ path: FilePath) {
    try? FileOperations.remove(path)  // whoever was quicker has removed it
  }

  /// Finishes runs whose starter and keeper have both gone, and removes what killed processes have left behind.
  ///
  /// One that can't be finished is told of, and doesn't keep others from running.
  func recoverAbandoned() throws {
    try store.removeAbandonedTemporaries()
    // Spools that never got their name: nobody holds them but in the moment in which they are made.
    let unnamed = FileOperations.temporaryPrefix + Self.spoolPrefix
    let names = try FileOperations.names(in: temporaryFolder)
    for name in names where name.string.hasPrefix(unnamed) {
      let path = temporaryFolder.appending(name)
      guard let lock = try FileLock.ifFree(existing: path) else { continue }
      try? FileOperations.remove(path)  // somebody else may have been quicker
      lock.release()
    }
    for name in names where name.string.hasPrefix(Self.spoolPrefix) {
      let path = temporaryFolder.appending(name)
      guard let run = RunID(hex: name.string.dropFirst(Self.spoolPrefix.count)),
        let status = try FileStatus(at: path), status.kind == .regular
      else { continue }
      do {
        try recover(run, spool: path)
      } catch {
        notices.append(.unfinishedRun(run, reason: "\(error)"))
      }
    }
    try removeLogLocks(among: names)
  }

  private func recover(_ run: RunID, spool: FilePath) throws {
    let reason = { [self] () -> FinishReason in try index.run(run)?.status == .running ? .orphaned : .late }
    let note = rootNote(of: run)
    guard let place = try FileOperations.contents(of: note).flatMap({ FilePath(bytes: $0) }), place != root else {
      try finish(run, spool: spool, for: reason)
      return forget(note)
    }
    var context = context
    context.directory = place
    if let other = try? Workspace.open(context), other.root == place, other.folder == folder {
      try other.finish(run, spool: spool, for: reason)
    } else if try FileLock.ifFree(existing: spool) != nil {
      // The work tree is gone, and with it what could be said of its files.
      if try index.run(run)?.status == .running { try recordUnseenEnd(of: run) }
      forget(spool)
    }
    forget(note)
  }

  /// The exit status of a run whose end nobody saw: that of a killed command.
  static let unseenExit: Int64 = 137

  func recordUnseenEnd(of run: RunID, _ status: RunStatus = .interrupted, exit: Int64 = unseenExit) throws {
    let hazard = Hazard(.incomplete, detail: "mlt and the command's keeper were killed while it went on")
    try record(
      [RunEnded(run: run, status: status, exit: exit, evidence: .observed, hazards: [hazard])], durable: true)
  }

  private func recordLateWrites(_ run: RunID, _ reader: SpoolReader) throws {
    var ledger = try makeLedger()
    for event in reader.lateEvents { ledger.fold(event) }
    let hazards = ledger.entries.filter { $0.value.wasWritten || $0.value.wasRemoved }.map(\.key).sorted()
      .map { Hazard(.lateWrite, path: $0.text) }
    if !hazards.isEmpty { try record([RunAnnotated(run: run, hazards: hazards)], durable: true) }
  }

  private func recordOrphan(_ run: RunID, _ reader: SpoolReader, _ hazard: String) throws {
    guard let known = try index.run(run) else { return }
    // Whoever was killed may have recorded the end, and not yet put the outputs into the lock file.
    let isRecorded = known.status != .running
    if isRecorded, known.status != .finished { return }
    let catalog = try makeCatalog()
    let writer = try store.begin()
    do {
      var ledger = try makeLedger()
      for event in reader.events + reader.lateEvents { ledger.fold(event) }
      var recording = RunRecording(
        workspace: self, run: run, started: known.started, lock: try readLock(), catalog: catalog, writer: writer,
        inputLimit: try captureInputLimit())
      try recording.take(ledger)
      try recording.take(index.logging(of: run))
      let files = recording.files
      try writer.finish()
      if isRecorded { return try keepLock(forgettingChanged(recording, since: run)) }
      let isOutOfTime = reader.exit?.isOutOfTime == true
      let exit =
        isOutOfTime
        ? Int64(Self.outOfTimeExit) : reader.exit.map { Int64(Self.exitStatus($0.termination)) } ?? Self.unseenExit
      let environment = EnvironmentProbe(index: try index, variables: [:], root: root, context: context)
        .environment(files: ledger.environment, programs: ledger.programs)
      // Without its keeper's eyes, what it said by itself is all that is known.
      let isFollowed = reader.exit?.isFollowed ?? true
      let ended = RunEnded(
        run: run, status: reader.exit == nil ? .interrupted : exit == 0 ? .finished : .failed,
        exit: exit,
        evidence: isFollowed ? .observed : .declared,
        inputs: files.inputs, outputs: files.outputs, removed: files.removed, environment: environment,
        hazards: files.hazards + (isOutOfTime ? [RunHazards.outOfTime(nil)] : [])
          + (isFollowed ? [] : [Hazard(.notObserved, detail: "its keeper didn't follow it")])
          + [Hazard(.incomplete, detail: hazard)],
        usage: reader.exit.map { exit in
          RunUsage(
            wall: exit.usage.wall, user: exit.usage.user, system: exit.usage.system,
            memory: exit.usage.maximumResidentSize)
        })
      try record([ended], durable: true)
      // What the stat cache isn't told, it is told when it is next asked.
      try? catalog.remember()
      if ended.status == .finished { try keepLock(recording) }
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// What the lock file is to say of a run's outputs, without those that aren't any more as the run left them.
  private func forgettingChanged(_ recording: RunRecording, since run: RunID) throws -> RunRecording {
    let outputs = try index.files(of: run, role: .output)
    let contents = Dictionary(outputs.map { ($0.path, $0.content) }) { $1 }
    var recording = recording
    recording.files.tracked.removeAll { entry in contents[entry.path.text].map { $0 != entry.content } ?? false }
    return recording
  }
}
