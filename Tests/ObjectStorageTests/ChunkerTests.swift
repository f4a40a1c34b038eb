import MLTBase
import ObjectStorage
import TestSupport
import Testing

@Suite struct ChunkerTests {
  private func lengths(_ bytes: [UInt8]) -> [Int] {
    bytes.withUnsafeBytes { all in
      var lengths: [Int] = []
      var start = 0
      while start < all.count {
        lengths.append(Chunker.cut(UnsafeRawBufferPointer(rebasing: all[start...])))
        start += lengths[lengths.count - 1]
      }
      return lengths
    }
  }

  @Test("the gear table is the one that the format page derives")
  func gearTable() {
    #expect(Chunker.gearTable.count == 256)
    #expect(Array(Chunker.gearTable[..<3]) == [0x8307_26d0_82ea_fb61, 0x1c0e_fd51_7243_86a7, 0x33a7_63a6_6b49_3120])
    #expect(Chunker.gearTable[255] == 0x57d4_a35a_9324_64cc)
  }

  @Test("a buffer is cut where the format page's algorithm cuts it")
  func golden() {
    #expect(
      lengths(randomBytes(1 << 20, seed: 1)) == [
        137_864, 77_682, 69_288, 137_626, 140_603, 50_138, 148_642, 137_156, 149_577,
      ])
    #expect(lengths([UInt8](repeating: 0, count: 600_000))[0] == Chunker.maximum)
  }

  @Test("up to the minimum there is one chunk", arguments: [0, 1, Chunker.minimum - 1, Chunker.minimum])
  func small(count: Int) {
    #expect(randomBytes(count, seed: 2).withUnsafeBytes { Chunker.cut($0) } == count)
  }

  @Test("chunks keep to the bounds and gather around the mean", arguments: [3, 4] as [UInt64])
  func bounds(seed: UInt64) {
    let lengths = lengths(randomBytes(8 << 20, seed: seed))
    for length in lengths.dropLast() { #expect((Chunker.minimum...Chunker.maximum).contains(length)) }
    #expect((30...110).contains(lengths.count))
  }

  @Test("a byte put in front leaves all cuts but the first ones where they are")
  func shift() {
    let bytes = randomBytes(4 << 20, seed: 5)
    func ends(_ lengths: [Int]) -> Set<Int> {
      var end = bytes.count
      return Set(
        lengths.reversed().map { length in
          defer { end -= length }
          return bytes.count - end
        })
    }
    // Cuts counted from the end are the same for both.
    let before = ends(lengths(bytes))
    let after = ends(lengths([0x55] + bytes))
    #expect(before.intersection(after).count >= before.count - 4)
  }
}
