import MLTBase
import PlantedFaults
import TestSupport
import Testing

@Suite struct ReviewTrialTests {
  /// Seeds that review was developed on are from 10,000 on.
  @Test(
    "Of 200 planted faults, review has nine in ten among its first three, with a third of what is bad flagged and 5 % wrong flags"
  )
  func figures() async throws {
    let trials = try await withThrowingTaskGroup(of: Outcome.self) { group in
      for seed in seeds(1...200, debug: 24) { group.addTask { try outcome(seed) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    var table = ReviewTable()
    for trial in trials { table.add(trial.kind, place: trial.place, countedPlace: trial.countedPlace) }
    print(table.text)
    #expect(table.total.firstThree * 100 >= table.total.count * 90)
    #expect(table.total.firstThree > table.total.counted)
  }

  private struct Outcome: Sendable {
    var kind: PlantedFault.Kind
    var place: Int?
    var countedPlace: Int?
  }

  private func outcome(_ seed: UInt64) throws -> Outcome {
    try withTemporaryFolder { folder in
      let plan = try PlantedFault(seed: seed).write(into: folder)
      let trial = try ReviewTrial(plan, in: folder)
      return Outcome(kind: plan.kind, place: trial.place, countedPlace: trial.countedPlace)
    }
  }
}
