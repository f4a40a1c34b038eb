import MLTBase
import PredictionLogs
import SystemPackage
import TestSupport
import Testing

/// Looking keys up in an index.
@Suite struct KeyIndexTests {
  @Test(
    "just the rows with a key are found, in their order, however the keys were sorted",
    arguments: [1, 2, 3] as [UInt64], [50, 4096, 1 << 20])
  func model(_ seed: UInt64, _ stretch: Int) throws {
    var generator = SeededGenerator(seed: seed)
    let count = 6000
    let keys = (0..<count).map { _ -> [UInt8] in
      // Some keys are many rows', some are odd.
      let number = Int.random(in: 0..<(Bool.random(using: &generator) ? 20 : 9000), using: &generator)
      return Array("k\(number)".utf8) + (number % 7 == 0 ? [0xFF, 0x01] : [])
    }
    var bytes = Array("key,n\n".utf8)
    var expected: [[UInt8]: [Int64]] = [:]
    for (place, key) in keys.enumerated() {
      bytes += key + Array(",\(place)\n".utf8)
      expected[key, default: []].append(Int64(place + 1))
    }
    try withTemporaryFolder { folder in
      let log = try LogFixture(bytes, pieces: 10_000, stretches: stretch, in: folder)
      for (key, rows) in expected {
        let found = try log.index.places(of: key, limit: count)
        #expect(found.map(\.row) == rows)
        if rows.count < 3 { #expect(try log.find(key).map { $0.inputs.last?.text } == rows.map { "\($0 - 1)" }) }
      }
      #expect(try log.index.places(of: Array("k1".utf8), limit: 2).count <= 2)
      for number in 0..<500 { #expect(try log.index.places(of: Array("no\(number)".utf8), limit: 9).isEmpty) }
    }
  }

  @Test("an index that lost a byte, or got another one, is damaged or answers right")
  func damage() throws {
    let text = "key\n" + (0..<600).map { "k\($0)" }.joined(separator: "\n")
    try withTemporaryFolder { folder in
      let log = try LogFixture(text, in: folder)
      let content = ContentHasher.contentID(of: Array(text.utf8))
      let path = folder.appending("index")
      let whole = try #require(try FileOperations.contents(of: path))
      #expect(whole.count == 4 * 4096)
      let places = try log.index.places(of: Array("k77".utf8), limit: 9)
      func answer(_ bytes: [UInt8]) throws -> [KeyIndex.Place]? {
        let damaged = folder.appending("damaged")
        try FileOperations.replace(damaged, with: bytes, sync: false)
        do {
          return try KeyIndex(at: damaged, content: content, reading: LogFixture.reading)?
            .places(of: Array("k77".utf8), limit: 9)
        } catch LogError.damagedIndex {
          return nil
        }
      }
      #expect(try answer(whole) == places && places.count == 1)
      for place in stride(from: 0, to: whole.count, by: 61) {
        var bytes = whole
        bytes[place] ^= 0x10
        if let found = try answer(bytes) { #expect(found == places) }
      }
      for count in [0, 1, 4095, 4096, 8192, whole.count - 1] { #expect(try answer(Array(whole.prefix(count))) == nil) }
      #expect(try answer(whole + [0]) == nil)
      #expect(try answer([UInt8](repeating: 0, count: whole.count)) == nil)
    }
  }

  @Test("an index of other bytes, or of another reading, isn't taken")
  func others() throws {
    try withTemporaryFolder { folder in
      _ = try LogFixture("key\n1\n", in: folder)
      let content = ContentHasher.contentID(of: Array("key\n1\n".utf8))
      let other = ContentHasher.contentID(of: [1])
      let path = folder.appending("index")
      #expect(try KeyIndex(at: path, content: content, reading: LogFixture.reading) != nil)
      #expect(try KeyIndex(at: path, content: other, reading: LogFixture.reading) == nil)
      #expect(try KeyIndex(at: path, content: content, reading: other) == nil)
      #expect(try KeyIndex(at: folder.appending("none"), content: content, reading: other) == nil)
      #expect(try FileOperations.names(in: folder).map(\.string) == ["index"])
    }
  }
}

/// Logs that are compressed.
@Suite struct GzipLogTests {
  private func rows(_ count: Int, _ seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var bytes = Array("key,time,score\n".utf8)
    for row in 0..<count {
      bytes += Array("k\(row),\(1_700_000_000 + row),\(UInt64.random(in: 0..<1_000_000_000, using: &generator))\n".utf8)
    }
    return bytes
  }

  @Test("rows are found in the midst of compressed data, of one member or several", arguments: [1, 2, 3])
  func random(_ members: Int) throws {
    let rows = rows(160_000)
    // Enough for a place to begin from, at least.
    #expect(rows.count > 4 << 20)
    let cut = rows.count / 3
    let packed =
      switch members {
      case 1: try LogFixture.gzip(rows, level: 1)
      case 2: try LogFixture.gzip(Array(rows[..<cut])) + LogFixture.gzip([]) + LogFixture.gzip(Array(rows[cut...]))
      // What follows isn't a further member.
      default: try LogFixture.gzip(rows) + [UInt8](repeating: 0, count: 12)
      }
    try withTemporaryFolder { folder in
      let log = try LogFixture(packed, name: "log.csv.gz", pieces: 100_000, in: folder)
      #expect(log.layout.isCompressed && log.summary.rows == 160_000 && log.summary.size == Int64(rows.count))
      for row in [0, 1, 53_300, 53_400, 90_000, 148_123, 150_000, 159_999] {
        let found = try log.find("k\(row)")
        #expect(found.map(\.number) == [Int64(row + 1)] && found.first?.problem == nil)
      }
      #expect(try log.find("k400000").isEmpty)
    }
  }

  @Test("without an index a compressed log is read from its beginning")
  func unindexed() throws {
    let packed = try LogFixture.gzip(rows(3000))
    let layout = try LogHead(BytesInMemory(packed)).layout(ColumnChoice(), name: "log.gz")
    let scan = LogScan(layout, finding: Array("k2500".utf8), limit: 5)
    try LogFixture.feed(packed, 777, to: scan)
    _ = try scan.finish()
    let found = LogRows(layout, BytesInMemory(packed), index: nil)
    #expect(scan.places.map(\.row) == [2501])
    #expect(try scan.places.map { try found.row(at: $0, key: Array("k2500".utf8))?.number } == [2501])
  }

  @Test("data that end too early or were changed are an error, or the same rows")
  func damage() throws {
    let packed = try LogFixture.gzip(rows(60))
    let layout = try LogHead(BytesInMemory(packed)).layout(ColumnChoice(), name: "log.gz")
    func summary(_ bytes: [UInt8]) throws -> LogSummary {
      let scan = LogScan(layout)
      try LogFixture.feed(bytes, 100, to: scan)
      return try scan.finish()
    }
    let whole = try summary(packed)
    for count in 1..<packed.count {
      #expect(throws: LogError.self) { try summary(Array(packed.prefix(count))) }
    }
    for place in packed.indices {
      var bytes = packed
      bytes[place] ^= 0x04
      do {
        #expect(try summary(bytes) == whole)
      } catch {
        #expect(error is LogError)
      }
    }
  }
}
