import Lineage
import Testing

@Suite struct SimilarityTests {
  @Test(
    "near names are offered, the nearest first",
    arguments: [
      ("modle.pkl", ["model.pkl", "data.csv"], ["model.pkl"]),
      ("model.pkl", ["old/model.pkl", "models.pkl"], ["old/model.pkl", "models.pkl"]),
      ("data/clean.csv", ["data/cleaner.csv", "data/clan.csv", "raw.txt"], ["data/clan.csv", "data/cleaner.csv"]),
      ("x", ["completely-different"], []), ("anything", [], []),
    ])
  func nearest(_ wanted: String, _ candidates: [String], expected: [String]) {
    #expect(Similarity.nearest(to: wanted, among: candidates, limit: 3) == expected)
  }

  @Test("no more are offered than asked for, and always the same ones")
  func limit() {
    let candidates = Set((0..<50).map { "file\($0)" })
    let offered = Similarity.nearest(to: "file", among: candidates, limit: 3)
    #expect(offered.count == 3)
    #expect(offered == Similarity.nearest(to: "file", among: candidates.sorted().reversed(), limit: 3))
  }

  @Test("of a name of a million letters only the beginning is compared")
  func long() {
    let long = String(repeating: "x", count: 1_000_000)
    #expect(Similarity.nearest(to: long, among: [long], limit: 1) == [long])
  }
}
