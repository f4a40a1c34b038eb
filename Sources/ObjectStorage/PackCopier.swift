internal import MLTBase
internal import SystemPackage

/// Copies stored objects into new packs, after verifying them.
final class PackCopier {
  private let store: ObjectStore
  private let reader: ObjectReader
  private let pipeline = PackPipeline()
  private var pack: PackWriter?
  private var packs: [Pack] = []

  init(_ store: ObjectStore) {
    self.store = store
    reader = ObjectReader(store.packs)
  }

  deinit {
    pipeline.drain()
    pack?.discard()
  }

  /// Copies an object's stored bytes.
  ///
  /// - Throws: ``StorageError/corrupt(_:)`` if they are damaged, and nothing is copied; ``StorageError/system(_:)``.
  func copy(_ place: PackSet.Location) throws(StorageError) {
    let raw = try reader.read(place)
    let record = place.record
    do throws(SystemCallError) {
      let pack = try currentPack()
      try pack.append(
        record.key, codec: record.codec, stored: reader.storedBytes(of: record, raw: raw), rawLength: record.rawLength)
      if pack.isFull {
        packs.append(try pack.finish(isLast: false))
        self.pack = nil
      }
    } catch {
      throw .system(error)
    }
  }

  /// Whether the object's bytes are right.
  ///
  /// - Throws: ``StorageError/system(_:)``.
  func isSound(_ place: PackSet.Location) throws(StorageError) -> Bool {
    do throws(StorageError) {
      _ = try reader.read(place)
      return true
    } catch {
      if case .corrupt = error { return false }
      throw error
    }
  }

  /// Makes all copies durable, and part of the store.
  ///
  /// - Returns: the new packs.
  func finish() throws(StorageError) -> [Pack] {
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

  private func currentPack() throws(SystemCallError) -> PackWriter {
    if let pack { return pack }
    let new = try PackWriter(
      temporaryFolder: store.temporaryFolder, packsFolder: store.packs.folder, pipeline: pipeline)
    pack = new
    return new
  }
}
