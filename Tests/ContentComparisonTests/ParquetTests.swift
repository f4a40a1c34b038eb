import ContentComparison
import MLTBase
import Testing

/// Reading of Parquet, against what pyarrow wrote: 24 rows in groups of ten.
@Suite struct ParquetTests {
  private static let files = [
    "snappy-v1.parquet", "zstd-v2.parquet", "gzip-plain.parquet", "lz4-v1.parquet", "delta.parquet",
  ]

  private func profile(_ name: String) throws -> ContentProfile {
    try ContentProfile(of: BytesInMemory(Golden.bytes(name)), name: name)
  }

  @Test("every encoding, compression and version of pages gives the same values", arguments: files)
  func values(_ name: String) throws {
    let found = try profile(name)
    #expect(found.format == .parquet && found.rows == 24 && found.sample == nil && found.remark == nil)
    let id = try #require(found.column("id"))
    #expect(id.kind == .integer && id.numbers?.least == 100 && id.numbers?.greatest == 123 && id.distinct == 24)
    let age = try #require(found.column("age"))
    #expect(age.kind == .integer && age.missing == 4 && age.numbers?.mean == 12)
    let price = try #require(found.column("price"))
    #expect(price.kind == .real && price.missing == 1 && price.numbers?.greatest == 34.5)
    #expect(price.missingSpellings == [ValueCount(value: "NaN", count: 1)])
    #expect(found.column("seen")?.common.first == ValueCount(value: "false", count: 16))
    let city = try #require(found.column("city"))
    #expect(
      city.missing == 1 && city.common == [ValueCount(value: "Ulm", count: 12), ValueCount(value: "Bonn", count: 11)])
    let day = try #require(found.column("day"))
    #expect(day.kind == .date && day.numbers.map { day.text($0.greatest) } == "2026-01-24")
    let moment = try #require(found.column("at"))
    #expect(moment.kind == .dateTime && moment.numbers.map { moment.text($0.greatest) } == "2026-01-01 00:00:23")
  }

  @Test("decimals, lists and structures are read", arguments: files.dropLast())
  func nested(_ name: String) throws {
    let found = try profile(name)
    #expect(found.column("cost")?.numbers?.greatest == 5.75)
    let tags = try #require(found.column("tags"))
    #expect(tags.kind == .nested && tags.missing == 1 && tags.distinct == 23)
    #expect(tags.common.contains(ValueCount(value: "[]", count: 1)))
    #expect(tags.common.contains(ValueCount(value: "[7, null]", count: 1)))
    #expect(found.column("user.name")?.common.map(\.value) == ["u0", "u1", "u2"])
  }

  @Test("tables that are only written otherwise have the same cells")
  func rewritten() throws {
    let found = try ContentChanges(
      from: BytesInMemory(Golden.bytes("snappy-v1.parquet")), to: BytesInMemory(Golden.bytes("zstd-v2.parquet")),
      name: "t.parquet")
    #expect(!found.isSame && found.headlines == ["the same cells, written otherwise"])
    #expect(found.table?.matching == .key(["id"]))
    let fewer = try ContentChanges(
      from: BytesInMemory(Golden.bytes("snappy-v1.parquet")), to: BytesInMemory(Golden.bytes("delta.parquet")),
      name: "t.parquet")
    #expect(fewer.headlines == ["columns 'cost', 'tags' and 'user.name' are gone"])
  }

  @Test("a large file is sampled by groups of rows")
  func sample() throws {
    let found = try ContentProfile(
      of: BytesInMemory(Golden.bytes("snappy-v1.parquet")), name: "t.parquet", limits: ContentLimits(bytes: 1000))
    #expect(found.rows == 24 && found.sample?.rows == 10 && found.column("id")?.count == 10)
  }

  @Test("what is cut off anywhere is bytes, and why is said", arguments: files)
  func cut(_ name: String) throws {
    let bytes = Golden.bytes(name)
    for count in stride(from: 0, to: bytes.count, by: 331) {
      let found = try ContentProfile(of: BytesInMemory(Array(bytes.prefix(count))), name: name)
      #expect(found.format != .parquet)
      if count > 4 { #expect(found.remark?.hasPrefix("read as other than Parquet, since ") == true) }
    }
  }

  @Test("a flipped byte anywhere never ends the process", arguments: files)
  func flipped(_ name: String) throws {
    let bytes = Golden.bytes(name)
    for place in stride(from: 0, to: bytes.count, by: 61) {
      var other = bytes
      other[place] ^= UInt8(1 << (place % 8))
      _ = try ContentProfile(of: BytesInMemory(other), name: name)
    }
  }
}
