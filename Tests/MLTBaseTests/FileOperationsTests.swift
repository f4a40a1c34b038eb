import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct FileOperationsTests {
  @Test("replacing a file leaves the new bytes and no temporary file")
  func replace() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("a")
      try FileOperations.replace(path, with: Array("one".utf8))
      try FileOperations.replace(path, with: Array("two".utf8))
      #expect(try FileOperations.contents(of: path) == Array("two".utf8))
      #expect(try FileOperations.names(in: folder).map(\.string) == ["a"])
    }
  }

  @Test("replacing removes temporary files that nobody has touched for a day, and no others")
  func staleTemporaries() throws {
    try withTemporaryFolder { folder in
      let names = [".mlt-tmp-old", ".mlt-tmp-new", "other"]
      for name in names { try FileOperations.replace(folder.appending(name), with: [1]) }
      try #require(symlink("other", folder.appending(".mlt-tmp-link").string) == 0)
      let now = try #require(try FileStatus(at: folder.appending(".mlt-tmp-new"))).changed
      let day: Int64 = 24 * 3600 * 1_000_000_000
      FileOperations.removeStaleTemporaries(in: folder, asOf: now)
      #expect(try FileOperations.names(in: folder).count == 4)
      FileOperations.removeStaleTemporaries(in: folder, asOf: now + 2 * day)
      #expect(try FileOperations.names(in: folder).map(\.string) == ["other"])
      FileOperations.removeStaleTemporaries(in: folder.appending("missing"), asOf: .max)
    }
  }

  @Test("names are given and listed without the folder itself and the one above", arguments: [0, 1, 300])
  func names(count: Int) throws {
    try withTemporaryFolder { folder in
      let names = (0..<count).map { "..\($0)" }
      for name in names { try FileOperations.replace(folder.appending(name), with: [], sync: false) }
      var found: [String] = []
      try FileOperations.forEachName(in: folder) { found.append(String(decoding: $0, as: UTF8.self)) }
      #expect(found.sorted() == names.sorted())
      #expect(try FileOperations.names(in: folder).map(\.string) == names.sorted())
    }
  }

  @Test("a link's text is read byte for byte", arguments: ["a", "a/", "a//b", "./a", "/", "..///"])
  func linkTargets(target: String) throws {
    try withTemporaryFolder { folder throws in
      let link = folder.appending("link")
      #expect(symlink(target, link.string) == 0)
      #expect(try FileOperations.linkTargetBytes(link) == Array(target.utf8))
      #expect(throws: SystemCallError("read link", folder, .invalidArgument)) {
        try FileOperations.linkTargetBytes(folder)
      }
    }
  }

  @Test("a missing file has no contents, and one past the limit is refused")
  func contents() throws {
    try withTemporaryFolder { folder in
      #expect(try FileOperations.contents(of: folder.appending("none")) == nil)
      let path = folder.appending("a")
      try FileOperations.replace(path, with: Array("12345".utf8))
      #expect(throws: SystemCallError("read", path, .fileTooLarge)) {
        try FileOperations.contents(of: path, limit: 4)
      }
    }
  }

  @Test("a file is read up to its limit exactly, an empty one is empty and a folder is none")
  func limits() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("a")
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      try FileOperations.replace(path, with: bytes)
      #expect(try FileOperations.contents(of: path, limit: bytes.count) == bytes)
      try FileOperations.replace(path, with: [])
      #expect(try FileOperations.contents(of: path, limit: 0) == [])
      #expect(try FileOperations.contents(of: path.appending("below")) == nil)
      #expect(throws: SystemCallError("read", folder, .isDirectory)) { try FileOperations.contents(of: folder) }
    }
  }

  @Test("a file without a size of its own is read whole, and still up to the limit")
  func sizeless() throws {
    #expect(try #require(try FileOperations.contents(of: "/proc/self/status")).count > 100)
    #expect(throws: SystemCallError("read", "/proc/self/status", .fileTooLarge)) {
      try FileOperations.contents(of: "/proc/self/status", limit: 10)
    }
  }

  @Test("replacing takes permissions, leaves other names of the old file alone, and replaces a link itself")
  func replaceKinds() throws {
    try withTemporaryFolder { folder in
      let (path, other, link) = (folder.appending("a"), folder.appending("other"), folder.appending("link"))
      try FileOperations.replace(path, with: [1], permissions: FilePermissions(rawValue: 0o600))
      #expect(try FileStatus(at: path)?.permissions == 0o600)
      #expect(Glibc.link(path.string, other.string) == 0)
      #expect(symlink("a", link.string) == 0)
      try FileOperations.replace(path, with: [2])
      #expect(try FileOperations.contents(of: other) == [1])
      try FileOperations.replace(link, with: [3])
      #expect(try FileStatus(at: link)?.kind == .regular)
      #expect(try FileOperations.contents(of: path) == [2])
    }
  }

  @Test("a replacement that fails says where, and leaves nothing behind")
  func replaceFailure() throws {
    try withTemporaryFolder { folder in
      let target = folder.appending("folder")
      try FileOperations.createFolder(target.appending("full"))
      let error = #expect(throws: SystemCallError.self) { try FileOperations.replace(target, with: [1]) }
      #expect(error?.errno == .isDirectory)
      #expect(try FileOperations.names(in: folder).map(\.string) == ["folder"])
      let missing = folder.pushing("no/file")
      #expect(throws: SystemCallError("write", missing, .noSuchFileOrDirectory)) {
        try FileOperations.replace(missing, with: [1])
      }
    }
  }

  @Test("replacing in the current folder needs no folder's name")
  func bareName() throws {
    let name = FilePath("mlt-test-" + Hex.encode(FileOperations.randomBytes(6)))
    defer { try? FileOperations.remove(name) }
    try FileOperations.replace(name, with: [1])
    #expect(try FileOperations.contents(of: name) == [1])
  }

  @Test("several writers of one file leave one whole version and no temporary file")
  func concurrentReplace() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending("a")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in UInt8(1)...8 {
          group.addTask {
            for _ in 0..<10 {
              try FileOperations.replace(path, with: Array(repeating: writer, count: 10_000), sync: false)
              let read = try #require(try FileOperations.contents(of: path))
              #expect(read.count == 10_000 && Set(read).count == 1)
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try FileOperations.names(in: folder).map(\.string) == ["a"])
    }
  }

  @Test("folders are made with all above them, once or again, but not over a file")
  func folders() throws {
    try withTemporaryFolder { folder in
      let deep = folder.pushing("a/b/c")
      try FileOperations.createFolder(deep)
      try FileOperations.createFolder(deep)
      #expect(try FileStatus(at: deep)?.kind == .directory)
      let link = folder.appending("link")
      #expect(symlink("a", link.string) == 0)
      try FileOperations.createFolder(link)
      let file = folder.appending("file")
      try FileOperations.replace(file, with: [])
      #expect(throws: SystemCallError("create folder", file, .fileExists)) { try FileOperations.createFolder(file) }
      let below = file.appending("x")
      #expect(throws: SystemCallError("create folder", below, .notDirectory)) { try FileOperations.createFolder(below) }
    }
  }

  @Test("names are sorted by their bytes, whatever they are, hidden ones too")
  func names() throws {
    try withTemporaryFolder { folder in
      let names: [[UInt8]] = [
        Array(".hidden".utf8), Array("A".utf8), Array("a\nb".utf8), Array("b c".utf8), Array("é".utf8), [0xFF, 0x01],
        Array(repeating: 0x7A, count: 255),
      ].sorted { $0.lexicographicallyPrecedes($1) }
      for name in names.reversed() {
        let file = folder.pushing(try #require(FilePath(bytes: name)))
        try FileDescriptor.open(file, .writeOnly, options: [.create], permissions: .ownerReadWrite).close()
      }
      #expect(try FileOperations.names(in: folder).map(\.bytes) == names)
      let file = folder.appending("A")
      #expect(throws: SystemCallError("list", file, .notDirectory)) { try FileOperations.names(in: file) }
    }
  }

  @Test("a link holds its text, whether or not that leads anywhere")
  func links() throws {
    try withTemporaryFolder { folder in
      let link = folder.appending("link")
      let target = try #require(FilePath(bytes: Array(repeating: 0x61, count: 200) + [0xFF]))
      #expect(target.withPlatformString { symlink($0, link.string) } == 0)
      #expect(try FileOperations.linkTarget(link) == target)
      #expect(FileOperations.resolved(link) == nil)
      #expect(throws: SystemCallError("read link", folder, .invalidArgument)) { try FileOperations.linkTarget(folder) }
    }
  }

  @Test("a path resolves through links and dots; a circle of links doesn't")
  func resolving() throws {
    try withTemporaryFolder { folder in
      try FileOperations.createFolder(folder.pushing("a/b"))
      #expect(symlink("a", folder.appending("link").string) == 0)
      #expect(symlink("circle", folder.appending("circle").string) == 0)
      #expect(FileOperations.resolved(folder.pushing("link/./b/..")) == folder.appending("a"))
      #expect(FileOperations.resolved(folder.appending("circle")) == nil)
    }
  }

  @Test("removing and renaming say what was missing")
  func missing() throws {
    try withTemporaryFolder { folder in
      let (path, other) = (folder.appending("a"), folder.appending("b"))
      #expect(throws: SystemCallError("remove", path, .noSuchFileOrDirectory)) { try FileOperations.remove(path) }
      #expect(throws: SystemCallError("rename", path, .noSuchFileOrDirectory)) {
        try FileOperations.rename(path, to: other)
      }
      try FileOperations.replace(path, with: [1])
      try FileOperations.replace(other, with: [2])
      try FileOperations.rename(path, to: other)
      #expect(try FileOperations.contents(of: other) == [1])
      #expect(throws: SystemCallError("remove", folder, .isDirectory)) { try FileOperations.remove(folder) }
    }
  }

  @Test("a lock that is held isn't free, and is again once dropped")
  func lock() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("lock")
      do {
        let held = try FileLock(path)
        #expect(try FileLock.ifFree(path) == nil)
        _ = consume held
      }
      // A process that another test starts in just that moment holds a copy of the lock until it is executed.
      #expect(try eventually { try FileLock.ifFree(path) != nil })
    }
  }

  @Test("a clone has all bytes or none, whether the file system can clone or not")
  func clone() throws {
    try withTemporaryFolder { folder in
      let (path, other) = (folder.appending("a"), folder.appending("b"))
      try FileOperations.replace(path, with: Array(repeating: 7, count: 100_000))
      let source = try FileDescriptor.open(path, .readOnly)
      let target = try FileDescriptor.open(other, .writeOnly, options: .create, permissions: .ownerReadWrite)
      let isCloned = FileOperations.clone(source, into: target)
      try source.close()
      try target.close()
      let bytes = try #require(try FileOperations.contents(of: other))
      #expect(bytes == (isCloned ? Array(repeating: 7, count: 100_000) : []))
    }
  }

  @Test("names are listed as bytes in the order of their bytes")
  func nameBytes() throws {
    try withTemporaryFolder { folder in
      let names: [[UInt8]] = [
        [0x2D], [0x2E, 0x61], [0x61], [0x61, 0x2E], [0x61, 0x62], [0x7A, 0x20], [0xFF, 0xFE],
      ]
      for name in names.reversed() {
        try FileOperations.replace(try #require(FilePath(bytes: folder.bytes + [0x2F] + name)), with: [], sync: false)
      }
      #expect(try FileOperations.nameBytes(in: folder) == names)
      #expect(throws: SystemCallError("list", folder.appending("none"), .noSuchFileOrDirectory)) {
        try FileOperations.nameBytes(in: folder.appending("none"))
      }
    }
  }

  @Test("a folder is removed with all in it, but for what is spared and the folders above that; links aren't followed")
  func removingTrees() throws {
    try withTemporaryFolder { folder in
      let (outside, root) = (folder.appending("outside"), folder.appending("root"))
      try FileOperations.createFolder(outside)
      try FileOperations.replace(outside.appending("f"), with: [], sync: false)
      for path in ["a/b/keep/c", "a/d/e", "f"] { try FileOperations.createFolder(root.pushing(FilePath(path))) }
      try FileOperations.replace(root.pushing("a/b/x"), with: [], sync: false)
      try FileOperations.replace(root.pushing("a/b/keep/y"), with: [], sync: false)
      #expect(symlink("../outside", root.appending("link").string) == 0)
      try FileOperations.removeTree(root) { $0 == Array("keep".utf8) }
      #expect(try FileOperations.nameBytes(in: root) == [Array("a".utf8)])
      #expect(try FileOperations.nameBytes(in: root.appending("a")) == [Array("b".utf8)])
      #expect(try FileOperations.nameBytes(in: root.pushing("a/b")) == [Array("keep".utf8)])
      #expect(try FileOperations.nameBytes(in: root.pushing("a/b/keep")).count == 2)
      try FileOperations.removeTree(root)
      #expect(try FileStatus(at: root) == nil)
      try FileOperations.removeTree(root)
      #expect(symlink("outside", root.string) == 0)
      #expect(throws: SystemCallError("list", root, .notDirectory)) {
        try FileOperations.nameBytes(in: root, followingLinks: false)
      }
      try FileOperations.removeTree(root)
      #expect(try FileOperations.nameBytes(in: outside).count == 1)
    }
  }

  @Test("only an empty folder is removed as one")
  func emptyFolder() throws {
    try withTemporaryFolder { folder in
      let (empty, full) = (folder.appending("empty"), folder.appending("full"))
      try FileOperations.createFolder(empty)
      try FileOperations.createFolder(full.appending("x"))
      #expect(try FileOperations.removeEmptyFolder(empty))
      #expect(try FileOperations.removeEmptyFolder(empty), "which is as it should be already")
      #expect(try !FileOperations.removeEmptyFolder(full))
      #expect(throws: SystemCallError.self) {
        try FileOperations.replace(empty, with: [1])
        try FileOperations.removeEmptyFolder(empty)
      }
    }
  }

  @Test(
    "who may read a file may execute it afterwards, and nobody else",
    arguments: [(0o644, 0o755), (0o600, 0o700), (0o640, 0o750), (0o444, 0o555)])
  func executable(_ before: Int, _ after: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("file")
      try FileOperations.replace(path, with: [1])
      #expect(path.withPlatformString { chmod($0, mode_t(before)) } == 0)
      try FileOperations.setExecutable(true, path)
      #expect(try FileStatus(at: path)?.permissions == UInt16(after))
      try FileOperations.setExecutable(false, path)
      #expect(try FileStatus(at: path)?.permissions == UInt16(before))
      #expect(throws: SystemCallError.self) { try FileOperations.setExecutable(true, folder.appending("none")) }
    }
  }
}
