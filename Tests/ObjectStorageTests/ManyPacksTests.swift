import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

@Suite struct ManyPacksTests {
  @Test("objects of many packs are found however often they are looked for, and as packs come and go", arguments: 0..<3)
  func found(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let writer = try makeStore(in: folder)
      let store = try reopenStore(in: folder)
      var generator = SeededGenerator(seed: seed)
      var wanted: Set<ContentID> = []
      var unwanted: Set<ContentID> = []
      for round in 0..<6 as Range<UInt64> {
        for file in 0..<15 as Range<UInt64> {
          let id = try add(randomBytes(20, seed: seed * 10_000 + round * 100 + file), to: writer)
          if Bool.random(using: &generator) { wanted.insert(id) } else { unwanted.insert(id) }
        }
        // Enough look-ups for a table to be made in some rounds, and asked after more packs came.
        for _ in 0..<3 {
          for id in wanted.union(unwanted) { #expect(try store.containsFile(id)) }
        }
        #expect(try !store.containsFile(ContentHasher.contentID(of: randomBytes(21, seed: round))))
        if round % 3 == 2 {
          let roots = wanted
          try writer.collect(CollectionOptions(grace: 0, wasteThreshold: 0, smallPackSize: 0)) { roots }
          for id in wanted { #expect(try store.contents(of: id, limit: 20).count == 20) }
          for id in unwanted { #expect(try !writer.containsFile(id)) }
          unwanted = []
        }
      }
    }
  }

  @Test("a pack that couldn't be opened for a passing reason is found when that has passed")
  func passing() throws {
    try withTemporaryFolder { folder in
      let id = try add(Array("wanted".utf8), to: makeStore(in: folder))
      let pack = try #require(try packFiles(in: folder).first)
      // The pack is behind a circle of links, which is mended without a trace in the folder of packs.
      let (elsewhere, away) = (folder.appending("elsewhere"), folder.appending("away"))
      try FileOperations.createFolder(away)
      try FileOperations.rename(pack, to: away.appending("pack"))
      #expect(symlink("elsewhere", elsewhere.string) == 0)
      #expect(symlink(elsewhere.appending("pack").string, pack.string) == 0)
      let packs = pack.removingLastComponent()
      let listed = try #require(try FileStatus(at: packs)).changed
      // Until the folder's time is old enough to show every later change.
      let clock = folder.appending("clock")
      repeat { try write("", to: clock) } while try #require(try FileStatus(at: clock)).changed < listed + 200_000_000
      let store = try reopenStore(in: folder)
      #expect(throws: StorageError.system(SystemCallError("open", pack, .tooManySymbolicLinkLevels))) {
        try store.containsFile(id)
      }
      try FileOperations.remove(elsewhere)
      try FileOperations.rename(away, to: elsewhere)
      #expect(try FileStatus(at: packs)?.changed == listed)
      #expect(try store.containsFile(id))
    }
  }
}
