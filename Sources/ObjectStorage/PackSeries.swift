internal import MLTBase

/// Writes stored objects into packs of a store, one pack after another.
final class PackSeries {
  private let store: ObjectStore
  private let pipeline = PackPipeline()
  private var pack: PackWriter?
  private var packs: [Pack] = []

  init(_ store: ObjectStore) {
    self.store = store
  }

  deinit {
    pipeline.drain()
    pack?.discard()
  }

  /// Adds an object's stored bytes, which must be right; no object may be added twice.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the store can't be written.
  func append(_ record: PackFormat.Record, stored: UnsafeRawBufferPointer) throws(StorageError) {
    do throws(SystemCallError) {
      let pack = try currentPack()
      try pack.append(record.key, codec: record.codec, stored: stored, rawLength: record.rawLength)
      if pack.isFull {
        packs.append(try pack.finish(isLast: false))
        self.pack = nil
      }
    } catch {
      throw .system(error)
    }
  }

  private func currentPack() throws(SystemCallError) -> PackWriter {
    if let pack { return pack }
    let new = try PackWriter(
      temporaryFolder: store.temporaryFolder, packsFolder: store.packs.folder, pipeline: pipeline)
    pack = new
    return new
  }

  /// Makes all that was added durable, and part of the store; more may follow.
  ///
  /// - Returns: the packs that were made since the last call.
  /// - Throws: ``StorageError/system(_:)`` if the store can't be written.
  @discardableResult
  func publish() throws(StorageError) -> [Pack] {
    do throws(SystemCallError) {
      if let pack {
        packs.append(try pack.finish(isLast: true))
        self.pack = nil
      } else {
        try pipeline.finish()
      }
    } catch {
      throw .system(error)
    }
    for pack in packs { store.packs.adopt(pack) }
    defer { packs = [] }
    return packs
  }
}
