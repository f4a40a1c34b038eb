import Journaling
import LineageIndexing
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct RebuildTests {
  @Test(
    "an index that caught up bit by bit answers as one that was made at once",
    arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func caughtUp(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 3)
      var history = RandomHistory(seed: seed)
      let index = try world.open().index
      for _ in 0..<12 {
        try history.grow(world, writers: 3, steps: 12)
        try index.catchUp(world.journal)
      }
      #expect(try world.journal.writers().count == 3)
      let answers = try Answers.all(index)
      #expect(answers.count > 100)
      let rebuilt = try LineageIndex.rebuild(world.indexPath, journal: world.journal)
      #expect(try Answers.all(rebuilt) == answers)
      #expect(try Answers.all(world.open().index) == answers)
    }
  }

  @Test("an index answers the same in whatever order writers' events arrive", arguments: [1, 2, 3, 4] as [UInt64])
  func order(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 3)
      var history = RandomHistory(seed: seed)
      try history.grow(world, writers: 3, steps: 150)
      let answers = try Answers.all(world.open().index)
      var writers = try world.journal.writers()
      var generator = SeededGenerator(seed: seed)
      writers.shuffle(using: &generator)
      // Another clone gets the writers' folders one after the other.
      let clone = try World(folder.appending("clone"))
      let index = try clone.open().index
      for writer in writers {
        try FileOperations.rename(
          world.folder.appending("journal").appending(writer.hex),
          to: clone.folder.appending("journal").appending(writer.hex))
        try index.catchUp(clone.journal)
      }
      #expect(try Answers.all(index) == answers)
    }
  }

  @Test("a temporary index of events answers as one of a journal that holds them", arguments: [7, 8] as [UInt64])
  func temporary(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 3)
      var history = RandomHistory(seed: seed)
      try history.grow(world, writers: 3, steps: 100)
      let index = try LineageIndex.temporary { add in
        for writer in try world.journal.writers().reversed() {
          try world.journal.read(writer: writer) { element, _ in add(try element.get()) }
        }
      }
      #expect(try Answers.all(index) == Answers.all(world.open().index))
      struct Stop: Error {}
      #expect(throws: Stop.self) { try LineageIndex.temporary { _ in throw Stop() } }
    }
  }

  private func filled(_ folder: FilePath) throws -> (world: World, answers: [String]) {
    let world = try World(folder)
    var history = RandomHistory(seed: 9)
    try history.grow(world, writers: 1, steps: 80)
    let (index, notices) = try world.open()
    #expect(notices == [.rebuilt(.missing)])
    return (world, try Answers.all(index))
  }

  @Test("a new journal's index is made without a word")
  func new() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      #expect(try world.open().notices.isEmpty)
      #expect(try world.open().notices.isEmpty)
      try world.run(run(1))
      let (index, notices) = try world.open()
      #expect(notices.isEmpty)
      #expect(try index.run(run(1))?.status == .finished)
    }
  }

  @Test("a deleted index is made again and answers the same")
  func deleted() throws {
    try withTemporaryFolder { folder in
      let (world, answers) = try filled(folder)
      try FileOperations.remove(world.indexPath)
      let (index, notices) = try world.open()
      #expect(notices == [.rebuilt(.missing)])
      #expect(try Answers.all(index) == answers)
    }
  }

  @Test(
    "an index cut short at any place is made again or still answers the same",
    arguments: [0, 1, 50, 99, 100, 5000, 30_000])
  func truncated(size: Int) throws {
    try withTemporaryFolder { folder in
      let (world, answers) = try filled(folder)
      try damage(world) { Array($0.prefix(size)) }
      let (index, notices) = try world.open()
      #expect(notices == [.rebuilt(.damaged)])
      #expect(try Answers.all(index) == answers)
    }
  }

  @Test("garbage in place of an index is made an index again")
  func garbage() throws {
    try withTemporaryFolder { folder in
      let (world, answers) = try filled(folder)
      var generator = SeededGenerator(seed: 1)
      try damage(world) { bytes in bytes.map { _ in UInt8.random(in: 0...255, using: &generator) } }
      let (index, notices) = try world.open()
      #expect(notices == [.rebuilt(.damaged)])
      #expect(try Answers.all(index) == answers)
    }
  }

  @Test("an index of another version is made again")
  func otherVersion() throws {
    try withTemporaryFolder { folder in
      let (world, answers) = try filled(folder)
      // The version stands at byte 60, big-endian (SQLite's file format, section 1.3).
      try damage(world) { bytes in
        var bytes = bytes
        bytes[63] = 99
        return bytes
      }
      let (index, notices) = try world.open()
      #expect(notices == [.rebuilt(.otherVersion)])
      #expect(try Answers.all(index) == answers)
    }
  }

  @Test(
    "random damage never crashes: questions fail, or the index is made again", arguments: 1...20 as ClosedRange<UInt64>)
  func damaged(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let (world, answers) = try filled(folder)
      var generator = SeededGenerator(seed: seed)
      try damage(world) { bytes in
        var bytes = bytes
        for _ in 0..<200 {
          bytes[Int.random(in: 100..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        return bytes
      }
      do {
        _ = try Answers.all(world.open().index)
      } catch is IndexError {
        // Damage that a question meets is told; making the index anew mends it.
      } catch is Answers.Contradiction {
        // A changed byte among ids hides a row from those who ask by id.
      }
      #expect(try Answers.all(LineageIndex.rebuild(world.indexPath, journal: world.journal)) == answers)
    }
  }

  // Nobody has the index open here, so that all of it is in the one file.
  private func damage(_ world: World, _ change: ([UInt8]) -> [UInt8]) throws {
    let bytes = try #require(try FileOperations.contents(of: world.indexPath))
    for end in ["-wal", "-shm"] {
      let path = FilePath(world.indexPath.string + end)
      if try FileStatus(at: path) != nil { try FileOperations.remove(path) }
    }
    try FileOperations.replace(world.indexPath, with: change(bytes))
  }

  @Test("an index that has read more than the journal holds is made again")
  func shortened() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.run(run(1))
      try world.run(run(2))
      _ = try world.open()
      let writer = try #require(try world.journal.writers().first)
      let path = world.folder.appending("journal").appending(writer.hex).appending("000000000001.jsonl")
      let bytes = try #require(try FileOperations.contents(of: path))
      let lines = bytes.split(separator: 0x0A)
      try FileOperations.replace(path, with: lines[0] + [0x0A] + lines[1] + [0x0A])
      var (index, notices) = try world.open()
      #expect(notices == [.rebuilt(.journalChanged)])
      #expect(try index.run(run(2)) == nil)
      // Other events have taken the place of those that were lost.
      try FileOperations.replace(path, with: bytes)
      _ = try world.open()
      try FileOperations.replace(path, with: lines[0] + [0x0A] + lines[1] + [0x0A])
      try world.run(run(3))
      try world.run(run(4))
      (index, notices) = try world.open()
      #expect(notices == [.rebuilt(.journalChanged)])
      #expect(try index.run(run(2)) == nil)
      #expect(try index.run(run(4)) != nil)
    }
  }

  @Test("a journal that lost what was indexed, and has grown past it since, isn't read on from within a line")
  func regrown() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.append([world.started(run(1))])
      let writer = try #require(try world.journal.writers().first)
      let path = world.folder.appending("journal").appending(writer.hex).appending("000000000001.jsonl")
      let kept = try #require(try FileOperations.contents(of: path))
      try world.append([world.started(run(2), note: "lost")])
      _ = try world.open()
      try FileOperations.replace(path, with: kept)
      for number in 3...5 { try world.append([world.started(run(number), note: "of another length, \(number)")]) }
      let (index, notices) = try world.open()
      #expect(notices == [.rebuilt(.journalChanged)])
      #expect(try index.run(run(2)) == nil)
      #expect(try (3...5).allSatisfy { try index.run(run($0)) != nil })
      #expect(try index.problems() == [])
      #expect(try world.open().notices == [])
    }
  }

  @Test("damage right behind what was indexed makes the index anew once, and no more")
  func damagedNext() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.append([world.started(run(1))])
      _ = try world.open()
      let writer = try #require(try world.journal.writers().first)
      let path = world.folder.appending("journal").appending(writer.hex).appending("000000000001.jsonl")
      let bytes = try #require(try FileOperations.contents(of: path))
      try world.append([world.started(run(2))])
      let more = try #require(try FileOperations.contents(of: path)).dropFirst(bytes.count)
      try FileOperations.replace(path, with: bytes + Array("damaged\n".utf8) + more)
      #expect(try world.open().notices == [.rebuilt(.journalChanged)])
      let (index, notices) = try world.open()
      #expect(try notices == [] && index.problems().count == 1 && index.run(run(2)) != nil)
    }
  }

  @Test("an index forgets a writer whose folder is gone")
  func writerGone() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      try world.run(run(1))
      try world.run(run(2), writer: 1)
      _ = try world.open()
      let writers = try world.journal.writers()
      #expect(writers.count == 2)
      removeTree(world.folder.appending("journal").appending(writers[0].hex))
      let (index, notices) = try world.open()
      #expect(notices == [.rebuilt(.journalChanged)])
      #expect(try index.runs(RunQuery()).count == 1)
    }
  }

  @Test("malformed facts of known types are listed and harm nothing else")
  func malformed() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let bad = try world.journal.append(
        [
          (type: "run.started", fields: ["run": "x"]), (type: "run.ended", fields: [:]),
          (type: "artifact.added", fields: ["artifact": ["path": ""]]), (type: "unknown.type", fields: ["a": 1]),
        ], durable: false)
      try world.run(run(1))
      let index = try world.open().index
      let problems = try index.problems()
      #expect(problems.map(\.event) == bad.prefix(3).map(\.id))
      #expect(problems.map(\.sequence) == [1, 2, 3])
      #expect(problems.map(\.type) == ["run.started", "run.ended", "artifact.added"])
      #expect(try index.run(run(1)) != nil)
    }
  }

  @Test("many openings at once of a missing index make it once and agree")
  func together() async throws {
    try await withTemporaryFolder { folder in
      let (world, answers) = try filled(folder)
      try FileOperations.remove(world.indexPath)
      let path = world.indexPath
      let place = world.folder
      let notices = try await withThrowingTaskGroup(of: [IndexNotice].self) { group in
        for _ in 0..<8 {
          group.addTask {
            let journal = try Journal(folder: place, host: "host-0")
            let (index, notices) = try LineageIndex.open(path, journal: journal)
            #expect(try Answers.all(index) == answers)
            return notices
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(notices == [.rebuilt(.missing)])
    }
  }
}
