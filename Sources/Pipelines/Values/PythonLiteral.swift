internal import MLTBase

/// A literal of Python, of which `ast.literal_eval` would make a value.
struct PythonLiteral {
  private var tokens: ArraySlice<PythonToken>

  init(tokens: ArraySlice<PythonToken>) {
    self.tokens = tokens
  }

  /// The value of all the words; nil if they aren't one literal.
  mutating func whole() -> PipelineValue? {
    guard let value = elements(until: nil), tokens.isEmpty else { return nil }
    return value
  }

  private mutating func take(_ token: PythonToken) -> Bool {
    guard tokens.first == token else { return false }
    tokens = tokens.dropFirst()
    return true
  }

  // One value, or several with commas between, which make a tuple.
  private mutating func elements(until close: PythonToken?, depth: Int = 0) -> PipelineValue? {
    var values: [PipelineValue] = []
    guard let value = value(depth: depth + 1) else { return nil }
    values.append(value)
    guard tokens.first == .sign(",") else { return value }
    while take(.sign(",")) {
      if let close { if tokens.first == close { break } } else if tokens.isEmpty { break }
      guard let value = self.value(depth: depth + 1) else { return nil }
      values.append(value)
    }
    return .list(values)
  }

  private mutating func value(depth: Int) -> PipelineValue? {
    guard depth <= YAMLReader.depthLimit, let token = tokens.first else { return nil }
    tokens = tokens.dropFirst()
    switch token {
    case .literal(let literal):
      guard let literal else { return nil }
      guard case .string(var text) = literal else { return literal }
      // Texts that follow each other are one.
      while case .literal(let next)? = tokens.first {
        guard case .string(let more)? = next else { return nil }
        text += more
        tokens = tokens.dropFirst()
      }
      return .string(text)
    case .name("True"): return .bool(true)
    case .name("False"): return .bool(false)
    case .name("None"): return .null
    case .name("set"):
      return take(.sign("(")) && take(.sign(")")) ? .list([]) : nil
    case .sign(UInt8(ascii: "-")), .sign(UInt8(ascii: "+")):
      guard case .literal(let number?)? = tokens.first else { return nil }
      tokens = tokens.dropFirst()
      return Self.signed(number, isNegative: token == .sign("-"))
    case .sign(UInt8(ascii: "(")):
      if take(.sign(")")) { return .list([]) }
      guard let value = elements(until: .sign(")"), depth: depth), take(.sign(")")) else { return nil }
      return value
    case .sign(UInt8(ascii: "[")):
      var values: [PipelineValue] = []
      while !take(.sign("]")) {
        guard let value = value(depth: depth + 1) else { return nil }
        values.append(value)
        guard take(.sign(",")) || tokens.first == .sign("]") else { return nil }
      }
      return .list(values)
    case .sign(UInt8(ascii: "{")): return braces(depth: depth)
    default: return nil
    }
  }

  private static func signed(_ number: PipelineValue, isNegative: Bool) -> PipelineValue? {
    switch number {
    case .int(let value): .int(isNegative ? -value : value)
    case .largeInt(let digits): isNegative ? WholeNumber.value(digits, base: 10, isNegative: true) : number
    case .double(let value): .double(isNegative ? -value : value)
    default: nil
    }
  }

  // A dictionary, or a set: a list in a fixed order, each element once.
  private mutating func braces(depth: Int) -> PipelineValue? {
    if take(.sign("}")) { return .map(PipelineMap()) }
    var map = PipelineMap()
    var set: [PipelineValue] = []
    while !take(.sign("}")) {
      guard let first = value(depth: depth + 1) else { return nil }
      if take(.sign(":")) {
        guard set.isEmpty, let key = first.pythonText, let value = value(depth: depth + 1) else { return nil }
        map.set(PipelineMap.Member(key: key, isText: first.string != nil, value: value))
      } else {
        guard map.members.isEmpty else { return nil }
        set.append(first)
      }
      guard take(.sign(",")) || tokens.first == .sign("}") else { return nil }
    }
    if set.isEmpty { return .map(map) }
    var seen: Set<PipelineValue> = []
    return .list(
      set.filter { seen.insert($0).inserted }.map { ($0.json.canonicalText, $0) }.sorted { $0.0 < $1.0 }.map(\.1))
  }
}
