internal import MLTBase

/// The packs as they were listed at one time, and where an object is in them.
struct PackView: Sendable {
  /// An object's place in a pack.
  struct Place: Hashable, Sendable {
    var packName: String
    var position: Int
  }

  /// The packs; those of the table first.
  private(set) var packs: [Pack] = []
  /// The number of records of all packs.
  private(set) var recordCount = 0
  /// Places whose bytes are known to be damaged: as if nothing were there.
  var distrusted: Set<Place> = []
  private var table: PackTable?

  /// The number of packs that must be searched one by one.
  var searchedCount: Int { packs.count - (table?.packCount ?? 0) }

  /// Adds a pack.
  mutating func append(_ pack: Pack) {
    packs.append(pack)
    recordCount += pack.index.count
  }

  /// Takes another list of packs; the table stays if all that are in it do.
  mutating func replace(with kept: [Pack], and new: [Pack]) {
    if kept.count != packs.count { table = nil }
    // The same objects in the same order make a pack of the same name: a new one isn't the damaged one that it replaces.
    if !distrusted.isEmpty {
      let names = Set(kept.map(\.name))
      distrusted = distrusted.filter { names.contains($0.packName) }
    }
    packs = kept + new
    recordCount = packs.reduce(0) { $0 + $1.index.count }
  }

  /// Takes a table of the first packs.
  mutating func use(_ table: PackTable) {
    self.table = table
  }

  /// Whether the object is in one of the packs; the place is noted as relied upon.
  func contains(_ key: ObjectKey, relying reliance: Reliance? = nil) -> Bool {
    var isThere = false
    forEachPlace(of: key) { pack, position in
      reliance?.add(pack, position)
      isThere = true
      return false
    }
    return isThere
  }

  /// Calls `body` with each place of the object, until `body` returns false.
  func forEachPlace(of key: ObjectKey, _ body: (_ pack: Pack, _ position: Int) -> Bool) {
    var isDone = false
    func visit(_ pack: Pack, _ position: Int) -> Bool {
      if !distrusted.isEmpty, distrusted.contains(Place(packName: pack.name, position: position)) { return true }
      isDone = !body(pack, position)
      return !isDone
    }
    if let table { table.forEachPlace(of: key, in: packs, visit) }
    for pack in packs[(table?.packCount ?? 0)...] where !isDone {
      if let position = pack.index.position(of: key) { _ = visit(pack, position) }
    }
  }
}
