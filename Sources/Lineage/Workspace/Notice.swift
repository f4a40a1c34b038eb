public import Journaling
public import LineageIndexing
public import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Something to tell the user that didn't stop the operation.
public enum Notice: Sendable {
  /// The journal set something aside or started a new writer.
  case journal(JournalNotice)
  /// The index was rebuilt.
  case index(IndexNotice)
  /// A new input is too large to be stored of itself.
  case unstoredInput(path: String, size: Int64)
  /// A run that was left behind can't be finished.
  case unfinishedRun(RunID, reason: String)
  /// The command's accesses weren't followed, so that the work tree was compared.
  case compared(reason: String)
  /// What was declared as an output isn't there when the command has ended.
  case missingOutput(path: String)
  /// A file changed while it was read, again and again, so that what was stored may mix its states.
  case unstable(path: String)
  /// A tree can't be looked into, since its listing isn't stored.
  case unlisted(path: String, content: ContentID)
  /// What was tracked before has been changed since, and so stays.
  case leftOver(path: String)
  /// Bytes that are missing here can't be had from a remote.
  case remoteUnreachable(String, reason: String)
  /// A component's checks were described elsewhere, by somebody, and aren't made here until they are accepted.
  case foreignChecks(component: String, user: String?)
  /// All stored bytes are gone; an empty store was begun.
  case storeWasGone
  /// A file of parameters or metrics that was to be recorded can't be read.
  case unreadValues(file: String, reason: String)
  /// A file of metrics holds something that isn't one.
  case partlyReadValues(file: String, reason: String)
  /// A parameter's value is longer than one may be, and only its beginning was recorded.
  case cutParameter(String, size: Int, limit: Int)
  /// A version of a model is called otherwise from now on, since another clone had given its number, too.
  case modelRenumbered(model: String, before: String, now: String)
  /// Another clone has given a number of a version as well; what that version is called.
  case modelNumberShared(model: String, number: Int64, label: String)
  /// What was in production here, if anything was, isn't any more, since somebody elsewhere changed it.
  case modelProductionChanged(model: String, before: String?, now: String?, user: String?)
  /// Somebody elsewhere has deleted a model.
  case modelDeleted(model: String, user: String?)
  /// A version is in a stage now although something that it is, or was made from, is said to be wrong.
  case modelFlagged(model: String, version: String, stage: ModelStage, path: String, why: String?)
  /// A version was deleted that was in a stage, and nothing else of the model is.
  case modelStageEmptied(model: String, version: String, stage: ModelStage)
  /// Something in a folder can't be stored.
  case skipped(path: String, reason: String)
}

extension Notice {
  /// Says what was left out of a folder, and why.
  static func skipped(_ skipped: StoredTree.Skipped, in folder: WorkPath) -> Notice {
    let reason =
      switch skipped.reason {
      case .special: "it is a device, socket or pipe"
      case .reservedName: "its name belongs to git or mlt"
      case .unreadable(let errno): "\(errno)"
      }
    return .skipped(path: PathText.encode(folder.bytes + [0x2F] + skipped.path), reason: reason)
  }
}
