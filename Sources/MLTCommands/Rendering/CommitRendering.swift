internal import Lineage
internal import MLTBase
internal import Pipelines

/// How what was found out about a commit reads.
enum CommitRendering {
  // Of one kind; a first commit may hold thousands.
  private static let shownLimit = 20

  /// The lines for stderr; none if there is nothing to say.
  static func lines(_ report: CommitReport, in workspace: Workspace) -> [String] {
    var lines: [String] = []
    for check in HookCheck.allCases {
      let findings = report.findings.filter { $0.check == check }
      for finding in findings.prefix(shownLimit) {
        let (message, hint) = text(finding.problem)
        lines.append("\(finding.isBlocking ? "error" : "warning"): \(message)")
        if let hint { lines.append("hint: \(hint)") }
      }
      if findings.count > shownLimit { lines.append("  and \(findings.count - shownLimit) more of this kind") }
      let stages = findings.compactMap { finding in
        if case .staleStage(let state, _) = finding.problem { "\(state.stage)" } else { nil }
      }
      if !stages.isEmpty { lines.append("hint: \(repro(stages))") }
    }
    if report.isBlocked {
      lines.append("hint: 'git commit --no-verify' commits all the same; 'mlt help hook' tells more")
    } else if let operation = report.repeating, !lines.isEmpty {
      lines.append("hint: a \(operation) goes on, so that this stops nothing")
    }
    return lines
  }

  private static func text(_ problem: CommitFinding.Problem) -> (message: String, hint: String?) {
    switch problem {
    case .outdated(let outdated):
      let inputs = outdated.inputs.map { input in "'\(input.path.text)'" + (input.isGone ? " (gone)" : "") }
      let verb = outdated.inputs.count == 1 ? "isn't" : "aren't"
      return (
        "\(list(outdated.outputs)) \(outdated.outputs.count == 1 ? "is" : "are") out of date: \(joined(inputs)) \(verb) "
          + "what run \(outdated.run.short) (\(outdated.component)) read",
        "run \(again(outdated)), then 'git add mlt.lock'"
      )
    case .staleStage(let state, let followers):
      let after = followers == 0 ? "" : ", and \(Formatting.count(followers, "stage")) after it"
      return (
        "stage '\(state.stage)' is out of date\(after): \(StageText.reasons(state.reasons))",
        nil
      )
    case .malformedPipeline(let problem):
      return ("the pipeline, as it is staged, can't be read: \(problem)", nil)
    case .malformedLock(let error):
      let reason =
        switch error.reason {
        case .conflict: "has a merge conflict at line \(error.line)"
        case .version: "is of a version that this mlt can't read"
        case .order: "is out of order at line \(error.line), or tracks a path twice"
        case .malformed: "can't be understood at line \(error.line)"
        }
      return (
        "'mlt.lock', as it is staged, \(reason)",
        "'mlt status' says what is wrong with the work tree's; then 'git add mlt.lock'"
      )
    case .unstagedLock(let outputs, let run):
      return (
        "'mlt.lock' isn't staged, though run \(run.short) made \(list(outputs)) of what is",
        "run 'git add mlt.lock'"
      )
    case .largeFile(let path, let size, let limit):
      return (
        "'\(path.text)' has \(Formatting.size(Int64(clamping: size))), more than 'hook.largeFile' (\(Formatting.size(Int64(limit))))",
        "run 'git rm --cached \(argument(path))' and 'mlt add \(argument(path))' to have mlt keep it"
      )
    case .trackedFile(let path, let tracked):
      let place = tracked == path ? "mlt tracks it" : "mlt tracks '\(tracked.text)'"
      return ("'\(path.text)' is staged, though \(place)", "run 'git rm --cached \(argument(path))'")
    case .missingContent(let path, let content, let isInWorkTree):
      return (
        "'mlt.lock' names \(content.short) for '\(path.text)', whose bytes aren't in the store",
        isInWorkTree ? "run 'mlt add \(argument(path))'" : "run 'mlt fetch \(argument(path))', or make it again"
      )
    }
  }

  private static func repro(_ stages: [String]) -> String {
    // What is named brings along what it depends on.
    let names = stages.count > 3 ? "" : " " + Formatting.command(stages)
    return "run 'mlt repro\(names)', then 'git add mlt.lock' and those outputs that git keeps"
  }

  /// The command that makes outputs again, as somebody types it at the root.
  private static func again(_ outdated: OutdatedOutputs) -> String {
    var command = "mlt run -- " + Formatting.command(outdated.command)
    if !outdated.directory.isRoot { command = "(cd \(argument(outdated.directory)) && \(command))" }
    // Quotes within quotes would be read wrongly.
    return command.contains("'") ? command : "'\(command)'"
  }

  private static func argument(_ path: WorkPath) -> String { Formatting.word(path.text) }

  private static func list(_ paths: [WorkPath]) -> String { joined(paths.map { "'\($0.text)'" }) }

  private static func joined(_ words: [String]) -> String {
    if words.count > 3 { return words.prefix(2).joined(separator: ", ") + " and \(words.count - 2) more" }
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  static func json(_ report: CommitReport) -> JSONObject {
    [
      "blocked": .bool(report.isBlocked), "findings": .array(report.findings.map { .object(json($0)) }), "format": 1,
      "repeating": report.repeating.map { .string($0) } ?? .null,
    ]
  }

  private static func json(_ finding: CommitFinding) -> JSONObject {
    func paths(_ paths: [WorkPath]) -> JSON { .array(paths.map { .string($0.text) }) }
    var fields: [String: JSON] = ["blocking": .bool(finding.isBlocking), "check": .string(finding.check.rawValue)]
    let (message, hint) = text(finding.problem)
    fields["message"] = .string(message)
    fields["hint"] = hint.map { .string($0) } ?? .null
    if case .staleStage(let state, _) = finding.problem { fields["hint"] = .string(repro(["\(state.stage)"])) }
    switch finding.problem {
    case .outdated(let outdated):
      fields["problem"] = "outdated"
      fields["outputs"] = paths(outdated.outputs)
      fields["inputs"] = paths(outdated.inputs.map(\.path))
      fields["run"] = .string(outdated.run.hex)
      fields["component"] = .string(outdated.component)
      fields["command"] = .array(outdated.command.map { .string($0) })
      fields["directory"] = .string(outdated.directory.text)
    case .staleStage(let state, let followers):
      fields["problem"] = "stale stage"
      fields["file"] = .string(state.stage.file)
      fields["stage"] = .string(state.stage.name)
      fields["run"] = state.run.map { .string($0.hex) } ?? .null
      fields["reasons"] = .array(state.reasons.map { .string(StageText.reason($0)) })
      fields["followers"] = .int(Int64(followers))
    case .malformedPipeline(let problem):
      fields["problem"] = "malformed pipeline"
      fields["file"] = .string(problem.file)
    case .malformedLock(let error):
      fields["problem"] = "malformed lock"
      fields["line"] = .int(Int64(error.line))
    case .unstagedLock(let outputs, let run):
      fields["problem"] = "unstaged lock"
      fields["outputs"] = paths(outputs)
      fields["run"] = .string(run.hex)
    case .largeFile(let path, let size, let limit):
      fields["problem"] = "large file"
      fields["path"] = .string(path.text)
      fields["size"] = .int(Int64(clamping: size))
      fields["limit"] = .int(Int64(limit))
    case .trackedFile(let path, let tracked):
      fields["problem"] = "tracked file"
      fields["path"] = .string(path.text)
      fields["tracked"] = .string(tracked.text)
    case .missingContent(let path, let content, _):
      fields["problem"] = "missing content"
      fields["path"] = .string(path.text)
      fields["content"] = .string(content.hex)
    }
    return JSONObject(fields)
  }
}
