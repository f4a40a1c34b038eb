import MLTBase
import ObjectStorage
import TestSupport
import Testing

@Suite struct FileReadingTests {
  @Test("any part of a stored file can be read", arguments: [0, 1, 1000, 3_000_000])
  func parts(count: Int) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let bytes = randomBytes(count, seed: 7)
      let reading = try store.reading(try add(bytes, to: store))
      #expect(reading.size == Int64(count))
      #expect(try reading.read(at: 0, count: .max) == bytes)
      #expect(try reading.read(at: Int64(count), count: 10) == [])
      #expect(try reading.read(at: -1, count: 10) == [])
      #expect(try reading.read(at: 0, count: 0) == [])
      var generator = SeededGenerator(seed: 1)
      for _ in 0..<50 {
        let start = Int(generator.next() % UInt64(count + 1))
        let length = Int(generator.next() % 900_000)
        let expected = bytes[start..<min(count, start + length)]
        #expect(try reading.read(at: Int64(start), count: length) == Array(expected))
      }
    }
  }

  @Test("what isn't stored can't be opened")
  func missing() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let id = ContentHasher.contentID(of: [1, 2, 3])
      #expect(throws: StorageError.missing(id, .recipe)) { try store.reading(id) }
    }
  }
}
