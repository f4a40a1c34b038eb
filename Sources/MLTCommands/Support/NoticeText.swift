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
      "hint: '\(path)' (\(Formatting.size(size))) is recorded but not stored; run 'mlt add \(Formatting.word(path))' to keep its bytes"
    case .compared(let reason):
      "warning: cannot follow the command's file accesses (\(reason)); compared the work tree before and after instead"
    case .unfinishedRun(let run, let reason): "warning: cannot finish the record of run \(run.short): \(reason)"
    case .unreadValues(let file, let reason): "warning: nothing was recorded from '\(file)': \(reason)"
    case .partlyReadValues(let file, let reason): "warning: not all of '\(file)' was recorded: \(reason)"
    case .cutParameter(let name, let size, let limit):
      "warning: the value of parameter '\(name)' has \(size) bytes; its first \(limit) are recorded"
    case .missingOutput(let path): "warning: '\(path)' was declared as an output and isn't there"
    case .unstable(let path): "warning: '\(path)' changed while it was stored; add it again when nobody writes to it"
    case .unlisted(let path, let content):
      "warning: cannot look into folder '\(path)' \(content.short): its listing isn't in the store"
    case .leftOver(let path):
      "warning: '\(path)' isn't tracked any more and was changed since, so that it stays; remove it by hand"
    case .remoteUnreachable(let name, let reason): "warning: cannot get missing bytes from remote '\(name)': \(reason)"
    case .foreignChecks(let component, let user):
      "warning: the checks of component '\(component)', described by \(user ?? "somebody") elsewhere, aren't made here; "
        + "read them with 'mlt component show \(Formatting.word(component))' and run 'mlt component describe \(Formatting.word(component)) --accept-checks'"
    case .storeWasGone:
      "warning: '.mlt/packs' is gone, and all stored bytes with it; run 'mlt fetch --all' to get what a remote has"
    case .modelRenumbered(let model, let before, let now):
      "warning: version \(before) of model '\(model)' is called \(now) from now on: another clone had given the number, too"
    case .modelNumberShared(let model, let number, let label):
      "warning: model '\(model)' has two versions numbered \(number); the one from elsewhere is called \(label)"
    case .modelProductionChanged(let model, let before, let now, let user):
      "mlt: of model '\(model)', \(now.map { "version \($0)" } ?? "nothing") is in Production now"
        + (before.map { " and no longer \($0)" } ?? "; nothing was before") + (user.map { ", by \($0)" } ?? "")
    case .modelDeleted(let model, let user):
      "warning: model '\(model)' was deleted elsewhere" + (user.map { ", by \($0)" } ?? "")
        + "; 'mlt model restore \(Formatting.word(model))' has it there again"
    case .modelFlagged(let model, let version, let stage, let path, let why):
      "warning: version \(version) of model '\(model)' is in \(stage.title) now, and '\(path)' is flagged as wrong"
        + (why.map { ": \(Formatting.firstLine($0))" } ?? "")
    case .modelStageEmptied(let model, let version, let stage):
      "warning: version \(version) was in \(stage.title), and nothing of model '\(model)' is there now"
    case .skipped(let path, let reason): "warning: '\(path)' is left out: \(reason)"
    }
  }
}
