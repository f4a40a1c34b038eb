import MLTBase
import Testing

/// Moments as people write them.
@Suite struct MomentTextTests {
  private static let now = Timestamp(microseconds: 1_773_482_400_000_000)  // 2026-03-14T10:00:00Z

  @Test(
    "a moment is read with its offset, and what has no fraction is a whole second",
    arguments: [
      ("2026-03-14T10:00:00Z", "2026-03-14T10:00:00.000000Z", "2026-03-14T10:00:00.999999Z"),
      ("2026-03-14T12:00:00+02:00", "2026-03-14T10:00:00.000000Z", "2026-03-14T10:00:00.999999Z"),
      ("2026-03-13T23:30:00.5-10:30", "2026-03-14T10:00:00.500000Z", "2026-03-14T10:00:00.500000Z"),
      ("now", "2026-03-14T10:00:00.000000Z", "2026-03-14T10:00:00.000000Z"),
      ("2h", "2026-03-14T08:00:00.000000Z", "2026-03-14T08:00:00.000000Z"),
    ])
  func moments(text: String, start: String, end: String) throws {
    let moment = try #require(MomentText(text))
    #expect(moment.start(now: Self.now).description == start)
    #expect(moment.end(now: Self.now).description == end)
  }

  @Test(
    "what is no moment is refused",
    arguments: ["", "2026-03-14T10:00:00+24:00", "2026-03-14T10:00:00+2:00", "2026-02-31", "+02:00", "soon", "-5h"])
  func refused(text: String) {
    #expect(MomentText(text) == nil)
  }
}
