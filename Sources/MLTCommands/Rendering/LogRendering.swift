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
  static func text(_ runs: [RunSummary], oneline: Bool, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    if oneline {
      let rows = runs.map { run in
        [
          run.id.short, Formatting.time(run.started), run.component, RunRendering.outcome(run.status, run.exit),
          run.wall.map { Formatting.duration($0) } ?? "",
          Formatting.command(run.command),
        ]
      }
      for (row, run) in zip(Formatting.table(rows), runs) {
        let line = Formatting.fit(row, terminal.width)
        out.line(out.styled(String(line.prefix(10)), .yellow) + rest(line, run, out))
      }
      return out.text
    }
    for (index, run) in runs.enumerated() {
      if index > 0 { out.line() }
      out.line(out.styled("run \(run.id.short)", .yellow) + "  " + out.styled(run.component, .bold))
      var rows = [["when", when(run)], ["command", Formatting.command(run.command)]]
      if let git = Formatting.git(run.git) { rows.append(["git", git]) }
      rows.append(["by", run.user])
      if run.status != .finished { rows.append(["ended", RunRendering.outcome(run.status, run.exit)]) }
      for row in Formatting.table(rows) { out.line("    " + row) }
    }
    return out.text
  }

  private static func rest(_ line: String, _ run: RunSummary, _ out: StyledText) -> String {
    let rest = String(line.dropFirst(10))
    return run.status == .finished || run.status == .running ? rest : out.styled(rest, .red)
  }

  private static func when(_ run: RunSummary) -> String {
    let start = Formatting.time(run.started)
    return run.wall.map { start + ", " + Formatting.duration($0) } ?? start
  }
}
