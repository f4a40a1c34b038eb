internal import MLTBase
internal import SystemPackage

/// One repair.
struct StoreRepair {
  private let store: ObjectStore

  init(_ store: ObjectStore) {
    self.store = store
  }

  /// Repairs what the report names.
  func run(
    _ report: CheckReport, progress: (Int64, Int64) throws -> Void, candidates: (ContentID) -> FilePath?
  ) throws -> RepairReport {
    var result = RepairReport()
    _ = try store.packs.refresh(always: true)
    try setAside(try damagedPacks(report), &result, progress: progress)
    try restore(report.affected, &result, candidates)
    return result
  }

  // A pack to be replaced by what is sound in it.
  private struct Damaged {
    var pack: Pack
    var sound: RecordSet
    var isIndexSound: Bool
  }

  // MARK: Damaged packs

  private func damagedPacks(_ report: CheckReport) throws(StorageError) -> (packs: [Damaged], hopeless: [String]) {
    var packs: [Damaged] = []
    var hopeless: [String] = []
    // Their damage is looked for again: the report may be old.
    let reader = ObjectReader(store.packs)
    for pack in try store.packs.packs() {
      let keys = report.problems.filter { $0.pack == pack.path }.compactMap { problem in
        problem.object.flatMap { id in problem.kind.map { ObjectKey(id: id, kind: $0) } }
      }
      var sound = RecordSet(capacity: pack.index.count, isFull: true)
      for position in keys.compactMap({ pack.index.position(of: $0) }) {
        if try isDamaged(PackSet.Location(pack: pack, position: position), reader) { sound.remove(position) }
      }
      if sound.count < pack.index.count { packs.append(Damaged(pack: pack, sound: sound, isIndexSound: true)) }
    }
    for (path, error) in try store.packs.damaged() {
      guard case .corrupt = error else { continue }
      if let salvage = try PackSalvage(path: path) {
        let all = RecordSet(capacity: salvage.pack.index.count, isFull: true)
        packs.append(Damaged(pack: salvage.pack, sound: all, isIndexSound: salvage.isIndexSound))
      } else {
        hopeless.append(path.lastComponent?.string ?? "")
      }
    }
    return (packs, hopeless)
  }

  private func isDamaged(_ place: PackSet.Location, _ reader: ObjectReader) throws(StorageError) -> Bool {
    do throws(StorageError) {
      let bytes = try reader.read(place)
      switch place.record.key.kind {
      case .chunk: return false
      // A list that is whole and wrong, as the check found by putting the file together, is of no use to anybody.
      case .recipe: return try !isOfItsFile(place, reader)
      case .tree: return (try? Tree(listing: Array(bytes)[...])) == nil
      }
    } catch {
      guard case .corrupt = error else { throw error }
      return true
    }
  }

  // Whether a list of chunks makes the file it is said to be of; yes, if that can't be found out.
  private func isOfItsFile(
    _ place: PackSet.Location, _ reader: ObjectReader, orUnknown: Bool = true
  ) throws(StorageError) -> Bool {
    guard let recipe = Recipe(try reader.read(place)) else { return false }
    var hasher = ContentHasher()
    for index in 0..<recipe.count {
      do throws(StorageError) {
        hasher.update(try reader.read(recipe[index].id, .chunk))
      } catch {
        if case .system = error { throw error }
        return orUnknown
      }
    }
    return hasher.finalize() == place.record.key.id
  }

  private func setAside(
    _ damaged: (packs: [Damaged], hopeless: [String]), _ result: inout RepairReport,
    progress: (Int64, Int64) throws -> Void
  ) throws {
    var names = Set(damaged.packs.map(\.pack.name) + damaged.hopeless)
    guard !names.isEmpty else { return }
    let total = damaged.packs.reduce(0) { $0 + $1.pack.index.fileLength }
    // An object that is looked for while it is saved must not be found where it is damaged.
    store.packs.distrust(
      damaged.packs.flatMap { damaged in
        (0..<damaged.pack.index.count).filter { !damaged.sound.contains($0) }
          .map { PackView.Place(packName: damaged.pack.name, position: $0) }
      })
    let first = PackReplacement(store, damaged.packs.map { ($0.pack, withoutDoubtful($0)) })
    try first.copy { try progress($0, total) }
    // Now that chunks can be read, lists of chunks can be told whose name in the index may be another's.
    let second = PackReplacement(store, try damaged.packs.map { ($0.pack, try proven($0)) })
    try second.copy { _ in }
    result.objectsSaved = first.savedCount + second.savedCount
    // A pack whose objects are all sound was made anew under its name, in its place.
    names.subtract(first.new.union(second.new))
    let lock = try stored { () throws(SystemCallError) in try StoreLock.alone(store.packs.folder) }
    let fates = Dictionary(uniqueKeysWithValues: names.map { ($0, Retirement.Fate.aside) })
    let outcome = Result {
      try stored { () throws(SystemCallError) in try Retirement(fates).run(in: store.packs.folder) }
    }
    lock.release()
    try outcome.get()
    _ = try store.packs.refresh(always: true)
    let folder = store.folder.appending(Retirement.damagedFolder)
    result.packsSetAside = names.sorted().map { folder.appending($0) }
  }

  private func withoutDoubtful(_ damaged: Damaged) -> RecordSet {
    var sound = damaged.sound
    guard !damaged.isIndexSound else { return sound }
    for position in 0..<damaged.pack.index.count where damaged.pack.index[position].key.kind == .recipe {
      sound.remove(position)
    }
    return sound
  }

  private func proven(_ damaged: Damaged) throws(StorageError) -> RecordSet {
    var proven = RecordSet(capacity: damaged.pack.index.count)
    guard !damaged.isIndexSound else { return proven }
    let reader = ObjectReader(store.packs)
    for position in 0..<damaged.pack.index.count where damaged.pack.index[position].key.kind == .recipe {
      let place = PackSet.Location(pack: damaged.pack, position: position)
      do throws(StorageError) {
        if try isOfItsFile(place, reader, orUnknown: false) { proven.insert(position) }
      } catch {
        guard case .corrupt = error else { throw error }
      }
    }
    return proven
  }

  // MARK: Storing again

  private func restore(
    _ ids: Set<ContentID>, _ result: inout RepairReport, _ candidates: (ContentID) -> FilePath?
  ) throws {
    let writer = store.begin()
    for id in ids.sorted() where try !isThere(id, writer) {
      if let path = candidates(id), try add(path, as: id, writer) { result.restored.append(id) }
    }
    try writer.finish()
    for id in ids.sorted() where try !isThere(id, writer) { result.unrestored.append(id) }
  }

  // A pack that is left alone may have it.
  private func isThere(_ id: ContentID, _ writer: ObjectWriter) throws -> Bool {
    do {
      if try writer.containsFile(id) { return true }
      return try store.containsTree(id)
    } catch StorageError.corrupt, StorageError.unsupportedVersion {
      return false
    }
  }

  // Whether what is at the path has that content.
  private func add(_ path: FilePath, as id: ContentID, _ writer: ObjectWriter) throws -> Bool {
    do {
      let status = try readable { () throws(SystemCallError) in try FileStatus(at: path, followingLinks: true) }
      switch status?.kind {
      case .regular:
        // Most candidates have changed since, and needn't be stored to find that out.
        guard try FileIdentity.identify(path).content == id else { return false }
        return try writer.addFile(at: path).content == id
      case .directory:
        guard try FolderIdentity.identify(path).content == id else { return false }
        return try writer.addFolder(at: path).content == id
      default: return false
      }
    } catch StorageError.unreadable, StorageError.notAFile {
      return false
    }
  }
}
