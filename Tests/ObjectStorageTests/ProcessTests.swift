import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// Several processes and threads at one store, and processes that end badly.
@Suite struct ProcessTests {
  @Test("a writer that is killed leaves a sound store, and a temporary file that is found")
  func killed() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let before = try add([1, 2, 3], to: store)
      #expect(try ProgramBesideTests.run("store-writer", ["killed", store.folder.string]) == SIGKILL)
      #expect(try temporaryFiles(in: folder).count == 1)
      #expect(try packFiles(in: folder).count == 2)
      #expect(try store.verifyAll() == [])
      #expect(try store.contents(of: before, limit: 3) == [1, 2, 3])
      // A live writer's file stays.
      let writer = store.begin()
      let id = try writer.addBytes([4])
      #expect(try temporaryFiles(in: folder).count == 2)
      #expect(try store.removeAbandonedTemporaries() == 1)
      #expect(try store.removeAbandonedTemporaries() == 0)
      try writer.finish()
      #expect(try store.containsFile(id))
    }
  }

  @Test("a disk without room is an error that leaves nothing behind")
  func noRoom() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      #expect(try ProgramBesideTests.run("store-writer", ["limited", store.folder.string]) == 0)
      #expect(try temporaryFiles(in: folder).isEmpty)
      #expect(try packFiles(in: folder).isEmpty)
    }
  }

  @Test("writers at the same time lose nothing")
  func together() async throws {
    try await withTemporaryFolder { folder in
      let home = try makeStore(in: folder).folder
      let ids = try await withThrowingTaskGroup(of: [ContentID].self) { group in
        for worker in 0..<4 as Range<UInt64> {
          group.addTask {
            // Each as its own process would, with half of its files in common with the next one.
            let store = try ObjectStore(folder: home)
            var ids: [ContentID] = []
            for file in 0..<20 as Range<UInt64> {
              let writer = store.begin()
              ids.append(try writer.addBytes(randomBytes(70_000, seed: worker * 10 + file)))
              try writer.finish()
            }
            return ids
          }
        }
        return try await group.reduce(into: Set<ContentID>()) { $0.formUnion($1) }
      }
      let store = try reopenStore(in: folder)
      #expect(ids.count == 50)
      for id in ids { #expect(try store.containsFile(id)) }
      #expect(try store.verifyAll() == [])
      #expect(try temporaryFiles(in: folder).isEmpty)
    }
  }

  @Test("threads read one store at the same time")
  func readers() async throws {
    try await withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      var files: [(id: ContentID, bytes: [UInt8])] = []
      // More packs than are kept open.
      for seed in 0..<24 as Range<UInt64> {
        let bytes = randomBytes(50_000, seed: seed)
        files.append((try add(bytes, to: store), bytes))
      }
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<4 {
          group.addTask { [files] in
            for file in files where try store.contents(of: file.id, limit: 50_000) != file.bytes { return false }
            return true
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }
}
