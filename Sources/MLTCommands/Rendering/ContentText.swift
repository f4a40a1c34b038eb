internal import ContentComparison
internal import Journaling
internal import Lineage
internal import MLTBase

/// How it reads in what two contents differ.
enum ContentText {
  /// How many things are said of a file where not all are asked for.
  private static let shown = 4
  /// How many where they are: a table may have a thousand columns, of which each has changed.
  private static let shownInFull = 100
  /// How many lines of a text are shown there.
  private static let shownLines = 12

  static func lines(_ report: ContentReport, _ out: StyledText, isFull: Bool) -> [String] {
    if let gap = report.gap { return ["(\(gap); 'mlt fetch' may bring them)"] }
    if !report.files.isEmpty { return files(report.files, isFull: isFull) }
    guard let changes = report.changes else { return [] }
    let limit = isFull ? shownInFull : shown
    var lines = changes.headlines.prefix(limit).map { $0 }
    if changes.headlines.count > limit {
      let rest = changes.headlines.count - limit
      lines.append(isFull ? "and \(rest) more ('--json' has all)" : "and \(rest) more")
    }
    if let text = changes.text { lines += hunks(text, out, isFull: isFull) }
    return lines
  }

  private static func files(_ files: [FileDifference], isFull: Bool) -> [String] {
    let limit = isFull ? shownInFull : shown
    let rest = files.count - limit
    return [DiffRendering.counts(files)] + DiffRendering.lines(Array(files.prefix(limit)))
      + (rest > 0 ? ["and \(rest) more" + (isFull ? " ('--json' has all)" : "")] : [])
  }

  private static func hunks(_ text: TextChanges, _ out: StyledText, isFull: Bool) -> [String] {
    var lines: [String] = []
    for hunk in text.hunks {
      lines.append(out.styled(hunk.header, .cyan))
      for line in hunk.lines {
        switch line.kind {
        case .same: lines.append(" " + line.text)
        case .removed: lines.append(out.styled("-" + line.text, .red))
        case .added: lines.append(out.styled("+" + line.text, .green))
        }
      }
    }
    if isFull || lines.count <= shownLines { return lines }
    return lines.prefix(shownLines) + ["(\(lines.count - shownLines) more lines: '--full' shows all)"]
  }

  static func json(_ report: ContentReport) -> JSONObject {
    var fields: JSONObject = ["path": .string(report.path)]
    fields["before"] = report.before?.content.map { .string($0.hex) } ?? .null
    fields["after"] = report.after?.content.map { .string($0.hex) } ?? .null
    if let gap = report.gap { fields["gap"] = .string(gap) }
    if !report.files.isEmpty { fields["files"] = .array(report.files.map { DiffRendering.json($0) }) }
    if let changes = report.changes { fields["changes"] = changes.json }
    return fields
  }
}
