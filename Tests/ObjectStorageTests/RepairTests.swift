import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// What a repair saves, stores again and sets aside.
@Suite struct RepairTests {
  private func files(_ count: Int, _ size: Int) -> [[UInt8]] {
    (0..<UInt64(count)).map { randomBytes(size, seed: 100 + $0) }
  }

  private func store(_ contents: [[UInt8]], in folder: FilePath) throws -> FilePath {
    let writer = try makeStore(in: folder).begin()
    for bytes in contents { _ = try writer.addBytes(bytes) }
    try writer.finish()
    let path = try #require(try packFiles(in: folder).first)
    #expect(path.withPlatformString { chmod($0, 0o600) } == 0)
    return path
  }

  private func change(_ path: FilePath, at offset: Int) throws {
    let bytes = try #require(try FileOperations.contents(of: path))
    let place = offset < 0 ? bytes.count + offset : offset
    let file = try FileDescriptor.open(path, .readWrite)
    _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: Int64(place), [bytes[place] ^ 0x10]) }
  }

  @Test(
    "whatever byte of a pack is changed, what is sound is saved and the rest is stored again from the work tree",
    arguments: [0, 12, 16, 300, 1000, -1, -10, -20, -40, -60, -64, -65, -70, -80, -100, -116])
  func oneByte(offset: Int) throws {
    try withTemporaryFolder { folder in
      // The last is of several chunks.
      let contents = files(5, 500) + [randomBytes(200_000, seed: 7)]
      let path = try store(contents, in: folder)
      try change(path, at: offset)
      let store = try reopenStore(in: folder)
      var paths: [ContentID: FilePath] = [:]
      for (number, bytes) in contents.enumerated() {
        let path = folder.appending("file\(number)")
        try write(bytes, to: path)
        paths[ContentHasher.contentID(of: bytes)] = path
      }
      let report = try store.check()
      #expect(!report.isUndamaged)
      let repair = try store.repair(report) { paths[$0] }
      let isDamagedFrame = report.problems.contains { if case .pack = $0.fault { true } else { false } }
      // An object of several that is damaged; the index is damaged in one of its records at most.
      #expect(repair.objectsSaved >= 6)
      // A file that nothing names is known by what is left of it alone.
      for reader in [store, try reopenStore(in: folder)] {
        #expect(try reader.check(isDeep: true).isUndamaged)
        for bytes in contents {
          let id = ContentHasher.contentID(of: bytes)
          if isDamagedFrame, try !reader.containsFile(id) { continue }
          #expect(try reader.contents(of: id, limit: .max) == bytes)
        }
      }
      for path in repair.packsSetAside { #expect(try FileStatus(at: path) != nil) }
      #expect(try repair.packsSetAside.isEmpty == (packFiles(in: folder) == [path]))
    }
  }

  @Test("a pack cut short is set aside, and a folder in the work tree stores its files again")
  func truncated() throws {
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data)
      for (number, bytes) in files(4, 3000).enumerated() { try write(bytes, to: data.appending("file\(number)")) }
      let store = try makeStore(in: folder)
      let first = store.begin()
      let tree = try first.addFolder(at: data)
      try first.finish()
      let path = try #require(try packFiles(in: folder).first)
      #expect(path.withPlatformString { chmod($0, 0o600) } == 0)
      let outer = store.begin()
      let top = try outer.addTree(
        Tree(entries: [
          TreeEntry(mode: .tree, content: tree.content, size: tree.size, count: tree.count, name: [0x61])
        ]))
      try outer.finish()
      #expect(path.withPlatformString { truncate($0, 5000) } == 0)
      let again = try reopenStore(in: folder)
      let report = try again.check()
      #expect(report.affected == [tree.content, top])
      let nothing = try again.repair(report) { _ in folder.appending("none") }
      #expect(nothing.unrestored == [tree.content])
      #expect(nothing.packsSetAside.count == 1)
      let repair = try again.repair(try again.check()) { $0 == tree.content ? data : nil }
      #expect(repair.restored == [tree.content])
      #expect(repair.unrestored == [])
      #expect(try again.check(isDeep: true).isClean)
      try again.restoreTree(top, to: folder.appending("out"))
    }
  }

  @Test("a candidate of other bytes isn't taken")
  func otherBytes() throws {
    try withTemporaryFolder { folder in
      let path = try store([[1, 2, 3, 4]], in: folder)
      try change(path, at: 17)
      try write([1, 2, 3, 5], to: folder.appending("file"))
      let store = try reopenStore(in: folder)
      let repair = try store.repair(try store.check()) { _ in folder.appending("file") }
      #expect(repair.restored == [])
      #expect(repair.unrestored == [ContentHasher.contentID(of: [1, 2, 3, 4])])
      #expect(try packFiles(in: folder) == [])
    }
  }
}
