package import Lineage
internal import MLTBase
package import SystemPackage

/// One try at having a planted fault explained: `mlt why` with one bad output and the good one that somebody would compare
/// it with.
package struct WhyTrial {
  /// What was planted.
  package let plan: Plan
  /// The causes, the likeliest first.
  package let causes: [Cause]

  /// Asks why the first bad output isn't as the last one before the fault at its place was.
  ///
  /// - Throws: ``NothingShows`` if no bad output has a good one before it.
  package init(_ plan: Plan, in folder: FilePath) throws {
    self.plan = plan
    let context = ProcessContext(
      directory: folder, environment: ["HOME": folder.string], rawEnvironment: [], executable: "/usr/bin/mlt",
      host: "bench", account: "ada", clock: WallClock(now: { plan.end }))
    guard let (bad, good) = Self.pair(plan) else { throw NothingShows(seed: plan.seed) }
    let report = try Workspace.open(context).why(WhyRequest(bad: bad.pointer, good: good.pointer))
    causes = report.causes + report.others
  }

  /// The place of what was planted among the causes, from 1; nil if it isn't among them.
  package var place: Int? {
    causes.firstIndex { cause in plan.expected.contains { Self.matches(cause.subject, $0) } }.map { $0 + 1 }
  }

  private static func pair(_ plan: Plan) -> (bad: Plan.Output, good: Plan.Output)? {
    for bad in plan.bad {
      let before = plan.good.filter {
        $0.place == bad.place && $0.component == bad.component && $0.day < plan.days.lowerBound
      }
      if let good = before.max(by: { ($0.day, $0.run.hex) < ($1.day, $1.run.hex) }) { return (bad, good) }
    }
    return nil
  }

  private static func matches(_ subject: Cause.Subject, _ expected: Plan.Cause) -> Bool {
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
  private static func isAddress(_ uri: String, of path: String) -> Bool {
    uri.hasPrefix("s3://lake/" + path.split(separator: ".").dropLast().joined(separator: "."))
  }
}
