internal import Glibc
public import MLTBase
public import SystemPackage

extension ObjectStore {
  /// Puts a file's bytes at `path`, in place of the file or link that is there.
  ///
  /// The bytes are written to a temporary file beside it, which is renamed when all are verified: on failure the old
  /// file stays. Runs of zeros become holes.
  ///
  /// - Parameters:
  ///   - executable: whether the file gets execute permission, as far as the process's mask allows.
  ///   - replaceable: what may be there when the bytes are written and verified.
  ///   - progress: told about every 50 milliseconds, and at the end, how much was done.
  ///   - isCancelled: asked, often and by several threads, whether to stop.
  ///   - seen: called with the file's status when its bytes were written. A rename has changed ``FileStatus/changed``
  ///     since.
  /// - Throws: ``StorageError/cancelled``, ``StorageError/missing(_:_:)``, ``StorageError/corrupt(_:)``,
  ///   ``StorageError/folderInTheWay(_:)``, ``StorageError/changedMeanwhile(_:)``, or ``StorageError/system(_:)`` if it
  ///   can't be written.
  public func restoreFile(
    _ id: ContentID, to path: FilePath, executable: Bool = false, replacing replaceable: Replaceable = .anything,
    progress: (@Sendable (RestoreProgress) -> Void)? = nil, isCancelled: (@Sendable () -> Bool)? = nil,
    seen: (@Sendable (ContentID, FileStatus) -> Void)? = nil
  ) throws(StorageError) {
    let monitor = WorkMonitor(RestoreProgress(), report: progress, isCancelled: isCancelled)
    monitor.seen = seen
    try FileRestoration(self, WorkerPool(), monitor).run(
      id, to: path, isExecutable: executable, removingFolder: false, replacing: replaceable)
    monitor.progress.filesDone = 1
    monitor.finish()
  }

  /// Makes a symbolic link at `path` with the target that the store has under `id`, in place of the file or link there.
  ///
  /// - Throws: ``StorageError/unsafeEntry(_:_:)`` if the target can't be a path; else as
  ///   ``restoreFile(_:to:executable:replacing:progress:isCancelled:seen:)``.
  public func restoreLink(
    _ id: ContentID, to path: FilePath, replacing replaceable: Replaceable = .anything
  ) throws(StorageError) {
    let target = try linkTarget(id)
    guard LinkTarget.isLegal(target) else { throw .unsafeEntry(path.lastComponent?.bytes ?? [], .linkTarget) }
    try RestoredFile.link(path, to: target, removingFolder: false, replacing: replaceable)
  }

  func linkTarget(_ id: ContentID) throws(StorageError) -> [UInt8] {
    try contents(of: id, limit: LinkTarget.limit)
  }

  /// Makes `folder` hold what the tree says, writing only what differs.
  ///
  /// Everything is checked before anything is written: for names and links that must not be, for numbers of files that
  /// contradict one another, and for more folders than anybody has. Files whose bytes are right stay as they are; each
  /// other one is replaced as a whole. If the call throws, some may have been replaced already. A folder in a file's
  /// place is removed when the file is written beside it and verified; others are removed when all else is done.
  ///
  /// - Parameters:
  ///   - removingOthers: whether what the tree doesn't name is removed; what is named `.git` or `.mlt` never is.
  ///     All files must then be in the store, even those that are right.
  ///   - allowingLinksOut: whether symbolic links may lead out of the folder: only for trees made by who asks.
  ///   - progress: told about every 50 milliseconds, and at the end, how much was done.
  ///   - isCancelled: asked, often and by several threads, whether to stop: files that were written stay.
  ///   - seen: called by several threads with each file that was written, or found to be right, as for a single file.
  /// - Throws: ``StorageError/unsafeEntry(_:_:)``; ``StorageError/tooManyFolders(_:limit:)``;
  ///   ``StorageError/folderInTheWay(_:)`` if a folder with something in it is where a file belongs and others aren't to
  ///   be removed, or `.git` or `.mlt` is in it; else as ``restoreFile(_:to:executable:replacing:progress:isCancelled:seen:)``.
  public func restoreTree(
    _ id: ContentID, to folder: FilePath, removingOthers: Bool = false, allowingLinksOut: Bool = false,
    progress: (@Sendable (RestoreProgress) -> Void)? = nil, isCancelled: (@Sendable () -> Bool)? = nil,
    seen: (@Sendable (ContentID, FileStatus) -> Void)? = nil
  ) throws(StorageError) {
    let monitor = WorkMonitor(RestoreProgress(), report: progress, isCancelled: isCancelled)
    monitor.seen = seen
    var check = TreeCheck(self, allowingLinksOut: allowingLinksOut, requiringFiles: removingOthers)
    try check.run(id)
    try TreeRestoration(store: self, removingOthers: removingOthers, monitor: monitor).run(id, to: folder)
    monitor.finish()
  }
}
