import Journaling
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct JournalTests {
  @Test("events form a chain, strictly later each, whatever the clock does")
  func chain() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let first = try fixture.journal.append([note("a"), note("b")], durable: true)
      fixture.time.set(1_600_000_000_000_000)
      let second = try fixture.journal.append([note("c")], durable: false)
      let events = try fixture.journal.all(fixture.writer).events
      #expect(events == first + second)
      #expect(events.map(\.previous) == [nil, events[0].id, events[1].id])
      #expect(
        events.map(\.at.microseconds) == [1_700_000_000_000_000, 1_700_000_000_000_001, 1_700_000_000_000_002])
      #expect(try fixture.journal.verify().isEmpty)
      #expect(fixture.journal.notices.isEmpty)
    }
  }

  @Test("nothing appended makes no event and no file")
  func nothing() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      #expect(try fixture.journal.append([any Fact](), durable: true).isEmpty)
      #expect(try fixture.journal.writers().isEmpty)
    }
  }

  @Test("two objects append in turns to one chain")
  func turns() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let other = try fixture.reopened()
      for index in 0..<10 { try (index % 2 == 0 ? fixture.journal : other).append([note("\(index)")], durable: false) }
      #expect(try fixture.journal.notes(fixture.writer) == (0..<10).map { "\($0)" })
      #expect(try fixture.journal.verify().isEmpty)
    }
  }

  @Test("a field with the name of a common one is refused and nothing is written")
  func collision() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      #expect(throws: JournalError.fieldNameTaken(type: "t", field: "prev")) {
        try fixture.journal.append([(type: "t", fields: ["prev": 1])], durable: false)
      }
      #expect(try fixture.journal.writers().isEmpty)
    }
  }

  @Test("a fact beyond the limit is refused and nothing is written")
  func tooLong() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("a")], durable: false)
      #expect(throws: JournalError.self) {
        try fixture.journal.append(
          [note("b"), RunAnnotated(run: .random(), note: String(repeating: "x", count: Event.maximumLineLength))],
          durable: false)
      }
      #expect(try fixture.journal.notes(fixture.writer) == ["a"])
    }
  }

  @Test("reading goes on from a position, and tails tell when it must")
  func positions() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      #expect(try fixture.journal.tails().isEmpty)
      try fixture.journal.append([note("a")], durable: false)
      let tail = try #require(try fixture.journal.tails().first)
      #expect(tail.hasEvents(after: .start))
      let position = try fixture.journal.all(fixture.writer).end
      #expect(!tail.hasEvents(after: position))
      #expect(!tail.isShort(of: position))
      try fixture.journal.append([note("b")], durable: false)
      #expect(try fixture.journal.tails()[0].hasEvents(after: position))
      let rest = try fixture.journal.all(fixture.writer, from: position)
      #expect(try rest.events.map { try $0.fact(RunAnnotated.self).note } == ["b"])
      #expect(rest.end.sequence == 2)
    }
  }

  @Test("a newer repository format is refused, with both versions")
  func newerFormat() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let path = fixture.folder.appending("format")
      try FileOperations.replace(path, with: Array("2\n".utf8))
      #expect(throws: JournalError.unsupportedVersion(found: 2, supported: 1)) { _ = try fixture.reopened() }
    }
  }

  @Test(
    "a malformed repository format is refused", arguments: ["", "1", "x\n", "-1\n", "0\n", "99999999999999999999\n"])
  func malformedFormat(text: String) throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let path = fixture.folder.appending("format")
      try FileOperations.replace(path, with: Array(text.utf8))
      #expect(throws: JournalError.malformed(path)) { _ = try fixture.reopened() }
    }
  }

  @Test("a folder without a format is no journal")
  func missing() throws {
    try withTemporaryFolder { folder in
      let error = #expect(throws: JournalError.self) { _ = try Journal(folder: folder, host: "here") }
      #expect(error == .missing(folder))
    }
  }

  @Test("making a journal twice leaves the first as it is")
  func createTwice() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("a")], durable: false)
      let writer = try fixture.writer
      try Journal.create(in: fixture.folder, host: "here")
      #expect(try fixture.writer == writer)
    }
  }

  @Test("another host starts a new writer and keeps the old one's events")
  func otherHost() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("a")], durable: false)
      let old = try fixture.writer
      let elsewhere = try fixture.reopened(host: "there")
      #expect(try elsewhere.ownWriter() == nil)
      try elsewhere.append([note("b")], durable: false)
      let new = try #require(try elsewhere.ownWriter())
      #expect(new != old)
      #expect(elsewhere.notices == [.newWriterStarted(previous: old, current: new)])
      #expect(try elsewhere.notes(old) == ["a"])
      #expect(try elsewhere.notes(new) == ["b"])
    }
  }

  @Test("a copied folder starts a new writer, so that two copies never fork a chain")
  func copied() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      try fixture.journal.append([note("a")], durable: false)
      let old = try fixture.writer
      let copy = folder.appending("copy")
      try copyTree(fixture.folder, to: copy)
      let journal = try Journal(folder: copy, host: "here")
      try journal.append([note("b")], durable: false)
      try fixture.journal.append([note("c")], durable: false)
      #expect(try journal.writers().count == 2)
      #expect(try journal.notes(old) == ["a"])
      #expect(try fixture.journal.notes(old) == ["a", "c"])
    }
  }

  private func copyTree(_ source: FilePath, to target: FilePath) throws {
    try FileOperations.createFolder(target)
    for name in try FileOperations.names(in: source) {
      let path = source.appending(name)
      if try FileStatus(at: path)?.kind == .directory {
        try copyTree(path, to: target.appending(name))
      } else {
        try FileOperations.replace(target.appending(name), with: contents(path))
      }
    }
  }

  @Test("a malformed writer file is an error, not a new writer")
  func malformedWriter() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let path = fixture.folder.appending("writer")
      try FileOperations.replace(path, with: Array("{}".utf8))
      #expect(throws: JournalError.malformed(path)) {
        try fixture.reopened().append([note("a")], durable: false)
      }
    }
  }
}
