internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// How a check of everything reads.
enum FsckRendering {
  static func text(_ report: FsckReport, _ workspace: Workspace) -> String {
    var lines: [String] = []
    for problem in report.store {
      lines.append("damaged: \(problem)" + (problem.isSoundElsewhere ? " (there is a sound copy)" : ""))
    }
    for loss in report.losses {
      let name = loss.paths.isEmpty ? "" : " " + loss.paths.joined(separator: ", ")
      let maker = loss.run.map { " of run \($0.short)" } ?? ""
      let rest = loss.isInWorkTree ? "; the work tree may still have it" : ""
      lines.append("lost: \(loss.content.short)\(name)\(maker)\(rest)")
    }
    for loss in report.purged.prefix(20) {
      lines.append("purged: \(loss.content.short) \(loss.paths.joined(separator: ", "))")
    }
    if report.purged.count > 20 { lines.append("purged: and \(report.purged.count - 20) more") }
    for problem in report.journal { lines.append((problem.isHarmless ? "note: " : "journal: ") + "\(problem)") }
    for problem in report.events { lines.append("note: \(problem)") }
    for difference in report.index { lines.append("index: \(difference)") }
    if let repair = report.repair {
      lines.append(
        "repaired: \(Formatting.count(repair.objectsSaved, "sound object")) saved from damaged packs, "
          + "\(Formatting.count(repair.restored.count, "content")) stored again")
      for pack in repair.packsSetAside { lines.append("set aside: \(pack.string)") }
    }
    if report.rebuiltIndex { lines.append("repaired: the index was made anew") }
    lines.append(
      "\(Formatting.count(report.objects, "object")) in \(Formatting.count(report.packs, "pack")) verified, "
        + "\(Formatting.size(report.bytes)): " + (report.isSound ? "all is sound" : "not all is sound"))
    if !report.isSound, report.repair == nil {
      let canRepair = report.losses.contains { $0.isInWorkTree } || !report.store.isEmpty || !report.index.isEmpty
      if canRepair { lines.append("hint: 'mlt fsck --repair' saves what can be") }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  static func json(_ report: FsckReport) -> JSONObject {
    var fields: JSONObject = [
      "format": 1, "sound": .bool(report.isSound), "packs": .int(Int64(report.packs)),
      "objects": .int(Int64(report.objects)), "bytes": .int(report.bytes),
      "damaged": .array(report.store.map(json)),
      "lost": .array(report.losses.map(json)), "purged": .array(report.purged.map(json)),
      "journal": .array(
        report.journal.map { ["problem": .string("\($0)"), "harmless": .bool($0.isHarmless)] }),
      "events": .array(report.events.map { .string("\($0)") }),
      "index": .array(
        report.index.map { ["table": .string($0.table), "rows": $0.rows.map { .int(Int64($0)) } ?? .null] }),
      "rebuiltIndex": .bool(report.rebuiltIndex),
    ]
    if let repair = report.repair {
      fields["repair"] = [
        "saved": .int(Int64(repair.objectsSaved)),
        "restored": .array(repair.restored.map { .string($0.hex) }),
        "unrestored": .array(repair.unrestored.map { .string($0.hex) }),
        "setAside": .array(repair.packsSetAside.map { .string($0.string) }),
      ]
    }
    return fields
  }

  private static func json(_ loss: FsckReport.Loss) -> JSON {
    [
      "id": .string(loss.content.hex), "paths": .array(loss.paths.map { .string($0) }),
      "run": loss.run.map { .string($0.hex) } ?? .null, "inWorkTree": .bool(loss.isInWorkTree),
    ]
  }

  private static func json(_ problem: CheckProblem) -> JSON {
    [
      "problem": .string("\(problem)"), "pack": problem.pack.map { .string($0.string) } ?? .null,
      "id": problem.object.map { .string($0.hex) } ?? .null, "soundElsewhere": .bool(problem.isSoundElsewhere),
      "dependents": .array(problem.dependents.map { .string($0.id.hex) }),
    ]
  }
}
