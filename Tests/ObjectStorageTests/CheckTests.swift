import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// What the check finds, and who depends on it.
@Suite struct CheckTests {
  // A folder in a folder, with a file of several chunks and a small one.
  private struct Sample {
    let store: ObjectStore
    let large = randomBytes(300_000, seed: 21)
    let small = Array("small".utf8)
    var largeID = ContentHasher.contentID(of: randomBytes(300_000, seed: 21))
    var smallID: ContentID
    var inner: ContentID
    var outer: ContentID

    init(in folder: FilePath) throws {
      store = try makeStore(in: folder)
      let writer = store.begin()
      largeID = try writer.addBytes(large)
      smallID = try writer.addBytes(small)
      inner = try writer.addTree(
        Tree(entries: [
          TreeEntry(mode: .file, content: largeID, size: 300_000, name: Array("large".utf8)),
          TreeEntry(mode: .file, content: smallID, size: 5, name: Array("small".utf8)),
        ]))
      outer = try writer.addTree(
        Tree(entries: [
          TreeEntry(mode: .tree, content: inner, size: 300_005, count: 2, name: Array("inner".utf8))
        ]))
      try writer.finish()
    }
  }

  @Test("a sound store is clean, and all of it is read", arguments: [false, true])
  func clean(isDeep: Bool) throws {
    try withTemporaryFolder { folder in
      let sample = try Sample(in: folder)
      var last: (done: Int64, total: Int64) = (0, 0)
      let report = try sample.store.check(isDeep: isDeep) { done, total in
        #expect(done >= last.done && done <= total)
        last = (done, total)
      }
      #expect(report.isClean)
      #expect(report.affected == [])
      #expect(report.packs == 1)
      #expect(report.objects > 6)
      #expect(last.done == last.total)
      #expect(try last.total == totalSize(packFiles(in: folder)))
    }
  }

  @Test("what the progress throws ends the check")
  func cancelled() throws {
    struct Cancelled: Error {}
    try withTemporaryFolder { folder in
      let sample = try Sample(in: folder)
      #expect(throws: Cancelled.self) { try sample.store.check { _, _ in throw Cancelled() } }
    }
  }

  @Test("any byte changed in a pack is found, and the pack is named", arguments: [0x01, 0x80] as [UInt8])
  func flippedByte(mask: UInt8) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let writer = store.begin()
      // Stored as they are, so that each byte matters.
      for seed in 0..<3 as Range<UInt64> { _ = try writer.addBytes(randomBytes(40, seed: seed)) }
      _ = try writer.addTree(Tree(entries: []))
      try writer.finish()
      let path = try #require(try packFiles(in: folder).first)
      let pack = try #require(try FileOperations.contents(of: path))
      #expect(path.withPlatformString { chmod($0, 0o600) } == 0)
      let file = try FileDescriptor.open(path, .readWrite)
      defer { try? file.close() }
      for offset in pack.indices {
        _ = try file.writeAll(toAbsoluteOffset: Int64(offset), [pack[offset] ^ mask])
        let report = try reopenStore(in: folder).check()
        #expect(report.problems.count == 1 && report.problems.first?.pack == path, "byte \(offset)")
        #expect(!report.isUndamaged)
        _ = try file.writeAll(toAbsoluteOffset: Int64(offset), [pack[offset]])
      }
      #expect(try reopenStore(in: folder).check().isClean)
    }
  }

  // Changes a byte of what the pack stores of an object whose bytes are stored as they are.
  private func damage(_ bytes: [UInt8], in folder: FilePath) throws -> FilePath {
    for path in try packFiles(in: folder) {
      let pack = try #require(try FileOperations.contents(of: path))
      guard let start = pack.indices.first(where: { pack[$0...].starts(with: bytes) }) else { continue }
      #expect(path.withPlatformString { chmod($0, 0o600) } == 0)
      let file = try FileDescriptor.open(path, .readWrite)
      _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: Int64(start), [pack[start] ^ 1]) }
      return path
    }
    throw Errno.noSuchFileOrDirectory
  }

  @Test("who depends on a damaged chunk is named, up to the outermost tree")
  func dependents() throws {
    try withTemporaryFolder { folder in
      let sample = try Sample(in: folder)
      let path = try damage(Array(sample.large.prefix(30_000)), in: folder)
      let report = try reopenStore(in: folder).check()
      let problem = try #require(report.problems.first)
      #expect(report.problems.count == 1)
      #expect(problem.pack == path)
      #expect(problem.fault == .damaged(.hash))
      #expect(
        Set(problem.dependents) == [
          CheckProblem.Dependent(id: sample.largeID, isTree: false),
          CheckProblem.Dependent(id: sample.inner, isTree: true),
          CheckProblem.Dependent(id: sample.outer, isTree: true),
        ])
      #expect(report.affected.isSuperset(of: [sample.largeID, sample.inner, sample.outer]))
      #expect(!report.affected.contains(sample.smallID))
    }
  }

  @Test("what is damaged in one pack and sound in another affects nothing")
  func elsewhere() throws {
    try withTemporaryFolder { folder in
      let sample = try Sample(in: folder)
      var pack = HandmadePack()
      pack.add(chunk: sample.small)
      pack.add(chunk: [77])
      try pack.write(to: folder)
      _ = try damage(sample.small, in: folder)
      let report = try reopenStore(in: folder).check()
      #expect(report.problems.map(\.isSoundElsewhere) == [true])
      #expect(report.affected == [])
    }
  }

  @Test("what is missing is told from what is damaged")
  func missing() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let file = ContentHasher.contentID(of: [1])
      let writer = store.begin()
      let inner = try Tree(entries: [TreeEntry(mode: .file, content: file, size: 1, name: [0x61])])
      let outer = try writer.addTree(
        Tree(entries: [TreeEntry(mode: .tree, content: inner.id, size: 1, count: 1, name: [0x62])]))
      let only = try writer.addTree(inner)
      try writer.finish()
      let report = try store.check()
      #expect(report.problems.map(\.object) == [file])
      #expect(report.problems.map(\.fault) == [.missing])
      #expect(report.isUndamaged && !report.isClean)
      #expect(report.affected == [file, only, outer])
    }
  }
}
