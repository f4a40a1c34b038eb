internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

/// How what people said of runs, artifacts and components reads.
enum ChangeRendering {
  // MARK: Flags

  /// Who flagged something, when and why, on one line.
  static func flagText(_ flag: RecordedChange) -> String {
    let who = "by \(name(flag.user) ?? "somebody"), \(Formatting.time(flag.at))"
    return flag.why.map { who + ": " + Formatting.firstLine($0) } ?? who
  }

  /// What stands behind an artifact that is flagged, or behind a folder that holds flagged files.
  static func marks(_ artifact: ArtifactRecord, _ flags: FlagMarks) -> [String] {
    if let flag = flags.flag(on: artifact) {
      return ["flagged" + (flag.why.map { ": " + Formatting.firstLine($0) } ?? "")]
    }
    let within = flags.flags(within: artifact)
    guard let first = within.first?.artifact?.path else { return [] }
    return [within.count == 1 ? "flagged in it: \(first)" : "flagged in it: \(first) and \(within.count - 1) more"]
  }

  static func flagJSON(_ flag: RecordedChange) -> JSON {
    [
      "at": .string(flag.at.description), "user": flag.user.map { .string($0) } ?? .null,
      "why": flag.why.map { .string($0) } ?? .null,
    ]
  }

  // The mail address is for machines.
  private static func name(_ user: String?) -> String? {
    guard let user, let end = user.firstIndex(of: "<"), end != user.startIndex else { return user }
    let name = user[..<end]
    return name.last == " " ? String(name.dropLast()) : String(name)
  }

  /// What a pointer names, in a line about it.
  static func name(of target: Target) -> String {
    switch target {
    case .run(let run): "run \(run.short)"
    case .artifact(let target):
      [target.artifact.content?.short, target.artifact.path].compactMap { $0 }.joined(separator: "  ")
    }
  }

  // MARK: History

  /// Shows a history.
  static func show(_ changes: [RecordedChange], asJSON: Bool, _ session: Session, _ workspace: Workspace) throws {
    if asJSON {
      try session.show(json: ["format": 1, "history": .array(changes.map(json))], of: workspace)
    } else {
      try session.show(text(changes, terminal: session.terminal), of: workspace, paged: true)
    }
  }

  static func text(_ changes: [RecordedChange], terminal: Terminal) -> String {
    var out = StyledText(colour: terminal.hasColour)
    let subjects = Set(changes.map(\.subject))
    let rows = changes.map { change in
      let who = name(change.user) ?? "writer \(change.writer.hex.prefix(10))"
      var row = [change.isLatest ? "*" : " ", Formatting.time(change.at), who, what(change)]
      if subjects.count > 1 { row.append(subject(change)) }
      if let why = change.why { row.append(Formatting.firstLine(why)) }
      return row
    }
    for (row, change) in zip(Formatting.table(rows), changes) {
      let line = String(row.reversed().drop { $0 == " " }.reversed())
      out.line(change.isLatest ? out.styled(line, .bold) : line)
    }
    return out.text
  }

  private static func what(_ change: RecordedChange) -> String {
    let value = change.value.map(Formatting.firstLine)
    switch change.field {
    case .tag:
      guard let value else { return "tag \(change.name) taken away" }
      return "tag \(change.name)" + (value.isEmpty ? "" : "=\(value)")
    case .note: return value.map { "note: \($0)" } ?? "note taken away"
    case .flag: return value == nil ? "unflagged" : change.isClosed ? "flag closed" : "flagged"
    case .summary: return "description: \(value ?? "")"
    case .owner: return "owner: \(value ?? "")"
    case .tags: return "tags: \(tags(change.value).joined(separator: ", "))"
    case .deleted: return value == nil ? "restored" : "deleted"
    case .label: return "label \(change.name)" + (value == nil ? " taken away" : "")
    case .retraction: return value == nil ? "reinstated" : "retracted"
    case .checks: return "checks: \(value ?? "")"
    }
  }

  private static func tags(_ text: String?) -> [String] {
    // The index wrote it.
    text.flatMap { try? JSON(parsing: $0) }?.array?.compactMap(\.string) ?? []
  }

  private static func subject(_ change: RecordedChange) -> String {
    switch change.subject {
    case .run(let run): "run \(run.short)"
    case .component(let name), .label(let name): name
    case .content, .place:
      [change.artifact?.path, change.artifact?.content?.short].compactMap { $0 }.joined(separator: " ")
    }
  }

  static func json(_ change: RecordedChange) -> JSON {
    var fields: JSONObject = [
      "at": .string(change.at.description), "user": change.user.map { .string($0) } ?? .null,
      "why": change.why.map { .string($0) } ?? .null, "writer": .string(change.writer.hex),
      "holds": .bool(change.isLatest), "what": .string(what(change.field)),
    ]
    switch change.field {
    case .tag:
      fields["name"] = .string(change.name)
      fields["value"] = change.value.map { .string($0) } ?? .null
    case .note, .summary, .owner: fields["value"] = change.value.map { .string($0) } ?? .null
    case .tags: fields["value"] = .array(tags(change.value).map { .string($0) })
    case .deleted, .retraction: fields["value"] = .bool(change.value != nil)
    case .label:
      fields["name"] = .string(change.name)
      fields["value"] = .bool(change.value != nil)
    case .checks: fields["value"] = change.value.flatMap { try? JSON(parsing: $0) } ?? .null
    case .flag:
      fields["value"] = .bool(change.value != nil)
      if change.isClosed { fields["closed"] = true }
    }
    switch change.subject {
    case .run(let run): fields["run"] = .string(run.hex)
    case .component(let name): fields["component"] = .string(name)
    case .label(let name): fields["label"] = .string(name)
    case .content, .place:
      fields["path"] = change.artifact.map { .string($0.path) } ?? .null
      fields["id"] = change.artifact?.content.map { .string($0.hex) } ?? .null
    }
    return .object(fields)
  }

  private static func what(_ field: RecordedChange.Field) -> String {
    switch field {
    case .tag: "tag"
    case .note: "note"
    case .flag: "flag"
    case .summary: "description"
    case .owner: "owner"
    case .tags: "tags"
    case .deleted: "deleted"
    case .label: "label"
    case .retraction: "retraction"
    case .checks: "checks"
    }
  }
}
