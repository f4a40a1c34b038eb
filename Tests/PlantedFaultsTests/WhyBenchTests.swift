import Lineage
import MLTBase
import PlantedFaults
import TestSupport
import Testing

/// Whether `mlt why` names what was planted.
@Suite struct WhyBenchTests {
  /// What became of one month.
  private struct Outcome {
    var kind: PlantedFault.Kind
    /// The place of what was planted among the causes, from 1; nil if it isn't among them.
    var rank: Int?
  }

  /// One bad output and the good one that somebody would compare it with: the last before the fault at its place.
  private func pair(_ plan: Plan) -> (bad: Plan.Output, good: Plan.Output)? {
    for bad in plan.bad {
      let before = plan.good.filter {
        $0.place == bad.place && $0.component == bad.component && $0.day < plan.days.lowerBound
      }
      if let good = before.max(by: { ($0.day, $0.run.hex) < ($1.day, $1.run.hex) }) { return (bad, good) }
    }
    return nil
  }

  private func matches(_ subject: Cause.Subject, _ expected: Plan.Cause) -> Bool {
    switch (expected.role, subject) {
    case (.code, .code(let path, _, _)): path == expected.name
    case (.parameter, .parameter(let key, _, _, _)):
      key == expected.name || key == "--" + expected.name || key.hasSuffix("." + expected.name)
    case (.package, .package(_, let name, _, _)): name == expected.name
    case (.outside, .changedOutside(let path, _, _)): path == expected.name
    case (.input, .data(let path, _, _)), (.input, .stale(let path, _, _)):
      path == expected.name || isAddress(path, of: expected.name)
    // Of what a step fetched, nobody can tell whether less came or some of it got lost there.
    case (.output, .data(let path, nil, nil)): isAddress(path, of: expected.name)
    case (.input, .replaced(_, let after)): after.path == expected.name
    case (.output, .unexplained(let path, _, _)), (.output, .unrepeatable(let path, _, _)): path == expected.name
    default: false
    }
  }

  /// Whether a URI is where the file was fetched from.
  private func isAddress(_ uri: String, of path: String) -> Bool {
    uri.hasPrefix("s3://lake/" + path.split(separator: ".").dropLast().joined(separator: "."))
  }

  private func outcome(_ seed: UInt64) throws -> Outcome {
    try withTemporaryFolder { folder in
      let plan = try PlantedFault(seed: seed).write(into: folder)
      let (bad, good) = try #require(pair(plan))
      let workspace = try Workspace.open(context(folder, plan))
      let report = try workspace.why(WhyRequest(bad: bad.pointer, good: good.pointer))
      let causes = report.causes + report.others
      let rank = causes.firstIndex { cause in plan.expected.contains { matches(cause.subject, $0) } }.map { $0 + 1 }
      if rank != 1, let first = causes.first {
        print("why: seed \(seed), \(plan.kind.rawValue), \(plan.story): rank \(rank ?? 0), first \(first.subject)")
      }
      return Outcome(kind: plan.kind, rank: rank)
    }
  }

  @Test("the planted cause is named first in at least 90 of 100 months")
  func bench() throws {
    let outcomes = try seeds(1...200, debug: 12).map { try outcome($0) }
    for kind in PlantedFault.Kind.allCases {
      let own = outcomes.filter { $0.kind == kind }
      let first = own.count { $0.rank == 1 }
      print(
        "why: \(kind.rawValue): first in \(first) of \(own.count), in the first three \(own.count { ($0.rank ?? 9) <= 3 })"
      )
    }
    let first = outcomes.count { $0.rank == 1 }
    print("why: first in \(first) of \(outcomes.count)")
    #expect(first * 100 >= outcomes.count * 90)
  }
}
