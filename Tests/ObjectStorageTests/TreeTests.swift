import MLTBase
import ObjectStorage
import Testing

@Suite struct TreeTests {
  private static let content = ContentHasher.contentID(of: Array("hi\n".utf8))

  private func entry(_ name: String, _ mode: TreeEntry.Mode = .file) -> TreeEntry {
    TreeEntry(mode: mode, content: Self.content, size: 3, name: Array(name.utf8))
  }

  @Test("a listing has the bytes that the format page says, whatever order entries come in")
  func canonical() throws {
    let tree = try Tree(entries: [entry("run.sh", .executable), entry("a.txt")])
    let hex = Self.content.hex
    #expect(tree.canonicalBytes == Array("mlt tree 1\nf \(hex) 3 1 a.txt\0x \(hex) 3 1 run.sh\0".utf8))
    #expect(tree.id.hex == "a40bca44dc68f9bef8fb02f307f31d4a563d4a18bb12e50dfc334c8b805fb05f")
    #expect(tree.size == 6)
    #expect(tree.count == 2)
    #expect(try Tree(canonicalBytes: tree.canonicalBytes) == tree)
  }

  @Test("an empty folder has the first line alone")
  func empty() throws {
    let tree = try Tree(entries: [])
    #expect(tree.canonicalBytes == Array("mlt tree 1\n".utf8))
    #expect(tree.id.hex == "c262eb7347b73a23772f6793d13515258c899bde83b60893b477ace7d23991bf")
    #expect(tree.size == 0)
    #expect(tree.count == 0)
  }

  @Test("names of any bytes are kept and found")
  func names() throws {
    let names: [[UInt8]] = [[0xFF], [0x0A], [0x20], [0xC3, 0x28], Array("é".utf8), [0x2E, 0x2E, 0x2E]]
    let tree = try Tree(entries: names.map { TreeEntry(mode: .link, content: Self.content, size: 3, name: $0) })
    let read = try Tree(canonicalBytes: tree.canonicalBytes)
    #expect(read == tree)
    for name in names { #expect(read[name]?.name == name) }
    #expect(read[[0xFE]] == nil)
  }

  @Test(
    "a name that can't be one is refused",
    arguments: [[], [0x2E], [0x2E, 0x2E], [0x61, 0], [0x61, 0x2F, 0x62], [UInt8](repeating: 0x61, count: 256)])
  func illegalName(name: [UInt8]) {
    #expect(throws: StorageError.invalidTree(.name(name))) {
      try Tree(entries: [TreeEntry(mode: .file, content: Self.content, size: 0, name: name)])
    }
  }

  @Test("a name that is there twice is refused")
  func twice() {
    #expect(throws: StorageError.invalidTree(.order([0x61]))) { try Tree(entries: [entry("a"), entry("a", .link)]) }
  }

  @Test("sizes that can't be are refused")
  func figures() {
    let huge = TreeEntry(mode: .file, content: Self.content, size: .max, name: [0x61])
    #expect(throws: StorageError.invalidTree(.figures([0x62]))) { try Tree(entries: [huge, entry("b")]) }
    let negative = TreeEntry(mode: .file, content: Self.content, size: -1, name: [0x61])
    #expect(throws: StorageError.invalidTree(.figures([0x61]))) { try Tree(entries: [negative]) }
    let several = TreeEntry(mode: .file, content: Self.content, size: 1, count: 2, name: [0x61])
    #expect(throws: StorageError.invalidTree(.figures([0x61]))) { try Tree(entries: [several]) }
  }

  @Test(
    "a listing that isn't canonical is refused",
    arguments: [
      "", "mlt tree 2\n", "mlt tree 1", "mlt tree 1\nf", "mlt tree 1\nq ID 3 1 a\0", "mlt tree 1\nf ID 03 1 a\0",
      "mlt tree 1\nf ID +3 1 a\0", "mlt tree 1\nf ID  3 1 a\0", "mlt tree 1\nf ID 3 1 a", "mlt tree 1\nf ID 3 1 a\0\0",
      "mlt tree 1\nf ID 3 1 b\0f ID 3 1 a\0", "mlt tree 1\nf ID 3 1 a\0f ID 3 1 a\0", "mlt tree 1\nf ID 3 1 ..\0",
      "mlt tree 1\nf ID 9223372036854775808 1 a\0", "mlt tree 1\nf id 3 1 a\0", "mlt tree 1\nf ID 3 0 a\0",
      "mlt tree 1\nff ID 3 1 a\0", "mlt tree 1\nt ID 9223372036854775807 1 a\0f ID 3 1 b\0",
    ])
  func malformed(text: String) {
    let bytes = Array(text.replacing("ID", with: Self.content.hex).utf8)
    #expect(throws: StorageError.self) { try Tree(canonicalBytes: bytes) }
  }
}
