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

  /// Returns the value of a text in JSON or, unless its name ends as JSON's does, in YAML.
  ///
  /// - Parameters:
  ///   - bytes: the text, with or without a byte order mark.
  ///   - name: the file's name, for messages.
  /// - Throws: ``PipelineProblem`` for what is neither, or goes beyond what is read.
  public static func value(_ bytes: [UInt8], name: String) throws(PipelineProblem) -> PipelineValue {
    guard var text = String(validating: bytes, as: UTF8.self) else { throw PipelineProblem(file: name, .notText) }
    if text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) { text = String(text.unicodeScalars.dropFirst()) }
    if name.lowercased().hasSuffix(".json") { return try JSONReader.read(text, file: name) }
    return try YAMLReader.read(text, file: name).value
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
