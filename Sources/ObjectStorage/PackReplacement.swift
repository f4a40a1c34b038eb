internal import MLTBase

/// Puts what is wanted of some packs into new ones, and takes the old ones out of the store.
///
/// Nothing leaves the store before a sound copy of all that is wanted is in a pack that stays. That an object is damaged
/// where it is wanted keeps its pack.
final class PackReplacement {
  private struct Old {
    var pack: Pack
    var wanted: RecordSet
    // What there is a sound copy of in a pack that stays.
    var saved: RecordSet
    var damage: [Int: StorageError] = [:]
  }

  private let store: ObjectStore
  private var old: [Old]
  private let numbers: [ObjectIdentifier: Int]

  /// The names of the packs that were made.
  private(set) var new: Set<String> = []

  /// Takes the packs to replace, with the records that are wanted of them.
  init(_ store: ObjectStore, _ packs: [(pack: Pack, wanted: RecordSet)]) {
    self.store = store
    old = packs.map { Old(pack: $0.pack, wanted: $0.wanted, saved: RecordSet(capacity: $0.pack.index.count)) }
    numbers = Dictionary(
      old.enumerated().map { (ObjectIdentifier($0.element.pack), $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// What is damaged where it is wanted and isn't sound elsewhere.
  var problems: [StorageError] {
    old.flatMap { old in
      old.damage.sorted { $0.key < $1.key }.compactMap { old.saved.contains($0.key) ? nil : $0.value }
    }
  }

  /// The number of objects that are wanted and safe in packs that stay.
  var savedCount: Int { old.reduce(0) { $0 + $1.saved.count } }

  /// Copies what is wanted.
  ///
  /// - Parameter progress: called with the bytes of packs done; what it throws ends the copying.
  func copy(progress: (_ done: Int64) throws -> Void) throws {
    let copier = PackCopier(store)
    var done: Int64 = 0
    for number in old.indices {
      if old[number].wanted.count > 0 {
        for position in old[number].pack.index.positionsByOffset where old[number].wanted.contains(Int(position)) {
          try save(number, Int(position), copier)
        }
      }
      done += old[number].pack.index.fileLength
      try progress(done)
    }
    new = Set(try copier.finish().map(\.name))
    // A damaged one may have been found sound in a pack that came later.
    for number in old.indices {
      for position in old[number].damage.keys.sorted() {
        if try hasCopy(number, position, copier) { old[number].saved.insert(position) }
      }
    }
  }

  private func save(_ number: Int, _ position: Int, _ copier: PackCopier) throws(StorageError) {
    let place = PackSet.Location(pack: old[number].pack, position: position)
    if try hasCopy(number, position, copier) {
      old[number].saved.insert(position)
      return
    }
    do throws(StorageError) {
      try copier.copy(place)
      old[number].saved.insert(position)
    } catch {
      guard case .corrupt = error else { throw error }
      old[number].damage[position] = error
    }
  }

  // Whether the object was copied from another of the packs, or is sound in a pack that stays.
  private func hasCopy(_ number: Int, _ position: Int, _ copier: PackCopier) throws(StorageError) -> Bool {
    let key = old[number].pack.index[position].key
    for place in try store.packs.find(key, listing: false) where place.pack !== old[number].pack {
      if let other = numbers[ObjectIdentifier(place.pack)] {
        if old[other].saved.contains(place.position) { return true }
      } else if try copier.isSound(place) {
        return true
      }
    }
    return false
  }

  /// Takes the old packs out of the store, but for those that something is wanted of without a copy.
  ///
  /// The caller has the store's lock alone.
  ///
  /// - Parameters:
  ///   - fate: what becomes of their files.
  ///   - wanted: what is wanted of a pack now; more than before only if more was named since.
  /// - Returns: the packs that were retired, and how many of their objects weren't wanted.
  func retire(
    _ fate: Retirement.Fate, wanted: (Pack) -> RecordSet?
  ) throws(StorageError) -> (packs: Int, unwanted: Int) {
    var fates: [String: Retirement.Fate] = [:]
    var unwanted = 0
    for old in old {
      let wanted = wanted(old.pack) ?? old.wanted
      // A pack that was made anew with the same objects has the same name.
      guard wanted.isSubset(of: old.saved), !new.contains(old.pack.name) else { continue }
      fates[old.pack.name] = fate
      unwanted += old.pack.index.count - wanted.count
    }
    try stored { () throws(SystemCallError) in try Retirement(fates).run(in: store.packs.folder) }
    _ = try store.packs.refresh(always: true)
    return (fates.count, unwanted)
  }
}
