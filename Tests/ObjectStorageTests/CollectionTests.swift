import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// What a collection keeps, what it removes, and what is safe beside it.
@Suite struct CollectionTests {
  // Without a time in which new packs are left alone, and rewriting at the least waste.
  private static let now = CollectionOptions(grace: 0, wasteThreshold: 0)

  private func tree(_ files: [(name: String, bytes: [UInt8])], in store: ObjectStore) throws -> ContentID {
    let writer = store.begin()
    var entries: [TreeEntry] = []
    for (name, bytes) in files {
      let id = try writer.addBytes(bytes)
      entries.append(TreeEntry(mode: .file, content: id, size: Int64(bytes.count), name: Array(name.utf8)))
    }
    let id = try writer.addTree(Tree(entries: entries))
    try writer.finish()
    return id
  }

  @Test("what can't be reached goes, what can stays, down through trees and lists of chunks")
  func reachable() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let large = randomBytes(3 << 20, seed: 1)
      let wanted = try tree([("large", large), ("small", [1, 2, 3])], in: store)
      let inner = try Tree(entries: [
        TreeEntry(
          mode: .tree, content: wanted, size: Int64(large.count) + 3, count: 2, name: Array("inner".utf8))
      ])
      let writer = store.begin()
      let root = try writer.addTree(inner)
      let unwanted = try writer.addBytes(randomBytes(1 << 20, seed: 2))
      let single = try writer.addBytes([9])
      try writer.finish()
      let report = try store.collect(Self.now) { [root, single] }
      #expect(report.problems == [])
      #expect(report.missing == [])
      #expect(report.bytesFreed > 1 << 20)
      #expect(report.after.packs == 1)
      for store in [store, try reopenStore(in: folder)] {
        #expect(try !store.containsFile(unwanted))
        #expect(try store.containsFile(single))
        #expect(try store.tree(root) == inner)
        #expect(try store.contents(of: ContentHasher.contentID(of: large), limit: .max) == large)
        #expect(try store.verifyAll() == [])
      }
      // Again, there is nothing left to do.
      let again = try store.collect(Self.now) { [root, single] }
      #expect(again.packsRetired == 0)
      #expect(again.bytesFreed == 0)
    }
  }

  @Test("a rehearsal says what would be removed, and removes nothing")
  func dryRun() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      for seed in 0..<5 as Range<UInt64> { _ = try add(randomBytes(30_000, seed: seed), to: store) }
      let kept = try add([1], to: store)
      let files = try packFiles(in: folder)
      var options = Self.now
      options.isDryRun = true
      let foretold = try store.collect(options) { [kept] }
      #expect(try packFiles(in: folder) == files)
      let report = try store.collect(Self.now) { [kept] }
      #expect(foretold == report)
      #expect(report.objectsRemoved == 5)
    }
  }

  @Test("packs younger than the grace keep all they have")
  func grace() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let id = try add([1, 2, 3], to: store)
      let report = try store.collect { [ContentID]() }
      #expect(report.objectsRemoved == 0)
      #expect(try store.containsFile(id))
      #expect(try store.collect(Self.now) { [ContentID]() }.objectsRemoved == 1)
      #expect(try packFiles(in: folder) == [])
    }
  }

  @Test("small packs are merged, and a store that is open goes on reading")
  func merging() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let other = try reopenStore(in: folder)
      var files: [ContentID: [UInt8]] = [:]
      for seed in 0..<50 as Range<UInt64> {
        let bytes = randomBytes(5000, seed: seed)
        files[try add(bytes, to: store)] = bytes
      }
      for (id, bytes) in files { #expect(try other.contents(of: id, limit: .max) == bytes) }
      #expect(try store.needsMerging)
      let report = try store.mergeSmallPacks()
      #expect(report.before.packs == 50)
      #expect(report.after.packs == 1)
      #expect(report.after.objects == 50)
      #expect(try !store.needsMerging)
      #expect(try packFiles(in: folder).count == 1)
      for (id, bytes) in files { #expect(try other.contents(of: id, limit: .max) == bytes) }
      #expect(try other.verifyAll() == [])
    }
  }

  @Test("what a writer relied on and lost is said before its facts are written; again, it succeeds")
  func commit() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let bytes = randomBytes(2 << 20, seed: 3)
      let id = try add(bytes, to: store)
      let writer = try reopenStore(in: folder).begin()
      _ = try writer.addBytes(bytes)
      try store.collect(Self.now) { [ContentID]() }
      var isWritten = false
      #expect(throws: StorageError.self) { try writer.commit { isWritten = true } }
      #expect(!isWritten)
      _ = try writer.addBytes(bytes)
      try writer.commit { isWritten = true }
      #expect(isWritten)
      #expect(try store.contents(of: id, limit: .max) == bytes)
    }
  }

  @Test("what a writer relied on may move to another pack")
  func commitAfterMerge() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      for seed in 0..<3 as Range<UInt64> { _ = try add(randomBytes(1000, seed: seed), to: store) }
      let writer = try reopenStore(in: folder).begin()
      for seed in 0..<3 as Range<UInt64> { _ = try writer.addBytes(randomBytes(1000, seed: seed)) }
      try store.mergeSmallPacks()
      #expect(try writer.commit { 7 } == 7)
    }
  }

  @Test("what is named while a collection goes on stays")
  func named() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let first = try add([1], to: store)
      let second = try add([2], to: store)
      var calls = 0
      try store.collect(Self.now) {
        calls += 1
        return calls == 1 ? [first] : [first, second]
      }
      #expect(calls == 2)
      #expect(try store.containsFile(first))
      #expect(try store.containsFile(second))
    }
  }

  @Test("what a lease claims stays until it ends")
  func lease() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let id = try tree([("a", randomBytes(100, seed: 1)), ("b", [2])], in: store)
      let lease = try store.lease()
      try lease.hold(id)
      #expect(try store.collect(Self.now) { [ContentID]() }.objectsRemoved == 0)
      #expect(try FileStatus(at: lease.path) != nil)
      try lease.end()
      try lease.end()
      #expect(throws: StorageError.writerEnded) { try lease.hold(id) }
      #expect(try FileStatus(at: lease.path) == nil)
      #expect(try store.collect(Self.now) { [ContentID]() }.objectsRemoved == 3)
    }
  }

  @Test("two collections at once: the second is told so")
  func busy() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      _ = try add([1], to: store)
      let other = try reopenStore(in: folder)
      try store.collect(Self.now) {
        #expect(throws: StorageError.busy(store.folder.appending("collect.lock"))) { try other.mergeSmallPacks() }
        return [ContentID]()
      }
    }
  }
}
