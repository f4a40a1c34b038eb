internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How labels read.
enum LabelRendering {
  /// The label that a change is about.
  static func name(_ change: RecordedChange) -> String {
    if case .label(let name) = change.subject { name } else { change.name }
  }

  // MARK: What flows to something

  /// Labels on one line, each with where it stands.
  static func line(_ findings: [LabelFinding], _ out: StyledText) -> String {
    findings.map { finding in
      let source = finding.isDirect ? "" : " from \(finding.source)"
      let text = finding.label + source
      return finding.retraction == nil ? text : out.styled(text + " (retracted)", .red)
    }.joined(separator: ", ")
  }

  static func json(_ finding: LabelFinding) -> JSON {
    [
      "label": .string(finding.label), "path": .string(finding.source),
      "id": finding.mark.artifact?.content.map { .string($0.hex) } ?? .null, "direct": .bool(finding.isDirect),
      "retracted": finding.retraction.map { ChangeRendering.flagJSON($0) } ?? .null,
    ]
  }

  static func text(_ findings: [LabelFinding]) -> String {
    let rows = findings.map { finding in
      [
        finding.label, finding.isDirect ? "on it" : "from \(finding.source)",
        finding.retraction.map { "retracted " + ChangeRendering.flagText($0) } ?? "",
      ]
    }
    return Formatting.table(rows).map { trimmed($0) + "\n" }.joined()
  }

  // MARK: All labels

  static func text(_ labels: [LabelSummary], terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let rows = labels.map { label in
      [
        label.label, places(label.marks),
        label.retraction.map { "retracted " + ChangeRendering.flagText($0) } ?? "",
      ]
    }
    for (row, label) in zip(Formatting.table(rows), labels) {
      let line = trimmed(row)
      out.line(label.retraction == nil ? line : out.styled(line, .red))
    }
    return out.text
  }

  private static func trimmed(_ row: String) -> String { String(row.reversed().drop { $0 == " " }.reversed()) }

  private static func places(_ marks: [RecordedChange]) -> String {
    let paths = Set(marks.compactMap(\.artifact?.path)).sorted()
    return paths.count <= 3
      ? paths.joined(separator: ", ") : paths.prefix(2).joined(separator: ", ") + " and \(paths.count - 2) more"
  }

  static func json(_ label: LabelSummary) -> JSONObject {
    [
      "label": .string(label.label), "retracted": label.retraction.map { ChangeRendering.flagJSON($0) } ?? .null,
      "purged": .int(Int64(label.purged)),
      "on": .array(
        label.marks.map { mark in
          [
            "path": mark.artifact.map { .string($0.path) } ?? .null,
            "id": mark.artifact?.content.map { .string($0.hex) } ?? .null,
            "at": .string(mark.at.description), "user": mark.user.map { .string($0) } ?? .null,
            "why": mark.why.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }

  // MARK: One label

  private static let shownOutputs = 200

  /// A label with all that was made of what carries it.
  static func text(_ derivation: LabelDerivation, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let label = derivation.label
    out.line(out.styled(label.label, .bold))
    if let retraction = label.retraction {
      out.line(out.styled("retracted " + ChangeRendering.flagText(retraction), .red))
    }
    if label.purged > 0 { out.line("the bytes of \(Formatting.count(label.purged, "content")) were purged") }
    out.section(out.styled("on", .bold))
    let marks = label.marks.map { mark in
      [
        "  " + (mark.artifact?.path ?? ""), mark.artifact?.content?.short ?? "whatever is there",
        ChangeRendering.flagText(mark),
      ]
    }
    for row in Formatting.table(marks) { out.line(row) }
    let outputs = derivation.runs.reduce(0) { $0 + $1.outputs.count }
    let counts = "\(Formatting.count(derivation.runs.count, "run")), \(Formatting.count(outputs, "output"))"
    out.section(
      out.styled("made of it", .bold) + "  " + (derivation.runs.isEmpty ? "nothing that is recorded" : counts))
    var rows: [[String]] = []
    for run in derivation.runs {
      for (number, output) in run.outputs.enumerated() where rows.count < shownOutputs {
        rows.append([
          number == 0 ? "  \(run.run.component) \(run.run.id.short)" : "", output.artifact.path,
          output.artifact.content?.short ?? "", places(output),
        ])
      }
      if run.outputs.isEmpty, rows.count < shownOutputs {
        rows.append(["  \(run.run.component) \(run.run.id.short)", "no outputs"])
      }
    }
    for row in Formatting.table(rows) { out.line(trimmed(row)) }
    if outputs > shownOutputs { out.line("  and \(outputs - shownOutputs) more (--json lists them)") }
    for (remote, reason) in derivation.unreachable { out.line("remote '\(remote)' couldn't be asked: \(reason)") }
    return out.text
  }

  private static func places(_ output: LabelDerivation.Output) -> String {
    let places =
      (output.isInWorkTree ? ["work tree"] : []) + (output.isStored ? ["store"] : [])
      + output.remotes.map { "remote \($0)" }
    return places.joined(separator: ", ")
  }

  static func json(_ derivation: LabelDerivation) -> JSONObject {
    var fields = json(derivation.label)
    fields["format"] = 1
    fields["runs"] = .array(
      derivation.runs.map { run in
        [
          "id": .string(run.run.id.hex), "component": .string(run.run.component),
          "started": .string(run.run.started.description),
          "outputs": .array(
            run.outputs.map { output in
              var artifact = output.artifact.fields
              artifact["stored"] = .bool(output.isStored)
              artifact["inWorkTree"] = .bool(output.isInWorkTree)
              artifact["remotes"] = .array(output.remotes.map { .string($0) })
              return .object(artifact)
            }),
        ]
      })
    fields["unreachable"] = .array(
      derivation.unreachable.map { ["remote": .string($0.remote), "reason": .string($0.reason)] })
    return fields
  }
}
