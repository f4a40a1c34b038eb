internal import MLTBase
internal import SystemPackage
internal import Yams

/// One YAML text, with limits on what it can cost: a project's files are as hostile as its makers.
struct YAMLDocument {
  /// A file larger than this is none that DVC wrote.
  static let sizeLimit = 32 << 20

  /// The whole.
  let root: YAMLValue

  /// Reads a file; nil if there is none, or none that is a regular file.
  static func read(_ path: FilePath, named name: String) throws(DVCProblem) -> YAMLDocument? {
    let bytes: [UInt8]?
    do throws(SystemCallError) {
      guard try FileStatus(at: path)?.kind == .regular else { return nil }
      bytes = try FileOperations.contents(of: path, limit: sizeLimit)
    } catch {
      throw DVCProblem(file: name, error.errno == .fileTooLarge ? .tooLarge : .unreadable(error.errno))
    }
    guard let bytes else { return nil }
    return try YAMLDocument(bytes, named: name)
  }

  init(_ bytes: [UInt8], named name: String) throws(DVCProblem) {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw DVCProblem(file: name, .notText) }
    if Self.couldExplode(bytes) { throw DVCProblem(file: name, .aliases) }
    do {
      // Without rules for scalars: each would cost a few regular expressions, and only a handful are looked at.
      let parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
      root = YAMLValue(try parser.singleRoot())
    } catch let error as YamlError {
      throw Self.problem(error, name)
    } catch {
      throw DVCProblem(file: name, .malformedYAML("unknown failure"))
    }
  }

  private static func problem(_ error: YamlError, _ name: String) -> DVCProblem {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      DVCProblem(file: name, line: mark.line, .malformedYAML(problem))
    case .duplicatedKeysInMapping(let keys, let context):
      DVCProblem(
        file: name, line: context.mark.line,
        .malformedYAML("key '\(PathText.encode((keys.first ?? "").utf8))' occurs twice"))
    case .reader(let problem, _, _, _): DVCProblem(file: name, .malformedYAML(problem))
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      DVCProblem(file: name, .malformedYAML("unknown failure"))
    }
  }

  // Aliases share what they name, so that a text stays as small as it is — but for keys, which the parser compares as a
  // whole: a nest of aliases in a key takes for ever. DVC writes aliases for equal parameters, never keys that aren't
  // plain. A text with anchors, aliases and anything that could begin or end such a key is refused.
  private static func couldExplode(_ bytes: [UInt8]) -> Bool {
    var hasAnchor = false
    var hasAlias = false
    var hasKey = false
    var before = UInt8(ascii: "\n")
    // Whether what precedes, blanks aside, could end a key: a bracket, or an alias's name.
    var endsKey = false
    var isAlias = false
    for (index, byte) in bytes.enumerated() {
      // Behind other bytes than ASCII, since there are line ends among them.
      let opens =
        (before >= 0x80 || " \t\r\n[{,:?-".utf8.contains(before)) && index + 1 < bytes.count
        && isNameByte(bytes[index + 1])
      switch byte {
      case UInt8(ascii: "&") where opens: hasAnchor = true
      case UInt8(ascii: "*") where opens:
        hasAlias = true
        isAlias = true
        endsKey = true
      case UInt8(ascii: "?"): hasKey = true
      case UInt8(ascii: ":"):
        if endsKey { hasKey = true }
        endsKey = false
        isAlias = false
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        endsKey = true
        isAlias = false
      case UInt8(ascii: " "), UInt8(ascii: "\t"): isAlias = false
      case _ where isAlias && isNameByte(byte): break
      default:
        endsKey = false
        isAlias = false
      }
      before = byte
    }
    return hasAnchor && hasAlias && hasKey
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
