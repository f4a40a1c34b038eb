import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

@Suite struct ObjectStoreTests {
  @Test(
    "a file comes back as it was",
    arguments: [
      0, 1, Chunker.minimum - 1, Chunker.minimum, Chunker.minimum + 1, Chunker.maximum, Chunker.maximum + 1, 9_999_999,
    ])
  func roundTrip(count: Int) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let bytes = randomBytes(count, seed: UInt64(count))
      let path = folder.appending("data")
      try write(bytes, to: path)
      let writer = store.begin()
      let file = try writer.addFile(at: path)
      #expect(file.content == ContentHasher.contentID(of: bytes))
      #expect(file.size == Int64(count))
      #expect(!file.wasUnstable && !file.isExecutable)
      #expect(try FileIdentity.identify(path) == file)
      #expect(try writer.addBytes(bytes) == file.content)
      try writer.finish()
      #expect(try packFiles(in: folder).count == 1)
      #expect(try temporaryFiles(in: folder).isEmpty)
      for store in [store, try reopenStore(in: folder)] {
        #expect(try store.containsFile(file.content))
        #expect(try store.fileSize(file.content) == Int64(count))
        #expect(try store.contents(of: file.content, limit: count) == bytes)
        #expect(try store.verifyAll() == [])
      }
      let restored = folder.appending("restored")
      try store.restoreFile(file.content, to: restored, executable: true)
      #expect(try FileOperations.contents(of: restored) == bytes)
      #expect(try FileStatus(at: restored)?.isExecutable == true)
    }
  }

  @Test("a file that isn't what the caller saw there stays, and nothing is left beside it")
  func replacing() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let file = try add(Array("restored\n".utf8), to: store)
      let path = folder.appending("out")
      try FileOperations.replace(path, with: Array("somebody's\n".utf8), sync: false)
      let seen = try #require(try FileStatus(at: path))
      try FileOperations.replace(path, with: Array("edited\n".utf8), sync: false)
      for replaceable in [Replaceable.only(nil), .only(seen)] {
        #expect(throws: StorageError.changedMeanwhile(path)) {
          try store.restoreFile(file, to: path, replacing: replaceable)
        }
        #expect(try FileOperations.contents(of: path) == Array("edited\n".utf8))
      }
      #expect(try FileOperations.names(in: folder).filter { $0.string.hasPrefix(FileOperations.temporaryPrefix) } == [])
      try store.restoreFile(file, to: path, replacing: .only(try FileStatus(at: path)))
      #expect(try FileOperations.contents(of: path) == Array("restored\n".utf8))
      try FileOperations.remove(path)
      try store.restoreFile(file, to: path, replacing: .only(seen))
      #expect(try FileOperations.contents(of: path) == Array("restored\n".utf8))
    }
  }

  @Test("compressible bytes take less room, others hardly more than they are")
  func compression() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      _ = try add(Array(repeatElement(Array("a,b,c,1,2,3\n".utf8), count: 100_000).joined()), to: store)
      #expect(try totalSize(packFiles(in: folder)) < 20_000)
      _ = try add(randomBytes(2_000_000, seed: 6), to: store)
      #expect(try totalSize(packFiles(in: folder)) < 2_030_000)
    }
  }

  @Test("what changes a little takes a little more room")
  func deduplication() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let bytes = randomBytes(8 << 20, seed: 7)
      _ = try add(bytes, to: store)
      let before = try totalSize(packFiles(in: folder))
      _ = try add(bytes, to: store)
      #expect(try totalSize(packFiles(in: folder)) == before)
      let changed = [0x55] + bytes
      let id = try add(changed, to: store)
      #expect(try totalSize(packFiles(in: folder)) - before < 2 << 20)
      #expect(try store.contents(of: id, limit: .max) == changed)
    }
  }

  @Test("a sparse file is stored small and restored with holes")
  func sparse() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let path = folder.appending("sparse")
      try write("begin", to: path)
      let size: off_t = 200 << 20
      #expect(path.withPlatformString { truncate($0, size) } == 0)
      let writer = store.begin()
      let file = try writer.addFile(at: path)
      try writer.finish()
      #expect(file.size == Int64(size))
      #expect(try totalSize(packFiles(in: folder)) < 10_000)
      let restored = folder.appending("restored")
      try store.restoreFile(file.content, to: restored)
      #expect(try FileIdentity.identify(restored) == file)
      var status = stat()
      #expect(restored.withPlatformString { stat($0, &status) } == 0)
      #expect(status.st_blocks * 512 < 4 << 20)
    }
  }

  @Test("nothing is there before the writer finishes, and nothing after it was abandoned")
  func visibility() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let id = try writer.addBytes([1, 2, 3])
      #expect(try !store.containsFile(id))
      #expect(try temporaryFiles(in: folder).count == 1)
      writer.abandon()
      #expect(try temporaryFiles(in: folder).isEmpty)
      #expect(try packFiles(in: folder).isEmpty)
      #expect(throws: StorageError.writerEnded) { try writer.finish() }
      #expect(throws: StorageError.writerEnded) { try writer.addBytes([1]) }
      do {
        let dropped = store.begin()
        _ = try dropped.addBytes([4])
      }
      #expect(try temporaryFiles(in: folder).isEmpty)
    }
  }

  @Test("a writer goes on after it has finished")
  func reuse() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      try writer.finish()
      #expect(try packFiles(in: folder).isEmpty)
      let first = try writer.addBytes([1])
      try writer.finish()
      let second = try writer.addBytes([2])
      try writer.finish()
      #expect(try store.containsFile(first) && store.containsFile(second))
      #expect(try packFiles(in: folder).count == 2)
    }
  }

  @Test("packs that others write are seen")
  func otherWriters() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let other = try reopenStore(in: folder)
      for seed in 0..<20 as Range<UInt64> {
        let bytes = randomBytes(100, seed: seed)
        let id = ContentHasher.contentID(of: bytes)
        #expect(try !store.containsFile(id))
        _ = try add(bytes, to: other)
        #expect(try store.contents(of: id, limit: 100) == bytes)
      }
    }
  }

  @Test("what isn't there is said to be missing")
  func missing() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let id = ContentHasher.contentID(of: [9])
      #expect(try store.fileSize(id) == nil)
      #expect(try !store.containsTree(id))
      #expect(throws: StorageError.missing(id, .recipe)) { try store.contents(of: id, limit: 10) }
      #expect(throws: StorageError.missing(id, .tree)) { try store.tree(id) }
      #expect(throws: StorageError.notAStore(folder)) { try ObjectStore(folder: folder) }
    }
  }

  @Test("a file past the caller's limit is refused")
  func limit() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let id = try add([1, 2, 3], to: store)
      #expect(throws: StorageError.tooLarge(id, limit: 2)) { try store.contents(of: id, limit: 2) }
    }
  }

  @Test("ids are found by their first digits, sorted, up to a limit")
  func prefixes() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      var ids: [ContentID] = []
      // Several packs of many files, so that some share four digits.
      for pack in 0..<4 as Range<UInt64> {
        let writer = store.begin()
        for file in 0..<500 as Range<UInt64> {
          ids.append(try writer.addBytes(little(pack * 500 + file, 8)))
        }
        try writer.finish()
      }
      let tree = try Tree(entries: [])
      let writer = store.begin()
      _ = try writer.addTree(tree)
      try writer.finish()
      for id in ids {
        let prefix = String(id.hex.prefix(4))
        let expected = ids.filter { $0.hex.hasPrefix(prefix) }.sorted()
        #expect(try store.identifiers(prefix: prefix, limit: 10).map(\.id) == expected)
        #expect(try store.identifiers(prefix: prefix, limit: 1).map(\.id) == Array(expected.prefix(1)))
        #expect(try store.identifiers(prefix: id.hex, limit: 2).map(\.id) == [id])
      }
      let found = try store.identifiers(prefix: String(tree.id.hex.prefix(7)), limit: 2)
      #expect(found.map(\.id) == [tree.id] && found.map(\.isTree) == [true])
      for prefix in ["abc", "", "xyzw", "ABCD", tree.id.hex + "0"] {
        #expect(throws: StorageError.invalidPrefix(prefix)) { try store.identifiers(prefix: prefix, limit: 1) }
      }
    }
  }

  @Test("a restored file takes the place of the old one, which stays if that fails")
  func restoreOver() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let id = try add([1, 2, 3], to: store)
      let path = folder.appending("file")
      try write("old", to: path)
      #expect(throws: StorageError.self) { try store.restoreFile(ContentHasher.contentID(of: [9]), to: path) }
      #expect(try FileOperations.contents(of: path) == Array("old".utf8))
      try store.restoreFile(id, to: path)
      #expect(try FileOperations.contents(of: path) == [1, 2, 3])
      try FileOperations.createFolder(folder.appending("empty"))
      try store.restoreFile(id, to: folder.appending("empty"))
      #expect(throws: StorageError.folderInTheWay(folder.appending(".mlt"))) {
        try store.restoreFile(id, to: folder.appending(".mlt"))
      }
      #expect(try FileOperations.names(in: folder).map(\.string) == [".mlt", "empty", "file"])
    }
  }
}
