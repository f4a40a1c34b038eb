import Glibc
import MLTBase
import ObjectStorage
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Many threads at one walk.
@Suite struct IngestTests {
  // Sizes around every border: of a chunk, of what one thread reads whole, of a stretch of a large file.
  private static let sizes = [
    0, 1, 1023, 1024, 32_768, 32_769, 100_000, 524_288, 524_289, 1_048_576, 2_097_151, 2_097_152, 2_097_153, 5_000_000,
  ]

  // Makes files in the order of their names, and the tree that they should make, by one thread.
  private func makeFiles(in folder: FilePath, seed: UInt64) throws -> Tree {
    try FileOperations.createFolder(folder)
    var generator = SeededGenerator(seed: seed)
    var entries: [TreeEntry] = []
    func add(_ name: String, _ bytes: [UInt8]) throws {
      try write(bytes, to: folder.appending(name))
      entries.append(
        TreeEntry(
          mode: .file, content: ContentHasher.contentID(of: bytes), size: Int64(bytes.count), name: Array(name.utf8)))
    }
    for (index, size) in Self.sizes.enumerated() {
      try add("noise\(index)", randomBytes(size, seed: generator.next()))
      try add("text\(index)", (0..<size).map { UInt8(ascii: "a") + UInt8($0 / 7 % 13) })
      try add("zeros\(index)", [UInt8](repeating: 0, count: size))
    }
    for index in 0..<600 { try add("small\(index)", randomBytes(Int(generator.next() % 3000), seed: generator.next())) }
    return try Tree(entries: entries)
  }

  private func add(_ data: FilePath, to store: ObjectStore) throws -> StoredTree {
    let writer = store.begin()
    let tree = try writer.addFolder(at: data)
    try writer.finish()
    return tree
  }

  @Test(
    "many threads find the ids and the tree that one finds, and make the same packs", arguments: [1, 2] as [UInt64])
  func sameAsSerial(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      let expected = try makeFiles(in: data, seed: seed)
      let store = try makeStore(in: folder)
      let tree = try add(data, to: store)
      #expect(tree.content == expected.id)
      #expect(tree.size == expected.size && tree.count == expected.count)
      #expect(try FolderIdentity.identify(data) == tree)
      #expect(try store.tree(tree.content) == expected)
      #expect(try store.verifyAll() == [])
      let second = folder.appending("second")
      try FileOperations.createFolder(second)
      _ = try add(data, to: makeStore(in: second))
      #expect(try packFiles(in: second).map(\.lastComponent) == packFiles(in: folder).map(\.lastComponent))
      for entry in expected.entries.prefix(80) {
        let file = try store.begin().addFile(
          at: data.appending(#require(String(validating: entry.name, as: UTF8.self))))
        #expect(file.content == entry.content && file.size == entry.size)
      }
      let copy = folder.appending("copy")
      let seen = Mutex<[RestoreProgress]>([])
      try store.restoreTree(tree.content, to: copy, progress: { progress in seen.withLock { $0.append(progress) } })
      #expect(try FolderIdentity.identify(copy) == tree)
      let last = try #require(seen.withLock { $0.last })
      #expect(last.filesDone == expected.count && last.filesWritten == expected.count)
      #expect(last.bytesWritten == expected.size)
    }
  }

  @Test("large files with holes come back bit for bit")
  func largeWithHoles() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let zeros = [UInt8](repeating: 0, count: 3 << 20)
      let bytes = randomBytes(3_000_000, seed: 1) + zeros + randomBytes(700, seed: 2) + zeros
      let path = folder.appending("f")
      try write(bytes, to: path)
      let writer = store.begin()
      let file = try writer.addFile(at: path)
      try writer.finish()
      #expect(file.content == ContentHasher.contentID(of: bytes))
      try store.restoreFile(file.content, to: folder.appending("g"))
      #expect(try FileOperations.contents(of: folder.appending("g")) == bytes)
    }
  }

  @Test("progress grows, and ends with what was there")
  func progress() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      let expected = try makeFiles(in: data, seed: 3)
      let store = try makeStore(in: folder)
      let seen = Mutex<[IngestProgress]>([])
      let writer = store.begin()
      writer.progress = { progress in seen.withLock { $0.append(progress) } }
      _ = try writer.addFolder(at: data)
      try writer.finish()
      let reports = seen.withLock { $0 }
      for (one, next) in zip(reports, reports.dropFirst()) {
        #expect(one.filesSeen <= next.filesSeen && one.filesRead <= next.filesRead)
        #expect(one.bytesRead <= next.bytesRead && one.bytesStored <= next.bytesStored)
      }
      let last = try #require(reports.last)
      #expect(last.filesSeen == expected.count && last.filesRead == expected.count)
      #expect(last.bytesRead == expected.size)
      #expect(last.bytesStored > 0 && last.bytesStored < expected.size)
    }
  }

  @Test("cancelling leaves a sound store, and what was done needn't be done again", arguments: [0, 1, 40, 300, 600])
  func cancelled(after count: Int) throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      let expected = try makeFiles(in: data, seed: 4)
      let store = try makeStore(in: folder)
      let questions = Atomic(0)
      var known: [[UInt8]: ContentID] = [:]
      let options = FolderOptions(
        known: { path, _ in known[path] }, learned: { path, _, content in known[path] = content },
        isCancelled: { questions.add(1, ordering: .relaxed).oldValue >= count })
      let writer = store.begin()
      let before = try writer.addBytes([1, 2, 3])
      #expect(throws: StorageError.cancelled) { try writer.addFolder(at: data, options: options) }
      #expect(try store.verifyAll() == [])
      #expect(try store.containsFile(before))
      #expect(try temporaryFiles(in: folder).isEmpty)
      for content in known.values { #expect(try store.containsFile(content)) }
      let done = known.count
      // The same writer goes on from there.
      var read = 0
      let tree = try writer.addFolder(
        at: data,
        options: FolderOptions(
          known: { path, _ in known[path] },
          learned: { _, _, _ in read += 1 }))
      try writer.finish()
      #expect(tree.content == expected.id)
      #expect(read == Int(expected.count) - done)
      #expect(try store.verifyAll() == [])
    }
  }

  @Test("a cancelled file and a cancelled restoration say so, and leave no part of a file")
  func cancelledFile() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      let path = data.appending("f")
      try write(randomBytes(9_000_000, seed: 5), to: path)
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let questions = Atomic(0)
      writer.isCancelled = { questions.add(1, ordering: .relaxed).oldValue >= 2 }
      #expect(throws: StorageError.cancelled) { try writer.addFile(at: path) }
      #expect(try store.verifyAll() == [])
      writer.isCancelled = nil
      let tree = try writer.addFolder(at: data)
      try writer.finish()
      let copy = folder.appending("copy")
      let asked = Atomic(0)
      #expect(throws: StorageError.cancelled) {
        try store.restoreTree(
          tree.content, to: copy, isCancelled: { asked.add(1, ordering: .relaxed).oldValue >= 3 })
      }
      #expect(try FileOperations.names(in: copy).isEmpty)
      try store.restoreTree(tree.content, to: copy)
      #expect(try FolderIdentity.identify(copy) == tree)
    }
  }

  @Test("names of any bytes and of the greatest length come back")
  func oddNames() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      let names: [[UInt8]] = [
        [UInt8](repeating: 0xFF, count: 255), [UInt8](repeating: 0x41, count: 255), [0x0A], [0x20], [0x5C],
        [0x2D, 0x2D],
        Array("…".utf8), [0xC3, 0x28], Array("...".utf8),
      ]
      for (index, name) in names.enumerated() {
        try write(randomBytes(100, seed: UInt64(index)), to: #require(FilePath(bytes: data.bytes + [0x2F] + name)))
      }
      let store = try makeStore(in: folder)
      let tree = try add(data, to: store)
      #expect(tree.count == Int64(names.count) && tree.skipped.isEmpty)
      let copy = folder.appending("copy")
      try store.restoreTree(tree.content, to: copy)
      #expect(try FolderIdentity.identify(copy) == tree)
    }
  }

  @Test("links in a circle are stored as links; sockets, pipes and devices are left out and listed")
  func specials() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      #expect(symlink("b", data.appending("a").string) == 0)
      #expect(symlink("a", data.appending("b").string) == 0)
      #expect(symlink(".", data.appending("c").string) == 0)
      #expect(data.appending("pipe").withPlatformString { mkfifo($0, 0o600) } == 0)
      #expect(data.appending("socket").withPlatformString { mknod($0, S_IFSOCK | 0o600, 0) } == 0)
      let tree = try add(data, to: makeStore(in: folder))
      #expect(tree.count == 3)
      #expect(tree.skipped.map(\.path) == [Array("pipe".utf8), Array("socket".utf8)])
      #expect(tree.skipped.allSatisfy { $0.reason == .special })
    }
  }

  @Test("files that go away while the folder is walked are left out and listed")
  func vanishing() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      for index in 0..<20 { try write("x\(index)", to: data.appending("f\(index)")) }
      let options = FolderOptions(known: { path, _ in
        // Between being looked at and being read.
        if path.last == UInt8(ascii: "7") {
          try? FileOperations.remove(data.appending(String(decoding: path, as: UTF8.self)))
        }
        return nil
      })
      let writer = try makeStore(in: folder).begin()
      let tree = try writer.addFolder(at: data, options: options)
      try writer.finish()
      #expect(tree.count == 18)
      #expect(tree.skipped.map(\.path) == [Array("f17".utf8), Array("f7".utf8)])
      #expect(tree.skipped.allSatisfy { $0.reason == .unreadable(.noSuchFileOrDirectory) })
    }
  }

  @Test(
    "a file that changes between two looks is read again, and what it then holds is stored", arguments: [3, 4_000_000])
  func changing(size: Int) throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      let path = data.appending("f")
      try write(randomBytes(size, seed: 1), to: path)
      let after = randomBytes(size + 5, seed: 2)
      let options = FolderOptions(known: { _, _ in
        try? write(after, to: path)
        return nil
      })
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let tree = try writer.addFolder(at: data, options: options)
      try writer.finish()
      #expect(tree.unstable.isEmpty)
      #expect(try store.entry(at: [Array("f".utf8)], in: tree.content)?.content == ContentHasher.contentID(of: after))
    }
  }

  @Test("a path longer than the system takes is walked all the same")
  func deep() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      let name = String(repeating: "d", count: 200)
      let depth = 100
      var current = open(data.string, O_RDONLY | O_DIRECTORY)
      for _ in 0..<depth {
        #expect(mkdirat(current, name, 0o700) == 0)
        let next = openat(current, name, O_RDONLY | O_DIRECTORY)
        close(current)
        current = next
      }
      let file = openat(current, "f", O_WRONLY | O_CREAT, 0o600)
      #expect(Glibc.write(file, "deep", 4) == 4)
      close(file)
      close(current)
      defer {
        var folders = [open(data.string, O_RDONLY | O_DIRECTORY)]
        for _ in 0..<depth { folders.append(openat(folders[folders.count - 1], name, O_RDONLY | O_DIRECTORY)) }
        unlinkat(folders[depth], "f", 0)
        for index in (0..<depth).reversed() { unlinkat(folders[index], name, AT_REMOVEDIR) }
        for folder in folders { close(folder) }
      }
      let store = try makeStore(in: folder)
      let tree = try add(data, to: store)
      #expect(tree.count == 1 && tree.size == 4 && tree.skipped.isEmpty)
      let path = [[UInt8]](repeating: Array(name.utf8), count: depth) + [Array("f".utf8)]
      let entry = try store.entry(at: path, in: tree.content)
      #expect(entry?.content == ContentHasher.contentID(of: Array("deep".utf8)))
    }
  }

  @Test(
    "a file that grows whenever it is looked at is read to an end, and said to be unstable", arguments: [10, 3_000_000])
  func growing(size: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("f")
      try write(randomBytes(size, seed: 1), to: path)
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let file = try FileDescriptor.open(path, .writeOnly, options: [.append])
      defer { try? file.close() }
      let more = randomBytes(3_000_000, seed: 2)
      // Asked before each stretch is read.
      writer.isCancelled = {
        _ = try? file.writeAll(more)
        return false
      }
      let stored = try writer.addFile(at: path)
      try writer.finish()
      #expect(stored.wasUnstable == (size > 10))
      let bytes = try #require(try FileOperations.contents(of: path))
      #expect(stored.content == ContentHasher.contentID(of: Array(bytes[..<Int(stored.size)])))
      #expect(try store.fileSize(stored.content) == stored.size)
    }
  }

  @Test("noise is stored as it is; what follows it is compressed, and noise that repeats itself, too")
  func compression() throws {
    try withTemporaryFolder { folder in
      func stored(_ name: String, _ bytes: [UInt8]) throws -> Int64 {
        let home = folder.appending(name)
        try FileOperations.createFolder(home)
        let path = home.appending("f")
        try write(bytes, to: path)
        let writer = try makeStore(in: home).begin()
        _ = try writer.addFile(at: path)
        try writer.finish()
        return try totalSize(packFiles(in: home))
      }
      let noise = randomBytes(4_000_000, seed: 1)
      let text = (0..<4_000_000).map { UInt8(ascii: "a") + UInt8($0 * $0 / 7 % 13) }
      let size = try stored("noise", noise)
      #expect(size >= 4_000_000 && size < 4_010_000)
      #expect(try stored("text", text) < 2_000_000)
      #expect(try stored("mixed", noise + text) < 6_000_000)
      let repeated = (0..<400).flatMap { _ in noise[..<10_000] }
      #expect(try stored("repeated", repeated) < 1_500_000)
    }
  }
}
