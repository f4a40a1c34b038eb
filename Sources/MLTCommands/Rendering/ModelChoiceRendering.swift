internal import Journaling
internal import Lineage
internal import MLTBase

/// How a choice among candidates reads.
enum ModelChoiceRendering {
  /// How many candidates are listed for people.
  private static let shownLimit = 20

  static func text(_ choice: Choice, isDryRun: Bool, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    var rows = [["", "CANDIDATE", choice.metric.uppercased(), "MEASURED BY", ""]]
    for candidate in choice.candidates.prefix(shownLimit) {
      let isPromoted = candidate.version != nil && candidate.version?.id == choice.promoted?.version.id
      rows.append([
        isPromoted ? "→" : candidate.isCurrent ? "*" : "", candidate.title,
        candidate.remark == nil ? candidate.measurement.map { Formatting.number($0.value) } ?? "" : "",
        candidate.remark == nil ? candidate.measurement.map { "run \($0.run.short)" } ?? "" : "",
        candidate.remark ?? "",
      ])
    }
    for row in Formatting.table(rows) { out.line(String(row.reversed().drop { $0 == " " }.reversed())) }
    if choice.candidates.count > shownLimit { out.line("… and \(choice.candidates.count - shownLimit) more") }
    if !choice.holdout.isEmpty {
      out.line(
        "measured on "
          + choice.holdout.map { $0.path + ($0.content.map { " \($0.short)" } ?? "") }.joined(separator: ", "))
    }
    out.line(choice.reason)
    if let promoted = choice.promoted {
      out.line("promoted  \(ModelRendering.line(promoted))")
      for version in choice.displaced { out.line("archived  \(promoted.model.name) \(version.label)") }
    } else if isDryRun, choice.wouldPromote {
      out.line("would be promoted; nothing was changed")
    }
    return out.text
  }

  static func json(_ choice: Choice, isDryRun: Bool) -> JSONObject {
    [
      "format": 1, "metric": .string(choice.metric), "lessIsBetter": .bool(choice.lessIsBetter),
      "filter": .string(choice.filter), "dryRun": .bool(isDryRun), "changed": .bool(choice.promoted != nil),
      "wouldPromote": .bool(choice.wouldPromote),
      "reason": .string(choice.reason), "holdout": .array(choice.holdout.map { .object($0.fields) }),
      "promoted": choice.promoted.map { .object(ModelRendering.json($0.version, of: $0.model)) } ?? .null,
      "candidates": .array(choice.candidates.map { .object(json($0)) }),
    ]
  }

  private static func json(_ candidate: Choice.Candidate) -> JSONObject {
    [
      "title": .string(candidate.title), "version": ModelRendering.text(candidate.version?.label),
      "run": ModelRendering.text(candidate.maker?.hex),
      "content": ModelRendering.text(candidate.artifact?.content?.hex),
      "current": .bool(candidate.isCurrent), "remark": ModelRendering.text(candidate.remark),
      "value": candidate.measurement.map { MetricValue($0.value).json } ?? .null,
      "measuredBy": ModelRendering.text(candidate.measurement?.run.hex),
      "data": .array(candidate.measurement?.data.map { .object($0.fields) } ?? []),
    ]
  }
}
