internal import Glibc
package import MLTBase
internal import SystemPackage

/// How far each writer's chain reaches at one time: the number of its last event.
public struct JournalExtent: Hashable, Sendable {
  /// The numbers by writer; no writer is there without events.
  public var numbers: [WriterID: Int64]

  /// Takes the numbers.
  public init(_ numbers: [WriterID: Int64] = [:]) {
    self.numbers = numbers
  }
}

extension Journal {
  /// Returns how far each writer's chain reaches without a gap, by names of files and counts of lines.
  ///
  /// Damaged lines count: a number may be too large.
  public func extent() throws(JournalError) -> JournalExtent {
    var extent = JournalExtent()
    for writer in try writers() {
      let end = try end(of: writer)
      if end > 0 { extent.numbers[writer] = end }
    }
    return extent
  }

  /// Returns how far one writer's chain reaches; 0 if there are no events.
  package func end(of writer: WriterID) throws(JournalError) -> Int64 {
    let folder = folder(of: writer)
    guard try journaling({ () throws(SystemCallError) in try FileStatus(at: folder) }) != nil else { return 0 }
    while true {
      let segments = try SegmentList(folder)
      let closed = SegmentCoverage(segments.closed.map { .init(first: $0.first, last: $0.last) }).through
      guard let first = segments.active.last, first <= closed + 1 else { return closed }
      if let lines = try Self.lineCount(segments.path(SegmentName(first: first, last: nil))) {
        return max(closed, first - 1 + lines)
      }
      // It was closed since the folder was listed.
    }
  }

  // The number of newlines; nil if there is no such file.
  private static func lineCount(_ path: FilePath) throws(JournalError) -> Int64? {
    try journaling { () throws(SystemCallError) in
      guard let bytes = try FileOperations.contents(of: path) else { return nil }
      return bytes.withUnsafeBytes { bytes in
        var count: Int64 = 0
        var from = 0
        while from < bytes.count, let base = bytes.baseAddress,
          let found = memchr(base + from, 0x0A, bytes.count - from)
        {
          count += 1
          from = UnsafeRawPointer(found) - base + 1
        }
        return count
      }
    }
  }

  /// Returns one event's place in its chain; nil if it isn't there or is damaged.
  package func link(of writer: WriterID, at number: Int64) throws(JournalError) -> ChainLink? {
    guard number >= 1 else { return nil }
    var lines = try SegmentLines(folder(of: writer), from: number)
    guard let line = try lines.nextLine() else { return nil }
    var chain = ChainCheck(writer: writer, before: number, latest: nil)
    do throws(ChainFault) {
      try chain.take(line)
    } catch {
      return nil
    }
    return chain.last
  }

  /// Packs a writer's events for others, checked.
  ///
  /// - Parameters:
  ///   - number: the events after this one are packed; 0 for all.
  ///   - last: the last event to pack; what comes after it stays out.
  ///   - latest: the latest time that an event may have.
  ///   - body: takes each segment, lowest numbers first.
  /// - Returns: why the events that are left can't be packed, and the first one's number; nil if all were.
  package func forEachSegment(
    of writer: WriterID, after number: Int64, through last: Int64, latest: Timestamp,
    _ body: (JournalSegment) throws -> Void
  ) throws -> (sequence: Int64, fault: ChainFault)? {
    var link: ChainLink?
    if number > 0 {
      link = try self.link(of: writer, at: number)
      guard link != nil else { return (number, .damaged) }
    }
    var chain = ChainCheck(writer: writer, after: link, latest: latest)
    var lines = try SegmentLines(folder(of: writer), from: number + 1)
    var packer = SegmentPacker(writer: writer, first: number + 1)
    var fault: ChainFault?
    while chain.sequence < last {
      // Numbers are counts of lines: at the end, what a crash left may have been counted.
      guard let line = try lines.nextLine() else { break }
      do throws(ChainFault) {
        try chain.take(line)
      } catch {
        fault = error
        break
      }
      packer.append(line)
      if packer.isFull {
        try body(try packer.finish())
        packer = SegmentPacker(writer: writer, first: chain.sequence + 1)
      }
    }
    if packer.lineCount > 0 { try body(try packer.finish()) }
    guard chain.sequence < last else { return nil }
    if fault == nil, try SegmentList(folder(of: writer)).closedThrough > chain.sequence { fault = .damaged }
    // A torn tail is the next append's to set aside, and no fault.
    if fault != nil, try isTornTail(writer, after: chain.sequence) { return nil }
    return fault.map { (chain.sequence + 1, $0) }
  }

  // Whether no good line follows in an active segment.
  private func isTornTail(_ writer: WriterID, after number: Int64) throws(JournalError) -> Bool {
    if try SegmentList(folder(of: writer)).closedThrough > number { return false }
    var lines = try SegmentLines(folder(of: writer), from: number + 1)
    while let line = try lines.nextLine() {
      if (try? Event(line: line)) != nil { return false }
    }
    return true
  }

  // MARK: Taking in

  /// Puts a checked segment of some writer's into the journal, durably; events that are there already are in it unchanged.
  ///
  /// New events under this clone's own name weren't recorded here, at least not in this state of it: the name is given
  /// up first, and a new one drawn, so that what stands under a clone's own name is always what it recorded itself.
  package func takeIn(_ segment: JournalSegment) throws(JournalError) {
    let folder = folder(of: segment.writer)
    let lock = try Self.lock(in: self.folder)
    try giveUpName(for: segment)
    try journaling { () throws(SystemCallError) in try FileOperations.createFolder(folder) }
    // An active segment, as of a clone that was copied, ends before what comes from elsewhere begins.
    if try !SegmentList(folder).active.isEmpty {
      var notices: [JournalNotice] = []
      let active = try ActiveSegment(of: segment.writer, in: folder, notices: &notices)
      note(notices)
      if active.size > 0 { _ = try SegmentCloser.close(active.first, in: folder) }
    }
    try place(segment)
    _ = consume lock
  }

  private func giveUpName(for segment: JournalSegment) throws(JournalError) {
    guard try WriterIdentity(in: folder)?.writer == segment.writer, try end(of: segment.writer) < segment.last else {
      return
    }
    let drawn = try WriterIdentity(drawnIn: folder, host: host)
    try drawn.write(in: folder)
    note([.nameGivenUp(previous: segment.writer, current: drawn.writer)])
  }

  private func place(_ segment: JournalSegment) throws(JournalError) {
    let folder = folder(of: segment.writer)
    try journaling { () throws(SystemCallError) in
      try FileOperations.replace(folder.appending(segment.name.name), with: segment.bytes)
      if segment.first == 1 { try FileOperations.synchronizeFolder(folder.removingLastComponent()) }
    }
  }

  // The number of small closed segments of a writer from which they are merged.
  private static let mergeCount = 32
  private static let smallSize: Int64 = 256 << 10

  /// Merges a writer's many small closed segments, if there are many; the same events are there before, during and after.
  ///
  /// - Returns: whether anything was merged.
  @discardableResult
  package func mergeSmallSegments(of writer: WriterID) throws(JournalError) -> Bool {
    let lock = try Self.lock(in: folder)
    let merged = try mergeLocked(writer)
    _ = consume lock
    return merged
  }

  private func mergeLocked(_ writer: WriterID) throws(JournalError) -> Bool {
    let segments = try SegmentList(folder(of: writer))
    var small: [SegmentCoverage.Range] = []
    // The last stretch of small neighbours: what came one by one.
    for closed in segments.closed {
      let path = segments.path(SegmentName(first: closed.first, last: closed.last))
      let size = try journaling { () throws(SystemCallError) in try FileStatus(at: path) }?.size ?? 0
      let range = SegmentCoverage.Range(first: closed.first, last: closed.last)
      if size >= Self.smallSize || range.first > (small.map(\.last).max() ?? range.first) + 1 { small = [] }
      if size < Self.smallSize { small.append(range) }
    }
    guard small.count >= Self.mergeCount, let first = small.first?.first, let last = small.map(\.last).max() else {
      return false
    }
    var lines = try SegmentLines(folder(of: writer), from: first)
    var packer = SegmentPacker(writer: writer, first: first)
    var chain = ChainCheck(writer: writer, before: first, latest: nil)
    while chain.sequence < last, let line = try lines.nextLine() {
      do throws(ChainFault) { try chain.take(line) } catch { return false }
      packer.append(line)
    }
    guard chain.sequence == last else { return false }
    try place(try packer.finish())
    for range in small where range.first != first || range.last != last {
      let path = segments.path(SegmentName(first: range.first, last: range.last))
      try journaling { () throws(SystemCallError) in
        do throws(SystemCallError) {
          try FileOperations.remove(path)
        } catch {
          if error.errno != .noSuchFileOrDirectory { throw error }
        }
      }
    }
    return true
  }
}
