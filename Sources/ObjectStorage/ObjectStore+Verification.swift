public import MLTBase
public import SystemPackage

/// Something wrong with a pack.
public struct PackProblem: Hashable, Sendable {
  /// The pack.
  public var pack: FilePath
  /// The object, nil if it is the pack as a whole.
  public var object: ContentID?
  /// What is wrong.
  public var error: StorageError

  /// Takes the facts.
  public init(pack: FilePath, object: ContentID?, error: StorageError) {
    self.pack = pack
    self.object = object
    self.error = error
  }
}

extension ObjectStore {
  /// Reads every object of every pack and checks it: hashes, lists of chunks against the whole file's hash, listings.
  ///
  /// That something is named which isn't in the store is no problem: a clone needn't have all. ``check(isDeep:progress:)``
  /// tells more.
  ///
  /// - Returns: what is damaged, ordered by pack and object.
  /// - Throws: ``StorageError/system(_:)`` or ``StorageError/notAStore(_:)`` if the packs can't be read at all.
  public func verifyAll() throws -> [PackProblem] {
    try check(isDeep: true).problems.compactMap { problem in
      guard let pack = problem.pack else { return nil }
      switch problem.fault {
      case .missing: return nil
      case .pack(let error): return PackProblem(pack: pack, object: nil, error: error)
      case .damaged(let damage):
        let corruption = Corruption(pack: pack, object: problem.object, damage: damage)
        return PackProblem(pack: pack, object: problem.object, error: .corrupt(corruption))
      }
    }
  }
}
