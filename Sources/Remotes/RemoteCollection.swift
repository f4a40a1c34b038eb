internal import MLTBase
internal import ObjectStorage

/// One collection of a remote's packs: delete what was retired long ago, then retire what has too much that isn't wanted.
struct RemoteCollection {
  private let remote: Remote
  private let view: RemoteIndex.View
  private let options: RemoteCollectionOptions
  private let transfer: TransferOptions
  private let oldest: Int64
  // What is wanted; nil for everything.
  private let search: ObjectSearch?
  // What the purged files are made of, if only they are to go; empty while nobody can tell what else is wanted.
  private let doomed: ObjectSearch?
  private let problems: [RemoteProblem]

  /// Finds out what is wanted of the packs that were listed.
  init(
    _ remote: Remote, _ view: RemoteIndex.View, _ options: RemoteCollectionOptions, _ transfer: TransferOptions,
    roots: [ContentID]?
  ) throws(RemoteError) {
    self.remote = remote
    self.view = view
    self.options = options
    self.transfer = transfer
    let now = try reaching { () throws(TransportError) in try remote.transport.present() }
    oldest = Remote.time(now, before: options.grace)
    var problems = view.problems
    var search: ObjectSearch?
    var doomed: ObjectSearch?
    if options.removesPurgedOnly {
      let walk = ObjectSearch(remote.transport, view.all, nil)
      walk.need = { _ in .nothing }
      try walk.run(options.purged.sorted(), transfer)
      problems += walk.problems
      doomed = walk
    }
    if let roots {
      let walk = ObjectSearch(remote.transport, view.all, nil)
      walk.excluded = options.purged
      walk.need = { _ in .nothing }
      try walk.run(roots, transfer)
      problems += walk.problems
      // What can't be read may name what is wanted.
      if problems.isEmpty { search = walk }
    }
    self.search = search
    self.doomed = problems.isEmpty || doomed == nil ? doomed : ObjectSearch(remote.transport, view.all, nil)
    self.problems = problems
  }

  private func isWanted(_ key: ObjectKey) -> Bool {
    if let doomed, !doomed.hasReached(key) { return true }
    return search?.hasReached(key) ?? true
  }

  private func holdsUnwanted(_ pack: Pack) -> Bool { pack.places.contains { !isWanted($0.record.key) } }

  /// Collects.
  func run(_ report: inout RemoteCollectionReport) throws(RemoteError) {
    report.problems += problems
    try deleteRetired(&report)
    try retire(&report)
  }

  // MARK: Deleting

  // Whether retired packs are to be deleted now.
  private func isRipe(_ packs: [ContentID], since retirement: Int64) -> Bool {
    if doomed == nil { return retirement < oldest }
    let packs = Set(packs)
    return view.all.packs.contains { packs.contains($0.id) && holdsUnwanted($0) }
  }

  private func deleteRetired(_ report: inout RemoteCollectionReport) throws(RemoteError) {
    let ripe = view.lists.filter { isRipe($0.packs, since: $0.entry.modified) }
    guard !ripe.isEmpty else { return }
    let doomed = Set(ripe.flatMap(\.packs))
    // What is wanted and in no live pack was named while its pack was being retired.
    var saved: Set<ObjectKey> = []
    var places: [PackCatalog.Place] = []
    for pack in view.all.packs where doomed.contains(pack.id) {
      for place in pack.places {
        let key = place.record.key
        if isWanted(key), view.live.place(of: key) == nil, saved.insert(key).inserted { places.append(place) }
      }
    }
    report.objectsSaved += places.count
    let sound = options.isDryRun ? [] : try copy(places, &report)
    for list in ripe {
      let packs = view.all.packs.filter { list.packs.contains($0.id) }
      // A pack stays as long as something is wanted of it that couldn't be saved.
      let isSafe = packs.allSatisfy { pack in
        pack.places.allSatisfy { place in
          let key = place.record.key
          return !isWanted(key) || view.live.place(of: key) != nil || sound.contains(key)
        }
      }
      guard options.isDryRun || isSafe else { continue }
      for id in list.packs {
        guard let entry = view.entries[id] else { continue }
        if !options.isDryRun { try remote.delete(entry.name) }
        report.packsDeleted += 1
        report.bytesDeleted += entry.size
      }
      if !options.isDryRun { try remote.delete(list.entry.name) }
    }
  }

  // MARK: Retiring

  private func retire(_ report: inout RemoteCollectionReport) throws(RemoteError) {
    var chosen: [Pack] = []
    var small: [Pack] = []
    for pack in view.live.packs {
      if doomed != nil {
        if holdsUnwanted(pack) { chosen.append(pack) }
        continue
      }
      let isYoung = (view.entries[pack.id]?.modified ?? .max) >= oldest
      var waste: Int64 = 0
      var wanted = 0
      for place in pack.places {
        if isYoung || isWanted(place.record.key) { wanted += 1 } else { waste += Int64(place.record.storedLength) }
      }
      // The pack's own random chunk is never wanted.
      if search != nil, !isYoung, wanted == 0 || Double(waste) > options.wasteThreshold * Double(pack.length) {
        chosen.append(pack)
      } else if pack.length < options.smallPackSize, search == nil || !isYoung {
        small.append(pack)
      }
    }
    if small.count > 1 || (small.count == 1 && !chosen.isEmpty) { chosen += small }
    guard !chosen.isEmpty else { return }
    report.packsRetired += chosen.count
    report.bytesRetired += chosen.reduce(0) { $0 + $1.length }
    if options.isDryRun { return }
    let leaving = Set(chosen.map(\.id))
    var copied: Set<ObjectKey> = []
    var places: [PackCatalog.Place] = []
    for pack in chosen {
      for place in pack.places {
        let key = place.record.key
        guard isWanted(key), !copied.contains(key),
          !view.live.places(of: key).contains(where: { !leaving.contains($0.pack.id) })
        else { continue }
        copied.insert(key)
        places.append(place)
      }
    }
    let sound = try copy(places, &report)
    // A pack with something wanted that is damaged stays.
    let lost = copied.subtracting(sound)
    let list = RetirementList(
      chosen.filter { pack in lost.isEmpty || !pack.places.contains { lost.contains($0.record.key) } }.map(\.id))
    guard !list.packs.isEmpty else { return }
    let name = RemoteName.retired(.random())
    _ = try reaching { () throws(TransportError) in try remote.transport.put(name, list.bytes) }
    if doomed == nil { return }
    // Who reads them finds them gone and looks for the new ones.
    for id in list.packs {
      guard let entry = view.entries[id] else { continue }
      try remote.delete(entry.name)
      report.packsDeleted += 1
      report.bytesDeleted += entry.size
    }
    try remote.delete(name)
  }

  // Puts objects into new packs; returns those that were sound, all of which are in the remote then.
  private func copy(
    _ places: [PackCatalog.Place], _ report: inout RemoteCollectionReport
  ) throws(RemoteError) -> Set<ObjectKey> {
    var builder = PackImageBuilder()
    var sound: Set<ObjectKey> = []
    let search = ObjectSearch(remote.transport, view.all, nil)
    var made = (packs: 0, bytes: Int64(0))
    func put() throws(RemoteError) {
      let image = builder.finish()
      _ = try reaching { () throws(TransportError) in
        try remote.transport.put(.pack(image.pack.id), image.bytes)
      }
      remote.index.adopt(image)
      made.packs += 1
      made.bytes += Int64(image.bytes.count)
    }
    // A transport isn't called while it reads: the objects are read batch by batch.
    var next = 0
    while next < places.count {
      var size = 0
      let start = next
      while next < places.count, size < 32 << 20 {
        size += places[next].record.storedLength
        next += 1
      }
      search.onRead = { (record, stored, _) throws(RemoteError) in
        if sound.insert(record.key).inserted { builder.append(record, stored: stored) }
      }
      try search.read(places[start..<next].map { $0 }, transfer)
      if builder.isFull { try put() }
    }
    if builder.count > 0 { try put() }
    report.packsMade += made.packs
    report.bytesMade += made.bytes
    report.problems += search.problems
    return sound
  }
}
