package import MLTBase

/// Events of one writer, packed as a closed segment is.
package struct JournalSegment: Sendable {
  /// The most bytes that a segment from elsewhere may have.
  package static let packedLimit = 128 << 20
  /// The most bytes that it may unpack to.
  package static let unpackedLimit: Int64 = 256 << 20
  /// The size at which a segment for elsewhere ends.
  package static let targetSize = 8 << 20

  /// The writer.
  package let writer: WriterID
  /// The number of the first event.
  package let first: Int64
  /// The number of the last event.
  package let last: Int64
  /// The packed bytes.
  package let bytes: [UInt8]

  /// Takes the parts, unchecked.
  package init(writer: WriterID, first: Int64, last: Int64, bytes: [UInt8]) {
    self.writer = writer
    self.first = first
    self.last = last
    self.bytes = bytes
  }

  /// The name of the segment's file.
  package var name: SegmentName { SegmentName(first: first, last: last) }

  /// How far a segment is good, and why no farther.
  package struct Outcome: Sendable {
    /// The last good event; nil if there is none.
    package var end: ChainLink?
    /// What is wrong with the next event; nil if the segment is good.
    package var fault: ChainFault?
  }

  /// Checks every line.
  ///
  /// - Parameters:
  ///   - known: an event that the segment must follow or have in it; nil if it begins the chain or nothing is known.
  ///   - latest: the latest time that an event may have; nil for any.
  ///   - line: takes each good line, without its newline.
  package func check(
    joining known: ChainLink?, latest: Timestamp?, _ line: (_ number: Int64, [UInt8]) -> Void = { _, _ in }
  ) -> Outcome {
    var chain =
      known?.sequence == first - 1
      ? ChainCheck(writer: writer, after: known, latest: latest)
      : ChainCheck(writer: writer, before: first, latest: latest)
    var outcome = Outcome()
    do throws(ChainFault) {
      guard bytes.count <= Self.packedLimit, first >= 1, last >= first else { throw .damaged }
      try lines { (bytes) throws(ChainFault) in
        guard chain.sequence < last else { throw .damaged }
        try chain.take(bytes)
        if let known, let link = chain.last, link.sequence == known.sequence, link.id != known.id {
          throw .forked(link.id, other: known.id)
        }
        outcome.end = chain.last
        line(chain.sequence, bytes)
      }
      guard chain.sequence == last else { throw .damaged }
    } catch {
      outcome.fault = error
      if case .forked = error { outcome.end = nil }
    }
    return outcome
  }

  private func lines(_ body: ([UInt8]) throws(ChainFault) -> Void) throws(ChainFault) {
    do {
      let reader = LineReader(try GzipSource(MemorySource(bytes), limit: Self.unpackedLimit))
      while true {
        switch try reader.next() {
        case .line(let line): try body(line)
        case .tooLong: throw ChainFault.unusable(.lineTooLong)
        case .end(unterminated: 0): return
        case .end: throw ChainFault.damaged
        }
      }
    } catch let fault as ChainFault {
      throw fault
    } catch {
      throw .damaged
    }
  }

  /// Returns the segment of the events up to a number, which must lie in it and whose lines were found good.
  package func cut(through number: Int64) throws(JournalError) -> JournalSegment {
    var packer = SegmentPacker(writer: writer, first: first)
    _ = check(joining: nil, latest: nil) { at, line in
      if at <= number { packer.append(line) }
    }
    return try packer.finish()
  }
}

/// Puts lines together into a segment.
package struct SegmentPacker {
  private let writer: WriterID
  private let first: Int64
  private var count: Int64 = 0
  private var bytes: [UInt8] = []

  /// Starts before the event `first`.
  package init(writer: WriterID, first: Int64) {
    self.writer = writer
    self.first = first
  }

  /// The number of lines.
  package var lineCount: Int64 { count }
  /// Whether the segment should be finished and another begun.
  package var isFull: Bool { bytes.count >= JournalSegment.targetSize }

  /// Adds the next line, given without its newline.
  package mutating func append(_ line: [UInt8]) {
    bytes += line
    bytes.append(UInt8(ascii: "\n"))
    count += 1
  }

  /// Packs the lines, of which there must be one at least.
  package func finish() throws(JournalError) -> JournalSegment {
    JournalSegment(writer: writer, first: first, last: first + count - 1, bytes: try GzipBlock.pack(bytes))
  }
}
