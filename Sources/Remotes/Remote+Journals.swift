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
    var report = JournalFetchReport()
    var progress = TransferProgress()
    for _ in 0..<Self.attempts {
      report.problems = []
      var isSettled = true
      for (writer, entries) in try segments().sorted(by: { $0.key < $1.key }) {
        try options.check()
        if try !fetch(writer, entries, journal, isDryRun, options, &report, &progress) { isSettled = false }
      }
      if isSettled { return report }
    }
    throw .unsettled
  }

  // Whether no segment went away meanwhile.
  private func fetch(
    _ writer: WriterID, _ entries: [SegmentCoverage.Range: RemoteEntry], _ journal: Journal, _ isDryRun: Bool,
    _ options: TransferOptions, _ report: inout JournalFetchReport, _ progress: inout TransferProgress
  ) throws(RemoteError) -> Bool {
    let coverage = SegmentCoverage(Array(entries.keys))
    let end = try journaling { () throws(JournalError) in try journal.end(of: writer) }
    guard coverage.last > end else { return true }
    let through = coverage.through(from: end)
    if through < coverage.last {
      let next = coverage.ranges.first { $0.first > through }?.first ?? coverage.last
      report.problems.append(.fetched(writer, sequence: through + 1, .gap(through: next - 1)))
    }
    if isDryRun {
      if through > end { report.events[writer] = end + 1...through }
      return true
    }
    var link = try journaling { () throws(JournalError) in try journal.link(of: writer, at: end) }
    guard end == 0 || link != nil else {
      report.problems.append(.fetched(writer, sequence: end, .damaged))
      return true
    }
    for range in coverage.path(from: end) {
      try options.check()
      guard let entry = entries[range] else { continue }
      guard let segment = try segment(writer, range, entry) else { return false }
      report.bytesReceived += Int64(segment.bytes.count)
      let outcome = segment.check(joining: link, latest: latestEvent)
      let known = link?.sequence ?? 0
      if let good = outcome.end, good.sequence > known {
        try journaling { () throws(JournalError) in
          try journal.takeIn(outcome.fault == nil ? segment : try segment.cut(through: good.sequence))
        }
        let first = report.events[writer]?.lowerBound ?? known + 1
        report.events[writer] = first...good.sequence
        progress.events += good.sequence - known
        options.progress?(progress)
        link = good
      }
      if let fault = outcome.fault {
        report.problems.append(.fetched(writer, sequence: (outcome.end?.sequence ?? range.first - 1) + 1, fault))
        break
      }
    }
    if report.events[writer] != nil {
      try journaling { () throws(JournalError) in _ = try journal.mergeSmallSegments(of: writer) }
    }
    return true
  }
}
