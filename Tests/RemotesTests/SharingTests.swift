import Glibc
import Journaling
import MLTBase
import ObjectStorage
import Remotes
import SystemPackage
import TestSupport
import Testing

@Suite("Sharing through a remote")
struct SharingTests {
  @Test("brings facts, small files, large files and folders to another clone", arguments: Reach.allCases)
  func roundTrip(reach: Reach) throws {
    try withTemporaryFolder { folder in
      let shared = try makeRemote(in: folder)
      try withTransport(reach, shared.path) { transport in
        let (a, b) = (try Clone(folder.appending("a")), try Clone(folder.appending("b")))
        let large = randomBytes(3 << 20, seed: 1)
        let contents = [[], [1, 2, 3], large, [UInt8](repeating: 7, count: 2 << 20)]
        let ids = try contents.map { try a.record($0) }
        let files = Dictionary(uniqueKeysWithValues: (0..<500).map { ("f\($0)", Array("file \($0)".utf8)) })
        let tree = try a.add(files.merging(["large": large]) { $1 })
        try a.note(tree.hex)

        let report = try a.push(transport)
        #expect(report.problems.isEmpty && report.missing.isEmpty)
        #expect(report.packs == 1 && report.segments == 1 && report.events == 5)
        // Five files, whatever is shared: format, pack, segment.
        #expect(try RemotesTests.files(shared.path).count == 3)

        let (facts, objects) = try b.pull(transport)
        #expect(facts.eventCount == 5 && facts.problems.isEmpty)
        #expect(objects.isComplete)
        for (id, bytes) in zip(ids, contents) { #expect(try b.bytes(id) == bytes) }
        #expect(try b.notes() == a.notes())
        for entry in try b.store.tree(tree).entries { #expect(try b.store.containsFile(entry.content)) }
        #expect(try b.store.check(isDeep: true).problems.isEmpty)
        #expect(try b.journal.verify().isEmpty)
      }
    }
  }

  @Test("does nothing twice", arguments: Reach.allCases)
  func repeats(reach: Reach) throws {
    try withTemporaryFolder { folder in
      let shared = try makeRemote(in: folder)
      try withTransport(reach, shared.path) { transport in
        let (a, b) = (try Clone(folder.appending("a")), try Clone(folder.appending("b")))
        try a.record(randomBytes(1 << 20, seed: 1))
        try a.push(transport)
        let before = try files(shared.path)
        #expect(try a.push(transport) == PushReport())
        try b.pull(transport)
        let (facts, objects) = try b.pull(transport)
        #expect(facts == JournalFetchReport())
        #expect(objects == ObjectFetchReport())
        #expect(try b.push(transport) == PushReport())
        #expect(try files(shared.path) == before)
      }
    }
  }

  @Test("sends only what changed")
  func change() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      var bytes = randomBytes(16 << 20, seed: 3)
      try clone.record(bytes)
      try clone.push(transport)
      bytes.replaceSubrange(8 << 20..<(8 << 20) + 1000, with: randomBytes(1000, seed: 4))
      try clone.record(bytes)
      let report = try clone.push(transport)
      #expect(report.packs == 1)
      #expect(report.bytesSent < 2 << 20)
      #expect(report.events == 1)
    }
  }

  @Test("tells beforehand what a push would do, and does nothing then")
  func dryRun() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      let id = try clone.record([1, 2, 3])
      let before = try files(transport.path)
      let remote = try clone.remote(transport)
      let report = try remote.push(
        [id], from: clone.store, clone.journal, through: clone.journal.extent(), isDryRun: true)
      #expect(report.objects == 1 && report.events == 1)
      #expect(try files(transport.path) == before)
      try clone.push(transport)
      let other = try Clone(folder.appending("b"))
      let facts = try other.remote(transport).fetchJournals(into: other.journal, isDryRun: true)
      #expect(facts.events == [try clone.writer: 1...1])
      #expect(try other.notes().isEmpty)
    }
  }

  @Test("pushes no event that came about after the objects were looked for")
  func extent() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      try clone.record([1])
      let extent = try clone.journal.extent()
      try clone.record([2])
      let report = try clone.remote(transport).push([], from: clone.store, clone.journal, through: extent)
      #expect(report.events == 1)
      #expect(try clone.push(transport).events == 1)
    }
  }

  @Test("passes on what others have written")
  func relay() throws {
    try withTemporaryFolder { folder in
      let (first, second) = (
        try makeRemote(in: folder.appending("1")), try makeRemote(in: folder.appending("2"))
      )
      let clones = try (0..<3).map { try Clone(folder.appending("clone\($0)")) }
      for round in 0..<3 {
        try clones[0].record([1, UInt8(round)])
        try clones[0].push(first)
        try clones[1].pull(first)
        try clones[1].record([2, UInt8(round)])
        try clones[1].push(second)
        try clones[2].pull(second)
        #expect(try clones[2].notes() == clones[1].notes())
        for id in try clones[2].namedFiles() { #expect(try clones[2].store.containsFile(id)) }
      }
      // The same writer's events through two relays.
      try clones[2].push(first)
      try clones[0].pull(first)
      #expect(try clones[0].notes() == clones[1].notes())
      #expect(try clones[0].push(second) == PushReport())
    }
  }

  @Test("says which files a remote has", arguments: Reach.allCases)
  func whereabouts(reach: Reach) throws {
    try withTemporaryFolder { folder in
      let shared = try makeRemote(in: folder)
      try withTransport(reach, shared.path) { transport in
        let clone = try Clone(folder.appending("a"))
        let there = [try clone.record([1]), try clone.record(randomBytes(2 << 20, seed: 1))]
        try clone.push(transport)
        let not = [try clone.add([2]), try clone.add(randomBytes(2 << 20, seed: 2))]
        let remote = try clone.remote(transport)
        #expect(try remote.contains(there + not, using: clone.store) == Set(there))
        #expect(try remote.contains(there + not) == Set(there))
      }
    }
  }

  @Test("brings a single file when it is asked for, and says what is nowhere")
  func single() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let (a, b) = (try Clone(folder.appending("a")), try Clone(folder.appending("b")))
      let id = try a.record([1])
      let large = try a.record(randomBytes(2 << 20, seed: 1))
      try a.push(transport)
      let nowhere = ContentHasher.contentID(of: [9])
      let report = try b.remote(transport).fetchObjects([id, nowhere], into: b.store)
      #expect(report.objects == 1 && report.missing == [nowhere] && report.problems.isEmpty)
      #expect(try b.bytes(id) == [1])
      #expect(try !b.store.containsFile(large))
    }
  }

  @Test("gives other clones what one pushed after they had listed the packs")
  func staleListing() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let (a, b) = (try Clone(folder.appending("a")), try Clone(folder.appending("b")))
      let remote = try b.remote(transport)
      #expect(try remote.contains([ContentHasher.contentID(of: [1])]).isEmpty)
      let id = try a.record([1])
      try a.push(transport)
      #expect(try remote.fetchObjects([id], into: b.store).isComplete)
    }
  }

  @Test("can be stopped, and goes on from there")
  func cancelling() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      let id = try clone.record([1])
      let remote = try clone.remote(transport)
      let stopped = TransferOptions(isCancelled: { true })
      let extent = try clone.journal.extent()
      #expect(throws: RemoteError.cancelled) {
        _ = try remote.push([id], from: clone.store, clone.journal, through: extent, options: stopped)
      }
      #expect(try transport.list(.journal).isEmpty)
      try clone.push(transport)
      let other = try Clone(folder.appending("b"))
      #expect(throws: RemoteError.cancelled) {
        _ = try other.remote(transport).fetchJournals(into: other.journal, options: stopped)
      }
      #expect(throws: RemoteError.cancelled) {
        _ = try other.remote(transport).fetchObjects([id], into: other.store, options: stopped)
      }
      try other.pull(transport)
      #expect(try other.bytes(id) == [1])
    }
  }

  @Test("merges the many small segments that many fetches bring")
  func localMerging() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let (a, b) = (try Clone(folder.appending("a")), try Clone(folder.appending("b")))
      for number in 0..<40 {
        try a.note("\(number)")
        try a.push(transport)
        try b.pull(transport)
      }
      let segments = try files(b.folder.appending("journal").appending(a.writer.hex))
      #expect(segments.count < 32)
      #expect(try b.notes() == a.notes())
      #expect(try b.journal.verify().isEmpty)
      #expect(try b.journal.extent() == a.journal.extent())
    }
  }

  @Test("keeps what a newer version has written, and passes it on")
  func newerEvents() throws {
    try withTemporaryFolder { folder in
      let (first, second) = (
        try makeRemote(in: folder.appending("1")), try makeRemote(in: folder.appending("2"))
      )
      let writer = WriterID.random()
      var chain = HandmadeChain(writer)
      chain.add(type: "model.dreamt", fields: ["depth": .int(3)])
      chain.add(type: "run.annotated", fields: ["run": .string("x")], version: 7)
      try first.putNew(chain.name, chain.packed())
      let (a, b) = (try Clone(folder.appending("a")), try Clone(folder.appending("b")))
      #expect(try a.pull(first).0.problems.isEmpty)
      #expect(try a.push(second).events == 2)
      #expect(try b.pull(second).0.problems.isEmpty)
      var types: [String] = []
      try b.journal.read(writer: writer) { element, _ in types.append(try element.get().type) }
      #expect(types == ["model.dreamt", "run.annotated"])
    }
  }
}
