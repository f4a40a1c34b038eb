internal import Journaling
internal import Lineage
internal import MLTBase

/// How the differences between two versions of data read.
enum DiffRendering {
  static func text(_ report: DiffReport, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    for section in nonempty(report) {
      title(section, &out)
      for (row, difference) in zip(lines(section.differences), section.differences) {
        out.line(out.styled(row, style(difference.change)))
      }
      if section.subject != .artifacts || section.differences.count > 1 { out.line(totals(section.differences)) }
    }
    if !report.conditions.isEmpty {
      if !out.text.isEmpty { out.line() }
      out.line(out.styled("Also different:", .bold))
      for subject in report.conditions { out.line("\(SubjectText.kind(subject)) \(SubjectText.line(subject))") }
    }
    for contents in report.contents {
      out.line()
      if report.contents.count > 1 || report.sections.first?.subject != .artifacts {
        out.line(out.styled(contents.path, .bold))
      }
      for line in ContentText.lines(contents, out, isFull: true) { out.line(line) }
    }
    if report.uncompared > 0 { out.line("(\(report.uncompared) more files differ and weren't compared)") }
    return out.text
  }

  /// One line for each difference.
  static func lines(_ differences: [FileDifference]) -> [String] {
    Formatting.table(differences.map { [$0.change.rawValue, name($0), detail($0)] })
  }

  /// One line for each tracked path, with how much of it differs.
  static func figures(_ report: DiffReport, terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    for section in nonempty(report) {
      title(section, &out)
      let groups = Dictionary(grouping: section.differences, by: \.tracked).sorted { $0.key < $1.key }
      let rows = groups.map { path, differences in
        [path.text, counts(differences), growth(differences.reduce(0) { sum($0, $1.growth) })]
      }
      for row in Formatting.table(rows) { out.line(row) }
      out.line(totals(section.differences))
    }
    return out.text
  }

  static func names(_ report: DiffReport) -> String {
    var paths: Set<WorkPath> = []
    for section in report.sections { paths.formUnion(section.differences.map(\.path)) }
    return paths.sorted().map { $0.text + "\n" }.joined()
  }

  private static func nonempty(_ report: DiffReport) -> [DiffReport.Section] {
    report.sections.filter { !$0.differences.isEmpty }
  }

  private static func title(_ section: DiffReport.Section, _ out: inout StyledText) {
    guard section.subject == .outputs || section.subject == .inputs else { return }
    if !out.text.isEmpty { out.line() }
    out.line(out.styled(section.subject == .outputs ? "Outputs:" : "Inputs:", .bold))
  }

  private static func name(_ difference: FileDifference) -> String {
    let isFolder = (difference.after ?? difference.before)?.kind == .tree
    let path = difference.path.text + (isFolder && difference.change != .typeChanged ? "/" : "")
    guard difference.change == .renamed, let before = difference.before else { return path }
    return "\(before.path.text) → \(path)"
  }

  private static func detail(_ difference: FileDifference) -> String {
    let (before, after) = (difference.before, difference.after)
    switch difference.change {
    case .new, .gone, .renamed: return (after ?? before).map { Formatting.size($0.size) } ?? ""
    case .changed: return "\(Formatting.size(before?.size ?? 0)) → \(Formatting.size(after?.size ?? 0))"
    case .modeChanged: return after?.kind == .executable ? "now executable" : "no longer executable"
    case .typeChanged: return "\(noun(before)) → \(noun(after))"
    }
  }

  private static func noun(_ entry: LockEntry?) -> String {
    switch entry?.kind {
    case .tree?: "folder"
    case .link?: "link"
    case nil: "nothing"
    default: "file"
    }
  }

  private static func style(_ change: FileDifference.Change) -> Style {
    switch change {
    case .new: .green
    case .gone: .red
    case .changed, .modeChanged, .typeChanged: .yellow
    case .renamed: .cyan
    }
  }

  /// How many there are of each change.
  static func counts(_ differences: [FileDifference]) -> String {
    FileDifference.Change.allCases.compactMap { change in
      let count = differences.lazy.filter { $0.change == change }.count
      return count == 0 ? nil : "\(count) \(change.rawValue)"
    }.joined(separator: ", ")
  }

  private static func totals(_ differences: [FileDifference]) -> String {
    let differ = differences.count == 1 ? "1 path differs" : "\(differences.count) paths differ"
    return "\(differ): \(counts(differences)); \(growth(differences.reduce(0) { sum($0, $1.growth) }))"
  }

  private static func growth(_ bytes: Int64) -> String {
    bytes < 0 ? "-" + Formatting.size(Int64(clamping: bytes.magnitude)) : "+" + Formatting.size(bytes)
  }

  // Sizes come from files that anybody may have written.
  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (right < 0 ? .min : .max) : sum
  }

  // MARK: JSON

  static func json(_ report: DiffReport) -> JSONObject {
    var fields: JSONObject = ["format": 1, "before": side(report.before), "after": side(report.after)]
    for section in report.sections {
      fields[section.subject.rawValue] = .array(section.differences.map { json($0) })
    }
    if case .run = report.after {
      fields["conditions"] = .array(report.conditions.map { .object(SubjectText.json($0)) })
    }
    if !report.contents.isEmpty { fields["contents"] = .array(report.contents.map { .object(ContentText.json($0)) }) }
    return fields
  }

  static func json(_ difference: FileDifference) -> JSON {
    var fields: JSONObject = [
      "path": .string(difference.path.text), "change": .string(difference.change.rawValue),
      "tracked": .string(difference.tracked.text),
    ]
    fields["before"] = difference.before.map { version($0) } ?? .null
    fields["after"] = difference.after.map { version($0) } ?? .null
    return .object(fields)
  }

  static func version(_ entry: LockEntry) -> JSON {
    var fields: JSONObject = [
      "path": .string(entry.path.text), "kind": .string(entry.kind.rawValue), "content": .string(entry.content.hex),
      "size": .int(entry.size),
    ]
    if entry.kind == .tree { fields["count"] = .int(entry.count) }
    return .object(fields)
  }

  private static func side(_ side: DiffReport.Side) -> JSON {
    switch side {
    case .workTree: ["version": "work-tree"]
    case .lock: ["version": "lock"]
    case .commit(let commit, let revision):
      ["version": "commit", "commit": .string(commit), "revision": .string(revision)]
    case .run(let run): ["version": "run", "run": .string(run.hex)]
    case .artifact(let artifact, _):
      [
        "version": "artifact", "path": .string(artifact.path),
        "content": artifact.content.map { .string($0.hex) } ?? .null,
      ]
    }
  }
}
