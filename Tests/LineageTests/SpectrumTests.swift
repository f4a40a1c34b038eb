import Lineage
import TestSupport
import Testing

/// Counting what outputs passed through, beside the same done one by one.
@Suite struct SpectrumTests {
  private typealias Output = (run: Int, standing: ReviewPopulation.Standing)

  /// The runs behind a run, itself too.
  private func behind(_ run: Int, _ producers: [[Int]]) -> Set<Int> {
    var found: Set<Int> = [run]
    var open = [run]
    while let next = open.popLast() {
      for producer in producers[next] where found.insert(producer).inserted { open.append(producer) }
    }
    return found
  }

  private func counts(_ producers: [[Int]], _ outputs: [Output]) -> [PassCount] {
    var counts = producers.map { _ in PassCount() }
    for output in outputs {
      for run in behind(output.run, producers) {
        switch output.standing {
        case .flagged: counts[run].flagged += 1
        case .unflagged: counts[run].unflagged += 1
        case .other: counts[run].others += 1
        }
      }
    }
    return counts
  }

  @Test(
    "counts are those of a walk from each output, however many there are and whatever the graph is like",
    arguments: [0, 1, 63, 64, 65, 300], [0, 1, 2, 3])
  func counting(outputCount: Int, seed: Int) {
    var random = SeededGenerator(seed: UInt64(outputCount * 10 + seed))
    // With many runs few are reached, with few nearly all; some graphs have cycles.
    let size = [5, 40, 400, 3000][seed]
    let producers = (0..<size).map { place in
      (0..<Int.random(in: 0...3, using: &random)).map { _ in
        seed % 2 == 0 || place == 0
          ? Int.random(in: 0..<size, using: &random) : Int.random(in: 0..<place, using: &random)
      }
    }
    let outputs: [Output] = (0..<outputCount).map { _ in
      (Int.random(in: 0..<size, using: &random), [.flagged, .unflagged, .other][Int.random(in: 0...2, using: &random)])
    }
    var found = producers.map { _ in PassCount() }
    Spectrum(producers: producers).forEachBlock(outputs) { reached, masks, block in
      #expect(Set(reached).count == reached.count)
      #expect(masks.indices.allSatisfy { (masks[$0] != 0) == reached.contains($0) } || size > 400)
      for place in reached { found[place].add(masks[place], block) }
    }
    #expect(found == counts(producers, outputs))
  }

  @Test("depths are the most runs that lie before each, and a cycle ends somewhere")
  func depths() {
    #expect(Spectrum(producers: [[], [0], [0], [1, 2], [3, 0]]).depths == [0, 1, 1, 2, 3])
    #expect(Spectrum(producers: []).depths == [])
    #expect(Spectrum(producers: [[1], [0], [1, 2]]).depths.count == 3)
  }
}
