import MLTBase
import Testing

@Suite struct ContentIDTests {
  @Test("the content id of bytes is what sha256sum prints")
  func digest() {
    #expect(
      ContentHasher.contentID(of: Array("abc".utf8)).hex
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    var hasher = ContentHasher()
    hasher.update(Array("a".utf8))
    hasher.update(Array("bc".utf8))
    #expect(hasher.finalize() == ContentHasher.contentID(of: Array("abc".utf8)))
  }

  @Test("identifiers read back from their digits and order as their bytes do")
  func hex() throws {
    let low = try #require(ContentID(hex: String(repeating: "0", count: 63) + "1"))
    let high = try #require(ContentID(hex: "ff" + String(repeating: "0", count: 62)))
    #expect(low < high)
    #expect(ContentID(hex: high.hex) == high)
    #expect(ContentID(bytes: low.bytes) == low)
  }

  @Test("digits of another length, case or alphabet are refused", arguments: ["", "ab", "zz", "AB"])
  func refused(text: String) {
    #expect(ContentID(hex: text) == nil)
    #expect(ContentID(hex: String(repeating: text, count: 32)) == nil || text == "ab")
    #expect(RunID(hex: text) == nil)
  }

  @Test("a run id reads back from its digits")
  func runID() throws {
    let id = RunID.random()
    #expect(RunID(hex: id.hex) == id)
    #expect(RunID(bytes: id.bytes) == id)
    #expect(id.hex.utf8.count == 32)
  }
}
