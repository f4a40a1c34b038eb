internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How a status reads.
enum StatusRendering {
  static func text(_ report: StatusReport, verbose: Bool = false, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    if report.hasGit {
      let place = report.branch.map { "On branch \($0)" } ?? "Not on a branch"
      out.line(place + (report.commit.map { " at \($0.prefix(7))" } ?? ", no commit yet"))
    }
    if !report.differences.isEmpty {
      out.section("Differs from mlt.lock:")
      out.line("  (run 'mlt add PATH' to keep what stands there, 'mlt checkout PATH' to put back what is recorded)")
      let rows = Formatting.table(
        report.differences.map { difference in
          ["  " + difference.change.rawValue + ":", difference.path.text + counts(difference.files)]
        })
      for (row, difference) in zip(rows, report.differences) {
        out.line(out.styled(row, .red))
        guard verbose, let files = difference.files else { continue }
        for line in DiffRendering.lines(files) { out.line("      " + line) }
      }
    }
    if !report.absent.isEmpty {
      out.section("Absent, known by DVC's hash only:")
      out.line("  (get the bytes with 'dvc pull' and run 'mlt import dvc' again, or 'mlt add PATH' what stands there)")
      for entry in report.absent { out.line(out.styled("  \(entry.path.text)", .red)) }
    }
    if !report.pipelineProblems.isEmpty {
      out.section("The pipeline can't be read:")
      for problem in report.pipelineProblems { out.line(out.styled("  \(problem)", .red)) }
    }
    if !report.stages.isEmpty {
      out.section("Stages out of date:")
      out.line("  (run 'mlt repro' to bring them up to date, 'mlt repro STAGE' for one and what it depends on)")
      let rows = report.stages.map { state in
        ["  \(state.stage)", StageText.reasons(state.reasons, limit: verbose ? .max : 3)]
      }
      for row in Formatting.table(rows) { out.line(out.styled(row, .yellow)) }
    }
    if !report.stale.isEmpty {
      out.section("Out of date:")
      out.line("  (run the commands again, in this order)")
      for stale in report.stale {
        let name = "\(stale.component) \(stale.run.short)"
        out.line("  " + out.styled(name, .yellow) + "  made \(list(stale.outputs))")
        for reason in stale.reasons { out.line("    " + text(reason)) }
      }
    }
    if !report.aged.isEmpty {
      out.section("Read something old:")
      out.line("  (the setting 'stale.days' says what is old; 0 for nothing)")
      let rows = report.aged.map { aged in
        [
          "  \(aged.component) \(aged.run.short)",
          "read \(aged.path), which \(aged.maker) had made \(aged.days) days before",
        ]
      }
      for row in Formatting.table(rows) { out.line(out.styled(row, .yellow)) }
    }
    if !report.unkept.isEmpty {
      out.section("Read by recorded runs, and in neither git nor mlt.lock:")
      out.line("  (run 'git add PATH' for code, 'mlt add PATH' for data)")
      for row in Formatting.table(report.unkept.map { ["  " + $0.path.text, "by " + list($0.components)] }) {
        out.line(row)
      }
    }
    if !report.flags.isEmpty {
      out.section("Flagged:")
      out.line("  (run 'mlt review' for what they have in common, 'mlt review --close' when they are dealt with)")
      let shown = verbose ? report.flags[...] : report.flags.prefix(shownFlags)
      let rows = shown.map { flag in
        let version = flag.isOutdated ? "an earlier version, " : ""
        let artifact = flag.change.artifact
        return [
          "  " + (artifact?.path ?? ""), artifact?.content?.short ?? "",
          version + ChangeRendering.flagText(flag.change),
        ]
      }
      for row in Formatting.table(rows) { out.line(out.styled(row, .red)) }
      if shown.count < report.flags.count { out.line("  and \(report.flags.count - shown.count) more (-v lists them)") }
    }
    if !report.failedChecks.isEmpty {
      out.section("Checks that failed:")
      out.line("  (run 'mlt show RUN' for what they printed; a run of the component that passes them settles it)")
      let rows = report.failedChecks.map { failed in
        let fact = failed.check.fact
        let outcome = fact.isPending ? "not made to its end" : "exit \(fact.exit)"
        return [
          "  \(failed.component) \(failed.run.short)", fact.name, "\(fact.phase.rawValue) the run, \(outcome)",
        ]
      }
      for row in Formatting.table(rows) { out.line(out.styled(row, .red)) }
    }
    if !report.retractions.isEmpty {
      out.section("Retracted labels:")
      out.line("  (run 'mlt label show LABEL' for what they concern; runs that would read it are refused)")
      let rows = report.retractions.map { ["  " + LabelRendering.name($0), ChangeRendering.flagText($0)] }
      for row in Formatting.table(rows) { out.line(row) }
    }
    if !report.running.isEmpty {
      out.section("Started and not ended:")
      for run in report.running {
        out.line("  \(run.component) \(run.run.short)  since \(Formatting.time(run.started))")
      }
    }
    if report.isClean {
      let tracked = Formatting.count(report.tracked, "path")
      if report.hasGit || !report.running.isEmpty || !report.aged.isEmpty || !report.unkept.isEmpty
        || !report.flags.isEmpty || !report.failedChecks.isEmpty || !report.retractions.isEmpty
      {
        out.line()
      }
      out.line(
        report.tracked == 0 ? "Nothing is tracked yet" : "\(tracked) tracked, all as mlt.lock says and up to date")
    }
    return out.text
  }

  private static let shownFlags = 10

  private static func counts(_ files: [FileDifference]?) -> String {
    guard let files, !files.isEmpty else { return "" }
    return " (\(DiffRendering.counts(files)))"
  }

  private static func list(_ paths: [String]) -> String {
    paths.count <= 3
      ? paths.joined(separator: ", ") : paths.prefix(2).joined(separator: ", ") + " and \(paths.count - 2) more"
  }

  private static func text(_ reason: StatusReport.Reason) -> String {
    switch reason {
    case .inputChanged(let path): "because \(path) has changed since"
    case .inputMissing(let path): "because \(path) is gone"
    case .upstream(let component, let run): "because \(component) \(run.short) is out of date"
    }
  }

  static func json(_ report: StatusReport) -> JSONObject {
    [
      "format": 1,
      "branch": report.branch.map { .string($0) } ?? .null,
      "commit": report.commit.map { .string($0) } ?? .null,
      "tracked": .int(Int64(report.tracked)),
      "clean": .bool(report.isClean),
      "differences": .array(
        report.differences.map { difference in
          var fields: JSONObject = [
            "path": .string(difference.path.text), "change": .string(difference.change.rawValue),
            "locked": .string(difference.locked.content.hex),
            "present": difference.present.map { .string($0.hex) } ?? .null,
          ]
          if let files = difference.files { fields["files"] = .array(files.map { DiffRendering.json($0) }) }
          return .object(fields)
        }),
      "absent": .array(
        report.absent.map { entry in
          [
            "path": .string(entry.path.text), "hash": .string(entry.hash),
            "size": entry.size.map { .int($0) } ?? .null,
          ]
        }),
      "stale": .array(
        report.stale.map { stale in
          [
            "run": .string(stale.run.hex), "component": .string(stale.component),
            "outputs": .array(stale.outputs.map { .string($0) }), "reasons": .array(stale.reasons.map(json)),
          ]
        }),
      "aged": .array(
        report.aged.map { aged in
          [
            "run": .string(aged.run.hex), "component": .string(aged.component), "path": .string(aged.path),
            "maker": .string(aged.maker), "days": .int(Int64(aged.days)),
          ]
        }),
      "stages": .array(report.stages.map(StageText.json)),
      "pipelineProblems": .array(report.pipelineProblems.map { .string("\($0)") }),
      "unkept": .array(
        report.unkept.map { unkept in
          ["path": .string(unkept.path.text), "components": .array(unkept.components.map { .string($0) })]
        }),
      "flagged": .array(
        report.flags.map { flag in
          [
            "path": flag.change.artifact.map { .string($0.path) } ?? .null,
            "id": flag.change.artifact?.content.map { .string($0.hex) } ?? .null,
            "earlier": .bool(flag.isOutdated), "flag": ChangeRendering.flagJSON(flag.change),
          ]
        }),
      "failedChecks": .array(
        report.failedChecks.map { failed in
          var fields = CheckText.json(failed.check).object ?? JSONObject()
          fields["run"] = .string(failed.run.hex)
          fields["component"] = .string(failed.component)
          return .object(fields)
        }),
      "retracted": .array(
        report.retractions.map { change in
          ["label": .string(LabelRendering.name(change)), "retracted": ChangeRendering.flagJSON(change)]
        }),
      "running": .array(
        report.running.map { run in
          [
            "run": .string(run.run.hex), "component": .string(run.component),
            "started": .string(run.started.description),
          ]
        }),
    ]
  }

  private static func json(_ reason: StatusReport.Reason) -> JSON {
    switch reason {
    case .inputChanged(let path): ["reason": "input-changed", "path": .string(path)]
    case .inputMissing(let path): ["reason": "input-missing", "path": .string(path)]
    case .upstream(let component, let run):
      ["reason": "upstream", "component": .string(component), "run": .string(run.hex)]
    }
  }
}
