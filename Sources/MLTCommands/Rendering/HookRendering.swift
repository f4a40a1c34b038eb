internal import Lineage
internal import MLTBase
internal import SystemPackage

/// How what is said of hooks reads.
enum HookRendering {
  /// What was asked for.
  enum Action {
    case look
    case install
    case uninstall
  }

  static func text(_ report: HookReport, _ action: Action = .look) -> String {
    let rows = report.entries.map { [$0.hook.rawValue, word($0, action)] }
    let lines = zip(Formatting.table(rows), report.entries).map { row, entry in
      let kept = entry.state == .foreign ? nil : entry.kept?.lastComponent?.string
      return "  \(row)" + (kept.map { ", calls '\($0)' first" } ?? "") + "\n"
    }
    return "\(report.folder.string)\n" + lines.joined()
  }

  private static func word(_ entry: HookReport.Entry, _ action: Action) -> String {
    switch (action, entry.isChanged) {
    case (.install, false): "installed already"
    case (.uninstall, true): entry.state == .absent ? "removed" : "put back as it was"
    default:
      switch entry.state {
      case .installed: "installed"
      case .outdated: "outdated"
      case .foreign: "not mlt's"
      case .absent: "not installed"
      }
    }
  }

  static func json(_ report: HookReport) -> JSONObject {
    [
      "folder": .string(report.folder.string), "format": 1,
      "hooks": .array(
        report.entries.map { entry in
          [
            "kept": entry.kept.map { .string($0.string) } ?? .null, "name": .string(entry.hook.rawValue),
            "state": .string(entry.state.rawValue),
          ]
        }),
      "hooks_path": report.setting.map { .string($0) } ?? .null,
    ]
  }

  /// What is said when tracked files have followed git: nothing of those that had nothing to follow.
  static func lines(_ followed: FollowReport) -> [String] {
    var lines: [String] = []
    let (restored, removed) = (followed.report.restored.count, followed.report.removed.count)
    if restored > 0 { lines.append("mlt: restored \(Formatting.count(restored, "tracked path"))") }
    if removed > 0 { lines.append("mlt: removed \(Formatting.count(removed, "path")) that this commit doesn't track") }
    var shown = 0
    for (path, reason) in followed.left.prefix(20) {
      shown += 1
      switch reason {
      case .unsaved(let paths):
        let inside = paths == [path.text] ? "" : " (\(Formatting.count(paths.count, "file")) in it)"
        lines.append(
          "warning: '\(path.text)' stays, since it has content\(inside) that isn't stored; 'mlt add' keeps that, 'mlt checkout --force \(Formatting.word(path.text))' gives it up"
        )
      case .unavailable:
        lines.append("warning: the bytes of '\(path.text)' are neither here nor in the remote; 'mlt pull' tries again")
      case .inTheWay(let other): lines.append("warning: '\(path.text)' isn't restored: '\(other)' is in the way")
      case .absent:
        lines.append("warning: the bytes of '\(path.text)' never were here; 'dvc pull' and 'mlt import dvc' get them")
      }
    }
    if followed.left.count > shown {
      lines.append("warning: and \(followed.left.count - shown) more; 'mlt status' lists them")
    }
    return lines
  }
}
