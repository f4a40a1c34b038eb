internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How it reads what differs between two pipelines, and which of it turned good into bad.
enum BisectText {
  /// How many differences a line names.
  private static let named = 3
  /// How many differences and obstacles are listed.
  private static let listed = 100

  // MARK: Meanwhile

  /// The lines for stderr.
  static func lines(of news: BisectNews) -> [String] {
    switch news {
    case .doubt(let run, let doubt): ["warning: run \(run.short): \(RerunText.text(of: doubt))"]
    case .trying(let number, let applied, let count, let hunks):
      ["mlt: try \(number): \(mixture(applied, of: count, hunks))"]
    case .running(let component, let folder):
      ["mlt: makes \(Formatting.firstLine(component)) in '\(folder)'"]
    case .makingEnvironment(let packages):
      ["mlt: makes a virtual environment with \(Formatting.count(packages, "package"))"]
    case .tried(let found): ["mlt: try \(found.number) is \(verdict(found))"]
    }
  }

  private static func mixture(_ applied: [BisectDifference], of count: Int, _ hunks: BisectHunks?)
    -> String
  {
    if let hunks, let file = applied.first(where: { $0.number == hunks.difference }) {
      return
        "as in the bad run: \(hunks.applied) of \(hunks.count) hunks of \(Formatting.firstLine(file.name))"
        + (applied.count > 1 ? " and the rest of the cause" : "")
    }
    if applied.isEmpty { return "all as in the good run" }
    if applied.count == count { return "all as in the bad run" }
    let names = applied.prefix(named).map { "\($0.kind.rawValue) \(Formatting.firstLine($0.name))" }
    let rest = applied.count > named ? " and \(applied.count - named) more" : ""
    return "as in the bad run: " + names.joined(separator: ", ") + rest
  }

  private static func verdict(_ found: BisectReport.Try) -> String {
    let word = found.verdict == .unresolved ? "neither good nor bad" : found.verdict.rawValue
    return "\(word): \(found.seen)"
  }

  // MARK: What came of it

  static func text(_ report: BisectReport, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let (good, bad) = (report.good, report.bad)
    out.line(
      out.styled(good.component, .bold)
        + "  good run \(out.styled(good.id.short, .yellow)) of \(Formatting.time(good.started)), bad run "
        + "\(out.styled(bad.id.short, .yellow)) of \(Formatting.time(bad.started))")
    let mixed = report.stages.filter(\.isMixed).map(\.component)
    out.line(
      "\(Formatting.count(report.stages.count, "run")) behind each, of which mixtures make "
        + (mixed.isEmpty ? "none" : mixed.joined(separator: ", ")))
    list(report, &out)
    if let cause = report.cause { conclude(report, cause, &out) } else { announce(report, &out) }
    return out.text
  }

  private static func list(_ report: BisectReport, _ out: inout StyledText) {
    out.section(out.styled("differs", .bold))
    if report.differences.isEmpty { out.line("  nothing that could be mixed") }
    let cause = Set(report.cause ?? [])
    let rows = Formatting.table(report.differences.prefix(listed).map(row))
    for (row, difference) in zip(rows, report.differences) {
      out.line(cause.contains(difference.number) ? out.styled(row, .red) : row)
    }
    if report.differences.count > listed { out.line("  and \(report.differences.count - listed) more") }
    if report.obstacles.isEmpty { return }
    out.section(out.styled("differs as well, and isn't mixed", .bold))
    for row in Formatting.table(
      report.obstacles.prefix(listed).map { obstacle in
        [
          "  " + obstacle.name, change(obstacle.good, obstacle.bad), "of \(obstacle.component)",
          reason(obstacle.reason),
        ]
      })
    { out.line(row) }
    if report.obstacles.count > listed { out.line("  and \(report.obstacles.count - listed) more") }
  }

  private static func row(_ difference: BisectDifference) -> [String] {
    let files = difference.files.map { $0 > 1 ? "  \($0) files" : "" } ?? ""
    return [
      "  \(difference.number)", difference.kind.rawValue, Formatting.firstLine(difference.name) + files,
      change(of: difference), "of " + difference.components.joined(separator: ", "),
    ]
  }

  private static func change(of difference: BisectDifference) -> String {
    switch difference.kind {
    case .data, .code, .output:
      if let files = difference.files, files > 1 { return "" }
      return change(difference.good.map { String($0.prefix(10)) }, difference.bad.map { String($0.prefix(10)) })
    case .argument, .variable, .package: return change(difference.good, difference.bad)
    }
  }

  private static func change(_ good: String?, _ bad: String?) -> String {
    func text(_ value: String?) -> String { value.map { Formatting.fit(Formatting.firstLine($0), 40) } ?? "none" }
    return "\(text(good)) → \(text(bad))"
  }

  private static func reason(_ reason: BisectObstacle.Reason) -> String {
    switch reason {
    case .needsEnvironment: "('--env venv' mixes packages)"
    case .outside: "(outside the work tree, or not recorded)"
    case .recordedOnly: "(said of the run only)"
    case .unmatched: "(in one of the two only: what it made counts as data)"
    }
  }

  private static func conclude(_ report: BisectReport, _ cause: [Int], _ out: inout StyledText) {
    out.section(out.styled("tried", .bold))
    let count = report.differences.count
    for row in Formatting.table(
      report.tries.map { found in
        let applied = report.differences.filter { found.applied.contains($0.number) }
        let made =
          found.made == 0 ? "nothing new made" : "\(Formatting.count(found.made, "run")) made"
        return [
          "  \(found.number)", mixture(applied, of: count, found.hunks), verdict(found), made,
        ]
      })
    { out.line(row) }
    let found = report.differences.filter { cause.contains($0.number) }
    out.section(
      out.styled(
        found.count == 1
          ? "This change turns good into bad:"
          : "These \(found.count) changes together turn good into bad:", .bold))
    for (row, difference) in zip(Formatting.table(found.map(row)), found) {
      out.line(out.styled(row, .red))
      for hunk in report.hunks where hunk.difference == difference.number { show(hunk, &out) }
    }
    if !report.undecided.isEmpty {
      let numbers = report.undecided.map { "\($0)" }.joined(separator: ", ")
      out.line("whether \(numbers) is needed can't be told: without it neither good nor bad came out")
    }
    switch report.without {
    case .good: out.line("without it, all else as in the bad run, it is good")
    case .bad: out.line("without it, all else as in the bad run, it is bad still: there is another cause beside it")
    case .unresolved: out.line("without it, all else as in the bad run, neither good nor bad comes out")
    case nil: break
    }
    let made = report.tries.reduce(0) { $0 + $1.made }
    let known = report.tries.reduce(0) { $0 + $1.known }
    out.line(
      "\(Formatting.count(report.tries.count, "try", plural: "tries")), \(Formatting.count(made, "run")) made, \(known) known before, "
        + Formatting.duration(report.wall))
  }

  private static func show(_ hunk: BisectHunk, _ out: inout StyledText) {
    out.line(
      out.styled("     @@ line \(hunk.good.isEmpty ? hunk.badLine : hunk.goodLine) @@", .cyan))
    for line in hunk.good { out.line(out.styled("     -" + line, .red)) }
    for line in hunk.bad { out.line(out.styled("     +" + line, .green)) }
    if hunk.isCut { out.line("     …") }
  }

  private static func announce(_ report: BisectReport, _ out: inout StyledText) {
    for (run, doubts) in report.doubts.sorted(by: { $0.key < $1.key }) {
      for doubt in doubts {
        out.line(out.styled("warning", .yellow) + ": run \(run.short): \(RerunText.text(of: doubt))")
      }
    }
    let count = report.differences.count
    if count == 0 { return }
    var halvings = 0
    while 1 << halvings < count { halvings += 1 }
    out.line("")
    out.line(
      "at most \(report.tryLimit) mixtures, about \(3 + 2 * halvings) if one change alone is to blame; each makes up to "
        + "\(Formatting.count(report.stages.filter(\.isMixed).count, "run"))")
  }

  // MARK: JSON

  static func json(_ report: BisectReport) -> JSONObject {
    [
      "format": 1, "good": .string(report.good.id.hex), "bad": .string(report.bad.id.hex),
      "component": .string(report.bad.component),
      "runs": .array(
        report.stages.map { stage in
          [
            "component": .string(stage.component), "good": .string(stage.good.hex), "bad": .string(stage.bad.hex),
            "mixed": .bool(stage.isMixed),
          ]
        }),
      "differences": .array(report.differences.map(json)),
      "notMixed": .array(
        report.obstacles.map { obstacle in
          [
            "component": .string(obstacle.component), "name": .string(obstacle.name), "good": json(obstacle.good),
            "bad": json(obstacle.bad), "reason": .string(obstacle.reason.rawValue),
          ]
        }),
      "limit": .int(Int64(report.tryLimit)),
      "tries": .array(report.tries.map(json)),
      "cause": report.cause.map { .array($0.map { .int(Int64($0)) }) } ?? .null,
      "hunks": .array(
        report.hunks.map { hunk in
          [
            "difference": .int(Int64(hunk.difference)), "goodLine": .int(Int64(hunk.goodLine)),
            "badLine": .int(Int64(hunk.badLine)), "good": .array(hunk.good.map { .string($0) }),
            "bad": .array(hunk.bad.map { .string($0) }), "cut": .bool(hunk.isCut),
          ]
        }),
      "undecided": .array(report.undecided.map { .int(Int64($0)) }),
      "without": report.without.map { .string($0.rawValue) } ?? .null,
      "wall": .int(report.wall),
    ]
  }

  private static func json(_ difference: BisectDifference) -> JSON {
    [
      "number": .int(Int64(difference.number)), "kind": .string(difference.kind.rawValue),
      "name": .string(difference.name), "good": json(difference.good), "bad": json(difference.bad),
      "components": .array(difference.components.map { .string($0) }),
      "files": difference.files.map { .int(Int64($0)) } ?? .null,
    ]
  }

  private static func json(_ found: BisectReport.Try) -> JSON {
    [
      "number": .int(Int64(found.number)), "applied": .array(found.applied.map { .int(Int64($0)) }),
      "hunks": found.hunks.map {
        [
          "difference": .int(Int64($0.difference)), "applied": .int(Int64($0.applied)),
          "of": .int(Int64($0.count)),
        ]
      } ?? .null,
      "verdict": .string(found.verdict.rawValue), "seen": .string(found.seen),
      "value": found.value.map { .double($0) } ?? .null, "made": .int(Int64(found.made)),
      "known": .int(Int64(found.known)),
      "good": found.counts.map { .int(Int64($0.good)) } ?? .null,
      "bad": found.counts.map { .int(Int64($0.bad)) } ?? .null,
    ]
  }

  private static func json(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
