import MLTBase
import Testing

@Suite struct TimestampTests {
  @Test(
    "a moment reads back from its own text",
    arguments: [0, 1, -1, 951_782_400_000_000, 1_709_164_800_123_456, 253_402_300_799_999_999, -62_135_596_800_000_000])
  func roundTrip(microseconds: Int64) throws {
    let moment = Timestamp(microseconds: microseconds)
    #expect(try #require(Timestamp(moment.description)) == moment)
  }

  @Test("the text is RFC 3339 in UTC with microseconds")
  func text() {
    #expect(Timestamp(microseconds: 1_773_480_413_589_793).description == "2026-03-14T09:26:53.589793Z")
    #expect(Timestamp(microseconds: -1).description == "1969-12-31T23:59:59.999999Z")
  }

  @Test(
    "text that names no moment is refused",
    arguments: [
      "", "2026-03-14", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
      "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00+01:00", "0000-01-01T00:00:00Z",
    ])
  func refused(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("a shorter fraction means the same as one with zeros behind it")
  func fraction() {
    #expect(Timestamp("2026-01-01T00:00:00.5Z") == Timestamp("2026-01-01T00:00:00.500000Z"))
  }
}
