internal import Journaling
internal import Lineage
internal import MLTBase

/// How what a purge did reads.
enum PurgeRendering {
  private static let shownFiles = 100

  static func text(_ report: PurgeReport, isDryRun: Bool, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let plan = report.plan
    let verb = isDryRun ? "would purge" : "purged"
    out.line(
      "\(verb) \(Formatting.count(plan.files.count, "content")) of '\(plan.label.label)', \(Formatting.size(plan.size))"
    )
    let rows = plan.files.prefix(shownFiles).map { ["  " + $0.path, $0.content.short, Formatting.size($0.size)] }
    for row in Formatting.table(rows) { out.line(row) }
    if plan.files.count > shownFiles { out.line("  and \(plan.files.count - shownFiles) more (--json lists them)") }
    if !plan.inWorkTree.isEmpty {
      out.section(isDryRun ? "Would ask to remove from the work tree:" : "In the work tree:")
      let removed = Set(report.removed)
      for path in plan.inWorkTree {
        let state = isDryRun ? "" : removed.contains(path) ? "removed  " : "stays    "
        out.line("  " + state + path.text)
      }
    }
    if !report.remotes.isEmpty {
      out.section("Remotes:")
      let rows = report.remotes.map { remote in
        let packs = Formatting.count(remote.packs, "pack") + (isDryRun ? " to rewrite" : " rewritten or deleted")
        return ["  " + remote.name, remote.problem ?? (remote.packs == 0 ? "nothing of it there" : packs)]
      }
      for row in Formatting.table(rows) { out.line(row) }
    }
    if !plan.spared.isEmpty {
      out.section("Stays:")
      let rows = plan.spared.map { spared in
        [
          "  " + spared.path, spared.content.short,
          reason(spared.reason),
        ]
      }
      for row in Formatting.table(rows) { out.line(row) }
    }
    if !plan.inGit.isEmpty {
      out.section("In git, whose history only rewriting takes it from:")
      for path in plan.inGit { out.line("  " + path) }
    }
    return out.text
  }

  private static func reason(_ reason: PurgePlan.Reason) -> String {
    switch reason {
    case .madeBy(let run): "run \(run.short) made the same of other things"
    case .older(let path): "was there before, as \(path)"
    case .short: "too short to be told from others"
    }
  }

  /// What is left to do, for stderr.
  static func remarks(on report: PurgeReport) -> [String] {
    var lines: [String] = []
    if report.wasHinderedByDamage {
      lines.append("error: nothing was removed from the store, since what is damaged may hide what is still wanted")
      lines.append("hint: run 'mlt fsck --repair' and purge again")
    } else if let first = report.remaining.first {
      lines.append(
        "warning: \(Formatting.count(report.remaining.count, "content")) still in the store, as part of other files: "
          + "'\(first.path)'")
    }
    if report.removed.count < report.plan.inWorkTree.count {
      let count = report.plan.inWorkTree.count - report.removed.count
      lines.append("warning: \(Formatting.count(count, "file")) left in the work tree")
      lines.append("hint: give --force to remove them without being asked")
    }
    for remote in report.remotes {
      if let problem = remote.problem {
        lines.append("warning: not all is gone from remote '\(remote.name)': \(problem)")
      }
    }
    if !report.remotes.isEmpty {
      lines.append("hint: run 'mlt push' so that other clones learn of it")
    }
    return lines
  }

  static func json(_ report: PurgeReport, isDryRun: Bool) -> JSONObject {
    let plan = report.plan
    let removed = Set(report.removed)
    return [
      "format": 1, "dry-run": .bool(isDryRun), "label": .string(plan.label.label),
      "complete": .bool(report.isComplete), "size": .int(plan.size), "freed": .int(report.bytesFreed),
      "contents": .array(plan.files.map(json)), "remaining": .array(report.remaining.map(json)),
      "workTree": .array(
        plan.inWorkTree.map { ["path": .string($0.text), "removed": .bool(removed.contains($0))] }),
      "remotes": .array(
        report.remotes.map { remote in
          [
            "name": .string(remote.name), "packs": .int(Int64(remote.packs)),
            "problem": remote.problem.map { .string($0) } ?? .null,
          ]
        }),
      "spared": .array(
        plan.spared.map { spared in
          [
            "id": .string(spared.content.hex), "path": .string(spared.path),
            "reason": .string(reason(spared.reason)),
          ]
        }),
      "git": .array(plan.inGit.map { .string($0) }),
    ]
  }

  private static func json(_ file: PurgePlan.File) -> JSON {
    ["id": .string(file.content.hex), "path": .string(file.path), "size": .int(file.size)]
  }
}
