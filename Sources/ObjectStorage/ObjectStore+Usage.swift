public import MLTBase

extension ObjectStore {
  /// Finds out how much of the store each label uses, alone and with others.
  ///
  /// Takes five bytes of memory an object.
  ///
  /// - Parameter labels: names, each with the ids of files and trees that it stands for.
  /// - Throws: ``StorageError/system(_:)`` if the packs can't be read.
  public func usage(_ labels: [(name: String, ids: [ContentID])]) throws(StorageError) -> StoreUsage {
    _ = try packs.refresh(always: true)
    var usage = StoreUsage()
    // Of each object the number of the label that uses it, counted from 1; 0 for none, -1 for several.
    var users: [ObjectIdentifier: [Int32]] = [:]
    let walk = ReachabilityWalk(packs)
    var current = 0
    walk.onReached = { place in
      let record = place.record
      let pack = ObjectIdentifier(place.pack)
      let user = Int(users[pack]?[place.position] ?? 0)
      if user == 0 {
        users[pack, default: [Int32](repeating: 0, count: place.pack.index.count)][place.position] =
          Int32(clamping: current + 1)
        usage.labels[current].unique.add(record)
        return
      }
      usage.labels[current].shared.add(record)
      guard user > 0 else { return }
      users[pack]?[place.position] = -1
      usage.labels[user - 1].unique.remove(record)
      usage.labels[user - 1].shared.add(record)
    }
    for (number, label) in labels.enumerated() {
      current = number
      usage.labels.append(StoreUsage.Label(name: label.name))
      for id in label.ids { try walk.reach(id) }
      usage.labels[number].missing = walk.missing.count
      walk.reset()
    }
    usage.problems = walk.problems
    try countPacks(&usage) { pack, position in (users[ObjectIdentifier(pack)]?[position] ?? 0) != 0 }
    return usage
  }

  private func countPacks(_ usage: inout StoreUsage, isUsed: (Pack, Int) -> Bool) throws(StorageError) {
    for pack in try packs.packs() {
      usage.packs += 1
      usage.packBytes += pack.index.fileLength
      for position in 0..<pack.index.count {
        let record = pack.index[position]
        // Walks, too, take this one of several places for the object's.
        let place = try packs.find(record.key, listing: false).min { $0.pack.name < $1.pack.name }
        if let place, place.pack !== pack {
          usage.duplicates.add(record)
        } else if isUsed(pack, position) {
          usage.used.add(record)
        } else {
          usage.unused.add(record)
        }
      }
    }
  }
}
