internal import Journaling
internal import Lineage
internal import MLTBase

/// How what a checkout did reads.
enum CheckoutRendering {
  static func text(_ report: CheckoutReport, isDryRun: Bool) -> String {
    if isDryRun {
      return report.changes.map { change in
        let verb =
          switch change.action {
          case .write: "would write"
          case .mode: "would change mode"
          case .remove: "would remove"
          }
        let count = change.count == 1 ? "" : " (\(Formatting.count(Int(clamping: change.count), "file")))"
        return "\(verb)  \(change.path.text)\(count)\n"
      }.joined()
    }
    let changes = Dictionary(grouping: report.changes, by: \.tracked.text)
    let restored = report.restored.map { artifact in
      let figures = artifact.kind == .tree ? counts(changes[artifact.path] ?? []) : ""
      return "restored  \(artifact.content?.short ?? "")  \(artifact.path)\(figures)\n"
    }
    return restored.joined() + report.removed.map { "removed   not tracked  \($0.text)\n" }.joined()
  }

  private static func counts(_ changes: [CheckoutReport.Change]) -> String {
    let parts = [(CheckoutReport.Change.Action.write, "written"), (.mode, "with another mode"), (.remove, "removed")]
    let counts = parts.compactMap { action, word in
      let count = changes.lazy.filter { $0.action == action }.reduce(Int64(0)) { $0 &+ $1.count }
      return count == 0 ? nil : "\(Formatting.count(Int(clamping: count), "file")) \(word)"
    }
    return counts.isEmpty ? "" : " (\(counts.joined(separator: ", ")))"
  }

  static func json(_ report: CheckoutReport, isDryRun: Bool) -> JSONObject {
    [
      "format": 1, "dry-run": .bool(isDryRun), "restored": .array(report.restored.map { .object($0.fields) }),
      "removed": .array(report.removed.map { .string($0.text) }),
      "changes": .array(
        report.changes.map { change in
          [
            "action": .string(change.action.rawValue), "path": .string(change.path.text),
            "tracked": .string(change.tracked.text), "count": .int(change.count),
          ]
        }),
      "purged": .array(report.purged.map { .string($0.text) }),
      "unchanged": .int(Int64(report.unchanged)),
    ]
  }
}
