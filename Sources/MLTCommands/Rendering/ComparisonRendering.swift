internal import Journaling
internal import Lineage
internal import MLTBase

/// How the comparison of a clone with a remote reads.
enum ComparisonRendering {
  static func text(_ comparison: RemoteComparison, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    out.line("Remote \(comparison.remote) (\(comparison.url))")
    section("Not pushed:", "run 'mlt push' to send them", facts(comparison.unpushed), &out)
    section("Not fetched:", "run 'mlt fetch' to get them", facts(comparison.unfetched), &out)
    section(
      "Missing in \(comparison.remote):", "run 'mlt push' to send what is here", bytes(comparison.missingThere), &out)
    section("Missing here:", "run 'mlt pull' to get what is there", bytes(comparison.missingHere), &out)
    if comparison.isInStep { out.section("This clone and '\(comparison.remote)' are in step") }
    return out.text
  }

  private static func section(_ title: String, _ hint: String, _ rows: [[String]], _ out: inout StyledText) {
    if rows.isEmpty { return }
    out.section(title)
    out.line("  (\(hint))")
    for row in Formatting.table(rows) { out.line(out.styled("  " + row, .yellow)) }
  }

  private static func facts(_ writers: [RemoteComparison.Writer]) -> [[String]] {
    let rows = writers.map { writer in
      [writer.isOwn ? "this clone" : "writer \(writer.writer.hex.prefix(10))"] + counts(writer.facts, writer.runs)
    }
    if rows.count < 2 { return rows }
    let (facts, runs) = writers.reduce((0, 0)) { ($0.0 + $1.facts, $0.1 + $1.runs) }
    return rows + [["in all"] + counts(facts, runs)]
  }

  private static func counts(_ facts: Int64, _ runs: Int64) -> [String] {
    [Formatting.count(Int(facts), "fact"), Formatting.count(Int(runs), "run")]
  }

  private static func bytes(_ missing: [RemoteComparison.Missing]) -> [[String]] {
    missing.map { missing in
      [
        missing.path.text,
        missing.files == 0 ? "the folder's listing" : Formatting.count(Int(missing.files), "file"),
        Formatting.size(missing.bytes),
      ]
    }
  }

  static func json(_ comparison: RemoteComparison) -> JSONObject {
    [
      "format": 1, "remote": .string(comparison.remote), "url": .string(comparison.url),
      "in_step": .bool(comparison.isInStep), "unpushed": json(comparison.unpushed),
      "unfetched": json(comparison.unfetched), "missing_there": json(comparison.missingThere),
      "missing_here": json(comparison.missingHere), "problems": .array(comparison.problems.map { .string("\($0)") }),
    ]
  }

  private static func json(_ writers: [RemoteComparison.Writer]) -> JSON {
    let (facts, runs) = writers.reduce((0, 0)) { ($0.0 + $1.facts, $0.1 + $1.runs) }
    return [
      "facts": .int(facts), "runs": .int(runs),
      "writers": .array(
        writers.map { writer in
          [
            "writer": .string(writer.writer.hex), "own": .bool(writer.isOwn), "facts": .int(writer.facts),
            "runs": .int(writer.runs),
          ]
        }),
    ]
  }

  private static func json(_ missing: [RemoteComparison.Missing]) -> JSON {
    .array(
      missing.map { missing in
        ["path": .string(missing.path.text), "files": .int(missing.files), "bytes": .int(missing.bytes)]
      })
  }
}
