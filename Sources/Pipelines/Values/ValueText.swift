internal import MLTBase

/// Reads a file of values as one list of dotted keys.
public enum ValueText {
  /// The most keys that a file may have.
  private static let keyLimit = 10_000

  /// Returns each value at the end of its dotted key, written as JSON but for texts; nil for what isn't YAML, JSON, TOML
  /// or Python with a mapping in it, as the name's ending says.
  public static func flattened(_ bytes: [UInt8], name: String) -> [String: String]? {
    let files = SingleFile(name: name, bytes: bytes)
    guard let value = try? ValueFiles(files).value(name), value.map != nil else { return nil }
    var values: [String: String] = [:]
    var pending: [(key: String, value: PipelineValue)] = [("", value)]
    while let (key, value) = pending.popLast() {
      if values.count >= keyLimit { return nil }
      switch value {
      case .map(let map) where !map.members.isEmpty:
        pending += map.members.map { (key.isEmpty ? $0.key : key + "." + $0.key, $0.value) }
      case .string(let text): values[key] = text
      default: values[key] = value.json.canonicalText
      }
    }
    return values
  }

  private struct SingleFile: ProjectFiles {
    var name: String
    var bytes: [UInt8]

    func read(_ path: String, limit: Int) -> FileText {
      if path != name { return .missing }
      return bytes.count > limit ? .tooLarge : .bytes(bytes)
    }
  }
}
