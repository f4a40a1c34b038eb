public import MLTBase
internal import SystemPackage

extension ObjectStore {
  /// Removes what can't be reached from the roots, and merges small packs.
  ///
  /// Safe beside readers and writers: what a pack younger than the grace has stays, what a ``StoreLease`` claims stays
  /// with all below it, and facts that are written down by ``ObjectWriter/commit(_:)`` while this goes on are asked for
  /// again before anything is removed. A root that isn't in the store is no failure. A process that is killed on the way
  /// leaves a store that has all that is reachable.
  ///
  /// - Parameters:
  ///   - options: what to remove and to rewrite.
  ///   - progress: called with the bytes of packs rewritten and to rewrite; what it throws ends the collection,
  ///     and nothing is removed.
  ///   - roots: returns all ids of files and trees that are wanted. It is called twice and must look anew each time, the
  ///     second time while nobody can write down facts: it must not wait for a lock that somebody holds while calling ``ObjectWriter/commit(_:)``.
  /// - Throws: ``StorageError/busy(_:)`` if another process does this; ``StorageError/system(_:)``; what `roots` and
  ///   `progress` throw.
  @discardableResult
  public func collect<Roots: Sequence<ContentID>>(
    _ options: CollectionOptions = CollectionOptions(),
    progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in },
    roots: () throws -> Roots
  ) throws -> CollectionReport {
    try withMaintenanceLock {
      try PackCollection(self, options).run(progress: progress, roots: roots)
    }
  }

  /// Whether so many packs are small that look-ups suffer, and ``mergeSmallPacks(progress:)`` is worth its time.
  ///
  /// Costs nothing once packs are listed.
  ///
  /// - Throws: ``StorageError/system(_:)`` or ``StorageError/notAStore(_:)`` if they can't be.
  public var needsMerging: Bool {
    get throws(StorageError) {
      try packs.packs().count { $0.index.fileLength < 8 << 20 } > 40
    }
  }

  /// Merges packs of less than 16 MiB into packs of about 64 MiB; no object is removed.
  ///
  /// - Parameter progress: called with the bytes of packs merged and to merge; what it throws ends the merge, and the old
  ///   packs stay.
  /// - Throws: ``StorageError/busy(_:)`` if another process does this or collects; ``StorageError/system(_:)``; what
  ///   `progress` throws.
  @discardableResult
  public func mergeSmallPacks(
    progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in }
  ) throws -> CollectionReport {
    try withMaintenanceLock {
      try PackCollection(self, CollectionOptions()).merge(progress: progress)
    }
  }

  /// Calls `body` while no other process collects, merges or repairs.
  func withMaintenanceLock<Success>(_ body: () throws -> Success) throws -> Success {
    let path = folder.appending("collect.lock")
    guard let lock = try stored({ () throws(SystemCallError) in try FileLock.ifFree(path) }) else {
      throw StorageError.busy(path)
    }
    let outcome = Result {
      try stored { () throws(SystemCallError) in
        if try Retirement.isPending(in: packs.folder) { try StoreLock.alone(packs.folder).release() }
      }
      return try body()
    }
    lock.release()
    return try outcome.get()
  }
}
