internal import DVCProjects
internal import Journaling
internal import Lineage
internal import MLTBase

/// How the import of a DVC project reads.
enum DVCImportRendering {
  /// How many paths of a list are named.
  private static let shownLimit = 3

  static func text(_ report: DVCImportReport) -> String {
    let rows = report.items.map { item in
      [
        report.isTrial && item.outcome == .imported ? "to import" : item.outcome.rawValue,
        item.artifact?.content?.short ?? "-",
        (item.artifact?.size ?? item.output.size).map { Formatting.size($0) } ?? "",
        item.path.text + remark(item),
      ]
    }
    var lines = Formatting.table(rows)
    if !report.leftToGit.isEmpty { lines.append("left to git: " + list(report.leftToGit.map(\.text))) }
    if !report.stages.isEmpty {
      lines.append("stages that have run: " + list(report.stages.map(\.name)) + " (not recorded: nobody watched them)")
    }
    lines.append(summary(report))
    return lines.map { $0 + "\n" }.joined()
  }

  private static func remark(_ item: DVCImportReport.Item) -> String {
    var remarks: [String] = []
    if let count = item.artifact?.count ?? item.output.count { remarks.append(Formatting.count(Int(count), "file")) }
    if item.outcome == .imported, let provider = item.provider { remarks.append("from \(provider.rawValue)") }
    if !item.missing.isEmpty { remarks.append("not to be had: " + list(item.missing)) }
    if item.outcome == .conflict { remarks.append("mlt.lock has other content") }
    return remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))"
  }

  private static func list(_ names: [String]) -> String {
    names.count <= shownLimit
      ? names.joined(separator: ", ")
      : names.prefix(shownLimit - 1).joined(separator: ", ") + " and \(names.count - shownLimit + 1) more"
  }

  private static func summary(_ report: DVCImportReport) -> String {
    let words: [(DVCImportReport.Outcome, String)] = [
      (.imported, report.isTrial ? "to import" : "imported"), (.unchanged, "unchanged"), (.absent, "absent"),
      (.conflict, "in conflict"),
    ]
    let parts = words.compactMap { outcome, word in
      let count = report.items.count { $0.outcome == outcome }
      return count == 0 ? nil : "\(count) \(word)"
    }
    return parts.isEmpty ? "nothing to import" : parts.joined(separator: ", ")
  }

  /// What to do about what couldn't be taken.
  static func hints(_ report: DVCImportReport) -> [String] {
    var hints: [String] = []
    if report.items.contains(where: { $0.outcome == .absent }) {
      hints.append("get absent bytes with 'dvc pull' (or 'dvc fetch'), then run 'mlt import dvc' again")
    }
    if report.hasConflicts { hints.append("use --force to replace what 'mlt.lock' says otherwise") }
    return hints
  }

  static func json(_ report: DVCImportReport) -> JSONObject {
    [
      "format": 1,
      "project": .string(report.root.text),
      "dryRun": .bool(report.isTrial),
      "outputs": .array(report.items.map { .object(json($0)) }),
      "leftToGit": .array(report.leftToGit.map { .string($0.text) }),
      "stages": .array(report.stages.map { ["name": .string($0.name), "file": .string($0.file)] }),
      "problems": .array(
        report.problems.map { problem in
          [
            "file": .string(problem.file), "line": problem.line.map { .int(Int64($0)) } ?? .null,
            "problem": .string("\(problem.reason)"),
          ]
        }),
    ]
  }

  private static func json(_ item: DVCImportReport.Item) -> JSONObject {
    [
      "path": .string(item.path.text),
      "outcome": .string(item.outcome.rawValue),
      "hash": .string(item.output.hash.text),
      "file": .string(item.output.file),
      "stage": item.output.stage.map { .string($0) } ?? .null,
      "from": item.provider.map { .string($0.rawValue) } ?? .null,
      "artifact": item.artifact.map { .object($0.fields) } ?? .null,
      "missing": .array(item.missing.map { .string($0) }),
    ]
  }
}
