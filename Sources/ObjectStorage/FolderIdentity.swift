public import SystemPackage

/// What a folder holds, without storing it.
public enum FolderIdentity {
  /// Walks a folder as ``ObjectWriter/addFolder(at:options:)`` does, and names its content.
  ///
  /// Files whose content ``FolderOptions/known`` tells aren't read.
  ///
  /// - Throws: ``StorageError/unreadable(_:)`` if the folder itself can't be read, ``StorageError/cancelled`` if
  ///   ``FolderOptions/isCancelled`` says so.
  public static func identify(
    _ folder: FilePath, options: FolderOptions = FolderOptions()
  ) throws(StorageError) -> StoredTree {
    let monitor = WorkMonitor(
      IngestProgress(), report: options.progress, isCancelled: options.isCancelled)
    let tree = try FolderWalk.run(folder, options: options, into: IdentifyingSink(), WorkerPool(), monitor)
    monitor.finish()
    return tree
  }
}
