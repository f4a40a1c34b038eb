/// Reads TOML 1.0, members in the order in which they are written.
struct TOMLReader {
  private var cursor: TextCursor
  private var root = TOMLTable()
  private var count = 0

  /// Reads a whole text.
  static func read(_ text: String, file: String) throws(PipelineProblem) -> PipelineValue {
    var reader = TOMLReader(cursor: TextCursor(text, file: file))
    try reader.document()
    return .map(reader.root.value)
  }

  private init(cursor: TextCursor) {
    self.cursor = cursor
  }

  private mutating func document() throws(PipelineProblem) {
    var table = root
    while true {
      skipLines()
      if cursor.isAtEnd { return }
      if cursor.take("[[") {
        table = try header(closing: "]]", isArray: true)
      } else if cursor.take("[") {
        table = try header(closing: "]", isArray: false)
      } else {
        try pair(in: table, depth: 0)
      }
      try endLine()
    }
  }

  // MARK: White space

  private mutating func skipBlanks() {
    cursor.skip { $0 == 0x20 || $0 == 0x09 }
  }

  private mutating func skipComment() {
    guard cursor.take("#") else { return }
    cursor.skip { $0 != 0x0A && $0 != 0x0D && ($0 >= 0x20 || $0 == 0x09) && $0 != 0x7F }
  }

  // Blanks, comments and line ends.
  private mutating func skipLines() {
    while true {
      skipBlanks()
      skipComment()
      guard cursor.take("\n") || cursor.take("\r\n") else { return }
    }
  }

  private mutating func endLine() throws(PipelineProblem) {
    skipBlanks()
    skipComment()
    guard cursor.isAtEnd || cursor.take("\n") || cursor.take("\r\n") else {
      throw cursor.failure("expected the end of the line")
    }
  }

  // MARK: Keys and tables

  private mutating func header(closing: StaticString, isArray: Bool) throws(PipelineProblem) -> TOMLTable {
    let keys = try keys()
    count += keys.count
    guard count <= YAMLReader.countLimit else {
      throw PipelineProblem(file: cursor.file, at: cursor.position(), .tooComplex)
    }
    guard cursor.take(closing) else { throw cursor.failure("expected '\(closing)'") }
    guard let table = root.open(keys, isArray: isArray) else { throw cursor.failure("the table is defined already") }
    return table
  }

  private mutating func pair(in table: TOMLTable, depth: Int) throws(PipelineProblem) {
    let keys = try keys()
    guard cursor.take("=") else { throw cursor.failure("expected '='") }
    skipBlanks()
    let value = try value(depth: depth + keys.count)
    guard table.assign(keys, value) else { throw cursor.failure("the key is defined already") }
  }

  private mutating func keys() throws(PipelineProblem) -> [String] {
    var keys: [String] = []
    repeat {
      skipBlanks()
      keys.append(try key())
      skipBlanks()
      guard keys.count <= YAMLReader.depthLimit else {
        throw PipelineProblem(file: cursor.file, at: cursor.position(), .tooComplex)
      }
    } while cursor.take(".")
    return keys
  }

  private mutating func key() throws(PipelineProblem) -> String {
    if cursor.current == UInt8(ascii: "\"") || cursor.current == UInt8(ascii: "'") {
      guard !cursor.isAt("\"\"\""), !cursor.isAt("'''") else { throw cursor.failure("expected a key") }
      return try text()
    }
    let start = cursor.index
    cursor.skip { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard cursor.index > start else { throw cursor.failure("expected a key") }
    return cursor.text(from: start)
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(PipelineProblem) -> TOMLTable.Entry {
    count += 1
    guard depth <= YAMLReader.depthLimit, count <= YAMLReader.countLimit else {
      throw PipelineProblem(file: cursor.file, at: cursor.position(), .tooComplex)
    }
    switch cursor.current {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .value(.string(try text()))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "{"): return .table(try inlineTable(depth: depth))
    default:
      let start = cursor.index
      cursor.skip { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "_-+.:".utf8.contains(byte)
        }
      }
      // A blank between date and time belongs to them.
      if cursor.index - start == 10, cursor.bytes[start + 4] == UInt8(ascii: "-"), cursor.current == 0x20,
        let next = cursor.peek(1), (0x30...0x39).contains(next)
      {
        cursor.index += 1
        cursor.skip { (0x30...0x39).contains($0) || "+-.:Zz".utf8.contains($0) }
      }
      let word = cursor.text(from: start)
      guard let value = TOMLScalar.value(word) else {
        cursor.index = start
        throw cursor.failure("expected a value")
      }
      return .value(value)
    }
  }

  private mutating func array(depth: Int) throws(PipelineProblem) -> [TOMLTable.Entry] {
    cursor.index += 1
    var entries: [TOMLTable.Entry] = []
    while true {
      skipLines()
      if cursor.take("]") { return entries }
      entries.append(try value(depth: depth + 1))
      skipLines()
      if cursor.take("]") { return entries }
      guard cursor.take(",") else { throw cursor.failure("expected ',' or ']'") }
    }
  }

  private mutating func inlineTable(depth: Int) throws(PipelineProblem) -> TOMLTable {
    cursor.index += 1
    let table = TOMLTable()
    skipBlanks()
    if !cursor.take("}") {
      while true {
        try pair(in: table, depth: depth + 1)
        skipBlanks()
        if cursor.take("}") { break }
        guard cursor.take(",") else { throw cursor.failure("expected ',' or '}'") }
      }
    }
    table.close()
    return table
  }

  // MARK: Text

  private mutating func text() throws(PipelineProblem) -> String {
    let isLiteral = cursor.current == UInt8(ascii: "'")
    let isLong = isLiteral ? cursor.take("'''") : cursor.take("\"\"\"")
    if isLong {
      // A line end right behind the quotes is no part of the text.
      if !cursor.take("\n") { _ = cursor.take("\r\n") }
    } else {
      cursor.index += 1
    }
    let quote = UInt8(ascii: isLiteral ? "'" : "\"")
    var bytes: [UInt8] = []
    while let byte = cursor.current {
      if byte == quote {
        if !isLong {
          cursor.index += 1
          return String(decoding: bytes, as: UTF8.self)
        }
        var quotes = 0
        while cursor.peek(quotes) == quote, quotes < 5 { quotes += 1 }
        cursor.index += quotes
        // Up to two quotes may stand before the three that close.
        if quotes >= 3 { return String(decoding: bytes + [UInt8](repeating: quote, count: quotes - 3), as: UTF8.self) }
        bytes += [UInt8](repeating: quote, count: quotes)
        continue
      }
      cursor.index += 1
      switch byte {
      case UInt8(ascii: "\\") where !isLiteral: try escape(isLong: isLong, into: &bytes)
      case 0x0A where isLong, 0x09: bytes.append(byte)
      case 0x0D where isLong && cursor.current == 0x0A: bytes.append(byte)
      case 0..<0x20, 0x7F: throw cursor.failure("a control character in a text")
      default: bytes.append(byte)
      }
    }
    throw cursor.failure("the text doesn't end")
  }

  private mutating func escape(isLong: Bool, into bytes: inout [UInt8]) throws(PipelineProblem) {
    let byte = cursor.current
    cursor.index += 1
    switch byte {
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte ?? 0)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      guard let code = cursor.hexadecimal(byte == UInt8(ascii: "u") ? 4 : 8), let scalar = Unicode.Scalar(code) else {
        throw cursor.failure("not a character's number")
      }
      bytes += String(Character(scalar)).utf8
    case 0x20, 0x09, 0x0A, 0x0D:
      // The line goes on in the next one, without the blanks between.
      cursor.index -= 1
      skipBlanks()
      guard isLong, cursor.current == 0x0A || cursor.isAt("\r\n") else {
        throw cursor.failure("an unknown escape in a text")
      }
      cursor.skip { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    default: throw cursor.failure("an unknown escape in a text")
    }
  }
}
