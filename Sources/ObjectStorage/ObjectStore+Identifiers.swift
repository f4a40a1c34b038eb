public import MLTBase

extension ObjectStore {
  /// Returns the ids that begin with `prefix`, sorted, those of files and those of trees.
  ///
  /// A chunk of a larger file counts as a file: the store can't tell it from a file of the same bytes.
  ///
  /// - Parameters:
  ///   - prefix: 4 to 64 lowercase hexadecimal digits.
  ///   - limit: the most ids to return.
  /// - Throws: ``StorageError/invalidPrefix(_:)``, or ``StorageError/system(_:)`` if packs can't be listed.
  public func identifiers(
    prefix: String, limit: Int
  ) throws(StorageError) -> [(id: ContentID, isTree: Bool)] {
    let digits = ContentID.byteCount * 2
    guard
      (4...digits).contains(prefix.utf8.count),
      let first = ContentID(hex: prefix + String(repeating: "0", count: digits - prefix.utf8.count)),
      let last = ContentID(hex: prefix + String(repeating: "f", count: digits - prefix.utf8.count))
    else { throw .invalidPrefix(prefix) }
    _ = try packs.refresh()
    var found: Set<Match> = []
    for pack in try packs.packs() {
      var position = pack.index.lowerBound(ObjectKey(id: first, kind: .chunk))
      // One pack alone may not fill the answer with what sorts behind another's: each gives as many as are wanted.
      var taken = 0
      while position < pack.index.count, taken < limit {
        let key = pack.index[position].key
        guard key.id <= last else { break }
        found.insert(Match(id: key.id, isTree: key.kind == .tree))
        taken += 1
        position += 1
      }
    }
    return found.sorted { ($0.id, $0.isTree ? 1 : 0) < ($1.id, $1.isTree ? 1 : 0) }
      .prefix(max(0, limit)).map { ($0.id, $0.isTree) }
  }

  private struct Match: Hashable {
    var id: ContentID
    var isTree: Bool
  }
}
