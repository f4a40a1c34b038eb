public import Journaling

/// What was taken over from a remote's journals.
public struct JournalFetchReport: Hashable, Sendable {
  /// The numbers of new events, by writer.
  public var events: [WriterID: ClosedRange<Int64>] = [:]
  /// The bytes that were read.
  public var bytesReceived: Int64 = 0
  /// Which writers' events couldn't be taken over, from which on, and why.
  public var problems: [RemoteProblem] = []

  /// Starts with nothing.
  public init() {}

  /// The number of new events.
  public var eventCount: Int64 { events.values.reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 } }
}

extension Remote {
  // What is done with events that the journal lacks.
  private enum Use {
    case counting
    case takingIn
    case looking
  }

  // What a fetch has come to.
  private struct Fetch {
    let journal: Journal
    let use: Use
    let options: TransferOptions
    var report = JournalFetchReport()
    var progress = TransferProgress()
    // The last event of each writer that was read, where events don't go into the journal.
    var links: [WriterID: ChainLink] = [:]
  }

  /// Returns how far each writer's chain reaches in the remote without a gap, by names of files alone.
  public func extent() throws(RemoteError) -> JournalExtent {
    var extent = JournalExtent()
    for (writer, entries) in try segments() {
      let through = SegmentCoverage(Array(entries.keys)).through
      if through > 0 { extent.numbers[writer] = through }
    }
    return extent
  }

  /// Reads the events of all writers that the remote has and the journal lacks, after checking them; nothing is written.
  ///
  /// What is wrong with one writer's events ends that writer's at the event before, and is reported.
  ///
  /// - Parameters:
  ///   - journal: what is here already.
  ///   - options: who is told, and can stop it.
  ///   - body: takes each event; of one writer in the order of the chain.
  /// - Throws: ``RemoteError``.
  public func readNews(
    beyond journal: Journal, options: TransferOptions = TransferOptions(), _ body: (Event) -> Void
  ) throws(RemoteError) -> JournalFetchReport {
    try readNews(beyond: journal, from: [:], options: options) { event, _ in body(event) }.report
  }

  /// As ``readNews(beyond:options:_:)``, from where an earlier reading had ended.
  ///
  /// - Returns: with the report, the last event of each writer that is known now.
  func readNews(
    beyond journal: Journal, from links: [WriterID: ChainLink], options: TransferOptions,
    _ body: (Event, _ number: Int64) -> Void
  ) throws(RemoteError) -> (report: JournalFetchReport, links: [WriterID: ChainLink]) {
    var fetch = Fetch(journal: journal, use: .looking, options: options, links: links)
    try run(&fetch, body)
    return (fetch.report, fetch.links)
  }

  /// Takes over the events of all writers that the remote has and the journal lacks, after checking them.
  ///
  /// What is wrong with one writer's events ends that writer's at the event before, and is reported; others' are taken over.
  ///
  /// - Parameters:
  ///   - journal: where the events go.
  ///   - isDryRun: whether only to find out, by names of files, what there is.
  ///   - options: who is told, and can stop it.
  /// - Throws: ``RemoteError``; what was taken over by then stays.
  public func fetchJournals(
    into journal: Journal, isDryRun: Bool = false, options: TransferOptions = TransferOptions()
  ) throws(RemoteError) -> JournalFetchReport {
    var fetch = Fetch(journal: journal, use: isDryRun ? .counting : .takingIn, options: options)
    try run(&fetch) { _, _ in }
    return fetch.report
  }

  private func run(_ fetch: inout Fetch, _ body: (Event, Int64) -> Void) throws(RemoteError) {
    for _ in 0..<Self.attempts {
      fetch.report.problems = []
      var isSettled = true
      for (writer, entries) in try segments().sorted(by: { $0.key < $1.key }) {
        try fetch.options.check()
        if try !read(writer, entries, &fetch, body) { isSettled = false }
      }
      if isSettled { return }
    }
    throw .unsettled
  }

  // Whether no segment went away meanwhile.
  private func read(
    _ writer: WriterID, _ entries: [SegmentCoverage.Range: RemoteEntry], _ fetch: inout Fetch,
    _ body: (Event, Int64) -> Void
  ) throws(RemoteError) -> Bool {
    let coverage = SegmentCoverage(Array(entries.keys))
    let journal = fetch.journal
    var link = fetch.links[writer]
    var end = link?.sequence ?? 0
    if link == nil { end = try journaling { () throws(JournalError) in try journal.end(of: writer) } }
    guard coverage.last > end else { return true }
    let through = coverage.through(from: end)
    if through < coverage.last {
      let next = coverage.ranges.first { $0.first > through }?.first ?? coverage.last
      fetch.report.problems.append(.fetched(writer, sequence: through + 1, .gap(through: next - 1)))
    }
    if fetch.use == .counting {
      if through > end { fetch.report.events[writer] = end + 1...through }
      return true
    }
    if link == nil { link = try journaling { () throws(JournalError) in try journal.link(of: writer, at: end) } }
    guard end == 0 || link != nil else {
      fetch.report.problems.append(.fetched(writer, sequence: end, .damaged))
      return true
    }
    for range in coverage.path(from: end) {
      try fetch.options.check()
      guard let entry = entries[range] else { continue }
      guard let segment = try segment(writer, range, entry) else { return false }
      fetch.report.bytesReceived += Int64(segment.bytes.count)
      let known = link?.sequence ?? 0
      let isLooking = fetch.use == .looking
      let outcome = segment.check(joining: link, latest: latestEvent) { number, line in
        // A line that was checked is an event.
        if isLooking, number > known, let event = try? Event(line: line) { body(event, number) }
      }
      if let good = outcome.end, good.sequence > known {
        if fetch.use == .takingIn {
          try journaling { () throws(JournalError) in
            try journal.takeIn(outcome.fault == nil ? segment : try segment.cut(through: good.sequence))
          }
        }
        let first = fetch.report.events[writer]?.lowerBound ?? known + 1
        fetch.report.events[writer] = first...good.sequence
        fetch.progress.events += good.sequence - known
        fetch.options.progress?(fetch.progress)
        link = good
        fetch.links[writer] = good
      }
      if let fault = outcome.fault {
        fetch.report.problems.append(.fetched(writer, sequence: (outcome.end?.sequence ?? range.first - 1) + 1, fault))
        break
      }
    }
    if fetch.use == .takingIn, fetch.report.events[writer] != nil {
      try journaling { () throws(JournalError) in _ = try journal.mergeSmallSegments(of: writer) }
    }
    return true
  }
}
