public import Journaling
public import MLTBase
public import ObjectStorage

/// What a push did, or would do.
public struct PushReport: Hashable, Sendable {
  /// The objects that were put: chunks, lists of chunks and listings of folders.
  public var objects = 0
  /// Their bytes, as they are stored.
  public var objectBytes: Int64 = 0
  /// The packs that were put.
  public var packs = 0
  /// The segments that were put.
  public var segments = 0
  /// The events that were put.
  public var events: Int64 = 0
  /// All bytes that were sent.
  public var bytesSent: Int64 = 0
  /// What was named and isn't in this clone's store, nor in the remote; sorted.
  public var missing: [ContentID] = []
  /// What is named and was excluded; sorted.
  public var excluded: [ContentID] = []
  /// What couldn't be pushed, or is wrong in the remote.
  public var problems: [RemoteProblem] = []

  /// Starts with nothing.
  public init() {}
}

extension Remote {
  /// Puts objects and then the journals of all writers into the remote, as far as it lacks them.
  ///
  /// Done over and over it does nothing more; one that failed or was killed goes on where it was.
  ///
  /// - Parameters:
  ///   - roots: ids of files and trees; what they need is pushed with them.
  ///   - store: where the objects are.
  ///   - journal: where the events are.
  ///   - extent: how far the journals are pushed: ``Journal/extent()`` from before the roots were found out, so that no event
  ///     goes before its objects.
  ///   - excluded: files that don't go, whatever names them.
  ///   - isDryRun: whether only to find out what would be pushed; the packs and bytes sent aren't known then.
  ///   - options: who is told, and can stop it.
  /// - Throws: ``RemoteError``; what was put by then stays.
  public func push(
    _ roots: some Sequence<ContentID>, from store: ObjectStore, _ journal: Journal, through extent: JournalExtent,
    excluding excluded: Set<ContentID> = [], isDryRun: Bool = false, options: TransferOptions = TransferOptions()
  ) throws(RemoteError) -> PushReport {
    let roots = Array(roots)
    var report = PushReport()
    var progress = TransferProgress()
    var relied = try pushObjects(roots, store, excluded, isDryRun, options, &report, &progress)
    let news = try news(journal, extent)
    if isDryRun {
      report.events = news.reduce(0) { $0 + $1.value.last - $1.value.after }
      return report
    }
    // With nothing put and no fact to put, nothing new counts on what was seen.
    if news.isEmpty, report.packs == 0 { return report }
    relied = try settle(relied, roots, store, excluded, options, &report, &progress)
    for (writer, range) in news.sorted(by: { $0.key < $1.key }) {
      try pushEvents(of: writer, range, journal, options, &report, &progress)
    }
    _ = try settle(relied, roots, store, excluded, options, &report, &progress)
    return report
  }

  // Looks whether all packs are still live that something was found in or put into; if not, puts what is missing.
  private func settle(
    _ relied: Set<ContentID>, _ roots: [ContentID], _ store: ObjectStore, _ excluded: Set<ContentID>,
    _ options: TransferOptions, _ report: inout PushReport, _ progress: inout TransferProgress
  ) throws(RemoteError) -> Set<ContentID> {
    var relied = relied
    for _ in 0..<Self.attempts {
      if try relied.isSubset(of: index.refresh(transport).liveNames) { return relied }
      relied = try pushObjects(roots, store, excluded, false, options, &report, &progress)
    }
    throw .unsettled
  }

  // Puts what no live pack has. Returns the packs that something was found in or put into.
  private func pushObjects(
    _ roots: [ContentID], _ store: ObjectStore, _ excluded: Set<ContentID>, _ isDryRun: Bool,
    _ options: TransferOptions, _ report: inout PushReport, _ progress: inout TransferProgress
  ) throws(RemoteError) -> Set<ContentID> {
    let view = try index.refresh(transport)
    var relied: Set<ContentID> = []
    let export = ObjectExport(store)
    try storing { () throws(StorageError) in
      try export.choose(from: roots, excluding: excluded) { key in
        guard let place = view.live.place(of: key) else { return true }
        relied.insert(place.pack.id)
        return false
      }
    }
    let missing = export.missing.filter { id in
      !ObjectKind.allCases.contains { view.live.place(of: ObjectKey(id: id, kind: $0)) != nil }
    }
    report.missing = missing.sorted()
    report.excluded = export.passedOver.sorted()
    report.problems = view.problems + export.problems.map { .local($0) }
    progress.objectsTotal += export.chosenCount
    progress.bytesTotal += export.chosenBytes
    options.progress?(progress)
    if isDryRun {
      report.objects = export.chosenCount
      report.objectBytes = export.chosenBytes
      return relied
    }
    let known = export.problems.count
    while true {
      try options.check()
      guard let image = try storing({ () throws(StorageError) in try export.nextImage() }) else { break }
      try options.check()
      // Its name is new: that it is taken means that an answer to this very call was lost.
      _ = try reaching { () throws(TransportError) in try transport.put(.pack(image.pack.id), image.bytes) }
      index.adopt(image)
      relied.insert(image.pack.id)
      let bytes = image.pack.places.reduce(0) { $0 + Int64($1.record.storedLength) }
      report.packs += 1
      report.objects += image.pack.count - 1  // one chunk makes the name a new one
      report.objectBytes += bytes
      report.bytesSent += Int64(image.bytes.count)
      progress.objects += image.pack.count - 1
      progress.bytes += bytes
      options.progress?(progress)
    }
    report.problems += export.problems.dropFirst(known).map { .local($0) }
    return relied
  }

  // MARK: Events

  private struct News {
    // The remote has the events up to this one.
    var after: Int64
    // This clone has them up to this one.
    var last: Int64
    // A segment of the remote's that has the event `after`.
    var joint: (range: SegmentCoverage.Range, entry: RemoteEntry)?
  }

  // What the remote lacks, by names of files alone.
  private func news(_ journal: Journal, _ extent: JournalExtent) throws(RemoteError) -> [WriterID: News] {
    let there = try segments()
    var news: [WriterID: News] = [:]
    for (writer, last) in extent.numbers {
      let entries = there[writer] ?? [:]
      let after = SegmentCoverage(Array(entries.keys)).through
      guard after < last else { continue }
      let joint = entries.filter { $0.key.first <= after && after <= $0.key.last }.min { $0.value.size < $1.value.size }
      news[writer] = News(after: after, last: last, joint: joint.map { ($0.key, $0.value) })
    }
    return news
  }

  private func pushEvents(
    of writer: WriterID, _ news: News, _ journal: Journal, _ options: TransferOptions, _ report: inout PushReport,
    _ progress: inout TransferProgress
  ) throws(RemoteError) {
    try options.check()
    if let fault = try jointFault(of: writer, news, journal) {
      report.problems.append(.pushed(writer, sequence: news.after + 1, fault))
      return
    }
    do {
      let rest = try journal.forEachSegment(of: writer, after: news.after, through: news.last, latest: latestEvent) {
        segment in
        try options.check()
        let name = RemoteName.segment(writer, first: segment.first, last: segment.last)
        // If it is there, somebody has put the same events since.
        guard try transport.put(name, segment.bytes) else { return }
        report.segments += 1
        report.events += segment.last - segment.first + 1
        report.bytesSent += Int64(segment.bytes.count)
        progress.events += segment.last - segment.first + 1
        options.progress?(progress)
      }
      if let rest { report.problems.append(.pushed(writer, sequence: rest.sequence, rest.fault)) }
    } catch let error as RemoteError {
      throw error
    } catch let error as TransportError {
      throw .transport(error)
    } catch let error as JournalError {
      throw .journal(error)
    } catch {
      preconditionFailure("packing events fails with these errors alone, not with \(error)")
    }
  }

  // Whether what is to be put follows what the remote has.
  private func jointFault(
    of writer: WriterID, _ news: News, _ journal: Journal
  ) throws(RemoteError) -> ChainFault? {
    guard let joint = news.joint else { return nil }
    guard let link = try journaling({ () throws(JournalError) in try journal.link(of: writer, at: news.after) }) else {
      return .damaged
    }
    // One that was merged into another since has the same events there.
    guard let segment = try segment(writer, joint.range, joint.entry) else { return nil }
    return segment.check(joining: link, latest: nil).fault
  }
}
