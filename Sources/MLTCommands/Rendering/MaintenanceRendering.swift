internal import Lineage
internal import MLTBase
internal import ObjectStorage

/// How collections and the use of the store read.
enum MaintenanceRendering {
  // MARK: gc

  static func text(_ outcome: CollectOutcome, isDryRun: Bool) -> String {
    let report = outcome.report
    let would = isDryRun ? "would be " : ""
    var lines: [String] = []
    if report.packsRetired == 0 {
      lines.append("nothing to remove")
    } else {
      lines.append(
        "\(Formatting.count(report.objectsRemoved, "object")) \(would)removed, "
          + "\(Formatting.size(max(0, report.bytesFreed))) \(would)freed")
    }
    lines.append(
      "\(Formatting.count(report.after.objects, "object")) in \(Formatting.count(report.after.packs, "pack")), "
        + "\(Formatting.size(report.after.bytes)) (before: \(report.before.packs), "
        + "\(Formatting.size(report.before.bytes)))")
    if outcome.heldBack > 0 {
      lines.append(
        "\(Formatting.count(outcome.heldBack, "content")) kept that too few remotes have ('store.minCopies')")
    }
    for problem in report.problems { lines.append("warning: \(problem)") }
    return lines.map { $0 + "\n" }.joined()
  }

  static func json(_ outcome: CollectOutcome, isDryRun: Bool) -> JSONObject {
    let report = outcome.report
    return [
      "format": 1, "dryRun": .bool(isDryRun), "removed": .int(Int64(report.objectsRemoved)),
      "freed": .int(report.bytesFreed), "before": json(report.before), "after": json(report.after),
      "packsRetired": .int(Int64(report.packsRetired)), "missing": .int(Int64(report.missingCount)),
      "hindered": .bool(report.wasHinderedByDamage), "heldBack": .int(Int64(outcome.heldBack)),
      "problems": .array(report.problems.map { .string("\($0)") }),
    ]
  }

  private static func json(_ amount: CollectionReport.Amount) -> JSON {
    ["packs": .int(Int64(amount.packs)), "objects": .int(Int64(amount.objects)), "bytes": .int(amount.bytes)]
  }

  // MARK: du

  static func text(_ report: UsageReport, isRaw: Bool, limit: Int?, terminal: Terminal) -> String {
    func size(_ amount: StoreUsage.Amount) -> String {
      Formatting.size(isRaw ? amount.rawBytes : amount.storedBytes)
    }
    let usage = report.usage
    var out = StyledText(colour: terminal.hasColour)
    let labels = limit.map { usage.labels.prefix($0) } ?? usage.labels[...]
    var rows = [["own", "shared", report.grouping.rawValue]]
    rows += labels.map { [size($0.unique), size($0.shared), $0.name] }
    for (number, line) in Formatting.table(rows, aligningRight: [0, 1]).enumerated() {
      out.line(number == 0 ? out.styled(line, .bold) : line)
    }
    if labels.count < usage.labels.count { out.line("… and \(usage.labels.count - labels.count) more") }
    out.line()
    out.line("\(size(usage.used)) in use, \(size(usage.unused)) that nothing uses ('mlt gc' removes it in time)")
    out.line(
      "\(Formatting.size(usage.packBytes)) in \(Formatting.count(usage.packs, "pack")), "
        + "\(size(usage.duplicates)) of it twice")
    for problem in usage.problems { out.line("warning: \(problem)") }
    return out.text
  }

  static func json(_ report: UsageReport, limit: Int?) -> JSONObject {
    let usage = report.usage
    let labels = limit.map { usage.labels.prefix($0) } ?? usage.labels[...]
    return [
      "format": 1, "by": .string(report.grouping.rawValue),
      "entries": .array(
        labels.map { label in
          [
            "name": .string(label.name), "own": json(label.unique), "shared": json(label.shared),
            "missing": .int(Int64(label.missing)),
          ]
        }),
      "used": json(usage.used), "unused": json(usage.unused), "duplicates": json(usage.duplicates),
      "packs": .int(Int64(usage.packs)), "packBytes": .int(usage.packBytes),
    ]
  }

  private static func json(_ amount: StoreUsage.Amount) -> JSON {
    ["objects": .int(Int64(amount.objects)), "stored": .int(amount.storedBytes), "raw": .int(amount.rawBytes)]
  }
}
