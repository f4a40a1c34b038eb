internal import Journaling
internal import Lineage
internal import MLTBase

/// How it reads why something isn't up to date.
enum StalenessText {
  /// A line for each reason.
  static func lines(of staleness: Staleness) -> [String] { staleness.reasons.map(text) }

  private static func text(_ reason: Staleness.Reason) -> String {
    switch reason {
    case .inputChanged(let path, let run):
      "\(path) has changed since" + (run.map { ", by run \($0.short)" } ?? "")
    case .codeChanged(let path): "the code in \(path) has changed since"
    case .oldInput(let path, let component, let run, let days):
      "\(component) \(run.short), which made \(path), was run \(days) days before"
    case .oldCopy(let path, let original, let run):
      "\(path) is a copy of an old \(original), which run \(run.short) had written anew"
    case .upstream(let component, let run): "\(component) \(run.short) is stale"
    }
  }

  /// The reasons and what has taken the run's place.
  static func json(_ staleness: Staleness) -> JSON {
    [
      "stale": .bool(staleness.isStale), "reasons": .array(staleness.reasons.map(json)),
      "supersededBy": staleness.supersededBy.map { .string($0.hex) } ?? .null,
    ]
  }

  private static func json(_ reason: Staleness.Reason) -> JSON {
    switch reason {
    case .inputChanged(let path, let run):
      ["reason": "input-changed", "path": .string(path), "run": run.map { .string($0.hex) } ?? .null]
    case .codeChanged(let path): ["reason": "code-changed", "path": .string(path)]
    case .oldInput(let path, let component, let run, let days):
      [
        "reason": "old-input", "path": .string(path), "component": .string(component), "run": .string(run.hex),
        "days": .int(Int64(days)),
      ]
    case .oldCopy(let path, let original, let run):
      ["reason": "old-copy", "path": .string(path), "of": .string(original), "run": .string(run.hex)]
    case .upstream(let component, let run):
      ["reason": "upstream", "component": .string(component), "run": .string(run.hex)]
    }
  }
}
