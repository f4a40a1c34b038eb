internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

extension RunSummary {
  /// Where git stood; nil outside a repository.
  var git: GitState? {
    commit == nil && branch == nil ? nil : GitState(commit: commit, branch: branch, remote: nil, isDirty: isDirty)
  }
}

/// How a list of runs reads.
enum LogRendering {
  static func text(
    _ runs: [RunSummary], flagged: [RunID: [RecordedChange]] = [:], failed: [RunID: [FailedCheck]] = [:],
    unfetched: Set<RunID>? = nil, oneline: Bool, terminal: Terminal
  ) -> String {
    var out = StyledText(colour: terminal.hasColour)
    if oneline {
      let hasTags = runs.contains { !$0.tags.isEmpty }
      let rows = runs.map { run in
        let mark = (flagged[run.id] == nil ? "" : ", flagged") + (failed[run.id] == nil ? "" : ", check failed")
        let place = unfetched.map { [$0.contains(run.id) ? "not fetched" : "here"] } ?? []
        return [run.id.short] + place + [
          Formatting.time(run.started), run.component,
          RunRendering.outcome(run.status, run.exit) + mark, run.wall.map { Formatting.duration($0) } ?? "",
        ] + (hasTags ? [RunRendering.pairs(run.tags)] : []) + [RunRendering.command(run.command)]
      }
      for (row, run) in zip(Formatting.table(rows), runs) {
        let line = Formatting.fit(row, terminal.width)
        out.line(
          out.styled(String(line.prefix(10)), .yellow)
            + rest(line, run, flagged[run.id] != nil || failed[run.id] != nil, out))
      }
      return out.text
    }
    for (index, run) in runs.enumerated() {
      if index > 0 { out.line() }
      out.line(out.styled("run \(run.id.short)", .yellow) + "  " + out.styled(run.component, .bold))
      var rows = [["when", when(run)], ["command", RunRendering.command(run.command)]]
      if let git = Formatting.git(run.git) { rows.append(["git", git]) }
      rows.append(["by", run.user + (run.isSigned ? ", signed (unchecked)" : "")])
      if let name = run.name { rows.insert(["name", name], at: 0) }
      if let experiment = run.experiment { rows.append(["experiment", experiment]) }
      if run.status != .finished { rows.append(["ended", RunRendering.outcome(run.status, run.exit)]) }
      if unfetched?.contains(run.id) == true { rows.append(["where", "not fetched"]) }
      if !run.tags.isEmpty { rows.append(["tags", RunRendering.pairs(run.tags)]) }
      if let note = run.note { rows.append(["note", Formatting.firstLine(note)]) }
      for row in Formatting.table(rows) { out.line("    " + row) }
      for flag in flagged[run.id] ?? [] {
        let path = flag.artifact?.path ?? ""
        out.line("    " + out.styled("flagged  \(path), \(ChangeRendering.flagText(flag))", .red))
      }
      for check in failed[run.id] ?? [] {
        out.line("    " + out.styled(CheckText.failure(check.check.fact), .red))
      }
    }
    return out.text
  }

  private static func rest(_ line: String, _ run: RunSummary, _ isFlagged: Bool, _ out: StyledText) -> String {
    let rest = String(line.dropFirst(10))
    return !isFlagged && (run.status == .finished || run.status == .running) ? rest : out.styled(rest, .red)
  }

  private static func when(_ run: RunSummary) -> String {
    let start = Formatting.time(run.started)
    return run.wall.map { start + ", " + Formatting.duration($0) } ?? start
  }

  static func json(
    _ runs: [RunSummary], _ flagged: [RunID: [RecordedChange]], failed: [RunID: [FailedCheck]] = [:],
    unfetched: Set<RunID>? = nil
  ) -> JSON {
    .array(
      runs.map { run in
        var fields = RunRendering.json(run)
        fields["fetched"] = unfetched.map { .bool(!$0.contains(run.id)) }
        fields["flagged"] = .array(
          (flagged[run.id] ?? []).map { flag in
            ["path": flag.artifact.map { .string($0.path) } ?? .null, "flag": ChangeRendering.flagJSON(flag)]
          })
        fields["failedChecks"] = .array((failed[run.id] ?? []).map { CheckText.json($0.check) })
        return .object(fields)
      })
  }
}
