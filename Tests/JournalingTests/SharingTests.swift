import Journaling
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct SegmentCoverageTests {
  private func coverage(_ ranges: [ClosedRange<Int64>]) -> SegmentCoverage {
    SegmentCoverage(ranges.map { .init(first: $0.lowerBound, last: $0.upperBound) })
  }

  @Test(
    "events are covered up to the first gap",
    arguments: [
      ([], 0, 0), ([1...5], 5, 5), ([2...5], 0, 5), ([1...5, 6...6, 8...9], 6, 9), ([4...9, 1...5], 9, 9),
      ([1...10, 3...4], 10, 10),
    ] as [([ClosedRange<Int64>], Int64, Int64)])
  func through(ranges: [ClosedRange<Int64>], through: Int64, last: Int64) {
    #expect(coverage(ranges).through == through)
    #expect(coverage(ranges).last == last)
  }

  @Test(
    "the segments to read are those that reach farthest, up to a gap",
    arguments: [
      ([1...5, 6...9], 0, [1...5, 6...9]), ([1...5, 6...9], 5, [6...9]), ([1...5, 6...9], 3, [1...5, 6...9]),
      ([1...3, 1...8, 4...6, 9...9], 0, [1...8, 9...9]), ([1...3, 2...9, 4...6], 2, [2...9]),
      ([1...3, 5...6], 0, [1...3]),
      ([1...3], 3, []), ([5...6], 0, []),
    ] as [([ClosedRange<Int64>], Int64, [ClosedRange<Int64>])])
  func path(ranges: [ClosedRange<Int64>], from: Int64, path: [ClosedRange<Int64>]) {
    #expect(coverage(ranges).path(from: from).map { $0.first...$0.last } == path)
  }
}

@Suite struct JournalSharingTests {
  @Test(
    "segments for others hold what closed and active segments do, from any number on", arguments: [Int64(0), 1, 4, 7])
  func export(after: Int64) throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      for number in 0..<8 { try fixture.journal.append([note("\(number)", size: 3000)], durable: false) }
      let writer = try fixture.writer
      #expect(try fixture.segments.count > 2)
      #expect(try fixture.journal.extent().numbers == [writer: 8])
      let other = try JournalFixture(folder.appending("other"))
      for start in [0, after] where start < after || after == 0 || start == after {
        let rest = try fixture.journal.forEachSegment(
          of: writer, after: start, through: start == after ? 8 : after, latest: Timestamp(microseconds: .max)
        ) { segment in
          let link = try other.journal.link(of: writer, at: segment.first - 1)
          #expect(segment.check(joining: link, latest: nil).fault == nil)
          try other.journal.takeIn(segment)
        }
        #expect(rest == nil)
      }
      #expect(try other.journal.notes(writer) == (0..<8).map { "\($0)" })
      #expect(try other.journal.verify().isEmpty)
    }
  }

  @Test("a torn tail is neither shared nor a fault")
  func tornTail() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("whole")], durable: false)
      let path = try fixture.active()
      try FileOperations.replace(path, with: try contents(path) + Array("{\"id\":\"torn\n{".utf8))
      let writer = try fixture.writer
      var last: [Int64] = []
      let rest = try fixture.journal.forEachSegment(
        of: writer, after: 0, through: try fixture.journal.end(of: writer), latest: Timestamp(microseconds: .max)
      ) { last.append($0.last) }
      #expect(last == [1])
      #expect(rest == nil)
    }
  }

  @Test("a clone that takes in more of its own writer's events goes on under another name, once")
  func restoredCopy() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("1")], durable: false)
      let path = try fixture.active()
      let old = try contents(path)
      try fixture.journal.append([note("2"), note("3")], durable: false)
      let writer = try fixture.writer
      var segments: [JournalSegment] = []
      _ = try fixture.journal.forEachSegment(
        of: writer, after: 0, through: 3, latest: Timestamp(microseconds: .max)
      ) { segments.append($0) }
      // As from a backup.
      try FileOperations.replace(path, with: old)
      let journal = try fixture.reopened()
      for segment in segments { try journal.takeIn(segment) }
      let drawn = try #require(try journal.ownWriter())
      #expect(drawn != writer && journal.notices == [.nameGivenUp(previous: writer, current: drawn)])
      try journal.append([note("4")], durable: false)
      #expect(try journal.notes(writer) == ["1", "2", "3"])
      #expect(try journal.notes(drawn) == ["4"])
      // What is here already is nobody else's.
      _ = try journal.forEachSegment(of: drawn, after: 0, through: 1, latest: Timestamp(microseconds: .max)) {
        try journal.takeIn($0)
      }
      #expect(try journal.ownWriter() == drawn)
      #expect(try journal.verify().isEmpty)
    }
  }
}
