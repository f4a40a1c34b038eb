import MLTBase
import Testing

@Suite struct ByteSearchTests {
  @Test(
    "the first place of some bytes in others is found",
    arguments: [
      ("site-packages/numpy", "packages", 5..<13), ("aab", "ab", 1..<3), ("ab", "ab", 0..<2), ("ab", "abc", nil),
      ("abac", "ad", nil), ("ab", "", nil), ("", "a", nil), ("abcabc", "bc", 1..<3),
    ] as [(String, String, Range<Int>?)])
  func firstPlace(whole: String, part: String, expected: Range<Int>?) {
    #expect(Array(whole.utf8).firstPlace(of: Array(part.utf8)) == expected)
    #expect(Array(whole.utf8).holds(Array(part.utf8)) == (expected != nil))
  }
}
