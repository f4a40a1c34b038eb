public import MLTBase
public import SystemPackage

/// What a repair of the store did.
public struct RepairReport: Hashable, Sendable {
  /// Files and trees that were stored again, sorted.
  public var restored: [ContentID] = []
  /// Files and trees that are still damaged or missing, sorted.
  ///
  /// A chunk of a larger file counts as a file, as the store can't tell.
  public var unrestored: [ContentID] = []
  /// The number of sound objects in damaged packs that other packs have now.
  public var objectsSaved = 0
  /// The damaged packs, where they are now.
  public var packsSetAside: [FilePath] = []
}
