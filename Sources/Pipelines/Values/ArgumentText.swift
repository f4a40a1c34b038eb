/// How a mapping becomes a command's options: DVC's `parsing` settings.
public struct ArgumentStyle: Hashable, Sendable {
  /// Whether false becomes `--no-KEY`, instead of nothing.
  public var negatesFalse: Bool
  /// Whether each element of a list gets its `--KEY`, instead of one for all.
  public var repeatsKey: Bool

  /// Takes the settings.
  public init(negatesFalse: Bool = false, repeatsKey: Bool = false) {
    self.negatesFalse = negatesFalse
    self.repeatsKey = repeatsKey
  }

  /// The options; nil if a list holds a list or a mapping.
  func text(_ map: PipelineMap) -> String? {
    var words: [String] = []
    guard add(map, prefix: "", to: &words) else { return nil }
    return words.joined(separator: " ")
  }

  private func add(_ map: PipelineMap, prefix: String, to words: inout [String]) -> Bool {
    for member in map.members {
      let key = prefix + member.key
      switch member.value {
      case .map(let inner):
        guard add(inner, prefix: key + ".", to: &words) else { return false }
      case .bool(true): words.append("--\(key)")
      case .bool(false): if negatesFalse { words.append("--no-\(key)") }
      case .list(let elements):
        for (index, element) in elements.enumerated() {
          guard let text = Self.argument(element) else { return false }
          if index == 0 || repeatsKey { words.append("--\(key)") }
          words.append(text)
        }
      case let value:
        guard let text = Self.argument(value) else { return false }
        words += ["--\(key)", text]
      }
    }
    return true
  }

  private static func argument(_ value: PipelineValue) -> String? {
    if case .string(let text) = value { quoted(text) } else { value.pythonText }
  }

  /// A word as a POSIX shell reads it, quoted in the way of Python's `shlex.quote`.
  static func quoted(_ text: String) -> String {
    if text.isEmpty { return "''" }
    let isSafe = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "@%+=:,./-_".utf8.contains(byte)
      }
    }
    if isSafe { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\"'\"'") + "'"
  }
}
