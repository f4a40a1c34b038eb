internal import MLTBase

extension ObjectWriter {
  /// Makes all that was added durable, and writes down facts that name it while nothing can be collected.
  ///
  /// What this writer didn't store because the store had it, or said is there, may have been collected since, and so may
  /// what it stored long ago. That is found out here, before `body` is called; afterwards a collection sees the facts.
  ///
  /// `body` may use stores and writers, but may not collect, merge or repair, nor wait for somebody who does.
  ///
  /// - Parameter body: appends the facts.
  /// - Returns: what `body` returns.
  /// - Throws: ``StorageError/collectedMeanwhile(_:)`` if something is gone: the operation is to be repeated from its
  ///   start, with this writer or another, and then stores what is missing; what ``finish()`` throws; what `body` throws.
  public func commit<Success>(_ body: () throws -> Success) throws -> Success {
    try finish()
    let lock = try stored { () throws(SystemCallError) in try StoreLock.shared(store.packs.folder) }
    let outcome = Result {
      try reliance.check(store.packs)
      // A pack of another writer, which may not have got that far yet, is counted on too.
      try stored { () throws(SystemCallError) in try FileOperations.synchronizeFolder(store.packs.folder) }
      return try body()
    }
    lock.release()
    reliance.reset()
    return try outcome.get()
  }
}
