internal import Journaling
internal import Lineage
internal import MLTBase
internal import Pipelines

/// What is said of stages.
enum StageText {
  // MARK: Reasons

  /// A reason as a lower-case phrase.
  static func reason(_ reason: StageReason) -> String {
    switch reason {
    case .neverRun: "never run"
    case .failed(let status): status == .interrupted ? "its last run was interrupted" : "its last run failed"
    case .alwaysRuns: "always runs"
    case .forced: "told to run"
    case .command: "command changed"
    case .folder(let before, let now): "wdir: \(folder(before)) → \(folder(now))"
    case .parameter(let file, let values):
      "parameter \(file.split(separator: "/").last == "params.yaml" ? "" : file + ":")\(difference(values))"
    case .parameters: "parameters changed"
    case .missingParameter(let file, let key):
      key.map { "parameter \($0) is not in \(file)" } ?? "parameter file \(file) missing"
    case .dependency(let path, let change): "dependency \(path) \(word(change))"
    case .code(let path, let change): "code \(path) \(word(change))"
    case .package(let values): "package \(difference(values))"
    case .variable(let values): "variable \(difference(values))"
    case .hazard(let hazard): "hazard: \(HazardText.of(hazard))"
    case .unsigned: "its run isn't signed by an allowed signer"
    case .output(let path, let change):
      switch change {
      case .modified: "output \(path) modified"
      case .deleted: "output \(path) missing"
      case .new: "output \(path) not made yet"
      case .unknown: "output \(path) can't be compared"
      }
    case .unavailable(let path): "output \(path) isn't in the store or the default remote"
    case .flagged(let path): "output \(path) is flagged as wrong"
    case .checkFailed(let name): "check '\(name)' failed"
    case .upstream(let stage): "depends on \(stage)"
    }
  }

  /// The kind of a reason, as `--json` has it.
  static func kind(_ reason: StageReason) -> String {
    switch reason {
    case .neverRun: "never-run"
    case .failed: "failed"
    case .alwaysRuns: "always"
    case .forced: "forced"
    case .command, .folder: "command"
    case .parameter, .parameters, .missingParameter: "parameter"
    case .dependency: "dependency"
    case .code: "code"
    case .package: "package"
    case .variable: "variable"
    case .hazard: "hazard"
    case .unsigned: "unsigned"
    case .output, .unavailable: "output"
    case .flagged: "flagged"
    case .checkFailed: "check"
    case .upstream: "upstream"
    }
  }

  private static func folder(_ path: String) -> String { path.isEmpty ? "." : path }

  private static func word(_ change: StageReason.Change) -> String {
    switch change {
    case .modified: "modified"
    case .deleted: "missing"
    case .new: "is new"
    case .unknown: "can't be compared"
    }
  }

  private static func difference(_ values: StageReason.Values) -> String {
    "\(values.name): \(values.before.map(short) ?? "none") → \(values.now.map(short) ?? "none")"
  }

  private static func short(_ value: String) -> String {
    value.count > 40 ? value.prefix(37) + "…" : value
  }

  /// The first reasons, and how many more there are.
  static func reasons(_ reasons: [StageReason], limit: Int = 3) -> String {
    let shown = reasons.prefix(limit).map(reason).joined(separator: ", ")
    return reasons.count > limit ? "\(shown) and \(reasons.count - limit) more" : shown
  }

  // MARK: While stages run

  /// The lines for something that is told while a stage is looked at.
  static func lines(of news: StageNews) -> [String] {
    switch news {
    case .waiting(let stage): ["mlt: \(stage): waits for another process that is at it"]
    case .saved(let path, let content):
      ["mlt: '\(path)' was edited; what it held is kept as \(content.short) ('mlt cat \(content.short)')"]
    case .running(let stage, let why):
      ["mlt: \(stage.id): \(reasons(why))"]
        + stage.command.texts.flatMap { text in
          text.split(separator: "\n").map { "> \($0)" }
        }
    }
  }

  /// The lines for a stage that is done.
  static func lines(of outcome: StageOutcome, verbose: Bool) -> [String] {
    var lines = undeclared(outcome)
    switch outcome.kind {
    case .upToDate where outcome.restored == 0:
      if verbose { lines.append("mlt: \(outcome.stage): up to date") }
      return verbose || outcome.failure != nil ? lines : []
    case .frozen where outcome.restored == 0:
      return verbose ? ["mlt: \(outcome.stage): frozen"] : []
    case .upToDate, .restored, .frozen:
      let from = outcome.run.map { " from run \($0.short)" } ?? ""
      lines.append("mlt: \(outcome.stage): \(Formatting.count(outcome.restored, "output")) put back\(from)")
    case .ran: lines += recorded(outcome.report)
    case .failed:
      lines += recorded(outcome.report)
      if let failure = outcome.failure { lines.append("error: stage '\(outcome.stage)' \(text(failure))") }
    case .skipped: lines.append("mlt: \(outcome.stage): not run, since something that it depends on failed")
    }
    return lines
  }

  private static func recorded(_ report: RunReport?) -> [String] {
    guard let report else { return [] }
    let hazards = report.hazards.filter { $0.kind != .notObserved }.map { "warning: \(HazardText.of($0))" }
    let line =
      "mlt: recorded \(report.component) \(report.run.short): \(Formatting.count(report.inputs, "input")), "
      + "\(Formatting.count(report.outputs, "output")), \(Formatting.duration(report.wall))"
    return hazards + CheckText.lines(of: report.checks) + [line]
  }

  private static let shownAccesses = 8

  private static func undeclared(_ outcome: StageOutcome) -> [String] {
    let accesses = outcome.undeclared
    var lines = accesses.prefix(shownAccesses).map { access in
      let made = access.producer.map { ", which stage '\($0)' makes" } ?? ""
      return
        "warning: stage '\(outcome.stage)' \(access.isOutput ? "wrote" : "read") '\(access.path)'\(made), and doesn't declare it"
    }
    if accesses.count > shownAccesses { lines.append("warning: and \(accesses.count - shownAccesses) more") }
    return lines
  }

  private static func text(_ failure: StageFailure) -> String {
    switch failure {
    case .ended(.interrupted, _): "was interrupted"
    case .ended(_, let exit): "failed with exit status \(exit)"
    case .missingOutputs(let paths): "didn't make \(paths.map { "'\($0)'" }.joined(separator: ", "))"
    case .failedChecks(let names): "doesn't pass \(names.map { "check '\($0)'" }.joined(separator: ", "))"
    case .missingDependency(let path): "depends on '\(path)', which isn't there"
    case .missingParameters(let reasons): "can't run: \(self.reasons(reasons))"
    case .withinItself: "is running already: its own command asks for it"
    case .undeclared: "reads or writes what it doesn't declare"
    case .changedDependency(let path): "changes '\(path)', which it depends on"
    }
  }

  // MARK: JSON

  static func json(_ id: StageID) -> [String: JSON] {
    ["file": .string(id.file), "name": .string(id.name)]
  }

  static func json(_ reason: StageReason) -> JSON {
    var fields: [String: JSON] = ["kind": .string(kind(reason)), "text": .string(self.reason(reason))]
    func set(_ values: StageReason.Values) {
      fields["name"] = .string(values.name)
      fields["before"] = values.before.map { .string($0) } ?? .null
      fields["now"] = values.now.map { .string($0) } ?? .null
    }
    switch reason {
    case .parameter(let file, let values):
      fields["file"] = .string(file)
      set(values)
    case .package(let values), .variable(let values): set(values)
    case .dependency(let path, let change), .code(let path, let change), .output(let path, let change):
      fields["path"] = .string(path)
      fields["change"] = .string(change.rawValue)
    case .unavailable(let path), .flagged(let path): fields["path"] = .string(path)
    case .upstream(let id): fields["stage"] = .object(JSONObject(json(id)))
    case .command(let before, let now):
      fields["before"] = .array(before.map { .string($0) })
      fields["now"] = .array(now.map { .string($0) })
    case .missingParameter(let file, let key):
      fields["file"] = .string(file)
      fields["name"] = key.map { .string($0) } ?? .null
    case .checkFailed(let name): fields["name"] = .string(name)
    case .neverRun, .failed, .alwaysRuns, .forced, .folder, .parameters, .hazard, .unsigned: break
    }
    return .object(JSONObject(fields))
  }

  static func json(_ state: StageState) -> JSON {
    var fields = json(state.stage)
    fields["state"] = .string(state.verdict.rawValue)
    fields["run"] = state.run.map { .string($0.hex) } ?? .null
    fields["reasons"] = .array(state.reasons.map(json))
    return .object(JSONObject(fields))
  }

  static func json(_ outcome: StageOutcome) -> JSON {
    var fields = json(outcome.stage)
    fields["outcome"] = .string(outcome.kind.rawValue)
    fields["run"] = outcome.run.map { .string($0.hex) } ?? .null
    fields["reasons"] = .array(outcome.reasons.map(json))
    fields["restored"] = .int(Int64(outcome.restored))
    fields["failure"] = outcome.failure.map { .string(text($0)) } ?? .null
    fields["exit"] = outcome.report.map { .int(Int64($0.exit)) } ?? .null
    fields["undeclared"] = .array(
      outcome.undeclared.map { access in
        [
          "path": .string(access.path), "output": .bool(access.isOutput),
          "stage": access.producer.map { .object(JSONObject(json($0))) } ?? .null,
        ]
      })
    return .object(JSONObject(fields))
  }
}
