internal import Glibc
internal import MLTBase
internal import SystemPackage

/// One collection: find what is wanted, copy it out of the packs with too much that isn't, remove those.
struct PackCollection {
  // How many missing ids a report names.
  private static let missingLimit = 100

  private let store: ObjectStore
  private let options: CollectionOptions
  // Claims and packs from before this time, in nanoseconds since 1970, are protected no more.
  private let oldest: Int64

  init(_ store: ObjectStore, _ options: CollectionOptions) {
    self.store = store
    self.options = options
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let (grace, overflows) = max(0, options.grace).multipliedReportingOverflow(by: 1_000_000_000)
    oldest = overflows ? .min : Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - grace
  }

  /// Collects from the roots.
  func run<Roots: Sequence<ContentID>>(
    progress: (Int64, Int64) throws -> Void, roots: () throws -> Roots
  ) throws -> CollectionReport {
    let walk = ReachabilityWalk(store.packs, excluding: options.purged)
    // What is named now was stored before, so packs that are listed after have it.
    let first = try roots()
    _ = try store.packs.refresh(always: true)
    try reach(first, walk)
    let doomed = options.removesPurgedOnly ? ReachabilityWalk(store.packs) : nil
    for id in options.purged.sorted() { try doomed?.reach(id) }
    let packs = try store.packs.packs()
    let damaged = try store.packs.damaged().map(\.error)
    var report = CollectionReport(before: Self.amount(packs))
    report.wasHinderedByDamage = !(walk.problems + (doomed?.problems ?? [])).isEmpty || !damaged.isEmpty
    let keepsAll = report.wasHinderedByDamage
    var young = try young(packs)
    // All of a young pack is wanted, and of any pack while nobody can tell what is.
    let wanted = { (pack: Pack) -> RecordSet in
      if let doomed, !keepsAll {
        return Self.all(of: pack, without: doomed.reached(in: pack), unlessIn: walk.reached(in: pack))
      }
      return keepsAll || young.contains(ObjectIdentifier(pack))
        ? RecordSet(capacity: pack.index.count, isFull: true) : walk.reached(in: pack)
    }
    let chosen = choose(packs.map { ($0, wanted($0)) })
    report.problems = damaged + walk.problems
    report.missingCount = walk.missing.count
    report.missing = Array(walk.missing.sorted().prefix(Self.missingLimit))
    if options.isDryRun {
      foretell(&report, chosen)
      return report
    }
    let replacement = PackReplacement(store, chosen)
    if !chosen.isEmpty {
      let total = chosen.reduce(0) { $0 + $1.pack.index.fileLength }
      try replacement.copy { try progress($0, total) }
      try alone {
        _ = try store.packs.refresh(always: true)
        try reach(try roots(), walk)
        // One that was dead may have been published again.
        young = try self.young(packs)
        // What turned out to be damaged since hides what is wanted, too.
        guard keepsAll || walk.problems.isEmpty else {
          report.wasHinderedByDamage = true
          return
        }
        (report.packsRetired, report.objectsRemoved) = try replacement.retire(.remove) { wanted($0) }
      }
    }
    report.problems = damaged + walk.problems + replacement.problems
    report.after = Self.amount(try store.packs.packs())
    if !options.isDryRun { try removeDeadClaims() }
    return report
  }

  /// Merges small packs; all that is in them is wanted.
  func merge(progress: (Int64, Int64) throws -> Void) throws -> CollectionReport {
    _ = try store.packs.refresh(always: true)
    let packs = try store.packs.packs()
    var report = CollectionReport(before: Self.amount(packs))
    let chosen = choose(packs.map { ($0, RecordSet(capacity: $0.index.count, isFull: true)) })
    guard !chosen.isEmpty else { return report }
    let replacement = PackReplacement(store, chosen)
    let total = chosen.reduce(0) { $0 + $1.pack.index.fileLength }
    try replacement.copy { try progress($0, total) }
    try alone {
      (report.packsRetired, report.objectsRemoved) = try replacement.retire(.remove) { _ in nil }
    }
    report.problems = replacement.problems
    report.after = Self.amount(try store.packs.packs())
    return report
  }

  private func alone(_ body: () throws -> Void) throws {
    let lock = try stored { () throws(SystemCallError) in try StoreLock.alone(store.packs.folder) }
    let outcome = Result { try body() }
    lock.release()
    try outcome.get()
  }

  private func reach(_ roots: some Sequence<ContentID>, _ walk: ReachabilityWalk) throws(StorageError) {
    for root in roots { try walk.reach(root) }
    try LeaseFolder.forEachClaim(besides: store.packs.folder, notBefore: oldest, removing: false) {
      (id) throws(StorageError) in try walk.reach(id)
    }
  }

  private func removeDeadClaims() throws(StorageError) {
    try LeaseFolder.forEachClaim(besides: store.packs.folder, notBefore: oldest, removing: true) { _ in }
  }

  // The time of the renaming counts: a pack may be long in the making.
  private func young(_ packs: [Pack]) throws(StorageError) -> Set<ObjectIdentifier> {
    var young: Set<ObjectIdentifier> = []
    for pack in packs {
      let status = try stored { () throws(SystemCallError) in try FileStatus(at: pack.path) }
      if let status, max(status.modified, status.changed) <= oldest { continue }
      young.insert(ObjectIdentifier(pack))
    }
    return young
  }

  private static func all(of pack: Pack, without doomed: RecordSet, unlessIn wanted: RecordSet) -> RecordSet {
    var all = RecordSet(capacity: pack.index.count, isFull: true)
    for position in doomed.positions where !wanted.contains(position) { all.remove(position) }
    return all
  }

  // The packs to replace: without anything that is wanted, with too much that isn't, or small and not alone in that.
  private func choose(_ packs: [(pack: Pack, wanted: RecordSet)]) -> [(pack: Pack, wanted: RecordSet)] {
    var chosen: [(pack: Pack, wanted: RecordSet)] = []
    var small: [(pack: Pack, wanted: RecordSet)] = []
    let sorted = packs.sorted { $0.pack.name < $1.pack.name }
    if options.removesPurgedOnly { return sorted.filter { $0.wanted.count < $0.pack.index.count } }
    for (pack, wanted) in sorted {
      let length = pack.index.fileLength
      let waste = Self.bytes(pack) { !wanted.contains($0) }
      if wanted.count == 0 || Double(waste) > options.wasteThreshold * Double(length) {
        chosen.append((pack, wanted))
      } else if length < options.smallPackSize {
        small.append((pack, wanted))
      }
    }
    // One small pack is rewritten only if it fills up another that is being made.
    let isAnyKept = chosen.contains { $0.wanted.count > 0 }
    if small.count > 1 || isAnyKept { chosen += small }
    return chosen
  }

  private static func bytes(_ pack: Pack, _ isCounted: (Int) -> Bool) -> Int64 {
    (0..<pack.index.count).reduce(0) { sum, position in
      isCounted(position) ? sum + Int64(pack.index[position].storedLength + PackFormat.recordLength) : sum
    }
  }

  private static func amount(_ packs: [Pack]) -> CollectionReport.Amount {
    packs.reduce(into: CollectionReport.Amount()) { amount, pack in
      amount.packs += 1
      amount.objects += pack.index.count
      amount.bytes += pack.index.fileLength
    }
  }

  private func foretell(_ report: inout CollectionReport, _ chosen: [(pack: Pack, wanted: RecordSet)]) {
    var copied: Int64 = 0
    for (pack, wanted) in chosen {
      let unwanted = pack.index.count - wanted.count
      report.objectsRemoved += unwanted
      report.packsRetired += 1
      report.after.packs -= 1
      report.after.objects -= unwanted
      report.after.bytes -= pack.index.fileLength
      copied += Self.bytes(pack) { wanted.contains($0) }
    }
    let new = (copied + Int64(PackWriter.targetLength) - 1) / Int64(PackWriter.targetLength)
    report.after.packs += Int(new)
    report.after.bytes += copied + new * Int64(PackFormat.headerLength + PackFormat.trailerLength)
  }
}
