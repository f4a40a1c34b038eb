public import MLTBase

/// What a collection removes, and which packs it rewrites.
public struct CollectionOptions: Hashable, Sendable {
  /// For how many seconds after its publication nothing is removed from a pack; also how long the claims of a process
  /// count that died.
  public var grace: Int64
  /// Whether to find out and report only.
  public var isDryRun: Bool
  /// The part of a pack's bytes that may be waste; a pack with more is written anew.
  public var wasteThreshold: Double
  /// Packs of fewer bytes are merged into larger ones.
  public var smallPackSize: Int64
  /// Files that aren't wanted, whatever names them.
  public var purged: Set<ContentID> = []
  /// Whether nothing else is removed than what only the purged files have, however young it is, and nothing is merged.
  public var removesPurgedOnly = false

  /// Takes the choices.
  ///
  /// - Parameters:
  ///   - grace: in seconds; two hours by default.
  ///   - isDryRun: whether nothing is changed.
  ///   - wasteThreshold: from 0 to 1; a fifth by default.
  ///   - smallPackSize: in bytes; 16 MiB by default, and 0 to merge none.
  public init(
    grace: Int64 = 7200, isDryRun: Bool = false, wasteThreshold: Double = 0.2, smallPackSize: Int64 = 16 << 20
  ) {
    self.grace = grace
    self.isDryRun = isDryRun
    self.wasteThreshold = wasteThreshold
    self.smallPackSize = smallPackSize
  }
}
