import Journaling
import MLTBase
import ObjectStorage
import Remotes
import SystemPackage
import TestSupport
import Testing

@Suite("Purging a remote")
struct PurgeTests {
  private func purging(_ ids: Set<ContentID>, isDryRun: Bool = false) -> RemoteCollectionOptions {
    var options = RemoteCollectionOptions()
    options.purged = ids
    options.removesPurgedOnly = true
    options.isDryRun = isDryRun
    return options
  }

  @Test("what is purged is gone at once, and nothing else is, whether anybody refers to it or not")
  func purge() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      let tree = try clone.add(["x": randomBytes(2 << 20, seed: 1), "y": randomBytes(9000, seed: 2)])
      let unreferenced = try clone.record(randomBytes(300_000, seed: 3))
      let bytes = randomBytes(2 << 20, seed: 1)
      let purged = ContentHasher.contentID(of: bytes)
      try clone.note(tree.hex)
      try clone.push(transport)
      let remote = try clone.remote(transport)
      let foretold = try remote.collect(purging([purged], isDryRun: true)) { [tree] }
      #expect(foretold.packsRetired == 1)
      #expect(try remote.contains([purged]) == [purged])
      let report = try remote.collect(purging([purged])) { [tree] }
      #expect(report.packsRetired == 1 && report.packsMade == 1 && report.packsDeleted == 1 && report.problems == [])
      #expect(try remote.contains([purged]) == [])
      #expect(try remote.contains([unreferenced, tree]) == [unreferenced, tree])
      let left = try files(transport.path).reduce(0) { $0 + (try FileStatus(at: $1)?.size ?? 0) }
      #expect(left < 1 << 20)
      // Doing it again finds nothing, and a clone that still has it doesn't push it again if told so.
      #expect(try remote.collect(purging([purged])) { [tree] }.packsRetired == 0)
      let again = try remote.push(
        [tree], from: clone.store, clone.journal, through: clone.journal.extent(), excluding: [purged])
      #expect(again.objects == 0 && again.missing == [])
      let other = try Clone(folder.appending("b"))
      let fetched = try other.remote(transport).fetchObjects([tree], into: other.store, excluding: [purged])
      #expect(fetched.isComplete)
      #expect(try other.store.containsTree(tree) && !other.store.containsFile(purged))
    }
  }

  @Test("retired packs that have it are deleted as well, before their time")
  func retired() throws {
    try withTemporaryFolder { folder in
      let transport = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("a"))
      var ids: [ContentID] = []
      for seed in 1...4 as ClosedRange<UInt64> {
        ids.append(try clone.record(randomBytes(20_000, seed: seed)))
        try clone.push(transport)
      }
      let remote = try clone.remote(transport)
      var merging = RemoteCollectionOptions()
      merging.grace = 1000
      try letTimePass(transport)
      #expect(try remote.collect(merging).packsRetired == 4)
      let report = try remote.collect(purging([ids[0]])) { ids }
      #expect(report.packsDeleted >= 2 && report.problems == [])
      let other = try Clone(folder.appending("b"))
      let fetched = try other.remote(transport).fetchObjects(ids, into: other.store)
      #expect(fetched.missing == [ids[0]])
      #expect(try ids.dropFirst().allSatisfy { try other.store.containsFile($0) })
      let needle = randomBytes(20_000, seed: 1).prefix(64)
      for file in try files(transport.path) {
        let held = try FileOperations.contents(of: file) ?? []
        #expect(held.firstRange(of: needle) == nil)
      }
    }
  }
}
