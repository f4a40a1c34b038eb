import Glibc
import MLTBase
import ObjectStorage
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite struct FolderTests {
  private func makeData(in folder: FilePath) throws -> FilePath {
    let data = folder.appending("data")
    for name in ["empty", "sub/deep"] {
      try FileOperations.createFolder(data.pushing(FilePath(name)))
    }
    try write("hello\n", to: data.appending("a.txt"))
    try write("#!/bin/sh\n", to: data.appending("run.sh"))
    #expect(data.appending("run.sh").withPlatformString { chmod($0, 0o755) } == 0)
    try write(randomBytes(300_000, seed: 10), to: data.pushing("sub/deep/big"))
    let odd = try #require(FilePath(bytes: data.bytes + [0x2F, 0xFF, 0x0A, 0x27]))
    try write("odd", to: odd)
    #expect(symlink("../a.txt", data.pushing("sub/link").string) == 0)
    #expect(symlink("nowhere//at all", data.appending("dangling").string) == 0)
    return data
  }

  private func store(_ data: FilePath, _ store: ObjectStore, _ options: FolderOptions = FolderOptions()) throws
    -> StoredTree
  {
    let writer = store.begin()
    let tree = try writer.addFolder(at: data, options: options)
    try writer.finish()
    return tree
  }

  @Test("a folder comes back with its files, links, execute bits and empty folders")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      let objects = try makeStore(in: folder)
      let tree = try store(data, objects)
      #expect(tree.skipped.isEmpty && tree.unstable.isEmpty)
      #expect(tree.count == 6)
      #expect(tree.size == 6 + 10 + 300_000 + 3 + 8 + 15)
      #expect(try FolderIdentity.identify(data) == tree)
      #expect(try objects.verifyAll() == [])
      let copy = folder.appending("copy")
      try objects.restoreTree(tree.content, to: copy)
      #expect(try FolderIdentity.identify(copy) == tree)
      #expect(try FileOperations.linkTargetBytes(copy.appending("dangling")) == Array("nowhere//at all".utf8))
      #expect(try FileStatus(at: copy.appending("empty"))?.kind == .directory)
      #expect(try FileStatus(at: copy.appending("run.sh"))?.isExecutable == true)
    }
  }

  @Test("a restored tree tells which file has which content, whether written or right before")
  func seen() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      let objects = try makeStore(in: folder)
      let tree = try store(data, objects)
      let copy = folder.appending("copy")
      let names = ["a.txt", "run.sh", "sub/deep/big"]
      for expectedWrites in [4, 0] as [Int64] {
        let seen = Mutex<[UInt64: (content: ContentID, status: FileStatus)]>([:])
        let writes = Mutex<Int64>(0)
        try objects.restoreTree(
          tree.content, to: copy, allowingLinksOut: true,
          progress: { progress in writes.withLock { $0 = progress.filesWritten } },
          seen: { content, status in seen.withLock { $0[status.inode] = (content, status) } })
        #expect(writes.withLock { $0 } == expectedWrites)
        #expect(seen.withLock { $0.count } == 4)
        for name in names {
          let path = copy.pushing(FilePath(name))
          let status = try #require(try FileStatus(at: path))
          let found = try #require(seen.withLock { $0[status.inode] })
          #expect(try found.content == FileIdentity.identify(path).content)
          #expect(found.status.modified == status.modified && found.status.size == status.size)
        }
      }
    }
  }

  @Test("what is at a path is found without the rest")
  func entry() throws {
    try withTemporaryFolder { folder in
      let objects = try makeStore(in: folder)
      let tree = try store(makeData(in: folder), objects)
      func entry(_ path: String) throws -> TreeEntry? {
        try objects.entry(at: path.split(separator: "/").map { Array($0.utf8) }, in: tree.content)
      }
      #expect(try entry("sub/deep/big")?.size == 300_000)
      #expect(try entry("sub/deep")?.count == 1)
      #expect(try entry("sub/link")?.mode == .link)
      #expect(try entry("run.sh")?.mode == .executable)
      #expect(try entry("empty")?.count == 0)
      for path in ["", "none", "a.txt/x", "sub/link/x", "sub/none/x"] { #expect(try entry(path) == nil) }
    }
  }

  @Test("restoring writes what differs and nothing else")
  func restoreDifferences() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      let objects = try makeStore(in: folder)
      let tree = try store(data, objects)
      let untouched = try FileStatus(at: data.appending("a.txt"))
      try write("HELLO\n", to: data.pushing("sub/deep/big"))
      #expect(data.appending("run.sh").withPlatformString { chmod($0, 0o644) } == 0)
      try FileOperations.remove(data.pushing("sub/link"))
      try write("in the way", to: data.pushing("sub/link"))
      #expect(data.appending("empty").withPlatformString { rmdir($0) } == 0)
      try write("in the way", to: data.appending("empty"))
      try write("mine", to: data.appending("extra"))
      try FileOperations.createFolder(data.pushing(".git/objects"))
      try FileOperations.createFolder(data.pushing("more/folders"))
      try objects.restoreTree(tree.content, to: data)
      #expect(try FileStatus(at: data.appending("a.txt")) == untouched)
      #expect(try FileStatus(at: data.appending("extra")) != nil)
      try objects.restoreTree(tree.content, to: data, removingOthers: true)
      #expect(try FileStatus(at: data.appending("extra")) == nil)
      #expect(try FileStatus(at: data.appending("more")) == nil)
      #expect(try FileStatus(at: data.pushing(".git/objects")) != nil)
      #expect(try FolderIdentity.identify(data).content == tree.content)
    }
  }

  @Test("a folder where a file belongs is removed only if asked")
  func folderInTheWay() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      let objects = try makeStore(in: folder)
      let tree = try store(data, objects)
      let path = data.appending("a.txt")
      try FileOperations.remove(path)
      try FileOperations.createFolder(path.appending("mine"))
      #expect(throws: StorageError.folderInTheWay(path)) { try objects.restoreTree(tree.content, to: data) }
      try objects.restoreTree(tree.content, to: data, removingOthers: true)
      #expect(try FolderIdentity.identify(data) == tree)
    }
  }

  @Test("nothing is removed for a file, a large one, or a link that turns out to be damaged", arguments: 0..<3)
  func damagedReplacement(which: Int) throws {
    try withTemporaryFolder { folder in
      let objects = try makeStore(in: folder)
      let writer = objects.begin()
      let bytes = which == 1 ? randomBytes(3 << 20, seed: 4) : Array("target-or-text".utf8)
      let content = try writer.addBytes(bytes)
      let entry = TreeEntry(
        mode: which == 2 ? .link : .file, content: content, size: Int64(bytes.count), name: Array("place".utf8))
      let tree = try writer.addTree(Tree(entries: [entry]))
      try writer.finish()
      let pack = try #require(try packFiles(in: folder).first)
      var packed = try #require(try FileOperations.contents(of: pack))
      // The first object's first byte.
      packed[16] ^= 1
      try write(packed, to: pack)
      let out = folder.appending("out")
      try FileOperations.createFolder(out.pushing("place/mine"))
      try write("mine", to: out.appending("other"))
      let damaged = try reopenStore(in: folder)
      #expect(throws: StorageError.self) { try damaged.restoreTree(tree, to: out, removingOthers: true) }
      #expect(try FileStatus(at: out.pushing("place/mine")) != nil)
      #expect(try FileStatus(at: out.appending("other")) != nil)
      packed[16] ^= 1
      try write(packed, to: pack)
      try reopenStore(in: folder).restoreTree(tree, to: out, removingOthers: true)
      #expect(try FileOperations.names(in: out).map(\.string) == ["place"])
      #expect(try FileStatus(at: out.appending("place"))?.kind != .directory)
    }
  }

  @Test("nothing is removed for a tree of which a file isn't in the store")
  func missingReplacement() throws {
    try withTemporaryFolder { folder in
      let objects = try makeStore(in: folder)
      let writer = objects.begin()
      let absent = ContentHasher.contentID(of: [9])
      let tree = try writer.addTree(
        Tree(entries: [TreeEntry(mode: .file, content: absent, size: 1, name: Array("place".utf8))]))
      try writer.finish()
      let out = folder.appending("out")
      try FileOperations.createFolder(out.pushing("place/mine"))
      try write("mine", to: out.appending("other"))
      #expect(throws: StorageError.missing(absent, .chunk)) {
        try objects.restoreTree(tree, to: out, removingOthers: true)
      }
      #expect(try FileStatus(at: out.pushing("place/mine")) != nil)
      #expect(try FileStatus(at: out.appending("other")) != nil)
    }
  }

  @Test("somebody's repository stays, in the way of a file or among what isn't wanted")
  func repositoryInTheWay() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      try write("text", to: data.appending("f"))
      let objects = try makeStore(in: folder)
      let tree = try store(data, objects)
      let out = folder.appending("out")
      try FileOperations.createFolder(out.pushing("extra/a/.git/objects"))
      try write("gone", to: out.pushing("extra/b"))
      try objects.restoreTree(tree.content, to: out, removingOthers: true)
      #expect(try FileStatus(at: out.pushing("extra/a/.git/objects")) != nil)
      #expect(try FileStatus(at: out.pushing("extra/b")) == nil)
      try FileOperations.remove(out.appending("f"))
      try FileOperations.createFolder(out.pushing("f/deep/.mlt"))
      try write("stays", to: out.pushing("f/b"))
      #expect(throws: StorageError.folderInTheWay(out.appending("f"))) {
        try objects.restoreTree(tree.content, to: out, removingOthers: true)
      }
      #expect(try FileStatus(at: out.pushing("f/b")) != nil)
    }
  }

  @Test("a link that stands where the tree has a folder is replaced, not followed")
  func linkInTheWay() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      let objects = try makeStore(in: folder)
      let tree = try store(data, objects)
      let copy = folder.appending("copy")
      let outside = folder.appending("outside")
      try FileOperations.createFolder(copy)
      try FileOperations.createFolder(outside)
      #expect(symlink(outside.string, copy.appending("sub").string) == 0)
      try objects.restoreTree(tree.content, to: copy)
      #expect(try FileOperations.names(in: outside).isEmpty)
      #expect(try FolderIdentity.identify(copy) == tree)
    }
  }

  @Test("of a new folder that can't be restored there are whole files under their own names, and nothing else")
  func newFolderFails() throws {
    try withTemporaryFolder { folder in
      let objects = try makeStore(in: folder)
      let writer = objects.begin()
      let there = TreeEntry(mode: .file, content: try writer.addBytes([1, 2]), size: 2, name: Array("a".utf8))
      let missing = ContentHasher.contentID(of: [3])
      let gone = TreeEntry(mode: .executable, content: missing, size: 1, name: Array("b".utf8))
      let id = try writer.addTree(Tree(entries: [there, gone]))
      try writer.finish()
      let parent = folder.appending("parent")
      let target = parent.appending("new")
      // One that a process which was killed just now might have left.
      let fresh = parent.appending(FileOperations.temporaryPrefix + "1")
      try FileOperations.createFolder(fresh)
      #expect(throws: StorageError.missing(missing, .recipe)) { try objects.restoreTree(id, to: target) }
      #expect(try FileOperations.names(in: parent).map(\.string) == [fresh.lastComponent?.string, "new"])
      #expect(try FileOperations.names(in: target).map(\.string) == ["a"])
      #expect(try FileOperations.contents(of: target.appending("a"), limit: 10) == [1, 2])
    }
  }

  @Test("pipes, reserved names and what can't be read are left out and listed")
  func skipped() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      let before = try FolderIdentity.identify(data)
      #expect(data.appending("pipe").withPlatformString { mkfifo($0, 0o600) } == 0)
      try FileOperations.createFolder(data.pushing("sub/.git"))
      let tree = try FolderIdentity.identify(data)
      #expect(tree.content == before.content)
      #expect(tree.skipped.map(\.reason) == [.special, .reservedName])
      #expect(tree.skipped.map(\.path) == [Array("pipe".utf8), Array("sub/.git".utf8)])
      #expect(throws: StorageError.notAFile(data.appending("pipe"))) {
        try FileIdentity.identify(data.appending("pipe"))
      }
      #expect(throws: StorageError.unreadable(SystemCallError("open", data.appending("none"), .noSuchFileOrDirectory)))
      {
        try FileIdentity.identify(data.appending("none"))
      }
    }
  }

  @Test("a file without read permission is left out and listed", .enabled(if: geteuid() != 0, "root reads everything"))
  func unreadable() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      #expect(data.appending("a.txt").withPlatformString { chmod($0, 0) } == 0)
      let tree = try FolderIdentity.identify(data)
      #expect(tree.skipped == [.init(path: Array("a.txt".utf8), reason: .unreadable(.permissionDenied))])
    }
  }

  @Test("what is ignored is left out silently, folders with all below")
  func ignored() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      var asked: [[UInt8]] = []
      let options = FolderOptions(isIgnored: { path, isFolder in
        asked.append(path)
        return path == Array("sub".utf8) && isFolder || path == Array("a.txt".utf8) && !isFolder
      })
      let tree = try FolderIdentity.identify(data, options: options)
      #expect(tree.count == 3)
      #expect(tree.skipped.isEmpty)
      #expect(!asked.contains(Array("sub/deep".utf8)))
    }
  }

  @Test("a folder of thousands is walked in order, and what goes away while it is walked is left out")
  func manyNames() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      let names = (0..<3000).map { "f\($0)" }.sorted()
      for name in names { try write(name, to: data.appending(name)) }
      var asked: [[UInt8]] = []
      let options = FolderOptions(
        prefix: Array("p/q".utf8),
        isIgnored: { path, _ in
          asked.append(path)
          if path == Array("p/q/f0".utf8) { try? FileOperations.remove(data.appending("f1")) }
          return false
        })
      let tree = try FolderIdentity.identify(data, options: options)
      #expect(tree.count == 2999)
      #expect(tree.skipped.map(\.path) == [Array("f1".utf8)])
      #expect(asked == names.map { Array("p/q/\($0)".utf8) })
      #expect(
        try FolderIdentity.identify(data)
          == StoredTree(content: tree.content, size: tree.size, count: 2999, skipped: [], unstable: []))
    }
  }

  @Test("files whose content is known and stored aren't read; what was read is noted")
  func knownContent() throws {
    try withTemporaryFolder { folder in
      let data = try makeData(in: folder)
      let objects = try makeStore(in: folder)
      var cache: [[UInt8]: (FileStatus, ContentID)] = [:]
      var learned = 0
      let options = FolderOptions(
        known: { path, status in cache[path].flatMap { $0.0 == status ? $0.1 : nil } },
        learned: { path, status, content in
          cache[path] = (status, content)
          learned += 1
        })
      // Known, but not stored: a writer has to read them all the same.
      let identified = try FolderIdentity.identify(data, options: options)
      #expect(learned == 4)
      #expect(try store(data, objects, options) == identified)
      #expect(learned == 8)
      #expect(try store(data, objects, options) == identified)
      #expect(try FolderIdentity.identify(data, options: options) == identified)
      #expect(learned == 8)
    }
  }

  @Test("a folder of great depth is walked and restored without recursion")
  func deep() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      var path = data
      for _ in 0..<150 { path = path.appending("d") }
      try FileOperations.createFolder(path)
      try write("x", to: path.appending("f"))
      let objects = try makeStore(in: folder)
      let tree = try store(data, objects)
      #expect(tree.count == 1)
      try objects.restoreTree(tree.content, to: folder.appending("copy"))
      #expect(try FolderIdentity.identify(folder.appending("copy")) == tree)
    }
  }

  @Test("a folder of many small files fills one pack")
  func manySmallFiles() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      for index in 0..<1000 as Range<UInt64> {
        try write(randomBytes(200, seed: index), to: data.appending("f\(index)"))
      }
      let objects = try makeStore(in: folder)
      let tree = try store(data, objects)
      #expect(tree.count == 1000)
      #expect(try packFiles(in: folder).count == 1)
      try objects.restoreTree(tree.content, to: folder.appending("copy"))
      #expect(try FolderIdentity.identify(folder.appending("copy")) == tree)
    }
  }
}
