internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How a verification reads.
enum VerifyRendering {
  /// How many absent paths are named.
  private static let absentLimit = 10

  static func text(_ report: VerifyReport, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    for row in Formatting.table(report.runs.map { [$0.run.id.short, $0.run.component, verdict($0)] }) { out.line(row) }
    for run in report.runs {
      for problem in run.problems { out.line("fails: run \(run.run.id.short): \(text(problem))") }
      for problem in run.disregarded { out.line("note: run \(run.run.id.short): \(text(problem)), and doesn't count") }
    }
    for damage in report.damage {
      out.line(
        "fails: '\(damage.path)' \(damage.content.short) of run \(damage.run.short): the stored bytes are damaged")
    }
    for change in report.changes {
      let reader = change.reader.map { " before run \($0.short) read it" } ?? ""
      out.line("changed: '\(change.path)' was changed outside mlt since run \(change.since.short)\(reader)")
    }
    for path in report.unmade where !report.changes.contains(where: { $0.reader == nil && $0.path == path }) {
      out.line("unmade: no recorded run made '\(path)'")
    }
    for path in report.absent.prefix(absentLimit) { out.line("absent: '\(path)'") }
    if report.absent.count > absentLimit { out.line("absent: and \(report.absent.count - absentLimit) more") }
    if report.unreadableEvents > 0 {
      let events = Formatting.count(report.unreadableEvents, "event")
      out.line("note: \(events) in the journal can't be read; 'mlt fsck' tells which")
    }
    out.line(summary(report))
    return out.text
  }

  /// What is to be said of a run in a few words.
  static func verdict(_ run: RunVerification) -> String {
    if !run.problems.isEmpty { return "FAILS" }
    if !run.signers.isEmpty { return "signed by " + run.signers.joined(separator: ", ") }
    if let key = run.signatures.first?.key { return "signed by an unknown key \(key)" }
    return run.run.ended == nil ? "unsigned, not ended" : "unsigned"
  }

  private static func text(_ problem: RunVerification.Problem) -> String {
    switch problem {
    case .missing(let type): "the journal has no '\(type)' of it"
    case .contradicted(let type): "the journal has several '\(type)' of it that differ"
    case .otherRecord: "what the journal says isn't the record that was written down"
    case .signedOtherRecord(let key): "what key \(key) signed isn't what the journal says"
    case .badSignature(let key): "the signature of key \(key) doesn't hold"
    }
  }

  private static func summary(_ report: VerifyReport) -> String {
    let failing = report.runs.count { !$0.problems.isEmpty }
    let signed = report.runs.count { $0.problems.isEmpty && !$0.signers.isEmpty }
    let unknown = report.runs.count { $0.problems.isEmpty && $0.signers.isEmpty && !$0.signatures.isEmpty }
    let unsigned = report.runs.count - failing - signed - unknown
    var parts = ["\(signed) signed"]
    if unknown > 0 { parts.append("\(unknown) signed by unknown keys") }
    if unsigned > 0 { parts.append("\(unsigned) unsigned") }
    if failing > 0 { parts.append("\(failing) failing") }
    var contents = "\(Formatting.count(report.verified, "content")) verified"
    if !report.damage.isEmpty { contents += ", \(report.damage.count) damaged" }
    if report.inGit > 0 { contents += ", \(report.inGit) in git" }
    if !report.absent.isEmpty { contents += ", \(report.absent.count) absent" }
    return "\(Formatting.count(report.runs.count, "run")): \(parts.joined(separator: ", ")); \(contents)"
  }

  // MARK: JSON

  static func json(_ report: VerifyReport) -> JSONObject {
    [
      "format": 1, "broken": .bool(report.isBroken), "signed": .bool(report.isSigned),
      "artifacts": .array(report.artifacts.map { .object($0.fields) }),
      "unmade": .array(report.unmade.map { .string($0) }),
      "runs": .array(report.runs.map { .object(json($0)) }),
      "changes": .array(
        report.changes.map { change in
          [
            "path": .string(change.path), "since": .string(change.since.hex),
            "reader": change.reader.map { .string($0.hex) } ?? .null,
          ]
        }),
      "damaged": .array(
        report.damage.map { damage in
          ["id": .string(damage.content.hex), "path": .string(damage.path), "run": .string(damage.run.hex)]
        }),
      "verified": .int(Int64(report.verified)), "inGit": .int(Int64(report.inGit)),
      "absent": .array(report.absent.map { .string($0) }),
      "unreadableEvents": .int(Int64(report.unreadableEvents)),
    ]
  }

  private static func json(_ run: RunVerification) -> JSONObject {
    [
      "id": .string(run.run.id.hex), "component": .string(run.run.component),
      "record": run.run.record.map { .string($0.hex) } ?? .null,
      "signatures": .array(
        run.signatures.map { signature in
          var signer: JSON = .null
          if case .trusted(let name) = signature.signer { signer = .string(name) }
          return ["key": .string(signature.key), "signer": signer]
        }),
      "problems": .array(run.problems.map { .string(name($0)) }),
      "disregarded": .array(run.disregarded.map { .string(name($0)) }),
    ]
  }

  private static func name(_ problem: RunVerification.Problem) -> String {
    switch problem {
    case .missing(let type): "missing \(type)"
    case .contradicted(let type): "contradicted \(type)"
    case .otherRecord: "other record"
    case .signedOtherRecord: "signed other record"
    case .badSignature: "bad signature"
    }
  }
}
