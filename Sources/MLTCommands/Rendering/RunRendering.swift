internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// The parts of a run that several listings share.
enum RunRendering {
  /// The command of a run; of a stage's without the shell around it.
  static func command(_ arguments: [String]) -> String {
    if arguments.isEmpty { return "(no command)" }
    return StageCommandLine.commands(of: arguments).map { commands in
      commands.map { $0.split(separator: "\n").joined(separator: "; ") }.joined(separator: " && ")
    } ?? Formatting.command(arguments)
  }

  /// How a run ended, in a word or three.
  static func outcome(_ status: RunStatus, _ exit: Int64?) -> String {
    switch status {
    case .finished: "finished"
    case .failed: "failed, exit \(exit ?? 1)"
    case .interrupted: "interrupted, exit \(exit ?? 130)"
    case .running: "not ended"
    }
  }

  /// Names and values, sorted by name.
  static func pairs(_ values: [String: String]) -> String {
    values.sorted { $0.key < $1.key }.map { $0.value.isEmpty ? $0.key : "\($0.key)=\($0.value)" }
      .joined(separator: "  ")
  }

  static func json(_ run: RunSummary) -> JSONObject {
    [
      "id": .string(run.id.hex), "component": .string(run.component), "status": .string(run.status.rawValue),
      "exit": run.exit.map { .int($0) } ?? .null, "started": .string(run.started.description),
      "ended": run.ended.map { .string($0.description) } ?? .null,
      "command": .array(run.command.map { .string($0) }), "git": run.git.map { .object($0.fields) } ?? .null,
      "user": .string(run.user), "parent": run.parent.map { .string($0.hex) } ?? .null, "signed": .bool(run.isSigned),
      "tags": json(run.tags),
      "note": run.note.map { .string($0) } ?? .null,
      "name": run.name.map { .string($0) } ?? .null, "experiment": run.experiment.map { .string($0) } ?? .null,
    ]
  }

  static func json(_ run: RunRecord) -> JSONObject {
    [
      "id": .string(run.id.hex), "component": .string(run.component), "status": .string(run.status.rawValue),
      "exit": run.exit.map { .int($0) } ?? .null, "started": .string(run.started.description),
      "ended": run.ended.map { .string($0.description) } ?? .null,
      "command": .array(run.command.map { .string($0) }), "directory": .string(run.directory),
      "git": run.git.map { .object($0.fields) } ?? .null, "user": .string(run.user), "host": .string(run.host),
      "parent": run.parent.map { .string($0.hex) } ?? .null, "params": json(run.parameters), "tags": json(run.tags),
      "note": run.note.map { .string($0) } ?? .null,
      "evidence": run.evidence.map { .string($0.rawValue) } ?? .null,
      "usage": run.usage.map { .object($0.fields) } ?? .null,
      "hazards": .array(run.hazards.map { .object($0.fields) }),
      "removed": .array(run.removed.map { .string($0) }),
      "record": run.record.map { .string($0.hex) } ?? .null, "streams": .object(run.streams.fields),
      "name": run.name.map { .string($0) } ?? .null, "experiment": run.experiment.map { .string($0) } ?? .null,
      "metrics": json(run.metricsLatest), "origin": run.origin.map { .object($0.fields) } ?? .null,
    ]
  }

  /// Metrics as they are shown: each with its latest value.
  static func json(_ values: [String: Double]) -> JSON {
    .object(JSONObject(values.mapValues { MetricValue($0).json }))
  }

  static func json(_ values: [String: String]) -> JSON {
    .object(JSONObject(values.mapValues { .string($0) }))
  }

  /// An artifact's fields, with its flag if it has one.
  static func json(_ artifact: ArtifactRecord, _ flags: FlagMarks) -> JSONObject {
    var fields = artifact.fields
    fields["flag"] = flags.flag(on: artifact).map { ChangeRendering.flagJSON($0) }
    return fields
  }

  static func json(_ edge: LineageEdge, _ flags: FlagMarks = FlagMarks()) -> JSON {
    var fields = json(edge.input, flags)
    fields["evidence"] = .string(edge.evidence.rawValue)
    if let count = edge.count { fields["matched"] = .int(count) }
    var origin = JSONObject()
    switch edge.origin {
    case .produced: origin["kind"] = "produced"
    case .copied(_, let from):
      origin["kind"] = "copied"
      origin["from"] = .string(from)
    case .changedOutside: origin["kind"] = "changed-outside"
    case .added(let at):
      origin["kind"] = "added"
      origin["at"] = .string(at.description)
    case .git: origin["kind"] = "git"
    case .source: origin["kind"] = "source"
    }
    if let producer = edge.producer { origin["run"] = .string(producer.hex) }
    fields["origin"] = .object(origin)
    return .object(fields)
  }

  /// An artifact in one line: path, content, size, and whether it is flagged.
  static func artifact(_ artifact: ArtifactRecord, _ out: StyledText, flags: FlagMarks? = nil) -> String {
    var parts = [out.styled(artifact.path, .cyan)]
    if let content = artifact.content { parts.append(content.short) }
    if artifact.kind != .uri, artifact.content != nil { parts.append(Formatting.size(artifact.size)) }
    if let count = artifact.count { parts.append(Formatting.count(Int(count), "file")) }
    if artifact.kind == .link { parts.append("link") }
    if let problem = artifact.problem { parts.append(out.styled(problem, .red)) }
    if let flags { parts += ChangeRendering.marks(artifact, flags).map { out.styled($0, .red) } }
    return parts.joined(separator: "  ")
  }

  /// Where an input came from, behind its line; nothing for what a run made, since the run follows.
  static func origin(_ edge: LineageEdge, component: (RunID) -> String?, _ out: StyledText) -> String {
    var text: String
    switch edge.origin {
    case .produced: text = ""
    case .copied(_, let from): text = "copied from \(from)"
    case .changedOutside(let run):
      text = out.styled(
        "changed outside mlt since \(component(run) ?? "run") \(run.short)", .yellow)
    case .added(let at): text = "added \(Formatting.time(at))"
    case .git: text = "git"
    case .source:
      text = edge.input.isModified ? out.styled("changed since the commit", .yellow) : "source"
    }
    if let count = edge.count, let total = edge.input.count { text += " \(count) of \(total) files" }
    if edge.evidence != .observed {
      let evidence = "[\(edge.evidence.rawValue)]"
      text = text.isEmpty ? evidence : text + " " + evidence
    }
    return text
  }
}
