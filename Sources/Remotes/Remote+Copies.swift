public import MLTBase
public import ObjectStorage

extension Remote {
  /// Returns those of some files and trees of which the remote doesn't have everything that the store has, down to the last piece.
  ///
  /// What only retired packs have doesn't count. Of what the store itself hasn't whole, the remote must have the rest.
  ///
  /// - Parameters:
  ///   - roots: ids of files and trees.
  ///   - store: where they are.
  /// - Throws: ``RemoteError``.
  public func lacking(
    _ roots: some Sequence<ContentID>, of store: ObjectStore
  ) throws(RemoteError) -> Set<ContentID> {
    let live = try index.refresh(transport).live
    func isHeld(_ roots: [ContentID]) throws(RemoteError) -> Bool {
      let export = ObjectExport(store)
      try storing { () throws(StorageError) in
        try export.choose(from: roots) { live.place(of: $0) == nil }
      }
      return export.chosenCount == 0 && export.problems.isEmpty
        && export.missing.allSatisfy { id in
          ObjectKind.allCases.contains { live.place(of: ObjectKey(id: id, kind: $0)) != nil }
        }
    }
    let roots = Array(roots)
    if try isHeld(roots) { return [] }
    var lacking: Set<ContentID> = []
    for root in roots where try !isHeld([root]) { lacking.insert(root) }
    return lacking
  }
}
