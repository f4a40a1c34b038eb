public import MLTBase

/// Reads a file of values as one list of dotted keys.
public enum ValueText {
  /// Why a file has no such list.
  public enum Problem: Error, Hashable, Sendable {
    /// It isn't what its name's ending says, or has no mapping in it.
    case noMapping
    /// It has more keys than the limit.
    case tooManyKeys(limit: Int)
  }

  /// The most keys that a file may have.
  private static let keyLimit = 10_000

  /// Returns each value at the end of its dotted key, written as JSON but for texts, and for numbers and times that JSON
  /// hasn't, which are written as Python prints them.
  ///
  /// - Parameters:
  ///   - bytes: what the file holds: YAML, JSON, TOML or Python, as the name's ending says.
  ///   - name: the file's name.
  /// - Throws: ``Problem``.
  public static func values(in bytes: [UInt8], name: String) throws(Problem) -> [String: String] {
    let files = SingleFile(name: name, bytes: bytes)
    guard let value = try? ValueFiles(files).value(name), value.map != nil else { throw .noMapping }
    return try flat(value)
  }

  /// Reads a mapping in YAML whose scalars are the texts that they are written as; those that stand for nothing are left out.
  ///
  /// - Returns: each text at the end of its dotted key; nil if it is no mapping, or one with too many keys.
  public static func yamlTexts(_ bytes: [UInt8]) -> [String: String]? {
    guard let text = String(validating: bytes, as: UTF8.self),
      let value = (try? YAMLReader.read(text, file: "", isLiteral: true))?.value, value.map != nil
    else { return nil }
    return (try? flat(value, withNulls: false)) ?? nil
  }

  private static func flat(_ value: PipelineValue, withNulls: Bool = true) throws(Problem) -> [String: String] {
    var values: [String: String] = [:]
    var pending: [(key: String, value: PipelineValue)] = [("", value)]
    while let (key, value) = pending.popLast() {
      if values.count >= keyLimit { throw .tooManyKeys(limit: keyLimit) }
      switch value {
      case .map(let map) where !map.members.isEmpty:
        pending += map.members.map { (key.isEmpty ? $0.key : key + "." + $0.key, $0.value) }
      case .null where !withNulls: continue
      case .string(let text), .time(let text), .largeInt(let text): values[key] = text
      case .double(let number) where !number.isFinite: values[key] = PipelineValue.pythonText(number)
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

  /// Returns what ``values(in:name:)`` does; nil where that throws.
  public static func flattened(_ bytes: [UInt8], name: String) -> [String: String]? {
    try? values(in: bytes, name: name)
  }

  /// Reads one JSON value as Python writes them; nil for anything else.
  ///
  /// `NaN`, `Infinity` and `-Infinity` come as strings, since JSON has no such numbers.
  ///
  /// - Parameter bytes: the value's text; a byte order mark in front of it is nothing.
  public static func json(_ bytes: some Sequence<UInt8>) -> JSON? {
    var bytes = Array(bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if let value = try? JSON(parsing: bytes) { return value }
    guard let text = String(validating: bytes, as: UTF8.self), let value = try? JSONReader.read(text, file: "") else {
      return nil
    }
    return plain(value)
  }

  // The reader's limit on depth holds here.
  private static func plain(_ value: PipelineValue) -> JSON {
    switch value {
    case .double(let number):
      number.isFinite ? .double(number) : .string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
    case .largeInt(let digits): Double(digits).flatMap { $0.isFinite ? .double($0) : nil } ?? .string(digits)
    case .list(let values): .array(values.map(plain))
    case .map(let map):
      .object(JSONObject(Dictionary(map.members.map { ($0.key, plain($0.value)) }, uniquingKeysWith: { $1 })))
    case .null, .bool, .int, .string, .time: value.json
    }
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

extension ValueText.Problem: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .noMapping: "it is no mapping in YAML, JSON, TOML or Python"
    case .tooManyKeys(let limit): "it has more than \(limit) keys"
    }
  }
}
