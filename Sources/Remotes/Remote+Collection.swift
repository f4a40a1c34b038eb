internal import Journaling
public import MLTBase
internal import ObjectStorage

/// What a collection of a remote does.
public struct RemoteCollectionOptions: Sendable {
  /// How long packs can still be read that nobody may count on any more, and new ones are spared, in seconds: longer than
  /// the longest push.
  public var grace: Int64 = 14 * 24 * 3600
  /// A pack with a larger part of unwanted bytes is rewritten.
  public var wasteThreshold = 0.3
  /// Packs smaller than this are merged.
  public var smallPackSize: Int64 = 16 << 20
  /// From how many small neighbours on a writer's segments are merged.
  public var segmentCount = 16
  /// Whether only to find out what would be done.
  public var isDryRun = false
  /// Files that aren't wanted, whatever names them.
  public var purged: Set<ContentID> = []
  /// Whether nothing else is removed than what only the purged files have: at once, however young it is.
  public var removesPurgedOnly = false

  /// Starts with the usual.
  public init() {}
}

/// What a collection of a remote did, or would do.
public struct RemoteCollectionReport: Hashable, Sendable {
  /// The packs that nobody may count on any more from now on, and their bytes.
  public var packsRetired = 0
  /// The bytes of those.
  public var bytesRetired: Int64 = 0
  /// The packs that were put in their place.
  public var packsMade = 0
  /// The bytes of those.
  public var bytesMade: Int64 = 0
  /// The packs that were deleted, having been retired long ago.
  public var packsDeleted = 0
  /// The bytes of those.
  public var bytesDeleted: Int64 = 0
  /// The objects that were saved out of packs that were deleted.
  public var objectsSaved = 0
  /// The segments that were merged into others.
  public var segmentsMade = 0
  /// The segments that were deleted, another having the same events.
  public var segmentsDeleted = 0
  /// What is wrong in the remote.
  ///
  /// If it may hide what is wanted, nothing is removed.
  public var problems: [RemoteProblem] = []

  /// Starts with nothing.
  public init() {}
}

extension Remote {
  /// Merges small packs and segments; with roots, retires packs with much that isn't wanted.
  ///
  /// Deletes what was retired long ago.
  ///
  /// Safe beside pushes, fetches and other collections. No event is ever removed.
  ///
  /// - Parameters:
  ///   - roots: returns ids of all files and trees that are wanted: at least what all events name that the remote has *now*, so
  ///     fetch the journals in it; nil to keep everything.
  ///   - options: what is done.
  ///   - transfer: who is told, and can stop it.
  /// - Throws: ``RemoteError``, and what `roots` throws; what was done by then stays, and nothing that is wanted is lost.
  public func collect(
    _ options: RemoteCollectionOptions = RemoteCollectionOptions(), transfer: TransferOptions = TransferOptions(),
    roots: (() throws -> [ContentID])? = nil
  ) throws -> RemoteCollectionReport {
    var report = RemoteCollectionReport()
    let view = try index.refresh(transport)
    let collection = try RemoteCollection(self, view, options, transfer, roots: try roots?())
    try collection.run(&report)
    if !options.isDryRun, !options.removesPurgedOnly {
      try collectSegments(options, transfer, &report)
      let now = try reaching { () throws(TransportError) in try transport.present() }
      let patience = max(options.grace, Self.longestPut)
      try reaching { () throws(TransportError) in try transport.sweep(before: Self.time(now, before: patience)) }
    }
    return report
  }

  // What is being put is no older than this, in seconds, even where no grace is given.
  private static let longestPut: Int64 = 3600

  /// The time that lies so many seconds before another, both in nanoseconds.
  static func time(_ now: Int64, before seconds: Int64) -> Int64 {
    let (span, overflow) = max(0, seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (time, underflow) = now.subtractingReportingOverflow(span)
    return overflow || underflow ? .min : time
  }

  // MARK: Segments

  // Segments smaller than this are merged.
  private static let smallSegment: Int64 = 256 << 10

  private func collectSegments(
    _ options: RemoteCollectionOptions, _ transfer: TransferOptions, _ report: inout RemoteCollectionReport
  ) throws(RemoteError) {
    let now = try reaching { () throws(TransportError) in try transport.present() }
    let oldest = Self.time(now, before: options.grace)
    for (writer, entries) in try segments().sorted(by: { $0.key < $1.key }) {
      try transfer.check()
      try merge(writer, entries, options, &report)
      try deleteCovered(writer, entries, oldest, &report)
    }
  }

  // Puts one segment for each stretch of small ones.
  private func merge(
    _ writer: WriterID, _ entries: [SegmentCoverage.Range: RemoteEntry], _ options: RemoteCollectionOptions,
    _ report: inout RemoteCollectionReport
  ) throws(RemoteError) {
    let coverage = SegmentCoverage(Array(entries.keys))
    var stretch: [SegmentCoverage.Range] = []
    // What others cover is no part of the path, and needs no merging.
    for range in coverage.path(from: 0) {
      if let entry = entries[range], entry.size < Self.smallSegment {
        stretch.append(range)
        if stretch.count < 512 { continue }
      }
      try merge(writer, stretch, entries, options, &report)
      stretch = []
    }
    try merge(writer, stretch, entries, options, &report)
  }

  private func merge(
    _ writer: WriterID, _ stretch: [SegmentCoverage.Range], _ entries: [SegmentCoverage.Range: RemoteEntry],
    _ options: RemoteCollectionOptions, _ report: inout RemoteCollectionReport
  ) throws(RemoteError) {
    guard stretch.count >= max(2, options.segmentCount), let first = stretch.first?.first else { return }
    var packer = SegmentPacker(writer: writer, first: first)
    var link: ChainLink?
    for range in stretch {
      guard let entry = entries[range], let segment = try segment(writer, range, entry) else { return }
      let known = link?.sequence ?? first - 1
      let outcome = segment.check(joining: link, latest: nil) { number, line in
        if number > known { packer.append(line) }
      }
      if let fault = outcome.fault {
        report.problems.append(.fetched(writer, sequence: (outcome.end?.sequence ?? range.first - 1) + 1, fault))
        return
      }
      link = outcome.end
    }
    let merged = try journaling { () throws(JournalError) in try packer.finish() }
    let name = RemoteName.segment(writer, first: merged.first, last: merged.last)
    let isPut = try reaching { () throws(TransportError) in try transport.put(name, merged.bytes) }
    if isPut { report.segmentsMade += 1 }
  }

  // Deletes segments that lie within one that is as old as the grace and has the same events.
  private func deleteCovered(
    _ writer: WriterID, _ entries: [SegmentCoverage.Range: RemoteEntry], _ oldest: Int64,
    _ report: inout RemoteCollectionReport
  ) throws(RemoteError) {
    let old = entries.filter { $0.value.modified < oldest }
    var covered: [SegmentCoverage.Range: [SegmentCoverage.Range]] = [:]
    var outer: SegmentCoverage.Range?
    // Sorted by first number, the longest first: what an earlier one covers follows it.
    for range in old.keys.sorted() {
      if let outer, outer.covers(range) { covered[outer, default: []].append(range) } else { outer = range }
    }
    for (outer, inner) in covered.sorted(by: { $0.key < $1.key }) {
      guard let entry = old[outer], let whole = try segment(writer, outer, entry) else { continue }
      var ids: [Int64: ContentID] = [:]
      let wanted = Set(inner.map(\.last))
      let outcome = whole.check(joining: nil, latest: nil) { number, line in
        if wanted.contains(number) { ids[number] = (try? Event(line: line))?.id }
      }
      if let fault = outcome.fault {
        report.problems.append(.fetched(writer, sequence: (outcome.end?.sequence ?? outer.first - 1) + 1, fault))
        continue
      }
      for range in inner {
        guard let entry = old[range], let part = try segment(writer, range, entry) else { continue }
        let end = part.check(joining: nil, latest: nil)
        // One that is damaged has nothing to lose; one that differs is kept for a look.
        if let last = end.end, end.fault == nil, let other = ids[range.last], other != last.id {
          report.problems.append(.fetched(writer, sequence: range.last, .forked(last.id, other: other)))
          continue
        }
        try delete(entry.name)
        report.segmentsDeleted += 1
      }
    }
  }

  /// Deletes a file that somebody else may delete, too.
  func delete(_ name: RemoteName) throws(RemoteError) {
    do throws(TransportError) {
      try transport.delete(name)
    } catch .missing {
    } catch {
      throw .transport(error)
    }
  }
}
