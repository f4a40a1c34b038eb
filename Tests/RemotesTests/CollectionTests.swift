import Journaling
import MLTBase
import ObjectStorage
import Remotes
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite("Collection of a remote")
struct CollectionTests {
  private func options(grace: Int64 = 0) -> RemoteCollectionOptions {
    var options = RemoteCollectionOptions()
    options.grace = grace
    return options
  }

  private func collect(
    _ clone: Clone, _ transport: any Transport, _ options: RemoteCollectionOptions, roots: [ContentID]? = nil
  ) throws -> RemoteCollectionReport {
    try letTimePass(transport)
    let remote = try clone.remote(transport)
    guard let roots else { return try remote.collect(options) }
    return try remote.collect(options) { roots }
  }

  @Test("merges small packs and segments, and deletes the old ones after the grace")
  func merging() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      for number in 0..<20 {
        try clone.record([UInt8(number)])
        try clone.push(transport)
      }
      #expect(try files(transport.path).count == 41)
      let spared = try collect(clone, transport, options(grace: 1000))
      #expect(spared.packsRetired == 20 && spared.packsMade == 1 && spared.segmentsMade == 1)
      #expect(spared.packsDeleted == 0 && spared.segmentsDeleted == 0)
      let other = try Clone(folder.appending("b"))
      #expect(try other.pull(transport).1.isComplete)
      // Nothing is left to retire; what was is deleted.
      let deleted = try collect(clone, transport, options())
      #expect(deleted.packsRetired == 0 && deleted.packsDeleted == 20 && deleted.segmentsDeleted == 20)
      #expect(try files(transport.path).count == 3)
      let last = try Clone(folder.appending("c"))
      let (facts, objects) = try last.pull(transport)
      #expect(facts.problems.isEmpty && objects.isComplete)
      #expect(try last.notes() == clone.notes())
      #expect(try clone.push(transport) == PushReport())
    }
  }

  @Test("removes what isn't wanted, and nothing that is")
  func removal() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      let kept = try clone.add(["x": randomBytes(2 << 20, seed: 1), "y": [1]])
      let dropped = try clone.add(randomBytes(2 << 20, seed: 2))
      let remote = try clone.remote(transport)
      _ = try remote.push([kept, dropped], from: clone.store, clone.journal, through: JournalExtent())
      var dry = options()
      dry.isDryRun = true
      #expect(try collect(clone, transport, dry, roots: [kept]).packsRetired == 1)
      #expect(try transport.list(.retired).isEmpty)
      #expect(try collect(clone, transport, options(), roots: [kept]).packsRetired == 1)
      #expect(try collect(clone, transport, options(), roots: [kept]).packsDeleted == 1)
      #expect(try transport.list(.packs).reduce(0) { $0 + $1.size } < 5 << 19)
      let other = try Clone(folder.appending("b"))
      #expect(try other.remote(transport).fetchObjects([kept], into: other.store).isComplete)
      #expect(try remote.contains([kept, dropped], using: clone.store) == [kept])
    }
  }

  @Test("spares what was pushed lately")
  func young() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      try clone.record([1])
      try clone.push(transport)
      let report = try collect(clone, transport, options(grace: 1000), roots: [])
      #expect(report.packsRetired == 0)
    }
  }

  @Test("saves what was named while its pack was being retired")
  func rescue() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      let id = try clone.add(randomBytes(2 << 20, seed: 1))
      let remote = try clone.remote(transport)
      _ = try remote.push([id], from: clone.store, clone.journal, through: JournalExtent())
      #expect(try collect(clone, transport, options(), roots: []).packsRetired == 1)
      // As of a pusher that had looked before.
      let report = try collect(clone, transport, options(), roots: [id])
      #expect(report.objectsSaved > 0 && report.packsDeleted == 1)
      let other = try Clone(folder.appending("b"))
      #expect(try other.remote(transport).fetchObjects([id], into: other.store).isComplete)
    }
  }

  @Test("has a push put again what is only in packs that will be deleted")
  func retiredIsNotThere() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      let id = try clone.add([1, 2, 3])
      let remote = try clone.remote(transport)
      _ = try remote.push([id], from: clone.store, clone.journal, through: JournalExtent())
      _ = try collect(clone, transport, options(), roots: [])
      #expect(try remote.contains([id]).isEmpty)
      try clone.note(id.hex)
      let report = try clone.push(transport)
      #expect(report.packs == 1 && report.objects == 1)
      _ = try collect(clone, transport, options(), roots: [id])
      let other = try Clone(folder.appending("b"))
      #expect(try other.pull(transport).1.isComplete)
    }
  }

  /// A transport to which something happens before one of its calls.
  private struct Interrupted: Transport {
    let inner: any Transport
    let before: @Sendable (RemoteName) throws -> Void

    func list(_ folder: RemoteFolder) throws(TransportError) -> [RemoteEntry] { try inner.list(folder) }
    func read(_ requests: [ReadRequest], _ body: (Int, [UInt8]) -> Bool) throws(TransportError) {
      try inner.read(requests, body)
    }
    func put(_ name: RemoteName, _ bytes: [UInt8]) throws(TransportError) -> Bool {
      do { try before(name) } catch { throw .connectionLost }
      return try inner.put(name, bytes)
    }
    func delete(_ name: RemoteName) throws(TransportError) { try inner.delete(name) }
    func present() throws(TransportError) -> Int64 { try inner.present() }
    func sweep(before time: Int64) throws(TransportError) { try inner.sweep(before: time) }
  }

  @Test(
    "between a push's bytes and its facts, or just before these, loses nothing",
    arguments: [RemoteFolder.packs, .journal])
  func meanwhile(folder interrupted: RemoteFolder) throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      let collector = try Clone(folder.appending("collector"))
      let old = try clone.add(randomBytes(2 << 20, seed: 1))
      _ = try clone.remote(transport).push([old], from: clone.store, clone.journal, through: JournalExtent())
      try clone.note(old.hex)
      try clone.record([1])
      // Counts on the old object, whose pack goes away with all the grace passing in a moment.
      let isDone = Mutex(false)
      let remote = try clone.remote(
        Interrupted(inner: transport) { name in
          guard name.folder == interrupted, !isDone.withLock({ $0 }) else { return }
          isDone.withLock { $0 = true }
          for _ in 0..<2 {
            _ = try CollectionTests().collect(collector, transport, CollectionTests().options(), roots: [])
          }
        })
      let files = try clone.namedFiles()
      let report = try remote.push(files, from: clone.store, clone.journal, through: clone.journal.extent())
      #expect(report.packs > 1)
      let other = try Clone(folder.appending("b"))
      #expect(try other.pull(transport).1.isComplete)
    }
  }

  @Test("removes nothing while damage may hide what is wanted")
  func damage() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      let remote = try clone.remote(transport)
      let dropped = try clone.add(randomBytes(2 << 20, seed: 2))
      _ = try remote.push([dropped], from: clone.store, clone.journal, through: JournalExtent())
      try transport.putNew(.pack(ContentHasher.contentID(of: [])), randomBytes(1000, seed: 1))
      let report = try collect(clone, transport, options(), roots: [])
      #expect(report.packsRetired == 0 && report.problems.count == 1)
    }
  }
}
