import Glibc
import Journaling
import MLTBase
import ObjectStorage
import Remotes
import SystemPackage
import TestSupport
import Testing

@Suite("A hostile or damaged remote")
struct HostileTests {
  // MARK: Which remote it is

  @Test(
    "is refused by its version",
    arguments: [
      (
        "mlt remote 2\nid ffffffffffffffffffffffffffffffff\nmore\n",
        RemoteError.unsupportedVersion(.format, found: 2, supported: 1)
      ),
      (
        "mlt remote 12\nid ffffffffffffffffffffffffffffffff\n",
        .unsupportedVersion(.format, found: 12, supported: 1)
      ),
      ("", .malformed(.format)), ("mlt remote 1\nid x\n", .malformed(.format)),
      ("mlt remote 1\nid FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\n", .malformed(.format)),
      ("hello, world, this is", .malformed(.format)),
    ])
  func format(text: String, error: RemoteError) throws {
    try withTemporaryFolder { folder in
      let transport = FolderTransport(folder)
      #expect(throws: RemoteError.notARemote) { _ = try Remote(transport, cache: folder.appending("cache")) }
      try transport.putNew(.format, Array(text.utf8))
      #expect(throws: error) { _ = try Remote(transport, cache: folder.appending("cache")) }
      #expect(throws: error) { try Remote.create(transport) }
    }
  }

  @Test("is one and the same for all who make it at once")
  func creation() throws {
    try withTemporaryFolder { folder in
      let transport = FolderTransport(folder)
      try concurrently(8) { _ in try Remote.create(transport) }
      let ids = try (0..<2).map { _ in try Remote(transport, cache: folder.appending("cache")).id }
      #expect(ids[0] == ids[1])
    }
  }

  // MARK: Journals

  private func fetch(
    _ put: (FolderTransport, WriterID) throws -> Void,
    _ check: (JournalFetchReport, Clone, WriterID) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let writer = WriterID.random()
      try put(transport, writer)
      // Another writer's events, which nothing keeps from being taken over.
      let other = try Clone(folder.appending("other"))
      try other.note("good")
      try other.push(transport)
      let clone = try Clone(folder.appending("clone"))
      let report = try clone.remote(transport).fetchJournals(into: clone.journal)
      #expect(report.events[try other.writer] == 1...1)
      try check(report, clone, writer)
      #expect(try clone.journal.verify().isEmpty)
    }
  }

  /// A second event that is wrong, and how.
  private static let wrongLines: [(String, @Sendable (inout HandmadeChain) -> Void, @Sendable (ChainFault) -> Bool)] = [
    (
      "another hash",
      {
        $0.add(); $0.lines[1][80] ^= 1
      }, { $0 == .unusable(.hashMismatch) }
    ),
    ("no event", { $0.lines.append(Array("hello".utf8)) }, { $0 == .unusable(.notAnEvent) }),
    (
      "another writer's", { $0.add(by: WriterID(hex: String(repeating: "a", count: 32))) },
      { if case .unusable(.wrongWriter) = $0 { true } else { false } }
    ),
    (
      "another predecessor", { $0.add(previous: ContentHasher.contentID(of: [])) },
      { if case .broken = $0 { true } else { false } }
    ),
    (
      "earlier than the one before", { $0.add(at: "2001-01-01T00:00:00Z") },
      { if case .timeWentBack = $0 { true } else { false } }
    ),
    (
      "of the year 9999", { $0.add(at: "9999-12-31T23:59:59.999999Z") },
      { if case .future = $0 { true } else { false } }
    ),
    (
      "nested 100,000 deep",
      {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        $0.add(body: Array("{\"a\":\(deep),\"v\":1}".utf8))
      },
      { if case .unusable(.malformed(let error)) = $0 { error.reason == .tooDeep } else { false } }
    ),
    (
      "a line of 70 MiB", { $0.add(body: [UInt8](repeating: UInt8(ascii: "x"), count: 70 << 20)) },
      { $0 == .unusable(.lineTooLong) }
    ),
  ]

  @Test("has events before a wrong one taken over, and none after", arguments: 0..<wrongLines.count)
  func wrongLine(number: Int) throws {
    let (_, spoil, isRight) = Self.wrongLines[number]
    try fetch { transport, writer in
      var chain = HandmadeChain(writer)
      chain.add()
      spoil(&chain)
      chain.add()
      try transport.putNew(chain.name, chain.packed())
    } _: { report, clone, writer throws in
      #expect(report.events[writer] == 1...1)
      try #require(report.problems.count == 1)
      guard case .fetched(writer, sequence: 2, let fault) = report.problems[0] else {
        Issue.record("\(report.problems)")
        return
      }
      #expect(isRight(fault))
      #expect(try clone.journal.extent().numbers[writer] == 1)
    }
  }

  @Test("has no segment taken over that isn't what its name says", arguments: 0..<5)
  func wrongSegment(number: Int) throws {
    try fetch { transport, writer in
      var chain = HandmadeChain(writer)
      for _ in 0..<3 { chain.add() }
      let good = try chain.packed()
      switch number {
      case 0: try transport.putNew(chain.name, Array(good.dropLast()))  // cut short
      case 1: try transport.putNew(chain.name, good + [0])  // something follows
      case 2: try transport.putNew(chain.name, [])
      case 3: try transport.putNew(chain.name, randomBytes(5000, seed: 1))
      default: try transport.putNew(.segment(writer, first: 2, last: 4), good)  // begins with the first event
      }
    } _: { report, clone, writer throws in
      #expect(report.problems.count == 1)
      let end = try clone.journal.extent().numbers[writer] ?? 0
      #expect(end <= 3)
    }
  }

  @Test("has a segment refused that holds fewer or more events than it says", arguments: [2, 4])
  func wrongCount(count: Int64) throws {
    try fetch { transport, writer in
      var chain = HandmadeChain(writer)
      for _ in 0..<3 { chain.add() }
      try transport.putNew(.segment(writer, first: 1, last: count), chain.packed())
    } _: { report, clone, writer throws in
      #expect(report.problems == [.fetched(writer, sequence: min(count, 3) + 1, .damaged)])
      // The events themselves are sound.
      #expect(report.events[writer] == 1...min(count, 3))
    }
  }

  @Test("has events behind a gap wait until it is closed")
  func gap() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let writer = WriterID.random()
      var chain = HandmadeChain(writer)
      for _ in 0..<5 { chain.add() }
      try transport.putNew(.segment(writer, first: 4, last: 5), chain.packed(from: 4))
      let clone = try Clone(folder.appending("clone"))
      let report = try clone.pull(transport).0
      #expect(report.problems == [.fetched(writer, sequence: 1, .gap(through: 3))])
      #expect(report.events.isEmpty)
      chain.lines.removeLast(2)
      try transport.putNew(.segment(writer, first: 1, last: 3), chain.packed())
      #expect(try clone.pull(transport).0.events[writer] == 1...5)
    }
  }

  @Test("shows a chain that two programs have written to, and keeps what is there")
  func fork() throws {
    try withTemporaryFolder { folder in
      let (first, second) = (
        try makeRemote(in: folder.appending("1")), try makeRemote(in: folder.appending("2"))
      )
      let writer = WriterID.random()
      var chain = HandmadeChain(writer)
      for _ in 0..<2 { chain.add() }
      try first.putNew(chain.name, chain.packed())
      var other = HandmadeChain(writer)
      other.add()
      for number in 0..<3 { other.add(fields: ["run": .string("other \(number)")]) }
      try second.putNew(other.name, other.packed())
      let clone = try Clone(folder.appending("clone"))
      try clone.pull(first)
      for _ in 0..<2 {
        let report = try clone.pull(second).0
        #expect(report.events.isEmpty)
        guard case .fetched(writer, sequence: _, .forked)? = report.problems.first else {
          Issue.record("\(report.problems)")
          return
        }
      }
      #expect(try clone.journal.extent().numbers[writer] == 2)
      let theirs = try Clone(folder.appending("theirs"))
      try theirs.pull(second)
      guard case .pushed(writer, sequence: 3, .forked)? = try theirs.push(first).problems.first else {
        Issue.record("a push onto another chain was not refused")
        return
      }
      #expect(try first.list(.journal).count == 1)
    }
  }

  @Test("has no line of 1 GB unpacked")
  func bomb() throws {
    try fetch { transport, writer in
      let path = transport.path.appending("bomb")
      try #require(
        try run(
          "import gzip,sys\nwith gzip.open(sys.argv[1],'wb',1) as f:\n for _ in range(1024): f.write(b'a'*2**20)", path)
          == 0)
      let bytes = try #require(try FileOperations.contents(of: path))
      try transport.putNew(.segment(writer, first: 1, last: 1), bytes)
    } _: { report, clone, writer throws in
      #expect(report.problems == [.fetched(writer, sequence: 1, .damaged)])
    }
  }

  private func run(_ program: String, _ argument: FilePath) throws -> CInt {
    var list: [UnsafeMutablePointer<CChar>?] =
      ["python3", "-c", program, argument.string].map { strdup($0 as String) } + [nil]
    defer { for pointer in list { free(pointer) } }
    var process: pid_t = 0
    guard posix_spawnp(&process, "python3", nil, nil, &list, environ) == 0 else { return -1 }
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  // MARK: Packs

  private func fetch(
    _ id: ContentID, from transport: FolderTransport, in folder: FilePath
  ) throws -> (ObjectFetchReport, Clone) {
    let clone = try Clone(folder.appending("clone"))
    let report = try clone.remote(transport).fetchObjects([id], into: clone.store)
    #expect(try clone.store.check(isDeep: true).problems.isEmpty)
    return (report, clone)
  }

  @Test("has a pack passed over whose index isn't what its name says", arguments: [0, 8, 50, -1, -20, -40, -80])
  func wrongIndex(at place: Int) throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let bytes: [UInt8] = [1, 2, 3]
      var pack = HandmadePack()
      let id = pack.add(chunk: bytes)
      let good = pack.built()
      var spoilt = good.bytes
      spoilt[place < 0 ? spoilt.count + place : place] ^= 0x40
      try transport.putNew(.pack(good.id), spoilt)
      let (report, clone) = try fetch(id, from: transport, in: folder)
      #expect(report.objects == 0 && !report.isComplete)
      #expect(try !clone.store.containsFile(id))
    }
  }

  @Test("has an object refused whose bytes are others, and taken from elsewhere if they are there")
  func wrongBytes() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let bytes = randomBytes(10_000, seed: 1)
      var pack = HandmadePack()
      let id = pack.add(chunk: bytes)
      let good = pack.built()
      var spoilt = good.bytes
      spoilt[500] ^= 1
      try transport.putNew(.pack(good.id), spoilt)
      let (report, clone) = try fetch(id, from: transport, in: folder)
      guard case .object(id, .pack(good.id), let corruption)? = report.problems.first else {
        Issue.record("\(report)")
        return
      }
      #expect(corruption.damage == .hash)
      #expect(try !clone.store.containsFile(id))

      _ = pack.add(chunk: [1])
      try pack.put(into: transport)
      let remote = try clone.remote(transport)
      #expect(try remote.fetchObjects([id], into: clone.store).isComplete)
      #expect(try clone.bytes(id) == bytes)
    }
  }

  @Test("has no object unpacked that says it is too large, or larger than it says")
  func expansion() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let id = ContentHasher.contentID(of: [1])
      for (kind, rawLength) in [(0, 600 << 10), (2, 1 << 30), (0, 400 << 10)] as [(UInt8, Int)] {
        var pack = HandmadePack()
        pack.add(id, kind: kind, codec: 1, stored: [UInt8](repeating: 1, count: 100), rawLength: rawLength)
        try pack.put(into: transport)
      }
      let (report, clone) = try fetch(id, from: transport, in: folder)
      #expect(report.objects == 0 && !report.isComplete)
      #expect(try !clone.store.containsFile(id))
    }
  }

  @Test("has no chunk unpacked that expands to 100 GB, whether or not it says so", arguments: [true, false])
  func bombInAChunk(says: Bool) throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let id = ContentHasher.contentID(of: [1])
      // A frame of zstd's (RFC 8878): its size or a window, then blocks that each repeat one byte 131,072 times.
      var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD] + (says ? [0xE0] : [0x00, 0x58])
      if says { frame += withUnsafeBytes(of: UInt64(100 << 30).littleEndian) { Array($0) } }
      while frame.count < 400_000 { frame += [0x02, 0x00, 0x10, 0x61] }
      var pack = HandmadePack()
      pack.add(id, kind: 0, codec: 1, stored: frame, rawLength: 512 << 10)
      try pack.put(into: transport)
      let (report, clone) = try fetch(id, from: transport, in: folder)
      #expect(report.objects == 0 && report.problems.count == 1, "\(report)")
      #expect(try !clone.store.containsFile(id))
    }
  }

  @Test("has a list of chunks refused that makes another file, and stays curable")
  func lyingRecipe() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let honest = try Clone(folder.appending("honest"))
      let bytes = randomBytes(3 << 20, seed: 1)
      let id = try honest.record(bytes)
      let chunks = (0..<20).map { randomBytes(100_000, seed: 2 + $0) }
      var pack = HandmadePack()
      for chunk in chunks { _ = pack.add(chunk: chunk) }
      pack.add(recipeOf: id, chunks)
      try pack.put(into: transport)
      let (report, clone) = try fetch(id, from: transport, in: folder)
      #expect(report.problems == [.file(id)])
      #expect(try !clone.store.containsFile(id))
    }
  }
}
