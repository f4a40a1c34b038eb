public import MLTBase

extension ObjectStore {
  /// The names of the packs that there are now.
  ///
  /// - Throws: ``StorageError/system(_:)`` if they can't be listed.
  public func packNames() throws(StorageError) -> Set<ContentID> {
    _ = try packs.refresh()
    return Set(try packs.packs().map(\.id))
  }

  /// Gives the ids of all objects in some packs to `body`: of files, pieces of files, and trees; packs that are gone have none.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the packs can't be listed, and what `body` throws.
  public func forEachObject(inPacks names: Set<ContentID>, _ body: (ContentID) throws -> Void) throws {
    guard !names.isEmpty else { return }
    for pack in try packs.packs() where names.contains(pack.id) {
      for position in 0..<pack.index.count { try body(pack.index[position].key.id) }
    }
  }
}
