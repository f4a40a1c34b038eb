import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// Removing some files from a store, and nothing else.
@Suite struct PurgeTests {
  private func purging(_ ids: Set<ContentID>, isDryRun: Bool = false) -> CollectionOptions {
    var options = CollectionOptions(isDryRun: isDryRun)
    options.purged = ids
    options.removesPurgedOnly = true
    return options
  }

  @Test("what is purged goes at once, however young, and what nobody refers to stays")
  func purged() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let large = randomBytes(2 << 20, seed: 1)
      let purged = try add(large, to: store)
      let small = try add([1, 2, 3], to: store)
      let unreferenced = try add(randomBytes(1 << 20, seed: 2), to: store)
      let wanted = try add(randomBytes(100_000, seed: 3), to: store)
      let foretold = try store.collect(purging([purged, small], isDryRun: true)) { [wanted] }
      #expect(try store.containsFile(purged))
      let report = try store.collect(purging([purged, small])) { [wanted] }
      #expect(report.problems == [] && report.bytesFreed > 2 << 20)
      #expect(foretold.objectsRemoved == report.objectsRemoved)
      for store in [store, try reopenStore(in: folder)] {
        #expect(try !store.containsFile(purged) && !store.containsFile(small))
        #expect(try store.containsFile(unreferenced) && store.containsFile(wanted))
        #expect(try store.verifyAll() == [])
      }
      #expect(try store.collect(purging([purged, small])) { [wanted] }.packsRetired == 0)
    }
  }

  @Test("pieces that another file has too stay with it, and the purged file can't be read any more")
  func shared() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let start = randomBytes(2 << 20, seed: 1)
      let purged = try add(start + randomBytes(600_000, seed: 2), to: store)
      let other = try add(start + randomBytes(600_000, seed: 3), to: store)
      let report = try store.collect(purging([purged])) { [other] }
      #expect(report.bytesFreed > 300_000 && report.bytesFreed < 2 << 20)
      #expect(try !store.containsFile(purged))
      #expect(try store.contents(of: other, limit: .max).prefix(start.count) == start[...])
      #expect(try store.verifyAll() == [])
    }
  }

  @Test("a folder that names a purged file stays, without it, and keeps nothing of it in later collections")
  func folders() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      var entries: [TreeEntry] = []
      for seed in 1...3 as ClosedRange<UInt64> {
        let bytes = randomBytes(50_000, seed: seed)
        entries.append(
          TreeEntry(
            mode: .file, content: try writer.addBytes(bytes), size: Int64(bytes.count), count: 1,
            name: [UInt8(96 + seed)]))
      }
      let tree = try writer.addTree(Tree(entries: entries))
      try writer.finish()
      let purged = entries[1].content
      _ = try store.collect(purging([purged])) { [tree] }
      #expect(try store.containsTree(tree) && !store.containsFile(purged))
      #expect(try store.containsFile(entries[0].content) && store.containsFile(entries[2].content))
      // Somebody has brought it back.
      _ = try add(randomBytes(50_000, seed: 2), to: store)
      var options = CollectionOptions(grace: 0, wasteThreshold: 0)
      options.purged = [purged]
      let report = try store.collect(options) { [tree] }
      #expect(report.missing == [])
      #expect(try !store.containsFile(purged) && store.containsFile(entries[0].content))
    }
  }

  @Test("a lease on a purged file doesn't keep it")
  func leases() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let purged = try add(randomBytes(10_000, seed: 1), to: store)
      let kept = try add(randomBytes(10_000, seed: 2), to: store)
      let lease = try store.lease()
      try lease.hold(purged)
      try lease.hold(kept)
      _ = try store.collect(purging([purged])) { [] as [ContentID] }
      #expect(try !store.containsFile(purged) && store.containsFile(kept))
      try lease.end()
    }
  }
}
