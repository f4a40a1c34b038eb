internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage
internal import TrackingStores

extension MLflowTaking {
  /// Takes the registered models with their versions, stages as far as the store knows them, aliases and tags.
  func takeModels() throws {
    let models: [TrackedModel]
    do throws(TrackingStoreError) {
      models = try store.models()
    } catch {
      throw TrackingImportError.store(error)
    }
    try tellStrays(models)
    for model in models {
      if model.isPrompt {
        report.prompts += 1
        continue
      }
      try take(model)
    }
  }

  // A logged model without a run has no place in lineage; as a version's source it is taken with that.
  private func tellStrays(_ models: [TrackedModel]) throws {
    let sources = Set(models.flatMap(\.versions).compactMap(\.source))
    do throws(TrackingStoreError) {
      for model in try store.strayModels() where !sources.contains("models:/\(model.id)") {
        report.notices.append(TrackingProblem("model \(model.id)", "no run has logged it, so that it isn't taken"))
      }
    } catch {
      throw TrackingImportError.store(error)
    }
  }

  private func take(_ model: TrackedModel) throws {
    // What stands before a version or an alias in a pointer can't be in a name.
    let name = String(model.name.map { $0 == "@" ? "_" : $0 })
    guard ModelName.isValid(name) else {
      report.problems.append(TrackingProblem("model \(model.name)", "its name can't be a model's here"))
      return
    }
    let known = RegisteredModel(name, try workspace.index.modelFacts(name))
    var versions: [Int64: ContentID] = [:]
    var fresh: [TrackedModel.Version] = []
    for version in model.versions {
      if let there = known.versionsEver.first(where: { isSame($0, version, model) }) {
        versions[version.number] = there.id
        report.knownVersions += 1
      } else if version.number < 1 || version.number > ModelRegistered.numberLimit {
        report.problems.append(
          TrackingProblem("\(name) version \(version.number)", "its number can't be a version's here"))
      } else {
        fresh.append(version)
        report.versions.append("\(name) version \(version.number)")
      }
    }
    for version in model.deleted {
      if let there = known.versionsEver.first(where: { isSame($0, version, model) }) {
        versions[version.number] = there.id
      }
    }
    if request.isTrial {
      var following = ModelFollowing(model, known, versions, said: said(), redaction)
      let description = known.created == nil ? nil : following.description(as: name)
      let changes = following.changes(as: name, fresh: Set(fresh.map(\.number)))
      report.modelChanges += changes.count + stages(model, as: name, known, versions, []).count
      report.modelChanges += description == nil ? 0 : 1
      tell(following.kept, of: name)
      return
    }
    try register(fresh, of: model, as: name, &versions)
    try workspace.changingModels {
      let known = RegisteredModel(name, try workspace.index.modelFacts(name))
      let fresh = Set(fresh.map(\.number))
      var following = ModelFollowing(model, known, versions, said: said(), redaction)
      var facts: [any Fact] = following.description(as: name).map { [$0] } ?? []
      facts += stages(model, as: name, known, versions, fresh) as [any Fact]
      facts += following.changes(as: name, fresh: fresh) as [any Fact]
      tell(following.kept, of: name)
      if facts.isEmpty { return }
      if fresh.isEmpty { report.modelChanges += facts.count }
      try workspace.record(facts, durable: true)
    }
  }

  private func tell(_ kept: [String], of name: String) {
    guard !kept.isEmpty else { return }
    report.notices.append(
      TrackingProblem(
        "model \(name)", "it was changed here since, and stays as it is here: \(kept.joined(separator: ", "))"))
  }

  private func isSame(_ there: ModelVersion, _ version: TrackedModel.Version, _ model: TrackedModel) -> Bool {
    guard there.origin?.tool == runs.tool, there.origin?.id == Self.id(version, model) else { return false }
    // Wherever the store lies by now, it was made there and then.
    if let created = version.created, created <= there.registered { return created == there.registered }
    // What is said to come from the future counts from when it was imported.
    return there.origin == runs.origin(Self.id(version, model))
  }

  private static func id(_ version: TrackedModel.Version, _ model: TrackedModel) -> String {
    "\(model.name)/\(version.number)"
  }

  private func register(
    _ fresh: [TrackedModel.Version], of model: TrackedModel, as name: String, _ ids: inout [Int64: ContentID]
  ) throws {
    if fresh.isEmpty { return }
    let before = report
    try workspace.storing { writer in
      report = before
      let content = ImportedContent(writer: writer, monitor: workspace.monitor)
      return try fresh.map { version in
        let run = try version.run.flatMap { try $0.isEmpty ? nil : runs.place(of: $0) }
        return ModelRegistered(
          name, number: version.number, artifact: try artifact(of: version, model, content),
          // A run that isn't here says nothing of where the version came from.
          run: run?.known == nil ? nil : run?.run, summary: version.summary.map { redaction.text($0) },
          tags: redaction.values(version.tags), began: version.created, origin: runs.origin(Self.id(version, model)),
          said: said(user: version.user))
      }
    } thenRecord: { (facts: [ModelRegistered]) in
      // Another process may have imported the same meanwhile; what comes from elsewhere later is one with it all the same.
      try workspace.changingModels {
        let known = RegisteredModel(name, try workspace.index.modelFacts(name))
        let new = zip(fresh, facts).filter { version, _ in !known.versionsEver.contains { isSame($0, version, model) } }
        if !new.isEmpty { try workspace.record(new.map(\.1), durable: true) }
      }
    }
    let known = RegisteredModel(name, try workspace.index.modelFacts(name))
    for version in fresh {
      ids[version.number] = known.versionsEver.first { isSame($0, version, model) }?.id
    }
  }

  /// What puts versions into their stages, unless somebody has done otherwise since.
  private func stages(
    _ model: TrackedModel, as name: String, _ known: RegisteredModel, _ ids: [Int64: ContentID], _ fresh: Set<Int64>
  ) -> [ModelChanged] {
    var facts: [ModelChanged] = []
    for version in model.versions {
      guard let id = ids[version.number], let there = known.version(id), !there.isDeleted else { continue }
      let moved = version.updated ?? version.created
      if let stage = version.stage.flatMap({ ModelStage(title: $0) }), stage != there.stage,
        moved.map({ $0.microseconds >= there.stageSince.microseconds }) ?? fresh.contains(version.number)
      {
        facts.append(
          ModelChanged(
            name, version: id, stage: stage, began: moved,
            said: said("as it was in MLflow, which knows no earlier stages")))
      }
    }
    return facts
  }

  // MARK: Contents

  /// Stores a version's files, or says where they were.
  private func artifact(
    of version: TrackedModel.Version, _ model: TrackedModel, _ content: ImportedContent
  ) throws -> ArtifactRecord {
    let source = version.source ?? ""
    let subject = "\(model.name) version \(version.number)"
    if source.hasPrefix("models:/m-"),
      let (logged, experiment) = try? store.loggedModel(String(source.dropFirst("models:/".count)))
    {
      let missing = report.missing.count
      if let record = try record(of: logged, experiment, content) {
        // It is stored as a part of its run already.
        report.artifacts -= 1
        report.bytes -= record.size
        return record
      }
      report.missing.removeSubrange(missing...)
    }
    if source.hasPrefix("runs:/"), let record = try output(source) { return record }
    let location = version.location.flatMap { $0.isEmpty ? nil : $0 } ?? source
    let tail = Self.tail(location)
    switch places.place(location, tail: tail) {
    case .local(let file):
      guard request.takesArtifacts else { break }
      let name = tail.isEmpty ? PathText.encode(file.bytes) : Self.path(tail)
      if let record = try take(subject, { try content.take(file, as: name).map { [$0] } ?? [] }).first { return record }
    case .remote(let uri) where source.hasPrefix("runs:/") && location == source: note(.missing(uri), subject)
    case let other: note(other, subject)
    }
    let name = location.isEmpty ? "mlflow:\(subject)" : redaction.text(location)
    return ArtifactRecord(
      path: PathText.encode(Array(name.utf8.filter { $0 != 0 })), kind: .uri, content: nil, size: 0, evidence: .declared
    )
  }

  /// What a run that is here has made, as `runs:/RUN/PATH` names it; nil if it has made no such thing.
  private func output(_ source: String) throws -> ArtifactRecord? {
    var names = source.dropFirst("runs:/".count).split(separator: "/").map(String.init)
    guard !names.isEmpty, let run = try runs.place(of: names.removeFirst()).known, !names.isEmpty else { return nil }
    let wanted = names.map { Array($0.utf8) }
    for output in try workspace.index.files(of: run.id, role: .output) {
      guard let content = output.content, let path = WorkPath(text: output.path) else { continue }
      // As `mlruns/EXPERIMENT/RUN/artifacts/PATH`.
      let parts = path.components
      // MLflow 3 calls a model that the run has logged by its name, and keeps it in `mlruns/EXPERIMENT/models/ID/artifacts`.
      if parts.count == 5, parts[2] == Array("models".utf8),
        let (model, _) = try? store.loggedModel(String(decoding: parts[3], as: UTF8.self)),
        model.name == names.joined(separator: "/")
      {
        return output
      }
      guard parts.count > 4, parts[3] == Array("artifacts".utf8), wanted.starts(with: parts[4...]) else { continue }
      let rest = Array(wanted[(parts.count - 4)...])
      if rest.isEmpty { return output }
      guard output.kind == .tree, try workspace.store.containsTree(content),
        let entry = try workspace.store.entry(at: rest, in: content)
      else { continue }
      var record = Workspace.record(of: entry, at: rest.reduce(path) { $0.appending($1) })
      record.evidence = .declared
      return record
    }
    return nil
  }

  /// What of a location stands below MLflow's root: experiment, run, `artifacts` and so on.
  static func tail(_ location: String) -> [String] {
    let names = ArtifactPlaces.path(location).split(separator: "/").map(String.init)
    guard let place = names.lastIndex(of: "artifacts"), place >= 2 else { return [] }
    let isLogged = names[place - 1].hasPrefix("m-") && names[place - 2] == "models" && place >= 3
    return Array(names[(place - (isLogged ? 3 : 2))...])
  }

  // MARK: Words

  private func said(_ why: String = "imported from MLflow", user: String? = nil) -> Attribution {
    Attribution(
      user: user ?? workspace.identity, why: why,
      imported: runs.store.isEmpty ? runs.tool : "\(runs.tool) \(runs.store)")
  }
}
