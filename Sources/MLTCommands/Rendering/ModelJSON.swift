internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

// Models and versions as `--json` has them.
extension ModelRendering {
  static func json(_ version: ModelVersion, of model: RegisteredModel) -> JSONObject {
    [
      "id": .string(version.id.hex), "name": .string(model.name), "version": .string(version.label),
      "number": .int(version.number), "stage": .string(version.stage.rawValue),
      "stageSince": .string(version.stageSince.description), "aliases": .array(version.aliases.map { .string($0) }),
      "artifact": .object(version.artifact.fields), "run": version.run.map { .string($0.hex) } ?? .null,
      "registered": .string(version.registered.description), "user": text(version.said.user),
      "why": text(version.said.why), "description": text(version.summary), "tags": RunRendering.json(version.tags),
      "deleted": .bool(version.isDeleted), "origin": version.origin.map { .object($0.fields) } ?? .null,
    ]
  }

  /// Versions as what they are the content of has them.
  static func json(_ versions: [NamedVersion]) -> JSON {
    .array(
      versions.map { named in
        [
          "name": .string(named.model.name), "version": .string(named.version.label),
          "stage": .string(named.version.stage.rawValue),
          "aliases": .array(named.version.aliases.map { .string($0) }),
        ]
      })
  }

  static func json(_ model: RegisteredModel, includesDeleted: Bool = false) -> JSONObject {
    let versions = includesDeleted ? model.versionsEver : model.versions
    return [
      "name": .string(model.name), "description": text(model.summary), "tags": RunRendering.json(model.tags),
      "deleted": .bool(model.isDeleted), "created": text(model.created?.description),
      "aliases": .object(
        JSONObject(
          model.aliases.mapValues { id in .string(model.version(id)?.label ?? id.hex) })),
      "versions": .array(versions.map { .object(json($0, of: model)) }),
    ]
  }

  static func json(_ change: VersionChange) -> JSONObject {
    [
      "format": 1, "changed": .bool(change.isChanged),
      "version": .object(json(change.after.version, of: change.after.model)),
      "before": .object(json(change.before, of: change.after.model)),
      "displaced": .array(change.displaced.map { .object(json($0, of: change.after.model)) }),
    ]
  }

  static func json(_ standing: ModelMoment.Standing, of model: RegisteredModel) -> JSONObject {
    var fields = json(standing.version, of: model)
    fields["madeBy"] = standing.run.map { .object(RunRendering.json($0)) } ?? .null
    fields["lineage"] = .array(
      standing.lineage.map { run in
        [
          "id": .string(run.id.hex), "component": .string(run.component),
          "command": .array(run.command.map { .string($0) }), "git": run.git.map { .object($0.fields) } ?? .null,
          "started": .string(run.started.description),
        ]
      })
    fields["data"] = .array(standing.sources.map { RunRendering.json($0) })
    return fields
  }

  static func json(_ details: VersionDetails) -> JSONObject {
    var fields = json(details.standing, of: details.model)
    fields["stored"] = .bool(details.isStored)
    fields["flagged"] = .array(
      details.flagged.map { ["path": .string($0.path), "flag": ChangeRendering.flagJSON($0.flag)] })
    fields["review"] = .object(ModelReviewRendering.json(details.review))
    return ["format": 1, "version": .object(fields)]
  }

  static func json(_ moment: ModelMoment) -> JSONObject {
    [
      "format": 1, "name": .string(moment.model.name), "at": text(moment.moment?.description),
      "versions": .array(moment.standings.map { .object(json($0, of: moment.model)) }),
    ]
  }

  static func historyJSON(_ model: RegisteredModel) -> JSONObject {
    [
      "format": 1, "name": .string(model.name), "events": .array(model.history.map { .object(json($0, model)) }),
    ]
  }

  private static func json(_ event: ModelEvent, _ model: RegisteredModel) -> JSONObject {
    var fields: JSONObject = [
      "at": .string(event.at.description), "user": text(event.said.user), "why": text(event.said.why),
      "writer": .string(event.writer.hex), "version": text(event.version.flatMap { model.version($0)?.label }),
      "versionId": text(event.version?.hex), "text": .string(words(event, model)),
    ]
    switch event.kind {
    case .created: fields["kind"] = "created"
    case .registered: fields["kind"] = "registered"
    case .moved(let from, let to, let isRollback):
      fields["kind"] = "moved"
      fields["from"] = .string(from.rawValue)
      fields["to"] = .string(to.rawValue)
      fields["rollback"] = .bool(isRollback)
    case .refused(let stage):
      fields["kind"] = "refused"
      fields["to"] = .string(stage.rawValue)
    case .displaced(let from, let by):
      fields["kind"] = "displaced"
      fields["from"] = .string(from.rawValue)
      fields["by"] = .string(by.hex)
    case .aliased(let alias, let before):
      fields["kind"] = "aliased"
      fields["alias"] = .string(alias)
      fields["before"] = text(before?.hex)
    case .unaliased(let alias):
      fields["kind"] = "unaliased"
      fields["alias"] = .string(alias)
    case .described: fields["kind"] = "described"
    case .tagged(let set, let removed):
      fields["kind"] = "tagged"
      fields["tags"] = RunRendering.json(set)
      fields["untagged"] = .array(removed.map { .string($0) })
    case .deleted: fields["kind"] = "deleted"
    case .restored: fields["kind"] = "restored"
    case .reviewed(let verdict, let reviewers):
      fields["kind"] = "reviewed"
      fields["verdict"] = .string(verdict.rawValue)
      fields["reviewers"] = .array(reviewers.map { .string($0) })
    case .decided(let fact):
      fields["kind"] = "decided"
      fields["decision"] = .object(fact.fields)
    }
    return fields
  }

  static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
