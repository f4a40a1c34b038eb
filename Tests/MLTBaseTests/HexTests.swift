import MLTBase
import TestSupport
import Testing

@Suite struct HexTests {
  @Test("any bytes read back from their digits", arguments: (1...4) as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for length in 0..<100 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = Hex.encode(bytes)
      #expect(text.utf8.count == length * 2)
      #expect(try #require(Hex.decode(text)) == bytes)
    }
  }

  @Test(
    "an odd count, capital letters and anything else are refused", arguments: ["a", "AB", "0g", "0x", " 0", "é", "0\0"])
  func refused(text: String) {
    #expect(Hex.decode(text) == nil)
  }
}
