internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How notices read.
enum NoticeText {
  /// Returns the line for stderr.
  static func of(_ notice: Notice) -> String {
    switch notice {
    case .journal(let notice): "warning: \(notice)"
    case .index(let notice): "warning: \(notice)"
    case .unstoredInput(let path, let size):
      "hint: '\(path)' (\(Formatting.size(size))) is recorded but not stored; run 'mlt add \(path)' to keep its bytes"
    case .compared(let reason):
      "warning: cannot follow the command's file accesses (\(reason)); compared the work tree before and after instead"
    case .unfinishedRun(let run, let reason): "warning: cannot finish the record of run \(run.short): \(reason)"
    case .missingOutput(let path): "warning: '\(path)' was declared as an output and isn't there"
    case .skipped(let path, let reason): "warning: '\(path)' is left out: \(reason)"
    }
  }
}
