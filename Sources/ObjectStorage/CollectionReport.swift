public import MLTBase

/// What a collection or a merge of packs did, or would do.
public struct CollectionReport: Hashable, Sendable {
  /// The packs of a store.
  public struct Amount: Hashable, Sendable {
    /// The number of packs.
    public var packs: Int
    /// The number of objects in them; one that is in two packs counts twice.
    public var objects: Int
    /// The bytes of the packs' files.
    public var bytes: Int64

    /// Takes the facts.
    public init(packs: Int = 0, objects: Int = 0, bytes: Int64 = 0) {
      self.packs = packs
      self.objects = objects
      self.bytes = bytes
    }
  }

  /// What there was.
  public var before: Amount
  /// What there is now, or would be; other processes may have added to it.
  public var after: Amount
  /// The number of objects that were removed, or would be, because nothing names them.
  public var objectsRemoved: Int
  /// The number of packs that were removed or replaced, or would be.
  public var packsRetired: Int
  /// Objects and packs that are damaged.
  ///
  /// A pack with a damaged object that is wanted was left alone.
  public var problems: [StorageError]
  /// Whether nothing was removed because a damaged tree, list of chunks or pack hides what is still wanted.
  ///
  /// Repairing the store, or setting the damage aside with ``ObjectStore/repair(_:progress:candidates:)``, ends that.
  public var wasHinderedByDamage: Bool
  /// The number of files, trees and chunks that are named and aren't in the store, as in a clone that hasn't all.
  public var missingCount: Int
  /// The first of these, sorted.
  public var missing: [ContentID]

  /// The bytes that were freed, or would be; negative where packs were added meanwhile.
  public var bytesFreed: Int64 { before.bytes - after.bytes }

  init(before: Amount) {
    self.before = before
    after = before
    objectsRemoved = 0
    packsRetired = 0
    problems = []
    wasHinderedByDamage = false
    missingCount = 0
    missing = []
  }
}
