import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

@Suite struct PackTests {
  @Test("a small pack has the layout of the format page, byte for byte")
  func layout() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let tree = try Tree(entries: [])
      _ = try writer.addBytes([0x10, 0x20, 0x30])
      _ = try writer.addBytes([])
      _ = try writer.addTree(tree)
      try writer.finish()
      var pack = HandmadePack()
      pack.add(chunk: [0x10, 0x20, 0x30])
      pack.add(chunk: [])
      _ = pack.add(tree: tree.canonicalBytes)
      let (bytes, name) = pack.bytes()
      let file = try #require(try packFiles(in: folder).first)
      #expect(file.lastComponent?.string == name)
      #expect(try FileOperations.contents(of: file) == bytes)
      #expect(bytes.count == 16 + 3 + 0 + 11 + 3 * 52 + 64)
    }
  }

  // A pack with all kinds and codecs, small enough to damage in every place.
  private struct Sample {
    var pack: [UInt8]
    var path: FilePath
    var files: [(id: ContentID, bytes: [UInt8])]
    var tree: Tree

    init(in folder: FilePath) throws {
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let contents = [
        Array(repeatElement(Array("row,1\n".utf8), count: 40).joined()), randomBytes(100, seed: 8),
        [UInt8](repeating: 0, count: Chunker.maximum + 1000),
      ]
      files = []
      for bytes in contents { files.append((try writer.addBytes(bytes), bytes)) }
      tree = try Tree(
        entries: files.enumerated().map { index, file in
          TreeEntry(mode: .file, content: file.id, size: Int64(file.bytes.count), name: Array("file\(index)".utf8))
        })
      _ = try writer.addTree(tree)
      try writer.finish()
      path = try #require(try packFiles(in: folder).first)
      pack = try #require(try FileOperations.contents(of: path))
      #expect(path.withPlatformString { chmod($0, 0o600) } == 0)
    }

    /// Reads everything as a new process would; the number of objects that couldn't be read.
    func failures(in folder: FilePath) throws -> Int {
      let store = try reopenStore(in: folder)
      var failures = 0
      for file in files {
        do {
          #expect(try store.contents(of: file.id, limit: .max) == file.bytes)
        } catch StorageError.corrupt, StorageError.unsupportedVersion {
          failures += 1
        }
      }
      do {
        #expect(try store.tree(tree.id) == tree)
      } catch StorageError.corrupt, StorageError.unsupportedVersion {
        failures += 1
      }
      return failures
    }
  }

  @Test("any byte changed gives right bytes or an error, and the check finds it", arguments: [0x01, 0x80] as [UInt8])
  func flippedByte(mask: UInt8) throws {
    try withTemporaryFolder { folder in
      let sample = try Sample(in: folder)
      #expect(try sample.failures(in: folder) == 0)
      let file = try FileDescriptor.open(sample.path, .readWrite)
      defer { try? file.close() }
      // A few bits of a zstd frame don't matter to what it unpacks to; of all else each one does.
      let indexStart = sample.pack.count - 64 - 52 * 6
      for offset in sample.pack.indices {
        _ = try file.writeAll(toAbsoluteOffset: Int64(offset), [sample.pack[offset] ^ mask])
        let failures = try sample.failures(in: folder)
        if offset < 16 || offset >= indexStart { #expect(failures > 0, "byte \(offset)") }
        // Checking after each change would double the time; every 16th shows that the check agrees.
        if offset % 16 == 0 { #expect(try reopenStore(in: folder).verifyAll().isEmpty == (failures == 0)) }
        _ = try file.writeAll(toAbsoluteOffset: Int64(offset), [sample.pack[offset]])
      }
      #expect(try sample.failures(in: folder) == 0)
    }
  }

  @Test("a pack cut short anywhere gives an error")
  func truncated() throws {
    try withTemporaryFolder { folder in
      let sample = try Sample(in: folder)
      for length in sample.pack.indices.reversed() {
        #expect(sample.path.withPlatformString { truncate($0, off_t(length)) } == 0)
        #expect(try sample.failures(in: folder) == 4, "length \(length)")
      }
    }
  }

  @Test("a pack cut short while it is in use gives an error")
  func truncatedInUse() throws {
    try withTemporaryFolder { folder in
      let sample = try Sample(in: folder)
      let store = try reopenStore(in: folder)
      #expect(try store.containsFile(sample.files[1].id))
      #expect(sample.path.withPlatformString { truncate($0, 10) } == 0)
      let error = StorageError.corrupt(
        Corruption(pack: sample.path, object: sample.files[1].id, damage: .truncated))
      #expect(throws: error) { try store.contents(of: sample.files[1].id, limit: 100) }
    }
  }

  @Test("what is damaged in one pack is read from another, and can be stored again")
  func healing() throws {
    try withTemporaryFolder { folder in
      let bytes = randomBytes(1000, seed: 9)
      let store = try makeStore(in: folder)
      let id = try add(bytes, to: store)
      let path = try #require(try packFiles(in: folder).first)
      #expect(path.withPlatformString { truncate($0, 50) } == 0)
      let second = try reopenStore(in: folder)
      #expect(throws: StorageError.self) { try second.contents(of: id, limit: 1000) }
      #expect(try second.verifyAll().map(\.pack) == [path])
      let writer = second.begin()
      _ = try writer.addBytes(bytes)
      _ = try writer.addBytes([1])
      try writer.finish()
      #expect(try second.contents(of: id, limit: 1000) == bytes)
      #expect(throws: StorageError.self) { try second.containsFile(ContentHasher.contentID(of: [7])) }
    }
  }

  @Test("a pack of a newer version is left alone and said to be one")
  func newerVersion() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let id = try add([1], to: store)
      let path = try #require(try packFiles(in: folder).first)
      #expect(path.withPlatformString { chmod($0, 0o600) } == 0)
      let file = try FileDescriptor.open(path, .readWrite)
      _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: 8, [2]) }
      #expect(throws: StorageError.unsupportedVersion(path, 2)) {
        try reopenStore(in: folder).contents(of: id, limit: 1)
      }
    }
  }
}
