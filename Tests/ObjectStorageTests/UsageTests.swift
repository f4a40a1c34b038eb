import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

@Suite struct UsageTests {
  @Test("what each label uses alone and with others adds up to what the store has")
  func usage() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let ids = try (0..<4 as Range<UInt64>).map { try add(randomBytes(1000 + Int($0), seed: $0), to: store) }
      let tree = store.begin()
      let shared = try tree.addTree(
        Tree(entries: [TreeEntry(mode: .file, content: ids[1], size: 1001, name: Array("a".utf8))]))
      try tree.finish()
      // A copy of one that is there.
      var copy = HandmadePack()
      copy.add(chunk: randomBytes(1000, seed: 0))
      copy.add(chunk: [1])
      try copy.write(to: folder)
      let usage = try reopenStore(in: folder).usage([
        ("first", [ids[0], ids[1]]), ("second", [shared, ids[0]]), ("third", [ids[2], ids[2]]),
      ])
      #expect(usage.labels.map(\.name) == ["first", "second", "third"])
      #expect(usage.labels.map(\.unique.objects) == [0, 1, 1])
      #expect(usage.labels.map(\.shared.objects) == [2, 2, 0])
      #expect(usage.labels[0].shared.rawBytes == 2001)
      #expect(usage.labels[2].unique.rawBytes == 1002)
      #expect(usage.used.objects == 4)
      #expect(usage.unused.objects == 2)
      #expect(usage.unused.rawBytes == 1004)
      #expect(usage.duplicates.objects == 1)
      #expect(usage.packs == 6)
      #expect(try usage.packBytes == totalSize(packFiles(in: folder)))
      #expect(usage.problems == [])
    }
  }
}
