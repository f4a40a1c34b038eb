public import MLTBase
public import SystemPackage

extension ObjectStore {
  /// Saves what is sound in damaged packs, sets these aside, and stores again what was damaged or is missing.
  ///
  /// Nothing good is lost: sound objects of a damaged pack are verified and copied before it is moved to the folder
  /// `damaged`, where it stays. Packs of a newer version, and those that can't be opened, are left alone.
  ///
  /// - Parameters:
  ///   - report: what a check found.
  ///   - progress: called with the bytes of damaged packs done and in all; what it throws ends the repair, and they stay.
  ///   - candidates: returns where a file or folder may be that had the content once. It is stored only if it has it still.
  /// - Throws: ``StorageError/busy(_:)`` if another process collects, merges or repairs; ``StorageError/system(_:)``;
  ///   what `progress` throws.
  public func repair(
    _ report: CheckReport, progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in },
    candidates: (ContentID) -> FilePath?
  ) throws -> RepairReport {
    try withMaintenanceLock {
      try StoreRepair(self).run(report, progress: progress, candidates: candidates)
    }
  }
}
