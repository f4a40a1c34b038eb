internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How checks of runs read.
enum CheckText {
  /// What came of checks, for whoever waits for the run: which failed, else that all passed.
  static func lines(of checks: [RunChecked]) -> [String] {
    let failed = checks.filter(\.hasFailed)
    let lines = failed.map { check in
      let outcome = "check '\(check.name)' \(check.phase.rawValue) the run failed with exit status \(check.exit)"
      return check.onlyWarns ? "warning: \(outcome)" : "error: \(outcome)" + consequence(check)
    }
    if !failed.isEmpty || checks.isEmpty { return lines }
    return ["mlt: passed \(Formatting.count(checks.count, "check")): \(checks.map(\.name).joined(separator: ", "))"]
  }

  private static func consequence(_ check: RunChecked) -> String {
    check.phase == .before ? ", so the command wasn't started" : ", so what it made is suspect"
  }

  /// A check in a listing: what came of it, when it was made, its name and command.
  static func row(_ check: RecordedCheck) -> [String] {
    let fact = check.fact
    return [
      outcome(fact), fact.phase.rawValue, fact.name, Formatting.duration(fact.wall), Formatting.firstLine(fact.command),
    ]
  }

  /// That a run hasn't passed a check, in a few words.
  static func failure(_ check: RunChecked) -> String {
    let outcome = check.isPending ? "wasn't made to its end" : "failed, exit \(check.exit)"
    return "check '\(check.name)' \(check.phase.rawValue) the run \(outcome)"
  }

  private static func outcome(_ check: RunChecked) -> String {
    if check.isPending { return "not finished" }
    return check.hasFailed ? (check.onlyWarns ? "warned" : "failed") + ", exit \(check.exit)" : "passed"
  }

  /// The last lines that a failed check printed.
  static func output(_ check: RunChecked, limit: Int = 5) -> [String] {
    check.hasFailed ? check.output.split(separator: "\n").suffix(limit).map(String.init) : []
  }

  static func json(_ check: RecordedCheck) -> JSON {
    var fields = check.fact.fields
    fields["run"] = nil
    fields["at"] = .string(check.at.description)
    fields["passed"] = .bool(!check.fact.hasFailed)
    fields["warns"] = .bool(check.fact.onlyWarns)
    fields["output"] = .string(check.fact.output)
    return .object(fields)
  }
}
