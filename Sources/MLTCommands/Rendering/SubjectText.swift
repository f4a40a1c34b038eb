internal import Journaling
internal import Lineage
internal import MLTBase

/// How it reads what differs between two runs.
enum SubjectText {
  /// The kind of thing that differs, in a word or two.
  static func kind(_ subject: Cause.Subject) -> String {
    switch subject {
    case .code: "code"
    case .data: "data"
    case .replaced: "other input"
    case .stale: "stale input"
    case .changedOutside: "changed by hand"
    case .underway: "not finished"
    case .parameter: "parameter"
    case .package: "package"
    case .interpreter: "interpreter"
    case .command: "command"
    case .directory: "directory"
    case .variable: "environment"
    case .machine: "machine"
    case .branch: "branch"
    case .unrepeatable: "not repeatable"
    case .unexplained: "unexplained"
    }
  }

  /// What differs, in a line.
  static func line(_ subject: Cause.Subject) -> String {
    switch subject {
    case .code(let path, let before, let after), .data(let path, let before, let after):
      return "\(path) \(versions(before, after))"
    case .replaced(let before, let after): return "\(source(before)) → \(source(after))"
    case .stale(let path, _, let staleness): return "\(path) \(self.staleness(staleness))"
    case .changedOutside(let path, let content, let since):
      return "\(path) \(content?.short ?? ""), changed outside mlt since run \(since.short)"
    case .underway(let path, let content, let since, let run, let isRunning):
      return "\(path) \(content?.short ?? ""), last recorded by run \(since.short): run \(run.short) "
        + (isRunning ? "is writing it, and hasn't ended" : "was at it, and ended without a record of what it wrote")
    case .parameter(let key, let file, let before, let after):
      return "\(file.map { $0 + ": " } ?? "")\(key): \(value(before)) → \(value(after))"
    case .package(let system, let name, let before, let after):
      return "\(name)\(system == "python" ? "" : " (\(system))") \(value(before)) → \(value(after))"
    case .interpreter(let name, let before, let after), .variable(let name, let before, let after):
      return "\(name): \(value(before)) → \(value(after))"
    case .machine(let field, let before, let after): return "\(field): \(value(before)) → \(value(after))"
    case .command(let before, let after): return "\(Formatting.command(before)) → \(Formatting.command(after))"
    case .directory(let before, let after): return "\(before) → \(after)"
    case .branch(let before, let after): return "\(value(before)) → \(value(after))"
    case .unrepeatable(let path, let before, let after):
      return "\(path) \(versions(before, after)), from the same inputs, code, parameters and packages"
    case .unexplained(let path, let before, let after):
      return "\(path) \(versions(before, after)) is unlike those before, and nothing that could be compared explains it"
    }
  }

  private static func versions(_ before: ContentID?, _ after: ContentID?) -> String {
    guard let before else { return "\(after?.short ?? ""), not read before" }
    guard let after else { return "\(before.short), no longer read" }
    return "\(before.short) → \(after.short)"
  }

  private static func source(_ source: Cause.Source) -> String {
    (source.path ?? "nothing") + (source.component.map { " (made by \($0))" } ?? "")
  }

  private static func staleness(_ staleness: Cause.Staleness) -> String {
    guard let age = staleness.age else { return "is the same as before, and changed every time until then" }
    let usual = staleness.usual.map { ", usually at most \(Formatting.span($0))" } ?? ""
    return "was \(Formatting.span(age)) old when it was read\(usual)"
  }

  private static func value(_ text: String?) -> String { text.map { Formatting.firstLine($0) } ?? "none" }

  // MARK: JSON

  static func json(_ subject: Cause.Subject) -> JSONObject {
    var fields: JSONObject = ["kind": .string(name(subject))]
    func set(_ before: String?, _ after: String?) {
      fields["before"] = before.map { .string($0) } ?? .null
      fields["after"] = after.map { .string($0) } ?? .null
    }
    switch subject {
    case .code(let path, let before, let after), .data(let path, let before, let after),
      .unrepeatable(let path, let before, let after), .unexplained(let path, let before, let after):
      fields["path"] = .string(path)
      set(before?.hex, after?.hex)
    case .replaced(let before, let after):
      fields["before"] = json(before)
      fields["after"] = json(after)
    case .stale(let path, let content, let staleness):
      fields["path"] = .string(path)
      fields["content"] = content.map { .string($0.hex) } ?? .null
      fields["age"] = staleness.age.map { .int($0) } ?? .null
      fields["usual_age"] = staleness.usual.map { .int($0) } ?? .null
    case .changedOutside(let path, let content, let since):
      fields["path"] = .string(path)
      fields["content"] = content.map { .string($0.hex) } ?? .null
      fields["since"] = .string(since.hex)
    case .underway(let path, let content, let since, let run, let isRunning):
      fields["path"] = .string(path)
      fields["content"] = content.map { .string($0.hex) } ?? .null
      fields["since"] = .string(since.hex)
      fields["run"] = .string(run.hex)
      fields["running"] = .bool(isRunning)
    case .parameter(let key, let file, let before, let after):
      fields["key"] = .string(key)
      if let file { fields["file"] = .string(file) }
      set(before, after)
    case .package(let system, let name, let before, let after):
      fields["system"] = .string(system)
      fields["name"] = .string(name)
      set(before, after)
    case .interpreter(let name, let before, let after), .variable(let name, let before, let after),
      .machine(let name, let before, let after):
      fields["name"] = .string(name)
      set(before, after)
    case .command(let before, let after):
      fields["before"] = .array(before.map { .string($0) })
      fields["after"] = .array(after.map { .string($0) })
    case .directory(let before, let after): set(before, after)
    case .branch(let before, let after): set(before, after)
    }
    return fields
  }

  private static func json(_ source: Cause.Source) -> JSON {
    [
      "path": source.path.map { .string($0) } ?? .null, "content": source.content.map { .string($0.hex) } ?? .null,
      "component": source.component.map { .string($0) } ?? .null,
    ]
  }

  /// The kind as `--json` names it.
  private static func name(_ subject: Cause.Subject) -> String {
    switch subject {
    case .changedOutside: "changed-outside"
    case .underway: "underway"
    case .unrepeatable: "unrepeatable"
    case .stale: "stale"
    case .replaced: "replaced"
    default: kind(subject)
    }
  }
}
