import Journaling
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct SegmentTests {
  private let large = 3000

  /// A journal of nine events in three closed segments.
  private func closed(_ folder: FilePath) throws -> JournalFixture {
    let fixture = try JournalFixture(folder)
    for index in 1...9 { try fixture.journal.append([note("\(index)", size: large)], durable: false) }
    return fixture
  }

  private let names = [
    "000000000001-000000000003.jsonl.gz", "000000000004-000000000006.jsonl.gz", "000000000007-000000000009.jsonl.gz",
  ]
  private let notes = (1...9).map { "\($0)" }

  @Test("a full segment is closed, and the chain goes on in the next")
  func closing() throws {
    try withTemporaryFolder { folder in
      let fixture = try closed(folder)
      #expect(try fixture.segments == names)
      let next = try fixture.reopened()
      try next.append([note("10")], durable: false)
      #expect(
        try fixture.segments == ["000000000001-000000000003.jsonl.gz"] + names[1...].map { $0 } + ["000000000010.jsonl"]
      )
      #expect(try next.notes(fixture.writer) == notes + ["10"])
      #expect(try next.verify().isEmpty)
    }
  }

  @Test("reading goes on from any position, also in a segment that was closed since")
  func positions() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      var positions: [JournalPosition] = [.start]
      for index in 1...9 {
        try fixture.journal.append([note("\(index)", size: large)], durable: false)
        positions.append(try fixture.journal.all(fixture.writer, from: positions[index - 1]).end)
      }
      for (count, position) in positions.enumerated() {
        #expect(position.sequence == Int64(count))
        let rest = try fixture.journal.all(fixture.writer, from: position)
        #expect(try rest.events.map { try $0.fact(RunAnnotated.self).note } == notes[count...].map { $0 })
        // Without the place in the segment, events are counted.
        let counted = JournalPosition(sequence: Int64(count), segment: 0, offset: 0)
        #expect(try fixture.journal.all(fixture.writer, from: counted).events == rest.events)
      }
    }
  }

  @Test("a crash between naming the closed segment and removing the open one counts nothing twice")
  func crash() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      for index in 1...2 { try fixture.journal.append([note("\(index)", size: large)], durable: false) }
      let open = try contents(fixture.active())
      try fixture.journal.append([note("3", size: large)], durable: false)
      let last = try fixture.journal.all(fixture.writer).events[2]
      let line = Event.encode(
        type: last.type, fields: last.fields, at: last.at, writer: last.writer, previous: last.previous
      ).line
      try FileOperations.replace(fixture.active(), with: open + line)
      #expect(try fixture.journal.notes(fixture.writer) == ["1", "2", "3"])
      let next = try fixture.reopened()
      try next.append([note("4")], durable: false)
      #expect(try fixture.segments == [names[0], "000000000004.jsonl"])
      #expect(try next.notes(fixture.writer) == ["1", "2", "3", "4"])
      #expect(next.notices.isEmpty)
    }
  }

  @Test("an open segment that holds something else than its closed twin is set aside, not lost")
  func otherTwin() throws {
    try withTemporaryFolder { folder in
      let fixture = try closed(folder)
      try FileOperations.replace(fixture.active(), with: [1, 2, 3])
      let next = try fixture.reopened()
      try next.append([note("10")], durable: false)
      #expect(try contents(fixture.writerFolder.appending("torn-1")) == [1, 2, 3])
      #expect(try next.notes(fixture.writer) == notes + ["10"])
    }
  }

  @Test("a half-written compressed segment is of no meaning and is written over")
  func halfCompressed() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("1", size: large)], durable: false)
      try FileOperations.replace(fixture.writerFolder.appending("closing.tmp"), with: [9, 9, 9])
      for index in 2...3 { try fixture.journal.append([note("\(index)", size: large)], durable: false) }
      #expect(try fixture.segments == [names[0]])
      #expect(try fixture.journal.verify().isEmpty)
    }
  }

  @Test("a full segment that can't be closed is appended to further, and closed when that is possible")
  func closingFails() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("1", size: large)], durable: false)
      let obstacle = try fixture.writerFolder.appending("closing.tmp")
      try FileOperations.createFolder(obstacle)
      for index in 2...4 { try fixture.journal.append([note("\(index)", size: large)], durable: true) }
      #expect(try fixture.segments == ["000000000001.jsonl"])
      #expect(try fixture.journal.notes(fixture.writer) == ["1", "2", "3", "4"])
      let failure = JournalError.system(SystemCallError("open", obstacle, .isDirectory))
      #expect(try fixture.journal.notices == [.segmentNotClosed(fixture.writer, failure)])
      try FileOperations.removeTree(obstacle)
      try fixture.journal.append([note("5")], durable: false)
      #expect(try fixture.segments == ["000000000001-000000000005.jsonl.gz"])
      try fixture.journal.append([note("6")], durable: false)
      #expect(try fixture.journal.notes(fixture.writer) == ["1", "2", "3", "4", "5", "6"])
      #expect(try fixture.journal.verify().isEmpty)
    }
  }

  @Test("where the end of the chain can't be read, a new writer goes on")
  func damagedEnd() throws {
    try withTemporaryFolder { folder in
      let fixture = try closed(folder)
      let old = try fixture.writer
      let path = try fixture.writerFolder.appending(names[2])
      try FileOperations.replace(path, with: Array(contents(path).dropLast(20)))
      let next = try fixture.reopened()
      let event = try next.append([note("10")], durable: true)[0]
      let new = try #require(try next.ownWriter())
      #expect(event.writer == new && new != old && event.previous == nil)
      #expect(next.notices == [.chainAbandoned(previous: old, current: new, segment: path)])
      #expect(try next.notes(new) == ["10"])
      #expect(try next.all(old).failures == [.damagedSegment(names[2])])
      let third = try fixture.reopened()
      try third.append([note("11")], durable: true)
      #expect(try third.notes(new) == ["10", "11"])
      #expect(third.notices.isEmpty)
    }
  }

  @Test("missing segments are reported and passed over", arguments: [0, 1])
  func missing(index: Int) throws {
    try withTemporaryFolder { folder in
      let fixture = try closed(folder)
      try FileOperations.remove(fixture.writerFolder.appending(names[index]))
      let first = Int64(index * 3 + 1)
      let gap = EventError.missing(first: first, last: first + 2)
      #expect(try fixture.journal.all(fixture.writer).failures == [gap])
      #expect(try fixture.journal.all(fixture.writer).events.count == 6)
      #expect(try fixture.journal.verify() == [.unusable(fixture.writer, sequence: first + 2, gap)])
    }
  }

  @Test("segments cut elsewhere may overlap; every event comes once")
  func overlapping() throws {
    try withTemporaryFolder { folder in
      let fixture = try closed(folder)
      // A segment of events 1 to 6, as a clone with another threshold would have cut it.
      let other = try JournalFixture(folder.appending("other"))
      var lines: [UInt8] = []
      for event in try fixture.journal.all(fixture.writer).events.prefix(6) {
        lines +=
          Event.encode(
            type: event.type, fields: event.fields, at: event.at, writer: event.writer, previous: event.previous
          ).line
      }
      try other.journal.append([note("x", size: large)], durable: false)
      try FileOperations.replace(other.active(), with: lines)
      let packed = try gzip(lines, in: folder)
      try FileOperations.replace(
        fixture.writerFolder.appending("000000000001-000000000006.jsonl.gz"), with: packed)
      #expect(try fixture.journal.notes(fixture.writer) == notes)
      try FileOperations.remove(fixture.writerFolder.appending(names[1]))
      #expect(try fixture.journal.notes(fixture.writer) == notes)
    }
  }

  /// Lets a journal compress the lines: events of another writer's name close like any others.
  private func gzip(_ lines: [UInt8], in folder: FilePath) throws -> [UInt8] {
    let path = folder.appending("lines")
    try FileOperations.replace(path, with: lines)
    return try GzipFixture.compress(path)
  }

  @Test(
    "flipped bits in a closed segment are noticed, but for the few that fill a byte and say nothing",
    arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func flipped(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let fixture = try closed(folder)
      var generator = SeededGenerator(seed: seed)
      let path = try fixture.writerFolder.appending(names[1])
      let good = try contents(path)
      let whole = try fixture.journal.all(fixture.writer).events
      var unnoticed = 0
      for _ in 0..<10 {
        var bad = good
        // The header's time, flags and system (bytes 4 to 9) say nothing of the content.
        let index = Int.random(in: 10..<bad.count, using: &generator)
        bad[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        try FileOperations.replace(path, with: bad)
        if try fixture.journal.verify().isEmpty {
          // Deflate's last block ends within a byte, whose other bits nobody reads.
          unnoticed += 1
          #expect(try fixture.journal.all(fixture.writer).events == whole)
        }
        #expect(try fixture.journal.all(fixture.writer).events.count >= 6)
      }
      #expect(unnoticed <= 2)
    }
  }

  @Test("a closed segment cut short anywhere is reported, and the others are read")
  func truncated() throws {
    try withTemporaryFolder { folder in
      let fixture = try closed(folder)
      let path = try fixture.writerFolder.appending(names[1])
      let good = try contents(path)
      for count in [0, 1, 9, 10, 17, 18, good.count / 2, good.count - 8, good.count - 1] {
        try FileOperations.replace(path, with: Array(good[..<count]))
        #expect(try fixture.journal.all(fixture.writer).failures == [.damagedSegment(names[1])])
      }
      try FileOperations.replace(path, with: good + [0])
      #expect(try fixture.journal.all(fixture.writer).failures == [.damagedSegment(names[1])])
    }
  }

  @Test("events under another writer's name are refused")
  func foreign() throws {
    try withTemporaryFolder { folder in
      let fixture = try closed(folder)
      let other = try #require(WriterID(hex: "00000000000000000000000000000002"))
      let place = fixture.folder.appending("journal").appending(other.hex)
      try FileOperations.createFolder(place)
      try FileOperations.replace(
        place.appending(names[0]), with: contents(fixture.writerFolder.appending(names[0])))
      let read = try fixture.journal.all(other)
      #expect(read.events.isEmpty)
      #expect(try read.failures == Array(repeating: .wrongWriter(fixture.writer), count: 3))
    }
  }

  @Test("removing an event from the middle breaks the chain, which is noticed")
  func brokenChain() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let events = try fixture.journal.append([note("a"), note("b"), note("c")], durable: false)
      let lines = try contents(fixture.active()).split(separator: UInt8(ascii: "\n"))
      try FileOperations.replace(
        fixture.active(), with: lines[0] + [0x0A] + lines[2] + [0x0A])
      #expect(
        try fixture.journal.verify() == [.brokenChain(fixture.writer, sequence: 2, id: events[2].id)])
    }
  }
}
