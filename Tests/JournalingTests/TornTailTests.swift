import Journaling
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct TornTailTests {
  @Test("a line torn at any byte is ignored by readers, set aside by the next writer and reported")
  func everyLength() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("a")], durable: false)
      let good = try contents(fixture.active())
      try fixture.journal.append([note("b")], durable: false)
      let whole = try contents(fixture.active())
      for count in (good.count + 1)..<whole.count {
        try reset(fixture, Array(whole[..<count]))
        #expect(try fixture.journal.notes(fixture.writer) == ["a"])
        #expect(
          try fixture.journal.verify() == [.tornTail(fixture.writer, bytes: Int64(count - good.count))])
        let next = try fixture.reopened()
        try next.append([note("c")], durable: false)
        #expect(try next.notes(fixture.writer) == ["a", "c"])
        #expect(
          try next.notices == [
            .tornTailSetAside(fixture.writer, file: "torn-1", bytes: Int64(count - good.count))
          ])
        #expect(try contents(fixture.writerFolder.appending("torn-1")) == Array(whole[good.count..<count]))
        #expect(try next.verify() == [.setAside(fixture.writer, file: "torn-1")])
      }
    }
  }

  private func reset(_ fixture: JournalFixture, _ bytes: [UInt8]) throws {
    let torn = try fixture.writerFolder.appending("torn-1")
    if try FileStatus(at: torn) != nil { try FileOperations.remove(torn) }
    try FileOperations.replace(fixture.active(), with: bytes)
  }

  @Test("a segment that holds nothing but a torn line begins anew")
  func onlyTorn() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("a")], durable: false)
      let line = try contents(fixture.active())
      try reset(fixture, Array(line.dropLast(5)))
      let next = try fixture.reopened()
      let event = try next.append([note("b")], durable: true)[0]
      #expect(event.previous == nil)
      #expect(try next.notes(fixture.writer) == ["b"])
    }
  }

  @Test("damaged whole lines at the very end are set aside too, and those before good ones are kept and reported")
  func damagedLines() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("a")], durable: false)
      let good = try contents(fixture.active())
      let zeros = [UInt8](repeating: 0, count: 5000)
      try reset(fixture, good + Array("damaged\n".utf8) + zeros + Array("\n\n".utf8) + zeros)
      #expect(try fixture.journal.notes(fixture.writer) == ["a"])
      let next = try fixture.reopened()
      try next.append([note("b")], durable: false)
      #expect(try next.notes(fixture.writer) == ["a", "b"])

      let both = try contents(fixture.active())
      try reset(fixture, good + Array("damaged\n".utf8) + both.dropFirst(good.count))
      let read = try fixture.journal.all(fixture.writer)
      #expect(read.events.count == 2)
      #expect(read.failures == [.notAnEvent])
      #expect(read.end.sequence == 3)
      #expect(try fixture.reopened().verify() == [.unusable(fixture.writer, sequence: 2, .notAnEvent)])
    }
  }

  @Test("each torn tail gets a file of its own")
  func names() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      for round in 1...3 {
        let journal = try fixture.reopened()
        try journal.append([note("\(round)")], durable: false)
        try FileOperations.replace(
          fixture.active(), with: contents(fixture.active()) + Array("torn \(round)".utf8))
      }
      try fixture.reopened().append([note("4")], durable: false)
      for round in 1...3 {
        #expect(try contents(fixture.writerFolder.appending("torn-\(round)")) == Array("torn \(round)".utf8))
      }
      #expect(try fixture.journal.notes(fixture.writer) == ["1", "2", "3", "4"])
    }
  }
}
