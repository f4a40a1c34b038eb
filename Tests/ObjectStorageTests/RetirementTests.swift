import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// The list of packs that left the store, whoever wrote it and however far that got.
@Suite struct RetirementTests {
  private func list(_ text: String, in folder: FilePath) throws {
    try write(text, to: folder.appending(".mlt").appending("packs").appending("retired"))
  }

  @Test("packs of a list that somebody left behind aren't read any more, and go when something is published")
  func leftBehind() throws {
    try withTemporaryFolder { folder in
      let first = try add([1], to: makeStore(in: folder))
      let name = try #require(try packFiles(in: folder).first?.lastComponent?.string)
      let second = try add([2], to: reopenStore(in: folder))
      try list("mlt retired 1\nremove \(name)\nend 1\n", in: folder)
      let store = try reopenStore(in: folder)
      #expect(try !store.containsFile(first))
      #expect(try store.containsFile(second))
      #expect(try packFiles(in: folder).count == 3)
      // The same pack comes about again, and isn't taken for the old one.
      #expect(try add([1], to: store) == first)
      for store in [store, try reopenStore(in: folder)] {
        #expect(try store.containsFile(first))
        #expect(try store.containsFile(second))
        #expect(try store.check().isClean)
      }
      #expect(try packFiles(in: folder).count == 2)
      #expect(try packFiles(in: folder).contains { $0.lastComponent?.string == name })
    }
  }

  @Test("a pack that is listed to be set aside is moved, and one that is gone already doesn't matter")
  func aside() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      _ = try add([1], to: store)
      let name = try #require(try packFiles(in: folder).first?.lastComponent?.string)
      let gone = String(repeating: "0", count: 64) + ".pack"
      try list("mlt retired 1\nremove \(gone)\naside \(name)\nend 2\n", in: folder)
      try store.mergeSmallPacks()
      #expect(try packFiles(in: folder) == [])
      #expect(try FileStatus(at: store.folder.appending("damaged").appending(name)) != nil)
    }
  }

  @Test(
    "a list that breaks a rule names nothing, and goes",
    arguments: [
      "", "\n", "mlt retired 1\n", "mlt retired 1\nend 1\n", "mlt retired 2\nremove NAME\nend 1\n",
      "mlt retired 1\nremove NAME\n", "mlt retired 1\nremove NAME\nend 2\n", "mlt retired 1\nremove NAME\nend 1",
      "mlt retired 1\nremove NAME\nremove NAME\nend 2\n", "mlt retired 1\nremove  NAME\nend 1\n",
      "mlt retired 1\nerase NAME\nend 1\n", "mlt retired 1\nremove ../packs/NAME\nend 1\n",
      "mlt retired 1\nremove NAME\nremove ../../kept\nend 2\n", "mlt retired 1\nremove NAME\n\nend 1\n",
      "mlt retired 1\nremove NAME\nend 1\nend 1\n", "mlt retired 1\nremove NAME\nend 01\n", "\u{0}\u{FF}\u{FE}\n",
    ])
  func malformed(text: String) throws {
    try withTemporaryFolder { folder in
      let id = try add([1], to: makeStore(in: folder))
      let path = try #require(try packFiles(in: folder).first)
      try write("kept", to: folder.appending("kept"))
      try list(
        text.split(separator: "NAME", omittingEmptySubsequences: false)
          .joined(separator: path.lastComponent?.string ?? ""), in: folder)
      let store = try reopenStore(in: folder)
      #expect(try store.containsFile(id))
      _ = try add([2], to: store)
      #expect(try store.containsFile(id))
      #expect(try packFiles(in: folder).count == 2)
      #expect(try FileStatus(at: folder.appending("kept")) != nil)
    }
  }

  @Test("a list cut short anywhere names nothing")
  func torn() throws {
    try withTemporaryFolder { folder in
      let id = try add([1], to: makeStore(in: folder))
      let name = try #require(try packFiles(in: folder).first?.lastComponent?.string)
      let text = "mlt retired 1\nremove \(name)\nend 1\n"
      for length in 0..<text.utf8.count {
        try list(String(text.prefix(length)), in: folder)
        #expect(try reopenStore(in: folder).containsFile(id), "length \(length)")
      }
      try list(text, in: folder)
      #expect(try !reopenStore(in: folder).containsFile(id))
    }
  }

  @Test("a pipe or folder in the list's place is no list")
  func notAFile() throws {
    try withTemporaryFolder { folder in
      let id = try add([1], to: makeStore(in: folder))
      let path = folder.appending(".mlt").appending("packs").appending("retired")
      #expect(path.withPlatformString { mkfifo($0, 0o600) } == 0)
      let store = try reopenStore(in: folder)
      #expect(try store.containsFile(id))
      _ = try add([2], to: store)
      #expect(try FileStatus(at: path) == nil)
      try FileOperations.createFolder(path)
      #expect(try reopenStore(in: folder).containsFile(id))
      // A folder isn't removed by anybody, so that it is seen.
      #expect(throws: StorageError.self) { try add([3], to: store) }
    }
  }

  @Test("threads go on reading while packs are merged and collected")
  func readers() async throws {
    try await withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let home = store.folder
      var ids: [ContentID] = []
      for seed in 0..<30 as Range<UInt64> { ids.append(try add(randomBytes(40_000, seed: seed), to: store)) }
      let files = ids
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          group.addTask {
            let reader = try ObjectStore(folder: home)
            for _ in 0..<20 {
              for id in files { try reader.readFile(id) { _ in } }
            }
          }
        }
        group.addTask {
          let store = try ObjectStore(folder: home)
          for seed in 0..<20 as Range<UInt64> {
            _ = try add(randomBytes(50, seed: 1000 + seed), to: store)
            if seed % 2 == 0 {
              try store.mergeSmallPacks()
            } else {
              try store.collect(CollectionOptions(grace: 0, wasteThreshold: 0)) { files }
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
