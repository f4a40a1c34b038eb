extension ObjectStore {
  /// Reads every pack and every object, and checks all of them.
  ///
  /// Checked are packs' headers, trailers, names and indexes; every object's hash; that the chunks of every list are there
  /// with the right lengths; that every listing follows the rules, says of its folders what they say of themselves, and
  /// names what is there. Uses all processors. Other processes may write meanwhile, and collect.
  ///
  /// - Parameters:
  ///   - isDeep: whether files of several chunks are put together once more and hashed as a whole. Their chunks and
  ///     their list have hashes of their own, so this finds only what a faulty or hostile writer made.
  ///   - progress: called on this thread with the bytes of packs read and to read; what it throws ends the check.
  /// - Throws: ``StorageError/system(_:)`` or ``StorageError/notAStore(_:)`` if packs can't be read at all; what
  ///   `progress` throws.
  public func check(
    isDeep: Bool = false, progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in }
  ) throws -> CheckReport {
    _ = try packs.refresh(always: true)
    return try StoreCheck(packs, isDeep: isDeep).run(progress: progress)
  }
}
