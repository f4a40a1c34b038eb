import MLTBase
import TestSupport
import Testing

@Suite struct PathTextTests {
  @Test("an ordinary path stands as it is, with blanks and any script")
  func plain() {
    #expect(PathText.encode(Array("data/my wine é 酒.csv".utf8)) == "data/my wine é 酒.csv")
  }

  @Test("a path that would break a line or isn't UTF-8 is quoted as git does")
  func quoted() {
    #expect(PathText.encode(Array("a\nb".utf8)) == #""a\nb""#)
    #expect(PathText.encode([0x61, 0xFF, 0x62]) == #""a\377b""#)
    #expect(PathText.encode(Array("\"x\"".utf8)) == #""\"x\"""#)
    #expect(PathText.encode([0xC3, 0xA9, 0x01]) == "\"é\\001\"")
  }

  @Test("every path reads back from its text", arguments: (1...8) as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
        UInt8.random(in: 1...255, using: &generator)
      }
      let text = PathText.encode(bytes)
      #expect(!text.contains("\n"))
      #expect(try #require(PathText.decode(text)) == bytes)
    }
  }

  @Test(
    "broken quoting is refused", arguments: ["\"", "\"a", "\"a\\\"", "\"\\x\"", "\"\\39\"", "\"\\400\"", "\"a\"b\""])
  func refused(text: String) {
    #expect(PathText.decode(text) == nil)
  }
}
