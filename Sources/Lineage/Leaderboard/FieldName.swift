public import LineageIndexing

/// How people name what runs have, in MLflow's words and ours.
public enum FieldName {
  enum Kind: String, CaseIterable {
    case metrics, params, tags, attributes, datasets

    init?(_ text: String) {
      switch text.lowercased() {
      case "metric", "metrics": self = .metrics
      case "param", "params", "parameter", "parameters": self = .params
      case "tag", "tags": self = .tags
      case "attribute", "attributes", "attr", "run": self = .attributes
      case "dataset", "datasets": self = .datasets
      default: return nil
      }
    }
  }

  /// The attribute that a word means; nil if none.
  static func attribute(_ word: String) -> RunAttribute? {
    switch word.lowercased() {
    case "run_id", "id", "run": .run
    case "run_name", "run name", "runname", "name": .name
    case "component", "step": .component
    case "experiment", "experiment_name": .experiment
    case "status": .status
    case "start_time", "created", "started": .started
    case "end_time", "ended": .ended
    case "duration": .duration
    case "exit", "exit_status": .exit
    case "user_id", "user": .user
    case "host": .host
    case "commit", "git_commit": .commit
    case "branch", "git_branch": .branch
    case "remote", "git_remote": .remote
    case "command": .command
    case "directory": .directory
    case "parent", "parent_run_id": .parent
    case "note": .note
    case "inputs": .inputs
    case "outputs": .outputs
    case "lifecycle_stage": .lifecycle
    case "artifact_uri": .artifacts
    default: nil
    }
  }

  /// The words that hints offer for attributes.
  static let attributes = [
    "branch", "commit", "component", "duration", "end_time", "experiment", "exit", "host", "note", "parent", "run_id",
    "run_name", "start_time", "status", "user_id",
  ]

  static func input(_ word: String) -> RunField.InputPart? {
    switch word.lowercased() {
    case "name": .name
    case "digest": .digest
    case "context": .context
    default: nil
    }
  }

  /// What a name as `metrics.f1`, `params."a b"` or `status` means; nil if nothing.
  static func field(_ text: String) -> RunField? {
    guard let dot = text.firstIndex(of: "."), let kind = Kind(String(text[..<dot])) else {
      return attribute(unquoted(text)).map { .attribute($0) }
    }
    let key = unquoted(String(text[text.index(after: dot)...]))
    if key.isEmpty { return nil }
    return field(kind, key)
  }

  static func field(_ kind: Kind, _ key: String) -> RunField? {
    switch kind {
    case .metrics: .metric(key)
    case .params: .parameter(key)
    case .tags: .tag(key)
    case .attributes: attribute(key).map { .attribute($0) }
    case .datasets: input(key).map { .input($0) }
    }
  }

  private static func unquoted(_ text: String) -> String {
    guard text.count >= 2, let quote = text.first, quote == "`" || quote == "\"", text.last == quote else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }
}

extension RunField: CustomStringConvertible {
  /// The name that people would type.
  public var description: String {
    switch self {
    case .metric(let key): "metrics." + key
    case .parameter(let key): "params." + key
    case .tag(let key): "tags." + key
    case .attribute(let attribute): attribute.rawValue
    case .input(let part): "datasets.\(part)"
    }
  }
}
