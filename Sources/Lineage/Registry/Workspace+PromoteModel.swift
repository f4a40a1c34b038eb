public import Journaling
internal import LineageIndexing
internal import MLTBase

extension Workspace {
  /// Puts a version into a stage.
  ///
  /// - Parameters:
  ///   - text: the version.
  ///   - stage: the stage.
  ///   - displaces: whether what is in the stage is archived; it never is from `None` and `Archived`.
  ///   - why: why.
  /// - Throws: ``ModelError``: ``ModelError/unmet(_:of:_:_:)`` if policy asks for more; failures of the journal.
  public func setStage(
    _ text: String, _ stage: ModelStage, displaces: Bool, why: String? = nil
  ) throws -> VersionChange {
    let displaces = displaces && stage.isInUse
    return try changeVersion(text, why: why) { named, said in
      let isAlone = named.model.versions(in: stage).allSatisfy { $0.id == named.version.id }
      if named.version.stage == stage, !displaces || isAlone { return nil }
      if named.version.stage != stage { try checkRequirements(of: named, for: stage) }
      return ModelChanged(
        named.model.name, version: named.version.id, stage: stage, displaces: displaces, said: said)
    }
  }

  /// Puts what was in a stage before back into it, and archives what is there.
  ///
  /// Done again, it goes back further. No review is asked for: the version was there before.
  ///
  /// - Parameters:
  ///   - name: the model's name.
  ///   - label: the version to go back to, which must have been in the stage; nil for the one before.
  /// - Throws: ``ModelError/nothingBefore(_:of:)``, ``ModelError/neverInStage(_:_:of:)`` and others; failures of the journal.
  public func rollback(
    _ name: String, to label: String? = nil, stage: ModelStage = .production, why: String? = nil
  ) throws -> VersionChange {
    try changingModels {
      let model = try model(name)
      if model.isDeleted { throw ModelError.deletedModel(name) }
      let current = model.version(in: stage)
      let earlier = model.stack(of: stage).filter { $0.id != current?.id }
      let goal: ModelVersion
      if let label {
        goal = try version("\(name)/\(label)").version
        if goal.id == current?.id { return try recordChange(of: NamedVersion(model: model, version: goal), nil) }
        let wasThere = model.history.contains { event in
          if case .moved(_, stage, _) = event.kind { event.version == goal.id } else { false }
        }
        guard wasThere else { throw ModelError.neverInStage(goal.label, stage, of: name) }
      } else {
        guard let before = earlier.last else { throw ModelError.nothingBefore(stage, of: name) }
        goal = before
      }
      let named = NamedVersion(model: model, version: goal)
      // What an environment takes may have changed since.
      try checkAllowance(of: named, for: stage)
      let fact = ModelChanged(
        name, version: goal.id, stage: stage, displaces: true, isRollback: true,
        said: try attribution(ofModel: name, why))
      return try recordChange(of: named, fact)
    }
  }
}

extension RegisteredModel {
  /// The versions that were in a stage one after the other, the latest last, without those that were gone back from and those
  /// that are deleted.
  func stack(of stage: ModelStage) -> [ModelVersion] {
    var stack: [ContentID] = []
    for event in history {
      guard case .moved(_, let to, let isRollback) = event.kind, to == stage, let id = event.version else { continue }
      if isRollback, let place = stack.lastIndex(of: id) {
        stack.removeSubrange((place + 1)...)
      } else {
        stack.removeAll { $0 == id }
        stack.append(id)
      }
    }
    return stack.compactMap { version($0) }.filter { !$0.isDeleted }
  }
}
