import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// Several processes and threads at one store, and processes that end badly.
@Suite struct ProcessTests {
  @Test("a writer that is killed leaves a sound store, and a temporary file that is found")
  func killed() async throws {
    try await withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let home = store.folder.string
      let before = try add([1, 2, 3], to: store)
      await #expect(processExitsWith: .signal(SIGKILL)) { [home = home as String] in
        let writer = try ObjectStore(folder: FilePath(home)).begin()
        // More than one pack: the first gets published, the second is on its way.
        for seed in 0..<9 as Range<UInt64> { _ = try writer.addBytes(randomBytes(8 << 20, seed: seed)) }
        let packs = FilePath(home).appending("packs")
        while try FileOperations.names(in: packs).count < 2 { sched_yield() }
        kill(getpid(), SIGKILL)
      }
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
  func noRoom() async throws {
    try await withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let home = store.folder.string
      await #expect(processExitsWith: .success) { [home = home as String] in
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        let writer = try ObjectStore(folder: FilePath(home)).begin()
        do {
          _ = try writer.addBytes(randomBytes(3 << 20, seed: 1))
          try writer.finish()
          exit(1)
        } catch StorageError.system(let error) where error.errno == .fileTooLarge {
          // It has said that earlier objects are there: it must not go on as if they were.
          do {
            try writer.finish()
            exit(2)
          } catch {}
        }
        exit(0)
      }
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
