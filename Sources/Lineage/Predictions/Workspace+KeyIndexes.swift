internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import PredictionLogs
internal import SystemPackage

/// A log that is open for looking keys up.
enum SearchableLog {
  /// With an index of its keys.
  case indexed(KeyIndex)
  /// Without one, since none can be written: it is read from end to end for each key.
  case unindexed
}

extension Workspace {
  /// The folder of key indexes; deleting it loses nothing.
  var keyIndexFolder: FilePath { folder.appending("keys") }

  func keyIndexPath(of content: ContentID) -> FilePath { keyIndexFolder.appending(content.hex) }

  /// Reads a log from end to end, and writes the index of its keys.
  ///
  /// - Throws: ``PredictionError/damaged(_:_:)``; what reading the log throws; `SystemCallError` if the index can't be written.
  func makeKeyIndex(
    _ contents: LogContents, _ layout: LogLayout, _ content: ContentID, named name: String,
    progress: (Int64, Int64) throws -> Void
  ) throws -> LogSummary {
    try FileOperations.createFolder(keyIndexFolder)
    let now = context.clock.now().microseconds.multipliedReportingOverflow(by: 1000)
    FileOperations.removeStaleTemporaries(in: keyIndexFolder, asOf: now.overflow ? .max : now.partialValue)
    let builder = KeyIndexBuilder(temporaryFolder: keyIndexFolder)
    let summary = try scan(LogScan(layout, keys: builder), contents, named: name, progress: progress)
    try builder.write(
      to: keyIndexPath(of: content), content: content, reading: layout.columns.id, summary: summary)
    return summary
  }

  func scan(
    _ scan: LogScan, _ contents: LogContents, named name: String, progress: (Int64, Int64) throws -> Void
  ) throws -> LogSummary {
    let size = contents.size
    var done: Int64 = 0
    do {
      try contents.forEachPiece { piece in
        if monitor.isCancelled?() == true { throw StorageError.cancelled }
        try progress(done, size)
        try scan.take(piece)
        done += Int64(piece.count)
      }
      return try scan.finish()
    } catch let error as LogError {
      throw PredictionError.damaged(name, error)
    }
  }

  /// Fetches the logs whose keys have no index here and whose bytes are missing, all at once.
  ///
  /// What the remote lacks shows when the log is looked into.
  func fetchUnindexed(_ entries: [PredictionLogEntry]) throws {
    let artifacts = try entries.filter { try FileStatus(at: keyIndexPath(of: $0.content)) == nil }.map { entry in
      ArtifactRecord(path: entry.name, kind: .file, content: entry.content, size: entry.size, evidence: .declared)
    }
    do {
      try fetchingMissing({ artifacts }) {
        for artifact in artifacts {
          if let content = artifact.content { _ = try bytesAreAvailable(content, artifact) }
        }
      }
    } catch WorkspaceError.absentContent, WorkspaceError.purgedContent, StorageError.missing {
      return
    }
  }

  /// Opens the index of a log's keys; one that is missing or damaged is made of the log.
  ///
  /// - Throws: what reading the log throws.
  func searchable(
    _ entry: PredictionLogEntry, progress: (Int64, Int64) throws -> Void
  ) throws -> SearchableLog {
    let path = keyIndexPath(of: entry.content)
    do {
      if let index = try KeyIndex(at: path, content: entry.content, reading: entry.columns) { return .indexed(index) }
    } catch LogError.damagedIndex {
      // It is made again below.
    }
    return try remakeKeyIndex(entry, progress: progress)
  }

  /// Makes the index of a log's keys anew.
  func remakeKeyIndex(
    _ entry: PredictionLogEntry, progress: (Int64, Int64) throws -> Void
  ) throws -> SearchableLog {
    let fact = try index.predictions(entry)?.fact
    guard let artifact = fact?.artifact, let columns = fact?.columns, let layout = LogLayout(columns) else {
      throw LogError.unknownLayout
    }
    let contents = try logContents(artifact)
    do {
      _ = try makeKeyIndex(contents, layout, entry.content, named: entry.name, progress: progress)
    } catch let error as SystemCallError where error.path.map(isKeyIndexFile) ?? false {
      // Where nothing can be written, the answer takes longer.
      return .unindexed
    }
    guard
      let index = try KeyIndex(
        at: keyIndexPath(of: entry.content), content: entry.content, reading: entry.columns)
    else { return .unindexed }
    return .indexed(index)
  }

  /// Removes the key indexes of logs that are to be gone: they hold hashes of keys.
  func removeKeyIndexes(of contents: Set<ContentID>) throws {
    for content in contents.sorted() where try FileStatus(at: keyIndexPath(of: content)) != nil {
      try FileOperations.remove(keyIndexPath(of: content))
    }
  }

  private func isKeyIndexFile(_ path: FilePath) -> Bool { path == keyIndexFolder || path.starts(with: keyIndexFolder) }
}
