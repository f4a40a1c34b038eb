internal import Journaling
internal import Lineage
internal import MLTBase

/// What is said of commands that are skipped, or not.
enum ReuseText {
  /// The lines for a command that was skipped.
  static func lines(of reused: ReusedRun) -> [String] {
    var line = "mlt: skipped \(reused.component): same as run \(reused.run.short), \(Formatting.time(reused.ended))"
    line += ": \(Formatting.count(reused.inputs, "input")) unchanged, "
    let outputs = Formatting.count(reused.outputs, "output")
    line += reused.restored == 0 ? "\(outputs) there" : "\(reused.restored) of \(outputs) put back"
    return [line] + reused.passedOver.map { "warning: passed over: \(reason($0))" }
  }

  /// The lines before a command that may run.
  ///
  /// - Parameter all: whether to give each reason a line.
  static func lines(of news: CachedRunNews, all: Bool) -> [String] {
    switch news {
    case .waiting: ["mlt: waits for the same command, which is being run"]
    case .running(let decision): lines(of: decision, all: all)
    }
  }

  private static func lines(of decision: RerunDecision, all: Bool) -> [String] {
    let since = decision.run.map { " (compared with run \($0.short))" } ?? ""
    let start = "mlt: runs \(decision.component)"
    guard all, decision.reasons.count > 1 else {
      return decision.reasons.prefix(1).map { "\(start): \(reason($0))\(since)" }
    }
    return ["\(start)\(since):"] + decision.reasons.map { "  \(reason($0))" }
  }

  /// A reason as a lower-case phrase.
  static func reason(_ reason: RerunReason) -> String {
    switch reason {
    case .neverRun: "no run of this command is known"
    case .neverFinished(let status):
      switch status {
      case .failed: "its last run failed"
      case .interrupted: "its last run was interrupted"
      case .running: "its last run hasn't ended"
      case .finished: "none of its runs is known well enough"
      }
    case .parameter(let change): difference("parameter", change)
    case .credentials: "the command holds a credential, which isn't recorded"
    case .piped: "its standard input comes from a pipe, whose content isn't recorded"
    case .wasPiped: "that run's standard input came from a pipe, whose content isn't recorded"
    case .standardInput(let path): "'\(path)' on its standard input was no input of that run"
    case .standardOutput(let path): "'\(path)' on its standard output was no output of that run"
    case .undeclaredInput(let path): "'\(path)' was no input of that run"
    case .undeclaredOutput(let path): "'\(path)' was no output of that run"
    case .inputChanged(let path): "input '\(path)' changed"
    case .inputGone(let path): "input '\(path)' is gone"
    case .inputUnknown(let path): "what input '\(path)' held isn't known"
    case .inputUnlisted(let path): "folder '\(path)' can't be compared: its listing isn't in the store"
    case .appeared(let path): "'\(path)', which it looked for in vain, is there"
    case .listingChanged(let path): "folder '\(path)', which it listed, holds other names"
    case .removedIsBack(let path): "'\(path)', which it removed, is there"
    case .variable(let change): difference("variable", change)
    case .interpreter(let change): difference("interpreter", change)
    case .package(let change): difference("package", change)
    case .machine(let change): difference("the machine's", change)
    case .hazard(let hazard): "a hazard: \(HazardText.of(hazard))"
    case .network(let address): "that run used the network (\(address))"
    case .startsRuns: "it starts 'mlt' itself, and runs in it decide for themselves"
    case .notObserved: "that run's file accesses weren't followed"
    case .lookupsUnknown: "not all that that run looked for is recorded"
    case .unsigned: "that run isn't signed by an allowed signer"
    case .outputEdited(let path): "output '\(path)' was edited and isn't stored"
    case .outputOutside(let path): "output '\(path)' differs, and is outside the work tree"
    case .outputUnknown(let path): "what output '\(path)' held isn't known"
    case .outputUnavailable(let path): "output '\(path)' differs, and its bytes aren't to be had"
    case .outputDamaged(let problem): "an output can't be put back: \(problem)"
    case .outputFlagged(let path): "output '\(path)' is flagged as wrong"
    case .checkFailed(let name): "its check '\(name)' failed"
    case .notChecked(let name): "check '\(name)' wasn't made of it"
    }
  }

  private static func difference(_ kind: String, _ change: RerunReason.Change) -> String {
    func quoted(_ value: String) -> String { value.isEmpty ? "empty" : value }
    switch (change.before, change.now) {
    case (let before?, let now?): return "\(kind) '\(change.name)' is \(quoted(now)), was \(quoted(before))"
    case (nil, let now?): return "\(kind) '\(change.name)' is \(quoted(now)), wasn't given"
    case (let before?, nil): return "\(kind) '\(change.name)' isn't there, was \(quoted(before))"
    case (nil, nil): return "\(kind) '\(change.name)' differs"
    }
  }
}
