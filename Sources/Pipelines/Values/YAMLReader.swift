internal import Yams

/// Reads YAML 1.2 as DVC does, with limits on what a text can cost.
enum YAMLReader {
  // Values, each alias counted as all that it stands for.
  static let countLimit = 1_000_000
  static let depthLimit = 100

  /// Reads one document; an empty text is nothing.
  ///
  /// - Parameter isLiteral: whether scalars without a tag are taken for the texts that they are written as, but for null.
  static func read(_ text: String, file: String, isLiteral: Bool = false) throws(PipelineProblem) -> LocatedValue {
    let start = SourcePosition(line: 1, column: 1)
    guard YAMLCost.isBearable(text) else { throw PipelineProblem(file: file, .tooComplex) }
    let root: Node?
    do {
      // Without Yams's rules for scalars, which are YAML 1.1's.
      root = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw problem(error, file, text)
    } catch {
      throw PipelineProblem(file: file, .malformed("is not YAML"))
    }
    guard let root else { return LocatedValue(.null, at: start) }
    var converter = Converter(file: file, isLiteral: isLiteral)
    return try converter.value(root, depth: 0)
  }

  private static func problem(_ error: YamlError, _ file: String, _ text: String) -> PipelineProblem {
    func at(_ mark: Mark) -> SourcePosition { SourcePosition(line: max(mark.line, 1), column: max(mark.column, 1)) }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return PipelineProblem(file: file, at: at(mark), .malformed(words(problem, at(mark), text)))
    case .duplicatedKeysInMapping(let keys, let context):
      return PipelineProblem(file: file, at: at(context.mark), .malformed("key '\(keys.first ?? "")' occurs twice"))
    case .reader(let problem, _, _, _): return PipelineProblem(file: file, .malformed(problem))
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return PipelineProblem(file: file, .malformed("is not YAML"))
    }
  }

  // The parser doesn't say that a tab is what it can't begin anything with.
  private static func words(_ problem: String, _ position: SourcePosition, _ text: String) -> String {
    let lines = text.utf8.split(separator: 0x0A, maxSplits: position.line, omittingEmptySubsequences: false)
    guard position.line <= lines.count else { return problem }
    let line = lines[position.line - 1]
    let isTab = line.dropFirst(position.column - 1).first == 0x09 && line.allSatisfy { $0 < 0x80 }
    return isTab ? "a tab can't indent; use blanks" : problem
  }

  private struct Converter {
    let file: String
    let isLiteral: Bool
    var count = 0

    private func position(_ node: Node) -> SourcePosition {
      SourcePosition(line: max(node.mark?.line ?? 1, 1), column: max(node.mark?.column ?? 1, 1))
    }

    private func failure(_ node: Node, _ words: String) -> PipelineProblem {
      PipelineProblem(file: file, at: position(node), .malformed(words))
    }

    mutating func value(_ node: Node, depth: Int) throws(PipelineProblem) -> LocatedValue {
      count += 1
      guard count <= YAMLReader.countLimit, depth <= YAMLReader.depthLimit else {
        throw PipelineProblem(file: file, at: position(node), .tooComplex)
      }
      switch node {
      case .scalar(let scalar):
        return try self.scalar(scalar, node, tag: scalar.tag.description)
      case .sequence(let sequence):
        guard ["", "!", "tag:yaml.org,2002:seq"].contains(sequence.tag.description) else {
          throw failure(node, "tag '\(sequence.tag.description)' is not known")
        }
        var elements: [LocatedValue] = []
        for element in sequence { elements.append(try value(element, depth: depth + 1)) }
        return LocatedValue(.list(elements), at: position(node))
      case .mapping(let mapping):
        guard ["", "!", "tag:yaml.org,2002:map"].contains(mapping.tag.description) else {
          throw failure(node, "tag '\(mapping.tag.description)' is not known")
        }
        return LocatedValue(.map(try members(mapping, depth: depth)), at: position(node))
      case .alias: throw failure(node, "an alias stands for nothing")
      }
    }

    private func scalar(_ scalar: Node.Scalar, _ node: Node, tag: String) throws(PipelineProblem) -> LocatedValue {
      let isPlain = Self.isPlain(scalar)
      if isLiteral, ["", "!"].contains(tag) {
        let value = isPlain ? YAMLScalar.literal(scalar.string) : .string(scalar.string)
        return LocatedValue(.scalar(value), at: position(node))
      }
      guard let value = YAMLScalar.value(scalar.string, isPlain: isPlain, tag: tag) else {
        throw failure(node, "'\(scalar.string.prefix(80))' is not what its tag says")
      }
      return LocatedValue(.scalar(value), at: position(node))
    }

    // Plain is what has no quotes: only such a text can be anything else.
    private static func isPlain(_ scalar: Node.Scalar) -> Bool { scalar.style == .plain || scalar.style == .any }

    private mutating func members(_ mapping: Node.Mapping, depth: Int) throws(PipelineProblem) -> [LocatedValue.Member]
    {
      // What is merged comes first and keeps its place; what comes later wins.
      var merged = Merger()
      var own: [LocatedValue.Member] = []
      for (key, node) in mapping {
        if let scalar = key.scalar, scalar.string == "<<", Self.isPlain(scalar) {
          try merge(node, into: &merged, depth: depth)
          continue
        }
        guard let scalar = key.scalar else { throw failure(key, "a key must be a scalar") }
        // Comparing keys, the parser has given all of them the tag of text.
        let tag = scalar.tag.description
        let name = try self.scalar(
          scalar, key, tag: Self.isPlain(scalar) && tag == YAMLScalar.prefix + "str" ? "" : tag)
        own.append(LocatedValue.Member(key: name, value: try value(node, depth: depth + 1)))
      }
      if merged.members.isEmpty { return own }
      merged.add(own)
      return merged.members
    }

    private mutating func merge(_ node: Node, into merger: inout Merger, depth: Int) throws(PipelineProblem) {
      let merged = try value(node, depth: depth + 1)
      if let members = merged.members { return merger.add(members) }
      guard let elements = merged.elements else { throw failure(node, "only mappings can be merged") }
      // The first of several wins, and so comes last.
      for element in elements.reversed() {
        guard let members = element.members else { throw failure(node, "only mappings can be merged") }
        merger.add(members)
      }
    }
  }

  private struct Merger {
    private(set) var members: [LocatedValue.Member] = []
    private var positions: [PipelineValue: Int] = [:]

    mutating func add(_ more: [LocatedValue.Member]) {
      for member in more {
        let key = member.key.value
        if let position = positions[key] {
          members[position] = member
        } else {
          positions[key] = members.count
          members.append(member)
        }
      }
    }
  }
}
