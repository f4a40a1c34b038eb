/// Finds the values that a Python text assigns to names, without running it.
struct PythonReader {
  private var lexer: PythonLexer
  private var token = PythonToken.newline
  private let file: String

  /// Reads a whole text.
  static func read(_ text: String, file: String) throws(PipelineProblem) -> PipelineValue {
    var reader = PythonReader(lexer: PythonLexer(text, file: file), file: file)
    try reader.advance()
    var map = PipelineMap()
    while reader.token != .end { try reader.statement(into: &map, onlySelf: false, depth: 0) }
    return .map(map)
  }

  private init(lexer: PythonLexer, file: String) {
    self.lexer = lexer
    self.file = file
  }

  private mutating func advance() throws(PipelineProblem) {
    token = try lexer.next()
  }

  // MARK: Statements

  private mutating func statement(into map: inout PipelineMap, onlySelf: Bool, depth: Int) throws(PipelineProblem) {
    guard depth <= YAMLReader.depthLimit else { throw PipelineProblem(file: file, .tooComplex) }
    switch token {
    case .newline, .dedent: try advance()
    case .indent: throw lexer.failure("an unexpected indentation")
    case .name("class"):
      try advance()
      let name = token
      var members = PipelineMap()
      try block(into: &members, onlySelf: false, depth: depth)
      if case .name(let name) = name { map[name] = .map(members) }
    case .name("def"):
      try advance()
      if token == .name("__init__") {
        try block(into: &map, onlySelf: true, depth: depth)
      } else {
        var ignored = PipelineMap()
        try block(into: &ignored, onlySelf: true, depth: depth)
      }
    default: try line(into: &map, onlySelf: onlySelf)
    }
  }

  // What follows the colon of a class or a function: statements on the line, or in a block.
  private mutating func block(into map: inout PipelineMap, onlySelf: Bool, depth: Int) throws(PipelineProblem) {
    var brackets = 0
    while token != .newline, token != .end, !(brackets == 0 && token == .sign(":")) {
      if case .sign(let byte) = token {
        if "([{".utf8.contains(byte) { brackets += 1 }
        if ")]}".utf8.contains(byte) { brackets -= 1 }
      }
      try advance()
    }
    guard token == .sign(":") else { return }
    try advance()
    guard token == .newline else { return try line(into: &map, onlySelf: onlySelf) }
    try advance()
    guard token == .indent else { return }
    try advance()
    while token != .dedent, token != .end { try statement(into: &map, onlySelf: onlySelf, depth: depth + 1) }
    if token == .dedent { try advance() }
  }

  // Simple statements up to the end of the line; a block that follows belongs to something else and is passed over.
  private mutating func line(into map: inout PipelineMap, onlySelf: Bool) throws(PipelineProblem) {
    var tokens: [PythonToken] = []
    var last = token
    while token != .newline, token != .end {
      last = token
      if token == .sign(";") {
        Self.assign(tokens, into: &map, onlySelf: onlySelf)
        tokens.removeAll()
      } else {
        tokens.append(token)
      }
      try advance()
    }
    Self.assign(tokens, into: &map, onlySelf: onlySelf)
    if token == .newline { try advance() }
    guard token == .indent else { return }
    guard last == .sign(":") else { throw lexer.failure("an unexpected indentation") }
    var depth = 0
    repeat {
      if token == .indent { depth += 1 }
      if token == .dedent { depth -= 1 }
      try advance()
    } while depth > 0 && token != .end
  }

  // MARK: Assignments

  private static let keywords: Set<String> = ["else", "try", "finally", "lambda"]

  private static func assign(_ tokens: [PythonToken], into map: inout PipelineMap, onlySelf: Bool) {
    guard case .name(let first)? = tokens.first, !keywords.contains(first) else { return }
    var name = first
    var rest = tokens.dropFirst()
    var isSelf = false
    if rest.first == .sign("."), case .name(let member)? = rest.dropFirst().first, first == "self" {
      name = member
      isSelf = true
      rest = rest.dropFirst(2)
    }
    guard isSelf || !onlySelf else { return }
    if rest.first == .sign(":") {
      // An annotation, which ends at the sign of equality outside all brackets.
      var brackets = 0
      while let token = rest.first, !(brackets == 0 && token == .sign("=")) {
        if case .sign(let byte) = token {
          if "([{".utf8.contains(byte) { brackets += 1 }
          if ")]}".utf8.contains(byte) { brackets -= 1 }
        }
        rest = rest.dropFirst()
      }
    }
    guard rest.first == .sign("=") else { return }
    var parser = PythonLiteral(tokens: rest.dropFirst())
    if let value = parser.whole() { map[name] = value }
  }
}
