/// Copies stored objects into new packs, after verifying them.
final class PackCopier {
  private let reader: ObjectReader
  private let packs: PackSeries

  init(_ store: ObjectStore) {
    reader = ObjectReader(store.packs)
    packs = PackSeries(store)
  }

  /// Copies an object's stored bytes.
  ///
  /// - Throws: ``StorageError/corrupt(_:)`` if they are damaged, and nothing is copied; ``StorageError/system(_:)``.
  func copy(_ place: PackSet.Location) throws(StorageError) {
    let raw = try reader.read(place)
    try packs.append(place.record, stored: reader.storedBytes(of: place.record, raw: raw))
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
    try packs.publish()
  }
}
