internal import Lineage
internal import MLTBase
internal import SystemPackage
internal import TrackingStores

/// How the import of another tool's runs reads.
enum TrackingImportRendering {
  /// How many things of a list are named.
  private static let shownLimit = 5
  /// How many letters of a text are shown.
  private static let lengthLimit = 80
  /// How many letters of what is wrong with something are shown; names in it have at most 250 bytes.
  private static let reasonLimit = 360

  static func text(_ report: TrackingImportReport) -> String {
    let rows = report.groups.filter { $0.added + $0.continued + $0.known > 0 }.map { group in
      [
        Formatting.count(group.added + group.continued + group.known, "run"),
        cut(PathText.encode(group.name.utf8)),
        parts([(group.added, verb(report)), (group.continued, "gone on"), (group.known, "here before")]),
      ]
    }
    var lines = Formatting.table(rows)
    if !report.versions.isEmpty || report.knownVersions > 0 {
      let fresh = report.versions.isEmpty ? "" : ": " + list(report.versions)
      lines.append(
        "models: "
          + parts([(report.versions.count, "versions " + verb(report)), (report.knownVersions, "here before")])
          + fresh)
    }
    if report.prompts > 0 { lines.append("left out: \(Formatting.count(report.prompts, "prompt"))") }
    lines += missing(report)
    lines.append(summary(report))
    return lines.map { $0 + "\n" }.joined()
  }

  private static func verb(_ report: TrackingImportReport) -> String { report.isTrial ? "to import" : "imported" }

  private static func parts(_ counts: [(Int, String)]) -> String {
    counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }

  /// What couldn't be understood, on a line.
  static func text(_ problem: TrackingProblem) -> String {
    "'\(cut(problem.subject))': \(cut(problem.reason, to: reasonLimit))"
  }

  /// A text of somebody's, as much of it as a line bears.
  private static func cut(_ text: String) -> String { cut(text, to: lengthLimit) }

  private static func cut(_ text: String, to limit: Int) -> String {
    text.unicodeScalars.count <= limit
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit - 1))) + "…"
  }

  private static func list(_ names: [String]) -> String {
    let names = names.map(cut)
    return names.count <= shownLimit
      ? names.joined(separator: ", ")
      : names.prefix(shownLimit - 1).joined(separator: ", ") + " and \(names.count - shownLimit + 1) more"
  }

  private static func missing(_ report: TrackingImportReport) -> [String] {
    let reasons: [(TrackingImportReport.Missing.Reason, String)] = [
      (.missing, "artifacts that aren't there"), (.remote, "artifacts elsewhere, noted by their URI"),
      (.outside, "artifacts outside of the store's folder, not read"),
    ]
    return reasons.compactMap { reason, words in
      let found = report.missing.filter { $0.reason == reason }
      if found.isEmpty { return nil }
      return "\(words): " + list(found.map { "\(cut($0.place)) (\($0.subject))" })
    }
  }

  private static func summary(_ report: TrackingImportReport) -> String {
    let continued = report.groups.reduce(0) { $0 + $1.continued }
    if report.added + continued + report.versions.count + report.marks + report.modelChanges == 0 {
      return "nothing new"
    }
    var parts = [Formatting.count(report.added, "run") + " " + verb(report)]
    if report.points > 0 { parts.append(Formatting.count(report.points, "value") + " of metrics") }
    if report.artifacts > 0 {
      parts.append(
        Formatting.count(report.artifacts, "artifact")
          + (report.bytes > 0 ? " of \(Formatting.size(report.bytes))" : ""))
    }
    if report.modelChanges > 0 { parts.append(Formatting.count(report.modelChanges, "change") + " of models") }
    if report.marks > 0 { parts.append(Formatting.count(report.marks, "mark")) }
    return parts.joined(separator: ", ")
  }

  /// What runs have by now and were imported without, on a line; nil if none has.
  static func late(_ report: TrackingImportReport) -> String? {
    if report.late.isEmpty { return nil }
    return "not added to runs that had ended when they were imported: "
      + list(report.late.map { "\($0.kinds.joined(separator: ", ")) of run \($0.run)" })
  }

  /// What to do about what couldn't be taken.
  static func hints(_ report: TrackingImportReport) -> [String] {
    var hints: [String] = []
    if report.missing.contains(where: { $0.reason == .outside }) {
      hints.append(
        report.isTrial
          ? "name the folder that artifacts may be read from with '--artifacts DIR': runs don't get any by a second import"
          : "name the folder that artifacts may be read from with '--artifacts DIR', in a fresh import")
    }
    return hints
  }

  static func json(_ report: TrackingImportReport) -> JSONObject {
    [
      "format": 1,
      "tool": .string(report.tool),
      "store": .string(report.store.string),
      "dryRun": .bool(report.isTrial),
      "groups": .array(
        report.groups.map { group in
          [
            "name": .string(group.name), "added": .int(Int64(group.added)), "continued": .int(Int64(group.continued)),
            "known": .int(Int64(group.known)),
          ]
        }),
      "values": .int(Int64(report.points)),
      "artifacts": .int(Int64(report.artifacts)),
      "bytes": .int(report.bytes),
      "missing": .array(
        report.missing.map { missing in
          [
            "subject": .string(missing.subject), "place": .string(missing.place),
            "reason": .string(missing.reason.rawValue),
          ]
        }),
      "versions": .array(report.versions.map { .string($0) }),
      "knownVersions": .int(Int64(report.knownVersions)),
      "modelChanges": .int(Int64(report.modelChanges)),
      "promptsLeftOut": .int(Int64(report.prompts)),
      "marks": .int(Int64(report.marks)),
      "late": .array(
        report.late.map { ["run": .string($0.run), "kinds": .array($0.kinds.map { .string($0) })] }),
      "notices": .array(
        report.notices.map { ["subject": .string($0.subject), "notice": .string($0.reason)] }),
      "problems": .array(
        report.problems.map { ["subject": .string($0.subject), "problem": .string($0.reason)] }),
    ]
  }
}
