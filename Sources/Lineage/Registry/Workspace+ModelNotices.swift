internal import Journaling
internal import LineageIndexing

extension Workspace {
  /// Says what facts from elsewhere have changed of models that were known here.
  ///
  /// - Parameter before: the models as they were before the facts came.
  func tellChanges(of before: [RegisteredModel]) throws {
    for old in before {
      let new = try model(old.name)
      if new.isDeleted {
        let event = new.history.last { $0.kind == .deleted && $0.version == nil }
        notices.append(.modelDeleted(model: old.name, user: event?.said.user))
        continue
      }
      for version in old.versions {
        guard let now = new.version(version.id), now.label != version.label else { continue }
        notices.append(.modelRenumbered(model: old.name, before: version.label, now: now.label))
      }
      for version in new.versions where version.sharesNumber && old.version(version.id) == nil {
        notices.append(.modelNumberShared(model: old.name, number: version.number, label: version.label))
      }
      let (past, present) = (old.version(in: .production), new.version(in: .production))
      guard past?.id != present?.id else { continue }
      let event = new.history.last { event in
        switch event.kind {
        case .moved(_, .production, _): event.version == present?.id
        case .moved(.production, _, _), .displaced(.production, _), .deleted: event.version == past?.id
        default: false
        }
      }
      notices.append(
        .modelProductionChanged(
          model: old.name, before: past.map { new.version($0.id)?.label ?? $0.label }, now: present?.label,
          user: event?.said.user))
    }
  }

  /// Says that a version which has come into use is said to be wrong, or made from what is.
  func tellFlags(behind named: NamedVersion, in stage: ModelStage) throws {
    for open in try openFlags(behind: named.version).prefix(3) {
      notices.append(
        .modelFlagged(
          model: named.model.name, version: named.version.label, stage: stage, path: open.path, why: open.flag.why))
    }
  }

  /// Says what nothing of a model is in any more, now that it or a version of it is deleted.
  ///
  /// - Parameter before: the model as it was.
  func tellEmptied(_ before: RegisteredModel) throws {
    try index.catchUp(journal)
    let after = try model(before.name)
    for stage in ModelStage.allCases where stage.isInUse {
      guard let version = before.version(in: stage), after.version(in: stage) == nil else { continue }
      notices.append(.modelStageEmptied(model: before.name, version: version.label, stage: stage))
    }
  }
}
