internal import Glibc
internal import Lineage
internal import MLTBase
internal import PlantedFaults
internal import SystemPackage
internal import TestSupport

/// Writes the month of a seed, for a look, or tells what the months of many seeds are.
///
///     planted-fault write SEED FOLDER
///     planted-fault list FIRST LAST
///     planted-fault review FIRST LAST
@main
enum PlantedFaultWriter {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.count == 3, arguments[0] == "write", let seed = UInt64(arguments[1]) {
      tell(try PlantedFault(seed: seed).write(into: FilePath(arguments[2])), all: true)
    } else if arguments.count == 3, arguments[0] == "list", let first = UInt64(arguments[1]),
      let last = UInt64(arguments[2]), first <= last
    {
      for seed in first...last {
        tell(try withTemporaryFolder { try PlantedFault(seed: seed).write(into: $0) }, all: false)
      }
    } else if arguments.count == 3, arguments[0] == "review", let first = UInt64(arguments[1]),
      let last = UInt64(arguments[2]), first <= last
    {
      var table = ReviewTable()
      for seed in first...last {
        let trial = try withTemporaryFolder { folder in
          try ReviewTrial(try PlantedFault(seed: seed).write(into: folder), in: folder)
        }
        review(trial)
        table.add(trial.plan.kind, place: trial.place, countedPlace: trial.countedPlace)
      }
      print(table.text)
    } else {
      print("usage: planted-fault write SEED FOLDER | list FIRST LAST | review FIRST LAST")
      exit(2)
    }
  }

  private static func review(_ trial: ReviewTrial) {
    tell(trial.plan, all: false)
    print(
      "  \(trial.report.flagged) flagged, place \(trial.place ?? 0), count \(trial.countedPlace ?? 0)",
      trial.plan.components)
    for suspect in trial.report.suspects.prefix(6) {
      let best = suspect.best
      let rounded = (suspect.weight * 1000).rounded() / 1000
      print(
        "    \(rounded) \(suspect.component) \(best.flagged)/\(best.unflagged)/\(best.others) \(best.runCount) runs from",
        "\(best.since.description.prefix(10)): \(best.traits.prefix(3).map { "\($0.kind) \($0.name) \($0.value.prefix(12))" })"
      )
    }
  }

  private static func tell(_ plan: Plan, all: Bool) {
    print(
      "\(plan.seed) \(plan.kind.rawValue), days \(plan.days.lowerBound) to \(plan.days.upperBound): \(plan.story);",
      "\(plan.componentCount) steps, \(plan.runCount) runs, \(plan.bad.count) bad, \(plan.good.count) good")
    guard all else { return }
    for cause in plan.expected { print("expected: \(cause.role.rawValue) \(cause.name)") }
    print("steps: \(plan.components.joined(separator: " "))")
    for output in plan.bad { print("bad: \(output.pointer)") }
    for output in plan.good { print("good: \(output.pointer)") }
  }
}
