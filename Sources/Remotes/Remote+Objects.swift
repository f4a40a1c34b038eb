public import MLTBase
public import ObjectStorage

/// What was taken over from a remote's objects.
public struct ObjectFetchReport: Hashable, Sendable {
  /// The objects that were taken over.
  public var objects = 0
  /// Their bytes, as they are stored.
  public var bytes: Int64 = 0
  /// What is needed and is neither here nor in the remote; sorted.
  public var missing: [ContentID] = []
  /// What the remote has and can't be taken over.
  public var problems: [RemoteProblem] = []

  /// Starts with nothing.
  public init() {}

  /// Whether all that was asked for is here now.
  public var isComplete: Bool { missing.isEmpty && problems.isEmpty }
}

extension Remote {
  /// Takes over what the store lacks of files and folders, checked; nothing else is ever stored.
  ///
  /// - Parameters:
  ///   - roots: ids of files and trees.
  ///   - store: where they go.
  ///   - excluded: files that don't come, whatever names them.
  ///   - options: who is told, and can stop it.
  /// - Throws: ``RemoteError``; what was taken over by then stays, and a repeat goes on from there.
  public func fetchObjects(
    _ roots: some Sequence<ContentID>, into store: ObjectStore, excluding excluded: Set<ContentID> = [],
    options: TransferOptions = TransferOptions()
  ) throws(RemoteError) -> ObjectFetchReport {
    let roots = Array(roots)
    try storing { () throws(StorageError) in try store.refresh() }
    var report = ObjectFetchReport()
    for attempt in 0..<Self.attempts {
      // What was listed before will do, unless something is missing or gone.
      let view = attempt == 0 ? try index.current(transport) : try index.refresh(transport)
      let objects = ObjectImport(store)
      let search = ObjectSearch(transport, view.all, store)
      search.excluded = excluded
      search.onRead = { (record, stored, bytes) throws(RemoteError) in
        try storing { () throws(StorageError) in try objects.add(record, stored: stored, bytes: bytes) }
      }
      var isGone = false
      do throws(RemoteError) {
        try search.run(roots, options)
      } catch .transport(.missing) {
        isGone = true
      } catch {
        // What was read is worth keeping for a repeat; that it failed is what matters.
        try? objects.publish()
        throw error
      }
      report.objects += search.progress.objects
      report.bytes += search.progress.bytes
      if isGone {
        try storing { () throws(StorageError) in try objects.publish() }
        continue
      }
      let refused = try storing { () throws(StorageError) in try objects.finish() }
      report.missing = search.missing.sorted()
      report.problems = search.problems + refused.map { .file($0) }
      if report.missing.isEmpty { return report }
      // Somebody may have pushed it since the packs were listed.
      if attempt > 0 {
        report.problems += view.problems
        return report
      }
    }
    throw .unsettled
  }

  /// Returns those of some files and trees that the remote has.
  ///
  /// A file is there if all its chunks are; of a tree the listing counts alone. What only retired packs have doesn't count. Lists of
  /// chunks are taken from the store, if one is given and has them, rather than from the remote.
  ///
  /// - Throws: ``RemoteError``.
  public func contains(
    _ ids: some Sequence<ContentID>, using store: ObjectStore? = nil
  ) throws(RemoteError) -> Set<ContentID> {
    for _ in 0..<Self.attempts {
      do throws(RemoteError) {
        return try contains(Array(ids), in: index.refresh(transport), store)
      } catch .transport(.missing) {
        continue
      }
    }
    throw .unsettled
  }

  private func contains(
    _ ids: [ContentID], in view: RemoteIndex.View, _ store: ObjectStore?
  ) throws(RemoteError) -> Set<ContentID> {
    var found: Set<ContentID> = []
    for id in ids {
      if view.live.place(of: ObjectKey(id: id, kind: .chunk)) != nil
        || view.live.place(of: ObjectKey(id: id, kind: .tree)) != nil
      {
        found.insert(id)
      } else if view.live.place(of: ObjectKey(id: id, kind: .recipe)) != nil {
        let search = ObjectSearch(transport, view.live, store)
        search.countsLocalChunks = false
        search.need = { _ in .nothing }
        try search.run([id], TransferOptions())
        if search.missing.isEmpty, search.problems.isEmpty { found.insert(id) }
      }
    }
    return found
  }
}
