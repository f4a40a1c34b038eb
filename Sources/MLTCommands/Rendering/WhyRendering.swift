internal import Journaling
internal import Lineage
internal import MLTBase

/// How the causes of a difference read.
struct WhyRendering {
  /// How many components are named at one cause.
  private static let namedPlaces = 4
  /// How many pairs that are compared are named where not all are asked for.
  private static let namedStarts = 12
  /// How many things that differ as well are named where not all are asked for.
  private static let namedOthers = 8

  private let report: WhyReport
  private let workspace: Workspace
  private let terminal: Terminal
  private let isFull: Bool

  init(_ report: WhyReport, _ workspace: Workspace, terminal: Terminal, isFull: Bool) {
    self.report = report
    self.workspace = workspace
    self.terminal = terminal
    self.isFull = isFull
  }

  /// The whole text.
  var text: String {
    var out = StyledText(colour: terminal.hasColour)
    for start in report.starts.prefix(isFull ? .max : Self.namedStarts) { self.start(start, &out) }
    if !isFull, report.starts.count > Self.namedStarts {
      out.line("and \(report.starts.count - Self.namedStarts) more that differ ('--full' shows all)")
    }
    unpaired(&out)
    if report.isSame {
      out.line(report.starts.isEmpty ? "Nothing that is tracked differs" : "Both have the same content")
      for gap in report.gaps { out.line("(\(gap))") }
      return out.text
    }
    if report.hasSameOutputs {
      out.line("  the outputs of both are the same")
    } else if !report.starts.isEmpty {
      causes(&out)
    }
    others(&out)
    consequences(&out)
    for gap in report.gaps { out.line("(\(gap))") }
    return out.text
  }

  private func start(_ start: WhyReport.Start, _ out: inout StyledText) {
    out.line("\(name(start.bad, out)) against \(name(start.good, out))")
    guard let place = start.place else { return }
    if case .artifact = start.bad {
      out.line("  made by \(place.component) \(place.bad.short), by \(place.good.short)")
    }
  }

  private func unpaired(_ out: inout StyledText) {
    for isNew in [true, false] {
      let files = report.unpaired.filter { $0.isNew == isNew }
      if files.isEmpty { continue }
      out.section(isNew ? "Only in what is wrong" : "Only in what is right")
      let shown = files.prefix(isFull ? .max : Self.namedOthers)
      for file in shown {
        let maker = file.run.map { ", made by \(file.component ?? "run") \($0.short)" } ?? ""
        out.line("  \(file.artifact.path) \(file.artifact.content?.short ?? "")\(maker)")
      }
      if shown.count < files.count { out.line("  and \(files.count - shown.count) more ('--full' shows all)") }
    }
  }

  private func name(_ target: Target, _ out: StyledText) -> String {
    switch target {
    case .run(let run): "run \(out.styled(run.short, .cyan))"
    case .artifact(let target):
      out.styled(target.artifact.path, .bold) + (target.artifact.content.map { " \($0.short)" } ?? "")
    }
  }

  // MARK: Causes

  private func causes(_ out: inout StyledText) {
    if report.causes.isEmpty {
      out.section("No cause is recorded")
      return
    }
    out.section(report.causes.count == 1 ? "The first cause" : "The first causes, the most telling first")
    for (position, cause) in report.causes.enumerated() {
      let mark = report.causes.count == 1 ? "  " : "\(position + 1). "
      out.line(
        mark + out.styled(SubjectText.kind(cause.subject), .yellow) + " " + SubjectText.line(cause.subject)
          + places(cause))
      for line in reasons(cause) { out.line("     " + line) }
      if let comparison = cause.comparison {
        for line in ContentText.lines(comparison, out, isFull: isFull) { out.line("     " + line) }
      }
    }
  }

  private func places(_ cause: Cause) -> String {
    if cause.places.isEmpty { return "" }
    let named = cause.places.prefix(Self.namedPlaces).map { "\($0.component) \($0.bad.short)" }
    let rest = cause.places.count - named.count
    let verb =
      switch cause.subject {
      case .code(_, _, nil), .data(_, _, nil): "in"
      case .code, .data, .replaced, .stale, .changedOutside: "read by"
      default: "in"
      }
    return ", \(verb) " + named.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private func reasons(_ cause: Cause) -> [String] {
    var lines: [String] = []
    if let habit = cause.habit, habit.transitions > 0, !isStale(cause.subject) {
      let runs = Formatting.count(habit.transitions, "run")
      let what = isPresence(cause.subject) ? "how many of its kind are read " : ""
      lines.append(
        what
          + (habit.changes == 0 ? "never changed in \(runs) before" : "changed in \(habit.changes) of \(runs) before"))
    }
    if case .unrepeatable = cause.subject {
      lines.append("what isn't recorded may differ: the time, random seeds, the network, other environment variables")
    }
    lines += cause.effects.prefix(isFull ? .max : 2).map { "unlike before: \($0)" }
    return lines
  }

  private func isPresence(_ subject: Cause.Subject) -> Bool {
    if case .data(_, let before, let after) = subject { before == nil || after == nil } else { false }
  }

  private func isStale(_ subject: Cause.Subject) -> Bool { if case .stale = subject { true } else { false } }

  // MARK: The rest

  private func others(_ out: inout StyledText) {
    if report.others.isEmpty { return }
    out.section(
      report.hasSameOutputs ? "What differs nevertheless" : "Also different, as it often is or without a trace")
    let shown = isFull ? report.others : Array(report.others.prefix(Self.namedOthers))
    for cause in shown {
      out.line("  \(SubjectText.kind(cause.subject)) \(SubjectText.line(cause.subject))\(places(cause))")
      guard isFull else { continue }
      for line in reasons(cause) { out.line("     " + line) }
      if let comparison = cause.comparison {
        for line in ContentText.lines(comparison, out, isFull: true) { out.line("     " + line) }
      }
    }
    if shown.count < report.others.count {
      out.line("  and \(report.others.count - shown.count) more ('--full' shows all)")
    }
  }

  private func consequences(_ out: inout StyledText) {
    if report.consequences.isEmpty { return }
    var components: [String] = []
    for consequence in report.consequences where !components.contains(consequence.place.component) {
      components.append(consequence.place.component)
    }
    out.section("What follows from that")
    if !isFull {
      let named = components.prefix(12).joined(separator: ", ")
      out.line("  " + named + (components.count > 12 ? " and \(components.count - 12) more" : ""))
      return
    }
    for consequence in report.consequences {
      let place = consequence.place
      let inputs = consequence.inputs.isEmpty ? "nothing" : consequence.inputs.joined(separator: ", ")
      out.line("  \(place.component) \(place.bad.short) against \(place.good.short): \(inputs)")
    }
  }
}

/// The causes of a difference as JSON.
enum WhyJSON {
  static func json(_ report: WhyReport) -> JSONObject {
    [
      "format": 1, "same": .bool(report.isSame), "same_outputs": .bool(report.hasSameOutputs),
      "starts": .array(
        report.starts.map { start in
          var fields: JSONObject = ["bad": target(start.bad), "good": target(start.good)]
          if let place = start.place { fields["runs"] = json(place) }
          return .object(fields)
        }),
      "unpaired": .array(
        report.unpaired.map { file in
          [
            "path": .string(file.artifact.path), "content": file.artifact.content.map { .string($0.hex) } ?? .null,
            "new": .bool(file.isNew), "run": file.run.map { .string($0.hex) } ?? .null,
            "component": file.component.map { .string($0) } ?? .null,
          ]
        }),
      "causes": .array(report.causes.map { .object(json($0)) }),
      "others": .array(report.others.map { .object(json($0)) }),
      "consequences": .array(
        report.consequences.map { consequence in
          var fields = json(consequence.place).object ?? JSONObject()
          fields["inputs"] = .array(consequence.inputs.map { .string($0) })
          return .object(fields)
        }),
      "compared": .int(Int64(report.compared)), "gaps": .array(report.gaps.map { .string($0) }),
    ]
  }

  private static func json(_ cause: Cause) -> JSONObject {
    var fields = SubjectText.json(cause.subject)
    fields["score"] = .double((cause.score * 100).rounded() / 100)
    fields["places"] = .array(cause.places.map { json($0) })
    fields["habit"] =
      cause.habit.map { ["changes": .int(Int64($0.changes)), "runs": .int(Int64($0.transitions))] } ?? .null
    fields["effects"] = .array(cause.effects.map { .string($0) })
    fields["harmless"] = .bool(cause.isHarmless)
    if let comparison = cause.comparison { fields["contents"] = .object(ContentText.json(comparison)) }
    return fields
  }

  private static func json(_ place: Cause.Place) -> JSON {
    ["component": .string(place.component), "bad": .string(place.bad.hex), "good": .string(place.good.hex)]
  }

  private static func target(_ target: Target) -> JSON {
    switch target {
    case .run(let run): ["run": .string(run.hex)]
    case .artifact(let artifact):
      [
        "path": .string(artifact.artifact.path),
        "content": artifact.artifact.content.map { .string($0.hex) } ?? .null,
      ]
    }
  }
}
