import MLTBase
import Testing

@Suite("Bytes in memory")
struct BytesInMemoryTests {
  @Test(
    "give what lies at a place, and no more than there is",
    arguments: [
      (0, 3, [1, 2, 3]), (3, 2, [4, 5]), (3, 100, [4, 5]), (5, 1, []), (-1, 2, []), (0, 0, []), (2, -4, []),
      (Int64.max, Int.max, []), (1, Int.max, [2, 3, 4, 5]),
    ] as [(Int64, Int, [UInt8])])
  func readsInPlaces(offset: Int64, count: Int, expected: [UInt8]) {
    let bytes = BytesInMemory([1, 2, 3, 4, 5])
    #expect(bytes.size == 5)
    #expect(bytes.read(at: offset, count: count) == expected)
  }
}
